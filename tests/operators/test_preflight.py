"""What preflight reads of a listener, finds and advises."""

import itertools
import json
import re
import shlex
from typing import Any

import pytest

from scripts.operators.findings import ANYWHERE, Advice, advise
from scripts.operators.listener import Listener, make
from tests.harness.template import source_template
from tests.operators.conftest import LISTENER, PREFIX, Run, refusal

# By priority: the paths, hosts and addresses that a rule is for, and what it does.
Rules = dict[int, str]
TARGET = {"Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
STATE = '{"state":"resting","since":null,"until":null,"message":"it\'s on"}'
REDIRECTS = {
    "https": {**TARGET, "StatusCode": "HTTP_301"},
    # What is left out stays as it is.
    "302": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_302"},
    "elsewhere": {**TARGET, "Host": "www.example.com", "StatusCode": "HTTP_301"},
}
FIXED = {"404": ("404", ""), "503": ("503", "it's closed"), "gone": ("404", "gone"), "state": ("200", STATE)}
# The API knows two forms for one target group.
ACTIONS = {"oidc": {"Type": "authenticate-oidc"}}
ACTIONS["flat"] = {"Type": "forward", "TargetGroupArn": f"{PREFIX}:targetgroup/flat/1"}
ACTIONS |= {name: {"Type": "redirect", "RedirectConfig": to} for name, to in REDIRECTS.items()}
for name, (code, body) in FIXED.items():
    ACTIONS[name] = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": code, "MessageBody": body}}


def action(name: str) -> dict[str, Any]:
    """Describe an action as the API does: one of those above, or a forward to target groups joined by `+`."""
    groups = [{"TargetGroupArn": f"{PREFIX}:targetgroup/{group}/1", "Weight": 1} for group in name.split("+")]
    return ACTIONS.get(name, {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})


def condition(text: str) -> dict[str, Any]:
    field = "path-pattern" if text.startswith("/") else "source-ip" if "/" in text else "host-header"
    return {"Field": field, f"{field.title().replace('-', '')}Config": {"Values": [text]}}


def listener(rules: Rules, default: str = "404", port: int = 443, tag: str = "", attribute: str = "") -> Listener:
    described = [{"RuleArn": "default", "Priority": "default", "Actions": [action(one) for one in default.split()]}]
    for number, text in rules.items():
        *conditions, does = text.split()
        described.append({"RuleArn": f"arn:rule/{number}", "Priority": str(number), "Actions": [action(does)]})
        described[-1]["Conditions"] = [condition(one) for one in conditions]
    one = {"ListenerArn": f"{PREFIX}:listener/app/shop/1/{port}", "Protocol": "HTTP" if port == 80 else "HTTPS"}
    return make({**one, "Port": port}, described, {tag: "shop"}, [attribute])


def preflight(*chosen: Listener, others: tuple[Listener, ...] = (), quota: int = 100, **wanted: Any) -> Advice:  # noqa: ANN401
    return advise(list(chosen), list(others), quota, wanted.get("active"), wanted.get("status_path"))


def said(advice: Advice, level: str) -> str:
    """Return the findings of a level, with what to do about them."""
    findings = [finding for part in (*advice.of_listeners, advice.of_all) for finding in part]
    return "\n".join(" → ".join([one.text, one.todo, *one.commands]) for one in findings if one.level == level)


def moves(advice: Advice) -> dict[int, int]:
    """Return the moves of the printed command, by the rules' old numbers."""
    found = re.findall(r"RuleArn=\S+/(\d+),Priority=(\d+)", said(advice, "first"))
    return {int(old): int(new) for old, new in found}


# Everything that can be at the first two and the last three numbers, above every kind of default action.
NUMBERS = (1, 2, 49_998, 49_999, 50_000)
KINDS = itertools.product([None, "/api api", "/* web"], repeat=len(NUMBERS))
EVERY = [{number: rule for number, rule in zip(NUMBERS, rules, strict=True) if rule} for rules in KINDS]


@pytest.mark.parametrize("wanted", [{}, {"active": 2, "status_path": "/status"}])
@pytest.mark.parametrize("default", ["404", "app", "503"])
def test_following_the_advice_makes_a_listener_ready(default: str, wanted: dict[str, Any]) -> None:
    for before in EVERY:
        rules, rounds = before, 0
        while not (advice := preflight(listener(rules, default), **wanted)).ready:
            rounds += 1
            assert rounds < 4
            rules = followed(rules, default, advice)
            assert met(rules, default) == met(before, default)
        given = advice.parameters
        assert not refused(given)
        # The template's own rules change nothing at rest.
        added = {50_000: "/* responder"} | ({} if given["DefaultAction"] == "own" else {49_999: f"/* {default}"})
        top = {int(given.get("ActivePriority", "1")), *([1] if "StatusPath" in given else [])}
        assert rules.keys().isdisjoint(added.keys() | top)
        assert met({**rules, **added}, default) == met(before, default)


def followed(rules: Rules, default: str, advice: Advice) -> Rules:
    """Return the rules after the commands in findings."""
    placed = moves(advice)
    moved = {placed.get(number, number): rule for number, rule in rules.items()}
    if create := re.search("aws elbv2 create-rule .*", said(advice, "first")):
        *_, number, _, condition, _, actions = shlex.split(create[0])
        assert (condition, json.loads(actions)) == ("Field=path-pattern,Values=/*", [action(default)])
        moved[int(number)] = f"/* {default}"
    assert placed or create
    assert len(moved) == len(rules) + bool(create)
    return moved


def met(rules: Rules, default: str) -> list[str]:
    """Return what requests meet, in order: nothing behind a rule that matches every request does."""
    in_order = [rules[number] for number in sorted(rules)] + [f"/* {default}"]
    last = next(number for number, rule in enumerate(in_order) if rule.startswith("/* "))
    return in_order[: last + 1]


TEMPLATE = source_template()["Parameters"]


def refused(given: dict[str, str]) -> list[str]:
    """Return what the template refuses of these parameters."""
    values = {name: TEMPLATE[name].get("Default") for name in ("ActivePriority", "StatusPriority")} | given
    same = ["StatusPriority"] * ("StatusPath" in given and values["ActivePriority"] == values["StatusPriority"])
    return same + [name for name in given if not re.search(TEMPLATE[name].get("AllowedPattern", ""), given[name])]


A = {7: "/a* web"}
TESTS = "203.0.113.0/24 web"
# Our own: a placeholder, a preview and a status rule.
HELD, PREVIEW, STATUS = "placeholder.invalid 404", "/preview maintenance-0a1b2c3d", "/status state"
SHOP = "/* shop.example.com"
FIRST_STACK = {1: HELD, 49_999: f"{SHOP} 404", 50_000: f"{SHOP} maintenance-0a1b2c3d"}
STATUS_RULE = {"active": 2, "status_path": "/s"}


@pytest.mark.parametrize(
    ("rules", "wanted", "expected"),
    [
        ({1: "/a 404", 2: "/a 404", 4: "/a 404"}, {}, {1: 2, 2: 3}),
        ({1: "/a 404", 2: "/a 404", 9: "/a 404"}, STATUS_RULE, {1: 3, 2: 4}),
        ({1: STATUS, 2: PREVIEW, 3: "/a 404"}, STATUS_RULE, {}),
        ({1: "/a 404", 2: PREVIEW, 3: "/a 404"}, {}, {1: 3, 3: 4}),
        ({1: HELD, 2: "/a 404"}, {}, {2: 3}),
        ({**FIRST_STACK, 2: "/a 404", 49_998: "/a 404"}, {}, {2: 3, 49_998: 49_996}),
    ],
)
def test_room_is_made_without_our_own_rules(rules: Rules, wanted: dict[str, Any], expected: dict[int, int]) -> None:
    assert moves(preflight(listener(rules), **wanted)) == expected


EMPTY, PLAIN, SECURE = listener({}), listener({}, "https", port=80), listener({}, "web")
ADMIN = listener({10: "/a 404"}, "admin", port=8443)
TEN_RULES = listener(dict.fromkeys(range(10, 20), "/a 404"))
DEPLOYED = listener({49_999: "/* 404", 50_000: "/* maintenance-0a1b2c3d"})
CSP = "routing.http.response.content_security_policy.header_value"
CORS = "routing.http.response.access_control_allow_origin.header_value"
SWAPPED = f"! give HTTPS:443 of shop first and it second → scripts/maintenance preflight {SECURE.arn} {PLAIN.arn}"


@pytest.mark.parametrize(
    ("chosen", "given", "text"),
    [
        ([listener({49_999: "/a 404", 50_000: "/a 404"})], {"active": 49_999}, "✗ leave no number free"),
        ([DEPLOYED], {}, "✗ 50000 (path-pattern: /*) looks like a rule of a deployment"),
        ([listener({}, "oidc web")], {}, "✗ since its client secret cannot be read"),
        ([listener({}, "gone")], {}, "! its 404 has a body"),
        ([listener({}, "302")], {}, "! it redirects with 302"),
        ([listener({50_000: "/* 404"})], {}, "✗ in its way is 50000 (path-pattern: /*)"),
        ([listener({1: TESTS, **A})], {}, "! stays live in a window: 1 (source-ip: 203.0.113.0/24)"),
        ([listener(FIRST_STACK)], {}, "! for a second one: ActivePriority=3 RestingPriority=49998"),
        ([EMPTY], {}, "! No rule serves /a, where the template expects the front end"),
        ([listener({}, attribute=CSP)], {}, f"! ({CSP}): the maintenance page loses"),
        ([listener({}, attribute=CORS)], {}, f"! ({CORS}): the responder's CORS answers"),
        ([TEN_RULES], {"quota": 13, "active": 1}, "✓ has 10 of 13 rules, the template adds 3"),
        ([TEN_RULES], {"quota": 13, **STATUS_RULE}, "✗ has 10 of 13 rules, the template adds 4"),
        ([TEN_RULES], {"quota": 13, "active": 1, "others": (ADMIN,)}, "✗ has 11 of 13 rules, the template adds 3"),
        ([SECURE], {"others": (ADMIN,)}, "! HTTPS:8443 of shop stays open in a window"),
        ([PLAIN], {"others": (SECURE,)}, SWAPPED),
        ([PLAIN, SECURE], {}, SWAPPED),
        ([listener({}, tag="gateway.k8s.aws.alb/stack")], {}, "✗ Controller (Gateway API) owns it"),
        ([listener({}, tag="eks:eks-cluster-name")], {}, "✗ EKS Auto Mode owns it"),
        ([listener({}, tag="copilot-application")], {}, "! AWS Copilot owns it"),
    ],
)
def test_what_is_found_is_said(chosen: list[Listener], given: dict[str, Any], text: str) -> None:
    assert text[2:] in said(preflight(*chosen, **given), {"✗": "first", "!": "note", "✓": "good"}[text[0]])


def test_what_does_not_matter_is_not_said() -> None:
    assert "stays open" not in said(preflight(SECURE, others=(PLAIN,)), "note")
    assert "stays open" not in said(preflight(PLAIN, others=(SECURE,)), "note")
    assert "not quite" not in said(preflight(listener({7: "/* web"}, "302")), "note")


@pytest.mark.parametrize(
    ("default", "answer"),
    [
        *(("404", "404"), ("https", "https"), ("302", "https")),
        *((name, f"{PREFIX}:targetgroup/{name}/1") for name in ("app", "flat")),
        *((name, "own") for name in ("elsewhere", "blue+green", "503")),
    ],
)
def test_the_answer_for_a_default_action(default: str, answer: str) -> None:
    assert preflight(listener({}, default)).parameters["DefaultAction"] == answer


STATUS_TOO = {"StatusPath": "/maintenance-status", "ActivePriority": "2"}
SECOND = {"MaintenanceHosts": "www.example.com", "RestingPriority": "49998", "StandInPriority": "49997"}


@pytest.mark.parametrize(
    ("rules", "wanted", "expected"),
    [
        ({1: "/a 404", 7: "/api/* 404"}, {}, {}),
        ({1: "/app* 404"}, {}, ANYWHERE),
        ({2: "/* web"}, {}, ANYWHERE),
        # Visitors see the expected end where there is room for it.
        (A, {}, STATUS_TOO),
        (A, {"status_path": "/s"}, {"ActivePriority": "2", "StatusPath": "/s"}),
        (A, {"active": 1}, {}),
        (A, {"active": 5, "status_path": "/s"}, {"ActivePriority": "5", "StatusPath": "/s", "StatusPriority": "4"}),
        # Testers' rules stay above, unless there is no other way in.
        ({1: TESTS, 2: TESTS, 3: "/a* web"}, {}, {"ActivePriority": "3"}),
        ({1: TESTS, **A}, {}, {**STATUS_TOO, "ActivePriority": "3", "StatusPriority": "2"}),
        ({1: TESTS, 2: "/a 404"}, {}, {}),
        ({**FIRST_STACK, 2: "/a 404"}, {}, {**SECOND, "ActivePriority": "2"}),
        ({**FIRST_STACK, **A}, {}, {**SECOND, **STATUS_TOO, "ActivePriority": "3", "StatusPriority": "2"}),
    ],
)
def test_the_command_fits_the_listener(rules: Rules, wanted: dict[str, Any], expected: dict[str, str]) -> None:
    advice = preflight(listener(rules), **wanted)
    given = advice.parameters

    assert not refused(given)
    assert ("--stack-name" in advice.command) == ("MaintenanceHosts" in expected)
    assert given == {"ListenerArn": LISTENER, "DefaultAction": given["DefaultAction"], **expected}


def test_two_listeners_are_one_deployment() -> None:
    expected = {"ListenerArn": EMPTY.arn, "DefaultAction": "404", "SecondListenerArn": PLAIN.arn}
    expected |= {"SecondDefaultAction": "https", "ActivePriority": "2", "StatusPath": "/s", **ANYWHERE}

    assert preflight(EMPTY, PLAIN, **STATUS_RULE).parameters == expected


HEADER = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Tester", "Values": ["secret"]}}
QUERY = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "token", "Value": "secret"}]}}


@pytest.mark.parametrize("limits", [{"Limits": [{"Name": "rules-per-application-load-balancer", "Max": "9"}]}, None])
def test_what_aws_says_is_read(run: Run, limits: dict[str, Any] | None) -> None:
    secret = {"RuleArn": "1", "Priority": "1", "Conditions": [HEADER, QUERY], "Actions": [action("web")]}
    default = {"RuleArn": "default", "Priority": "default", "Actions": [action("404")]}
    tags = {f"{PREFIX}:loadbalancer/app/shop/1": "elbv2.k8s.aws/cluster", LISTENER: "team"}
    named = [{"ResourceArn": arn, "Tags": [{"Key": key, "Value": "prod"}]} for arn, key in tags.items()]
    run.answers |= {"DescribeRules": {"Rules": [default, secret]}, "DescribeTags": {"TagDescriptions": named}}
    run.answers["DescribeListenerAttributes"] = {"Attributes": [{"Key": CSP, "Value": "none"}, {"Key": CORS}]}
    run.answers |= {"DescribeAccountLimits": limits} if limits else {}

    code, out, _ = run("preflight", LISTENER)
    found = json.loads(run("preflight", LISTENER, "--json")[1])

    assert (code, run.regions) == (1, {"eu-central-1"})
    assert re.search(r"\n1 +http-header X-Tester: \*\*\* and query-string: \*\*\* +forward: web *\n", out)
    assert not {"secret", CORS} & {*re.findall(r"[\w.]+", out)}
    assert "✗ AWS Load Balancer Controller owns it (elbv2.k8s.aws/cluster=prod)" in out
    assert f"! The listener overwrites a header of every answer ({CSP})" in out
    assert f"has 1 of {9 if limits else 100} rules" in out
    assert (found["ready"], found["parameters"]["ListenerArn"]) == (False, LISTENER)
    assert "first" in {finding["level"] for finding in found["listeners"][0]}


@pytest.mark.parametrize("answer", [{"Listeners": []}, refusal("LoadBalancerNotFound")])
def test_an_unknown_listener_is_refused(run: Run, answer: Any) -> None:  # noqa: ANN401
    run.answers["DescribeListeners"] = answer

    code, out, err = run("preflight", LISTENER)

    assert (code, out) == (1, "")
    assert f'LISTENER-ARN is "{LISTENER}": there is no such listener; accepted: a listener in eu-central-1' in err
