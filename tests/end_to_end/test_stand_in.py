"""Deploying is harmless: whatever the default action does goes on at rest, and after the stack is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.stack import Stack, delete, deploy_like

APPLICATION = {1: ("/a*", "front-end"), 2: ("/b*", "bff")}
# What no rule above the stand-in knows, with what a redirect has to keep.
AT_REST = ["/c", "/c.env", "/c/elsewhere?from=mail&n=1"]
IN_WINDOW = "/in-the-window"


@dataclass(frozen=True)
class Form:
    """A listener by its rules and its default action, and what the operator answers for it."""

    rules: Mapping[int, tuple[str, str]]
    default: str | None
    answer: str
    status: int


# front-end stands for the ARN of its target group.
FORMS = {
    "forward": Form(APPLICATION, "front-end", "front-end", 200),
    "https": Form({}, "https", "https", 301),
    "404": Form(APPLICATION, None, "404", 404),
    "own": Form({**APPLICATION, 40000: ("/*", "front-end")}, None, "own", 200),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_default_action_goes_on_at_rest_and_after_the_stack_is_deleted(
    aws: Aws, servers: dict[str, int], deployed_site: Site, form: Form
) -> None:
    name = f"rest-{form.answer}"
    listener = LoadBalancer(aws, name, servers).listener(port=80, rules=form.rules, default=form.default)
    untouched, before = listener.rules(), _answers(listener)
    assert before[0][0] == form.status

    stack = deploy_like(
        aws, deployed_site.stack, name, {"ListenerArn": listener.arn, "DefaultAction": _action(listener, form)}
    )
    assert _answers(listener) == before
    # A rule of the operator's own may do something else than the default action; what the template makes may not.
    assert _warnings(stack) <= ({"stand-in-differs"} if form.answer == "own" else set())

    _switch(stack, "start")
    assert listener.request(IN_WINDOW).status == 503
    _switch(stack, "end")
    assert _answers(listener) == before
    # The window's request is the only one that the responder has ever seen.
    assert [line["path"] for line in stack.await_responder_log(1)] == [IN_WINDOW]

    delete(aws, stack)
    assert listener.rules() == untouched
    assert _answers(listener) == before


def test_the_pair_of_https_and_a_port_80_that_redirects_there_stays_such_a_pair(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    balancer = LoadBalancer(aws, "pair", servers)
    pair = [
        balancer.listener(port=443, rules=APPLICATION, default="front-end"),
        balancer.listener(port=80, rules={}, default="https"),
    ]
    untouched, before = [listener.rules() for listener in pair], [_answers(listener) for listener in pair]
    assert [answers[0][0] for answers in before] == [200, 301]

    stack = deploy_like(
        aws,
        deployed_site.stack,
        "pair",
        {
            "ListenerArn": pair[0].arn,
            "DefaultAction": balancer.target_group("front-end"),
            "SecondListenerArn": pair[1].arn,
            "SecondDefaultAction": "https",
        },
    )
    assert [_answers(listener) for listener in pair] == before
    assert _warnings(stack) == set()

    _switch(stack, "start")
    assert [listener.request(IN_WINDOW).status for listener in pair] == [503, 503]
    _switch(stack, "end")
    assert [_answers(listener) for listener in pair] == before
    assert [line["path"] for line in stack.await_responder_log(2)] == [IN_WINDOW, IN_WINDOW]

    made = _rules_in_order(aws, stack.id, "CREATE_COMPLETE")
    delete(aws, stack)
    removed = _rules_in_order(aws, stack.id, "DELETE_COMPLETE")
    for which in ("", "Second"):
        rule, stand_in = f"{which}MaintenanceRule", f"{which}StandInRule"
        assert made.index(stand_in) < made.index(rule)
        assert removed.index(rule) < removed.index(stand_in)
    assert [listener.rules() for listener in pair] == untouched
    assert [_answers(listener) for listener in pair] == before


def test_another_default_action_changes_the_stand_in_in_place(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    listener = LoadBalancer(aws, "another", servers).listener(port=80, rules={})
    group = listener.load_balancer.target_group("front-end")
    statuses, rules = [], []

    for action in ("404", group, "https"):
        stack = deploy_like(aws, deployed_site.stack, "another", {"ListenerArn": listener.arn, "DefaultAction": action})
        statuses.append(listener.request("/c").status)
        rules.append(stack.resources["StandInRule"])

    assert statuses == [404, 200, 301]
    assert len(set(rules)) == 1


def _action(listener: Listener, form: Form) -> str:
    return listener.load_balancer.target_group("front-end") if form.answer == "front-end" else form.answer


def _answers(listener: Listener) -> list[tuple[int, str | None, str]]:
    """Return all that a visitor can tell one answer from another by."""
    answers = [listener.request(path) for path in AT_REST]
    return [(answer.status, answer.headers.get("location"), answer.body) for answer in answers]


def _rules_in_order(aws: Aws, stack_id: str, status: str) -> list[str]:
    """Return the stack's listener rules in the order in which they came to that status."""
    events = aws.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
    told = [event for page in events for event in page["StackEvents"]]
    return [
        event["LogicalResourceId"]
        for event in reversed(told)
        if event["ResourceStatus"] == status and event["ResourceType"].endswith("ListenerRule")
    ]


def _switch(stack: Stack, event: str) -> None:
    assert stack.invoke(EVENTS / f"{event}.json").answer["outcome"] == "changed"


def _warnings(stack: Stack) -> set[str]:
    status = stack.invoke(EVENTS / "status.json").answer
    return {warning["code"] for listener in status["listeners"] for warning in listener["warnings"]}
