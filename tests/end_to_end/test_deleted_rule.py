"""A deleted maintenance rule: the runbook's ways to close all the same, and to bring the rule back."""

from tests.end_to_end.conftest import NewSite
from tests.harness.aws import Aws
from tests.harness.paths import EVENTS, ROOT
from tests.harness.stack import delete

# The runbook's heading, which the function's error names.
SECTION = "A deleted rule"


def test_the_runbook_closes_and_makes_room_again(aws: Aws, new_site: NewSite) -> None:
    site, elb = new_site("deleted-rule"), aws.client("elbv2")
    elb.delete_rule(RuleArn=site.stack.rule_arn)

    assert SECTION in site.stack.invoke(EVENTS / "start.json").error
    assert f"## {SECTION}\n" in (ROOT / "docs" / "runbook.md").read_text()

    # By hand.
    placeholder = {"RuleArn": site.stack.resources["PlaceholderRule"], "Priority": 50000}
    elb.set_rule_priorities(RulePriorities=[placeholder])
    by_hand = elb.create_rule(
        ListenerArn=site.listener.arn,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": site.stack.output("ResponderTargetGroupArn")}],
    )["Rules"][0]["RuleArn"]
    assert site.listener.request("/b").headers["x-maintenance-mode"] == "on"
    elb.delete_rule(RuleArn=by_hand)

    # The next deployment finds the listener as the first one did.
    delete(aws, site.stack)
    assert [rule.priority for rule in site.listener.rules()] == ["2", "3", "4", "default"]
