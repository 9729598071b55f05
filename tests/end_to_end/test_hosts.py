"""One site of a load balancer that has several goes into maintenance; the others are open all the time."""

from __future__ import annotations

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.stack import delete, deploy_like

DOMAIN = "sites.alb.localhost"
CLOSED = ["shop", "www.shop"]
# Another site, and a host name that testers have for the first.
OPEN = ["blog", "testers.shop"]
# What the stack itself serves, to the closed site alone.
PREVIEW, STATE = "/maintenance-preview", "/maintenance-status.json"
PATHS = ["/a/cart", "/b/orders", "/c/items", "/elsewhere", PREVIEW, STATE]


def test_one_site_is_closed_and_another_and_the_testers_are_served_before_in_and_after_the_window(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    balancer = LoadBalancer(aws, "sites", servers)
    rules = {4: ("/a*", "front-end"), 5: ("/b*", "bff")}
    listeners = [balancer.listener(port=port, rules=rules, default="front-end") for port in (80, 8080)]
    for listener in listeners:
        for priority, path, backend in ((2, "/a*", "bff"), (3, "/*", "api")):
            listener.add_rule(priority, path, backend, host=f"blog.{DOMAIN}")
    open_before, closed_before = _answers(listeners, OPEN), _answers(listeners, CLOSED)
    first, second = listeners
    parameters = {
        "ListenerArn": first.arn,
        "DefaultAction": balancer.target_group("front-end"),
        "SecondListenerArn": second.arn,
        "SecondDefaultAction": balancer.target_group("front-end"),
        "MaintenanceHosts": f"shop.{DOMAIN},ww?.shop.{DOMAIN}",
        "PreviewPath": PREVIEW,
        "StatusPath": STATE,
        "ActivePriority": "2",
    }
    stack = deploy_like(aws, deployed_site.stack, "sites", parameters)
    assert _answers(listeners, OPEN) == open_before
    assert _of_the_application(_answers(listeners, CLOSED)) == _of_the_application(closed_before)

    started = stack.invoke(EVENTS / "start.json").answer
    assert _answers(listeners, OPEN) == open_before
    assert [status for _, status, _ in _answers(listeners, CLOSED)] == [303, 503, 503, 503, 503, 200] * 4
    told = {warning["code"]: warning["message"] for each in started["listeners"] for warning in each["warnings"]}
    assert f"ww?.shop.{DOMAIN}" in told["not-catch-all"]

    stack.invoke(EVENTS / "end.json").answer  # noqa: B018 (fails when the end did)
    assert _answers(listeners, OPEN) == open_before
    assert _of_the_application(_answers(listeners, CLOSED)) == _of_the_application(closed_before)

    delete(aws, stack)
    assert _answers(listeners, OPEN + CLOSED) == open_before + closed_before


Answers = list[tuple[str, int, str]]


def _answers(listeners: list[Listener], sites: list[str]) -> Answers:
    found = []
    for site in sites:
        for listener in listeners:
            answers = [(path, listener.request(path, site=site)) for path in PATHS]
            found += [(path, answer.status, answer.body) for path, answer in answers]
    return found


def _of_the_application(answers: Answers) -> Answers:
    return [answer for answer in answers if answer[0] not in (PREVIEW, STATE)]
