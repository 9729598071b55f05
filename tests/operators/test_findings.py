"""What preflight advises, by the listener's description alone."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scripts.operators.findings import Advice, Level, advise
from scripts.operators.listener import Balancer, Listener

PREFIX = "arn:aws:elasticloadbalancing:eu-central-1:123456789012"
BALANCER = f"{PREFIX}:loadbalancer/app/shop/1"

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


def listener(rules: Mapping[int, tuple[str, Action]], default: Action, *, port: int = 443) -> Listener:
    """Describe a listener as the API does: each rule by its priority, its path and its action."""
    described = [
        {
            "RuleArn": f"{PREFIX}:listener-rule/app/shop/1/{port}/{priority}",
            "Priority": str(priority),
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}],
            "Actions": [action],
        }
        for priority, (path, action) in rules.items()
    ]
    last = {"RuleArn": "default", "Priority": "default", "Conditions": [], "Actions": [default]}
    arn = f"{PREFIX}:listener/app/shop/1/{port}"
    protocol = "HTTP" if port == 80 else "HTTPS"
    return Listener.read({"ListenerArn": arn, "Protocol": protocol, "Port": port}, [*described, last])


def preflight(
    *chosen: Listener, others: tuple[Listener, ...] = (), tags: Mapping[str, str] | None = None, quota: int = 100
) -> Advice:
    return advise(Balancer((*chosen, *others), {BALANCER: dict(tags or {})}, quota), list(chosen))


def said(advice: Advice, level: Level) -> str:
    findings = [finding for part in (*advice.of_listeners, advice.of_all) for finding in part]
    return "\n".join(f"{finding.text} → {finding.todo}" for finding in findings if finding.level == level)


# Everything that can stand at the last four numbers, above every kind of default action.
KINDS = [None, ("/api", forward("api")), ("/*", forward("web")), ("/*", forward("blue", "green"))]
BOTTOMS = [
    listener({number: rule for number, rule in zip(range(49_997, 50_001), rules, strict=True) if rule}, default)
    for rules in itertools.product(KINDS, repeat=4)
    for default in (NOTHING, HTTPS, forward("app"), fixed("503"))
]


def test_what_it_calls_ready_changes_nothing_at_rest() -> None:
    ready = [(before, advice.parameters) for before in BOTTOMS if (advice := preflight(before)).ready]
    for before, given in ready:
        resting, answer = int(given.get("RestingPriority", "50000")), given["DefaultAction"]
        added = {resting: forward("responder")}
        if answer != "own":
            stand_in = {"https": HTTPS, "404": NOTHING}.get(answer) or forward(answer.split("/")[1])
            added[int(given.get("StandInPriority", "49999"))] = stand_in
        assert added.keys().isdisjoint(rule.priority for rule in before.rules)
        assert asked(with_rules(before, added)) == asked(before)
    assert len(ready) > len(BOTTOMS) / 3


def test_what_it_says_has_to_be_done_first_makes_the_listener_ready_and_changes_nothing() -> None:
    for before in BOTTOMS:
        listener_now, rounds = before, 0
        while not (advice := preflight(listener_now)).ready:
            rounds += 1
            assert rounds < 4
            listener_now = followed(listener_now, said(advice, Level.FIRST))
            assert asked(listener_now) == asked(before)


def with_rules(before: Listener, catch_alls: Mapping[int, Action]) -> Listener:
    """Return the listener with more rules that catch everything."""
    added = listener({number: ("/*", action) for number, action in catch_alls.items()}, NOTHING).rules
    return replace(before, rules=tuple(sorted((*before.rules, *added), key=lambda rule: rule.priority)))


def followed(before: Listener, text: str) -> Listener:
    """Return the listener after the command in a finding."""
    if create := re.search(r"--priority (\d+) .*--actions '(.*?)'", text):
        return with_rules(before, {int(create[1]): json.loads(create[2])[0]})
    moves = {arn: int(number) for arn, number in re.findall(r"RuleArn=(\S+),Priority=(\d+)", text)}
    assert moves
    moved = [replace(rule, priority=moves.get(rule.arn, rule.priority)) for rule in before.rules]
    assert len({rule.priority for rule in moved}) == len(moved)
    return replace(before, rules=tuple(sorted(moved, key=lambda rule: rule.priority)))


def asked(of: Listener) -> list[str]:
    """Return what requests meet, in order: nothing behind a rule that catches everything does."""
    met = list(itertools.takewhile(lambda rule: not rule.catches_all, of.rules))
    return [*(f"{rule.matches} {rule.does}" for rule in met), (of.catch_all or of.default).does]


@pytest.mark.parametrize(
    ("default", "answer"),
    [
        (NOTHING, "404"),
        (HTTPS, "https"),
        (
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_302"}},
            "https",
        ),
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


def test_a_default_action_that_no_stand_in_can_do_has_to_become_a_rule_first() -> None:
    advice = preflight(listener({}, forward("blue", "green")))

    assert not advice.ready
    assert "aws elbv2 create-rule --region eu-central-1" in said(advice, Level.FIRST)
    assert "--priority 49999" in said(advice, Level.FIRST)


def test_a_sign_in_has_to_become_a_rule_in_the_console() -> None:
    default = listener({}, forward("app")).default
    signed_in = {"Type": "authenticate-oidc", "Order": 1}
    described = {"RuleArn": "default", "Priority": "default", "Actions": [signed_in, *default.actions]}
    arn = f"{PREFIX}:listener/app/shop/1/443"
    protected = Listener.read({"ListenerArn": arn, "Protocol": "HTTPS", "Port": 443}, [described])

    assert "in the console, since its client secret cannot be read" in said(preflight(protected), Level.FIRST)


def test_what_a_stand_in_does_otherwise_is_said() -> None:
    assert "its 404 has a body" in said(preflight(listener({}, fixed("404", MessageBody="gone"))), Level.NOTE)
    assert "with 302" in said(preflight(listener({}, redirect(StatusCode="HTTP_302"))), Level.NOTE)


def test_a_last_place_that_is_taken_is_freed_in_order() -> None:
    advice = preflight(listener({49_999: ("/b", NOTHING), 50_000: ("/c", NOTHING)}, NOTHING))

    moves = [
        f"RuleArn={PREFIX}:listener-rule/app/shop/1/443/{old},Priority={new}"
        for old, new in ((49_999, 49_997), (50_000, 49_998))
    ]
    assert " ".join(moves) in said(advice, Level.FIRST)


def test_a_catch_all_that_rewrites_the_path_is_more_than_a_stand_in_can_do() -> None:
    full = listener({50_000: ("/*", forward("web"))}, NOTHING)
    rewriting = replace(full, rules=(replace(full.rules[0], rewrites=True),))

    assert preflight(full).ready
    assert f"RuleArn={full.rules[0].arn},Priority=49999" in said(preflight(rewriting), Level.FIRST)


def test_two_listeners_get_numbers_that_both_have_room_for() -> None:
    full = listener({50_000: ("/*", forward("web"))}, NOTHING)
    redirecting = listener({}, HTTPS, port=80)

    advice = preflight(full, redirecting)

    assert advice.ready
    assert advice.parameters == {
        "ListenerArn": full.arn.text,
        "DefaultAction": f"{PREFIX}:targetgroup/web/1",
        "SecondListenerArn": redirecting.arn.text,
        "SecondDefaultAction": "https",
        "RestingPriority": "49999",
        "StandInPriority": "49998",
    }


def test_two_listeners_without_a_number_for_both_need_a_stack_each() -> None:
    one = listener({50_000: ("/*", forward("web"))}, NOTHING)
    other = listener({49_998: ("/api", forward("api"))}, NOTHING, port=80)

    assert "deploy a stack for each" in said(preflight(one, other), Level.FIRST)


def test_rules_are_left_to_the_quota_or_more_are_to_be_had() -> None:
    shop = listener(dict.fromkeys(range(10, 19), ("/a", NOTHING)), NOTHING)
    admin = listener({10: ("/a", NOTHING)}, NOTHING, port=8443)

    assert "has 10 of 12 rules, the template adds 2" in said(preflight(shop, others=(admin,), quota=12), Level.NOTE)
    assert "increased" in said(preflight(shop, others=(admin,), quota=11), Level.FIRST)


def test_a_listener_that_is_served_already_is_known() -> None:
    rules = {49_999: ("/*", NOTHING), 50_000: ("/*", forward("maintenance-0a1b2c3d"))}

    assert "50000 (path-pattern: /*) looks like the maintenance rule" in said(
        preflight(listener(rules, NOTHING)), Level.FIRST
    )


def test_who_stays_in_with_which_active_priority() -> None:
    rules = {1: ("/a", NOTHING), 2: ("/b", NOTHING), 7: ("/*", forward("web")), 9: ("/c", NOTHING)}

    note = said(preflight(listener(rules, NOTHING)), Level.NOTE)

    assert "it and the 1 behind it move one place down each" in note
    assert "ActivePriority=2 for 1 (path-pattern: /a), ActivePriority=3 for 2 (path-pattern: /b)" in note
    assert "ActivePriority=8" not in note
    assert "1 below it get no request, the first is 9 (path-pattern: /c)" in note


@pytest.mark.parametrize(
    ("tag", "level", "owner"),
    [
        ("elbv2.k8s.aws/cluster", Level.FIRST, "AWS Load Balancer Controller owns it"),
        ("ingress.k8s.aws/stack", Level.FIRST, "AWS Load Balancer Controller owns it"),
        ("copilot-application", Level.NOTE, "AWS Copilot owns it"),
        ("aws:cloudformation:stack-name", Level.NOTE, "CloudFormation owns it"),
    ],
)
def test_an_owner_is_known_by_its_tags(tag: str, level: Level, owner: str) -> None:
    assert owner in said(preflight(listener({}, NOTHING), tags={tag: "shop"}), level)


def test_listeners_that_were_forgotten_or_given_the_other_way_round_are_named() -> None:
    secure, plain = listener({}, forward("web")), listener({}, HTTPS, port=80)
    admin = listener({}, forward("admin"), port=8443)

    assert "stays open" not in said(preflight(secure, others=(plain,)), Level.NOTE)
    assert "HTTPS:8443 of shop stays open in a window" in said(preflight(secure, others=(admin,)), Level.NOTE)
    for advice in (preflight(plain, others=(secure,)), preflight(plain, secure)):
        assert f"preflight {secure.arn.text} {plain.arn.text}" in said(advice, Level.NOTE)
