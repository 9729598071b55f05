"""The template in the shapes that its parameters give it: deployed, updated in place and deleted again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import RULES, Site
from tests.harness.stack import Stack, delete, deploy_like
from tests.harness.template import expanded_template

NIGHTLY = {
    "StartSchedule": "at(2099-03-01T22:00:00)",
    "EndSchedule": "at(2099-03-02T04:00:00)",
    "MaxDurationMinutes": "360",
}
STATUS, PREVIEW = "/maintenance-status.json", "/maintenance-preview"
RESTING = {"state": "resting", "since": None, "until": None, "message": None}
MESSAGE = '점검 중: "soon" \\ <b>back</b> & up'


@pytest.fixture(scope="module")
def listeners(aws: Aws, servers: dict[str, int]) -> list[Listener]:
    """Return two listeners whose default actions differ."""
    balancer = LoadBalancer(aws, "full", servers)
    rules = {number + 10: rule for number, rule in RULES.items()}
    return [balancer.listener(port=443, rules=rules, default="front-end"), balancer.listener(port=80, rules=rules)]


@pytest.fixture(scope="module")
def deployed(aws: Aws, deployed_site: Site, listeners: list[Listener]) -> Stack:
    """Deploy with everything on."""
    first, second = listeners
    parameters = {
        "ListenerArn": first.arn,
        "DefaultAction": first.load_balancer.target_group("front-end"),
        "SecondListenerArn": second.arn,
        "SecondDefaultAction": "404",
        **NIGHTLY,
        "ScheduleTimeZone": "Asia/Seoul",
        "PreviewPath": PREVIEW,
        "StatusPath": STATUS,
        "StatusPriority": "5",
        "ActivePriority": "6",
        "NotificationEmail": "ops@example.com",
        "ResponderReservedConcurrency": "50",
        "SwitcherReservedConcurrency": "2",
        "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
    }
    return deploy_like(aws, deployed_site.stack, "full", parameters)


@pytest.fixture
def full(deployed: Stack) -> Stack:
    """Return the full stack at rest."""
    deployed.end()
    return deployed


def test_every_resource_can_be_deployed(full: Stack) -> None:
    assert full.resources.keys() >= expanded_template()["Resources"].keys()


def test_one_call_switches_both_listeners(full: Stack, listeners: list[Listener]) -> None:
    before = [listener.order() for listener in listeners]

    started = full.start()
    during = [listener.order() for listener in listeners]
    answers = [listener.request("/b/last").status for listener in listeners]
    full.end()

    for one, other in zip(before, during, strict=True):
        assert {(one[rule], other[rule]) for rule in one if one[rule] != other[rule]} == {
            ("50000", "6"),
            ("6", "50000"),
        }
    assert answers == [503, 503]
    assert {listener["listenerArn"] for listener in started["listeners"]} == {listener.arn for listener in listeners}
    assert [listener.order() for listener in listeners] == before
    assert [listener.request("/b").body for listener in listeners] == ["bff serves /b", "bff serves /b"]


@pytest.mark.usefixtures("full")
def test_the_preview_is_there_at_rest(listeners: list[Listener]) -> None:
    for listener in listeners:
        answer = listener.request(PREVIEW)
        assert answer.status == 503
        assert '<p role="note">' in answer.body


def test_both_listeners_publish_the_status(aws: Aws, full: Stack, listeners: list[Listener]) -> None:
    assert published(listeners) == RESTING

    started = full.start(minutes=60, message=MESSAGE)["listeners"][0]
    active = published(listeners)
    assert active == {"state": "active", "message": MESSAGE} | {field: started[field] for field in ("since", "until")}

    full.invoke({"type": "message", "message": "Nearly done"}).answer  # noqa: B018 (fails when the event did)
    assert published(listeners) == active | {"message": "Nearly done"}

    # A check writes a body again that another process has changed.
    config = {"StatusCode": "200", "ContentType": "application/json", "MessageBody": json.dumps(RESTING)}
    for rule in ("StatusRule", "SecondStatusRule"):
        actions = [{"Type": "fixed-response", "FixedResponseConfig": config}]
        aws.client("elbv2").modify_rule(RuleArn=full.resources[rule], Actions=actions)
    full.invoke(EVENTS / "check.json").answer  # noqa: B018
    assert published(listeners) == active | {"message": None}

    full.end()
    assert published(listeners) == RESTING
    assert STATUS not in [line["path"] for line in full.responder_log()]


def published(listeners: list[Listener]) -> dict[str, Any]:
    """Return the status of all listeners."""
    answers = [listener.request(STATUS) for listener in listeners]
    assert {(answer.status, answer.headers["content-type"]) for answer in answers} == {(200, "application/json")}
    first, second = (answer.json() for answer in answers)
    assert first == second
    return first


def test_updates_move_no_foreign_rule(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    listener = LoadBalancer(aws, "changing", servers).listener(port=80, rules={3: ("/a*", "front-end")})
    untouched = listener.rules()
    given = {"ListenerArn": listener.arn, "DefaultAction": "404", **NIGHTLY}
    stack = deploy_like(aws, deployed_site.stack, "changing", given)
    rule, resting = stack.rule_arn, listener.order()

    stack = deploy_like(aws, deployed_site.stack, "changing", given | {"StartSchedule": "cron(30 23 * * ? *)"})
    schedule = aws.client("scheduler").get_schedule(Name=stack.resources["StartMaintenanceSchedule"])
    assert schedule["ScheduleExpression"] == "cron(30 23 * * ? *)"
    assert listener.order() == resting

    # One deployment makes the status rule's place.
    stack = deploy_like(aws, deployed_site.stack, "changing", given | {"ActivePriority": "2", "StatusPath": STATUS})
    placeholder, status = stack.resources["PlaceholderRule"], stack.resources["StatusRule"]
    assert listener.order() == resting | {placeholder: "2", status: "1"}
    stack.start()
    assert listener.order() == resting | {placeholder: "50000", status: "1", rule: "2"}

    # Deleted in a window, the stack opens the system and leaves nothing.
    delete(aws, stack)
    assert listener.rules() == untouched
    assert listener.request("/a").status == 200
