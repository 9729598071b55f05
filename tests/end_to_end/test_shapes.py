"""The template with everything on, on two listeners: HTTPS, and port 80 that redirects there."""

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import RULES, Site
from tests.harness.stack import delete, deploy_like
from tests.harness.template import expanded_template

STATUS, PREVIEW = "/maintenance-status.json", "/maintenance-preview"
RESTING = {"state": "resting", "since": None, "until": None, "message": None}
MESSAGE = '점검 중: "soon" \\ <b>back</b> & up'
# No rule above the stand-ins matches these; a redirect has to keep the query.
AT_REST = ["/c", "/c.env", "/c/elsewhere?from=mail&n=1"]


def test_everything_on_two_listeners(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    balancer = LoadBalancer(aws, "full", servers)
    application = {number + 10: rule for number, rule in RULES.items() if rule[1] != "api"}
    forward = {"Type": "forward", "TargetGroupArn": balancer.groups["front-end"]}
    redirect = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    first = balancer.listener(port=443, rules=application, default=forward)
    pair = [first, balancer.listener(port=80, rules={}, default=redirect)]
    untouched, open_answers = [listener.rules() for listener in pair], [answers(listener) for listener in pair]
    assert [found[0][0] for found in open_answers] == [200, 301]

    given = {
        "ListenerArn": pair[0].arn,
        "DefaultAction": balancer.groups["front-end"],
        "SecondListenerArn": pair[1].arn,
        "SecondDefaultAction": "https",
        "ActivePriority": "6",
        "PreviewPath": PREVIEW,
        "StatusPath": STATUS,
        "StatusPriority": "5",
        "StartSchedule": "at(2099-03-01T22:00:00)",
        "EndSchedule": "at(2099-03-02T04:00:00)",
        "ScheduleTimeZone": "Asia/Seoul",
        "MaxDurationMinutes": "360",
        "NotificationEmail": "ops@example.com",
        "ResponderReservedConcurrency": "50",
        "SwitcherReservedConcurrency": "2",
        "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
    }
    stack = deploy_like(aws, deployed_site.stack, "full", given)
    assert stack.resources.keys() >= expanded_template()["Resources"].keys()
    # The stand-ins do what the default actions do.
    assert [answers(listener) for listener in pair] == open_answers
    assert [each["warnings"] for each in stack.invoke(EVENTS / "status.json").answer["listeners"]] == [[], []]
    assert [listener.request(PREVIEW).status for listener in pair] == [503, 503]
    assert published(pair) == [RESTING, RESTING]

    started = stack.start(minutes=60, message=MESSAGE)["listeners"][0]
    assert [listener.request("/in-the-window").status for listener in pair] == [503, 503]
    active = {"state": "active", "message": MESSAGE, "since": started["since"], "until": started["until"]}
    assert published(pair) == [active, active]

    stack.end()
    assert [answers(listener) for listener in pair] == open_answers
    assert published(pair) == [RESTING, RESTING]
    # The stand-ins and the status rules leave nothing for the responder but the window.
    assert {line["path"] for line in stack.await_responder_log(4)} == {PREVIEW, "/in-the-window"}
    delete(aws, stack)
    assert [listener.rules() for listener in pair] == untouched


def answers(listener: Listener) -> list[tuple[int, str | None, str]]:
    found = [listener.request(path) for path in AT_REST]
    return [(answer.status, answer.headers.get("location"), answer.body) for answer in found]


def published(listeners: list[Listener]) -> list[object]:
    found = [listener.request(STATUS) for listener in listeners]
    assert {(answer.status, answer.headers["content-type"]) for answer in found} == {(200, "application/json")}
    return [answer.json() for answer in found]
