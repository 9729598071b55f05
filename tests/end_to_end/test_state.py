"""The load balancer tells the state by itself, at rest and in a window, on both listeners."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import RULES, Site
from tests.harness.stack import Stack, deploy_like

PATH = "/maintenance-status.json"
RESTING = {"state": "resting", "since": None, "until": None, "message": None}
START = {"type": "start", "minutes": 60, "message": '점검 중: "soon" \\ <b>back</b> & up'}


@pytest.fixture(scope="module")
def listeners(aws: Aws, servers: dict[str, int]) -> list[Listener]:
    balancer = LoadBalancer(aws, "told", servers)
    # No place is left between the state and the application: the start has to move rules past it.
    return [
        balancer.listener(port=port, rules={number + 1: rule for number, rule in RULES.items()}) for port in (80, 8080)
    ]


@pytest.fixture(scope="module")
def stack(aws: Aws, deployed_site: Site, listeners: list[Listener]) -> Stack:
    parameters = {
        "ListenerArn": listeners[0].arn,
        "DefaultAction": "404",
        "SecondListenerArn": listeners[1].arn,
        "SecondDefaultAction": "404",
        "StatusPath": PATH,
        "ActivePriority": "2",
    }
    return deploy_like(aws, deployed_site.stack, "told", parameters)


@pytest.fixture(autouse=True)
def at_rest(stack: Stack) -> None:
    stack.invoke(EVENTS / "end.json").answer  # noqa: B018 (fails when the end did)


def test_the_state_is_told_at_rest_in_the_window_and_after_it(stack: Stack, listeners: list[Listener]) -> None:
    assert _told(listeners) == RESTING

    started = stack.invoke(START).answer["listeners"][0]
    active = _told(listeners)
    assert active == {member: started[member] for member in RESTING}
    assert (active["state"], active["message"]) == ("active", START["message"])
    assert active["since"] < active["until"]
    assert [listener.request("/b").status for listener in listeners] == [503, 503]

    stack.invoke({"type": "start", "message": "An hour more"}).answer  # noqa: B018
    assert _told(listeners) == active | {"message": "An hour more"}

    stack.invoke(EVENTS / "end.json").answer  # noqa: B018
    assert _told(listeners) == RESTING


def test_a_check_mends_what_somebody_else_wrote_into_one_of_the_rules(
    aws: Aws, stack: Stack, listeners: list[Listener]
) -> None:
    stack.invoke(START).answer  # noqa: B018
    active = _told(listeners)
    config = {"StatusCode": "200", "ContentType": "application/json", "MessageBody": json.dumps(RESTING)}
    overwritten = [{"Type": "fixed-response", "FixedResponseConfig": config}]
    for rule in ("StatusRule", "SecondStatusRule"):
        aws.client("elbv2").modify_rule(RuleArn=stack.resources[rule], Actions=overwritten)
    assert _told(listeners) == RESTING

    stack.invoke(EVENTS / "check.json").answer  # noqa: B018

    # The message stood nowhere else.
    assert _told(listeners) == active | {"message": None}


def test_no_visitor_of_the_state_reaches_a_function(stack: Stack, listeners: list[Listener]) -> None:
    stack.invoke(START).answer  # noqa: B018
    _told(listeners)
    listeners[0].request("/b/last")

    paths = [line["path"] for line in stack.await_responder_log(1)]
    assert "/b/last" in paths
    assert PATH not in paths


def _told(listeners: list[Listener]) -> dict[str, Any]:
    """Return what all of the listeners tell."""
    answers = [listener.request(PATH) for listener in listeners]
    assert {(answer.status, answer.headers["content-type"]) for answer in answers} == {(200, "application/json")}
    first, *others = [answer.body for answer in answers]
    assert all(other == first for other in others)
    return json.loads(first)
