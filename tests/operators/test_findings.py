"""What preflight advises, by the listener's description alone."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scripts.operators.findings import ANYWHERE, Advice, Level, advise
from scripts.operators.listener import Listener
from tests.harness.template import source_template

PREFIX = "arn:aws:elasticloadbalancing:eu-central-1:123456789012"

Action = dict[str, Any]


def forward(*groups: str) -> Action:
    arns = [f"{PREFIX}:targetgroup/{group}/1" for group in groups]
    return {
        "Type": "forward",
        "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": arn, "Weight": 1} for arn in arns]},
    }


def redirect(**target: str) -> Action:
    to = {"Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
    return {"Type": "redirect", "RedirectConfig": {**to, "StatusCode": "HTTP_301", **target}}


def fixed(status: str, **more: str) -> Action:
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status, **more}}


NOTHING, HTTPS = fixed("404"), redirect()
# What is left out stays as it is.
BARE = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_302"}}


def listener(rules: Mapping[int, tuple[str, Action]], *default: Action, port: int = 443) -> Listener:
    """Describe a listener as the API does: each rule by its priority, its paths, hosts or addresses, and its action."""
    described = [
        {
            "RuleArn": f"{PREFIX}:listener-rule/app/shop/1/{port}/{priority}",
            "Priority": str(priority),
            "Conditions": [_condition(word) for word in words.split()],
            "Actions": [action],
        }
        for priority, (words, action) in rules.items()
    ]
    last = {"RuleArn": "default", "Priority": "default", "Conditions": [], "Actions": list(default)}
    arn = f"{PREFIX}:listener/app/shop/1/{port}"
    protocol = "HTTP" if port == 80 else "HTTPS"
    return Listener.of({"ListenerArn": arn, "Protocol": protocol, "Port": port}, [*described, last])


def _condition(text: str) -> dict[str, Any]:
    if text.startswith("/"):
        return {"Field": "path-pattern", "PathPatternConfig": {"Values": [text]}}
    if "/" in text:
        return {"Field": "source-ip", "SourceIpConfig": {"Values": [text]}}
    return {"Field": "host-header", "HostHeaderConfig": {"Values": [text]}}


def preflight(
    first: Listener,
    second: Listener | None = None,
    *,
    others: tuple[Listener, ...] = (),
    tag: str = "",
    attribute: str = "",
    quota: int = 100,
    **wanted: Any,  # noqa: ANN401
) -> Advice:
    first = replace(first, tags={tag: "shop"}, attributes=(attribute,))
    return advise([first, second] if second else [first], list(others), quota, **wanted)


def said(advice: Advice, level: Level) -> str:
    findings = [finding for part in (*advice.of_listeners, advice.of_all) for finding in part]
    return "\n".join(f"{finding.text} → {finding.todo}" for finding in findings if finding.level == level)


# Everything that can be at the first two and the last three numbers, above every kind of default action.
KINDS = [None, ("/api", forward("api")), ("/*", forward("web"))]
NUMBERS = (1, 2, 49_998, 49_999, 50_000)
LISTENERS = [
    listener({number: rule for number, rule in zip(NUMBERS, rules, strict=True) if rule}, default)
    for rules in itertools.product(KINDS, repeat=len(NUMBERS))
    for default in (NOTHING, forward("app"), fixed("503"))
]


@pytest.mark.parametrize("wanted", [{}, {"active": 2, "status_path": "/status"}])
def test_following_the_advice_makes_a_listener_ready(wanted: dict[str, Any]) -> None:
    for before in LISTENERS:
        listener_now, rounds = before, 0
        while not (advice := preflight(listener_now, **wanted)).ready:
            rounds += 1
            assert rounds < 4
            listener_now = followed(listener_now, said(advice, Level.FIRST))
            assert asked(listener_now) == asked(before)
        given = advice.parameters
        assert not refused(given)
        # The template's own rules change nothing at rest.
        added = {50_000: forward("responder")}
        if given["DefaultAction"] != "own":
            added[49_999] = NOTHING if given["DefaultAction"] == "404" else forward("app")
        top = {int(given.get("ActivePriority", "1")), *([1] if "StatusPath" in given else [])}
        assert (added.keys() | top).isdisjoint(rule.priority for rule in listener_now.rules)
        assert asked(with_rules(listener_now, added)) == asked(before)


def with_rules(before: Listener, catch_alls: Mapping[int, Action]) -> Listener:
    """Return the listener with more rules that match every request."""
    added = listener({number: ("/*", action) for number, action in catch_alls.items()}, NOTHING).rules
    return replace(before, rules=tuple(sorted((*before.rules, *added), key=lambda rule: rule.priority)))


def followed(before: Listener, text: str) -> Listener:
    """Return the listener after the commands in findings."""
    if create := re.search(r"--priority (\d+) .*--actions '(.*?)'", text):
        before = with_rules(before, {int(create[1]): json.loads(create[2])[0]})
    moves = {arn: int(number) for arn, number in re.findall(r"RuleArn=(\S+),Priority=(\d+)", text)}
    assert create or moves
    moved = [replace(rule, priority=moves.get(rule.arn, rule.priority)) for rule in before.rules]
    assert len({rule.priority for rule in moved}) == len(moved)
    return replace(before, rules=tuple(sorted(moved, key=lambda rule: rule.priority)))


def asked(of: Listener) -> list[str]:
    """Return what requests meet, in order: nothing behind a rule that matches every request does."""
    met = list(itertools.takewhile(lambda rule: not rule.catches_all, of.rules))
    return [*(f"{rule.named.partition(' ')[2]} {rule.does}" for rule in met), (of.catch_all or of.default).does]


def moves(advice: Advice) -> dict[int, int]:
    """Return the moves of the printed command, by the rules' old numbers."""
    found = re.findall(r"RuleArn=\S+/(\d+),Priority=(\d+)", said(advice, Level.FIRST))
    return {int(old): int(new) for old, new in found}


ROUTE = ("/a", NOTHING)
A = {7: ("/a*", forward("web"))}
TESTS = ("203.0.113.0/24", forward("web"))
# Our own: a placeholder, a preview and a status rule.
PREVIEW = ("/preview", forward("maintenance-0a1b2c3d"))
STATUS = ("/status", fixed("200", MessageBody='{"state":"resting","since":null,"until":null,"message":null}'))
SHOP = "/* shop.example.com"
FIRST_STACK = {
    1: ("placeholder.invalid", NOTHING),
    49_999: (SHOP, NOTHING),
    50_000: (SHOP, forward("maintenance-0a1b2c3d")),
}


@pytest.mark.parametrize(
    ("rules", "wanted", "expected"),
    [
        ({1: ROUTE, 2: ROUTE, 4: ROUTE}, {}, {1: 2, 2: 3}),
        ({2: ROUTE, 3: ROUTE}, {}, {}),
        ({1: ROUTE, 2: ROUTE, 3: ROUTE}, {"active": 2}, {2: 3, 3: 4}),
        ({1: ROUTE, 2: ROUTE, 9: ROUTE}, {"active": 2, "status_path": "/s"}, {1: 3, 2: 4}),
        ({2: ROUTE, 3: ROUTE}, {"active": 2, "status_path": "/s"}, {2: 3, 3: 4}),
        ({1: STATUS, 2: PREVIEW, 3: ROUTE}, {"active": 2, "status_path": "/s"}, {}),
        ({1: ROUTE, 2: PREVIEW, 3: ROUTE}, {}, {1: 3, 3: 4}),
        ({1: ("placeholder.invalid", NOTHING), 2: ROUTE}, {}, {2: 3}),
        # A rule that catches everything moves up.
        ({50_000: ("/*", NOTHING)}, {}, {50_000: 49_999}),
        ({**FIRST_STACK, 2: ROUTE, 49_998: ROUTE}, {}, {2: 3, 49_998: 49_996}),
    ],
)
def test_room_is_made_without_our_own_rules(
    rules: dict[int, tuple[str, Action]], wanted: dict[str, Any], expected: dict[int, int]
) -> None:
    assert moves(preflight(listener(rules, NOTHING), **wanted)) == expected


EMPTY, PLAIN = listener({}, NOTHING), listener({}, HTTPS, port=80)
SECURE, ADMIN = listener({}, forward("web")), listener({10: ROUTE}, forward("admin"), port=8443)
SWAPPED = f"preflight {SECURE.arn} {PLAIN.arn}"
TEN_RULES = listener(dict.fromkeys(range(10, 20), ROUTE), NOTHING)
STATUS_RULE = {"active": 2, "status_path": "/status"}
DEPLOYED = {49_999: ("/*", NOTHING), 50_000: ("/*", forward("maintenance-0a1b2c3d"))}
CSP = "routing.http.response.content_security_policy.header_value"
CORS = "routing.http.response.access_control_allow_origin.header_value"


@pytest.mark.parametrize(
    ("before", "given", "text"),
    [
        (listener({49_999: ROUTE, 50_000: ROUTE}, NOTHING), {"active": 49_999}, "✗ leave no number free"),
        (listener(DEPLOYED, NOTHING), {}, "✗ 50000 (path-pattern: /*) looks like a rule of a deployment"),
        (listener({}, {"Type": "authenticate-oidc"}, forward("app")), {}, "✗ since its client secret cannot be read"),
        (listener({}, fixed("404", MessageBody="gone")), {}, "! its 404 has a body"),
        (listener({}, redirect(StatusCode="HTTP_302")), {}, "! it redirects with 302"),
        (listener({7: ("/*", forward("web")), 9: ROUTE}, NOTHING), {}, "! the first is 9 (path-pattern: /a)"),
        (listener({50_000: ("/*", NOTHING)}, NOTHING), {}, "✗ : move 50000 (path-pattern: /*) up"),
        (listener({1: TESTS, **A}, NOTHING), {}, "! which stays live in a window: 1 (source-ip: 203.0.113.0/24)"),
        (listener(FIRST_STACK, NOTHING), {}, "! for a second one: ActivePriority=3 RestingPriority=49998"),
        (EMPTY, {}, "! No rule serves /a, where the template expects the front end"),
        (EMPTY, {"attribute": CSP}, f"! ({CSP}): the maintenance page loses"),
        (EMPTY, {"attribute": CORS}, f"! ({CORS}): the responder's CORS answers"),
        (TEN_RULES, {"quota": 13, "active": 1}, "✓ has 10 of 13 rules, the template adds 3"),
        (TEN_RULES, {"quota": 13, **STATUS_RULE}, "✗ has 10 of 13 rules, the template adds 4"),
        (TEN_RULES, {"quota": 13, "active": 1, "others": (ADMIN,)}, "✗ has 11 of 13 rules, the template adds 3"),
        (SECURE, {"others": (ADMIN,)}, "! HTTPS:8443 of shop stays open in a window"),
        (PLAIN, {"others": (SECURE,)}, f"! {SWAPPED}"),
        (PLAIN, {"second": SECURE}, f"! {SWAPPED}"),
        (EMPTY, {"tag": "gateway.k8s.aws.alb/stack"}, "✗ AWS Load Balancer Controller (Gateway API) owns it"),
        (EMPTY, {"tag": "eks:eks-cluster-name"}, "✗ EKS Auto Mode owns it"),
        (EMPTY, {"tag": "copilot-application"}, "! AWS Copilot owns it"),
    ],
)
def test_what_is_found_is_said(before: Listener, given: dict[str, Any], text: str) -> None:
    level = {"✗": Level.FIRST, "!": Level.NOTE, "✓": Level.GOOD}[text[0]]

    assert text[2:] in said(preflight(before, **given), level)


def test_a_listener_for_https_alone_is_not_forgotten() -> None:
    assert "stays open" not in said(preflight(SECURE, others=(PLAIN,)), Level.NOTE)


@pytest.mark.parametrize(
    ("default", "answer"),
    [
        (NOTHING, "404"),
        (HTTPS, "https"),
        (BARE, "https"),
        (redirect(Host="www.example.com"), "own"),
        (redirect(Port="8443"), "own"),
        (forward("app"), f"{PREFIX}:targetgroup/app/1"),
        ({"Type": "forward", "TargetGroupArn": f"{PREFIX}:targetgroup/app/1"}, f"{PREFIX}:targetgroup/app/1"),
        (forward("blue", "green"), "own"),
        (fixed("503"), "own"),
    ],
)
def test_the_answer_for_a_default_action(default: Action, answer: str) -> None:
    assert preflight(listener({}, default)).parameters["DefaultAction"] == answer


TEMPLATE = source_template()


def refused(given: Mapping[str, str]) -> list[str]:
    """Return what the template refuses of these parameters."""
    values = {name: str(parameter.get("Default", "")) for name, parameter in TEMPLATE["Parameters"].items()} | given

    def holds(term: Any) -> Any:  # noqa: ANN401 (CloudFormation's conditions)
        if isinstance(term, str):
            return term
        ((function, parts),) = term.items()
        if function == "Ref":
            return values[parts]
        met = [holds(part) for part in parts]
        return {"Fn::Not": not met[0], "Fn::Or": any(met), "Fn::Equals": met[0] == met[-1]}[function]

    rules = [rule for rule in TEMPLATE["Rules"].values() if holds(rule.get("RuleCondition", {"Fn::Or": ["yes"]}))]
    asserted = [one for rule in rules for one in rule["Assertions"]]
    patterns = {name: TEMPLATE["Parameters"][name].get("AllowedPattern", "") for name in given}
    mistaken = [name for name, pattern in patterns.items() if not re.search(pattern, given[name])]
    return [*mistaken, *(one["AssertDescription"] for one in asserted if not holds(one["Assert"]))]


STATUS_TOO = {"StatusPath": "/maintenance-status", "ActivePriority": "2"}
SECOND = {"MaintenanceHosts": "www.example.com", "RestingPriority": "49998", "StandInPriority": "49997"}


@pytest.mark.parametrize(
    ("rules", "wanted", "expected"),
    [
        ({1: ROUTE, 7: ("/api/*", NOTHING)}, {}, {}),
        ({1: ("/app*", NOTHING)}, {}, ANYWHERE),
        ({2: ("/*", forward("web"))}, {}, ANYWHERE),
        # Visitors see the expected end where there is room for it.
        (A, {}, STATUS_TOO),
        (A, {"status_path": "/s"}, {"ActivePriority": "2", "StatusPath": "/s"}),
        (A, {"active": 1}, {}),
        (A, {"active": 5, "status_path": "/s"}, {"ActivePriority": "5", "StatusPath": "/s", "StatusPriority": "4"}),
        # Testers' rules stay above, unless there is no other way in.
        ({1: TESTS, 2: TESTS, 3: A[7]}, {}, {"ActivePriority": "3"}),
        ({1: TESTS, **A}, {}, {**STATUS_TOO, "ActivePriority": "3", "StatusPriority": "2"}),
        ({1: TESTS, 2: ("/a", NOTHING)}, {}, {}),
        ({**FIRST_STACK, 2: ROUTE}, {}, {**SECOND, "ActivePriority": "2"}),
        ({**FIRST_STACK, **A}, {}, {**SECOND, **STATUS_TOO, "ActivePriority": "3", "StatusPriority": "2"}),
    ],
)
def test_the_command_fits_the_listener(
    rules: dict[int, tuple[str, Action]], wanted: dict[str, Any], expected: dict[str, str]
) -> None:
    advice = preflight(listener(rules, NOTHING), **wanted)
    given = advice.parameters

    assert not refused(given)
    assert ("--stack-name" in advice.command("eu-central-1", None)) == ("MaintenanceHosts" in expected)
    assert {name: value for name, value in given.items() if name not in ("ListenerArn", "DefaultAction")} == expected


def test_two_listeners_are_one_deployment() -> None:
    expected = {"ListenerArn": EMPTY.arn, "DefaultAction": "404", "SecondListenerArn": PLAIN.arn}
    expected |= {"SecondDefaultAction": "https", "ActivePriority": "2", "StatusPath": "/status", **ANYWHERE}

    assert preflight(EMPTY, second=PLAIN, **STATUS_RULE).parameters == expected


def test_header_and_query_values_are_masked() -> None:
    before = listener({1: ROUTE}, NOTHING)
    header = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Tester", "Values": ["secret"]}}
    query = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "token", "Value": "secret"}]}}
    rule = replace(before.rules[0], conditions=(header, query))

    assert rule.answered["conditions"] == ["http-header X-Tester: ***", "query-string: ***"]
    assert "secret" not in said(preflight(replace(before, rules=(rule,))), Level.FIRST)
