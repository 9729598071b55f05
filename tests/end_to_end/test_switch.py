"""One stack on one listener: a start, an end, and the requests between."""

from tests.end_to_end.conftest import NewSite
from tests.harness.aws import Aws
from tests.harness.site import Site

APPLICATION = [("2", "/a*"), ("3", "/b*"), ("4", "/c*"), ("49999", "/*")]
AT_REST = [("1", "placeholder.invalid"), *APPLICATION, ("50000", "/*"), ("default", "(any)")]
IN_MAINTENANCE = [("1", "/*"), *APPLICATION, ("50000", "placeholder.invalid"), ("default", "(any)")]
# Path → status, and body or address.
OPEN = {
    "/a": (200, "front-end serves /a"),
    "/b": (200, "bff serves /b"),
    "/c": (200, "api serves /c"),
    "/.env": (404, ""),
}
UNAVAILABLE = (503, '{"message":"Service Unavailable"}')
CLOSED = {"/a": (303, "/a/maintenance?from=/a"), **dict.fromkeys(("/b", "/c", "/.env"), UNAVAILABLE)}


def order(site: Site) -> list[tuple[str, str]]:
    return [(rule.priority, rule.condition) for rule in site.listener.rules()]


def answers(site: Site) -> dict[str, tuple[int, str]]:
    found = {path: site.listener.request(path) for path in OPEN}
    return {path: (each.status, each.headers.get("location", each.body)) for path, each in found.items()}


def test_a_start_and_an_end_swap_two_rules(site: Site) -> None:
    before, seen = site.listener.rules(), len(site.stack.responder_log())
    assert (order(site), answers(site)) == (AT_REST, OPEN)

    started = site.stack.start()
    assert (order(site), answers(site)) == (IN_MAINTENANCE, CLOSED)
    assert "maintenance-mode:since" in site.listener.tags(site.stack.rule_arn)
    ended = site.stack.end()

    assert (site.listener.rules(), answers(site)) == (before, OPEN)
    assert [(each["type"], each["outcome"]) for each in (started, ended)] == [("start", "changed"), ("end", "changed")]
    assert {line["path"] for line in site.stack.await_responder_log(seen + 4)[seen:]} == CLOSED.keys()


def test_a_deleted_rule_is_replaced_by_hand(aws: Aws, new_site: NewSite) -> None:
    site, elb = new_site("deleted-rule"), aws.client("elbv2")
    elb.delete_rule(RuleArn=site.stack.rule_arn)

    # As the runbook says.
    placeholder = {"RuleArn": site.stack.resources["PlaceholderRule"], "Priority": 50000}
    elb.set_rule_priorities(RulePriorities=[placeholder])
    action = {"Type": "forward", "TargetGroupArn": site.stack.output("ResponderTargetGroupArn")}
    condition = {"Field": "path-pattern", "Values": ["/*"]}
    elb.create_rule(ListenerArn=site.listener.arn, Priority=1, Conditions=[condition], Actions=[action])

    assert (order(site), answers(site)) == (IN_MAINTENANCE, CLOSED)
