"""The template in the shapes that its parameters give it: deployed, updated in place and deleted again."""

from __future__ import annotations

import json
import re

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import RULES, Site
from tests.harness.stack import Stack, delete, deploy_like
from tests.harness.template import expanded_template

NIGHTLY = {
    "StartSchedule": "cron(0 22 * * ? *)",
    "EndSchedule": "cron(0 4 * * ? *)",
    "MaxDurationMinutes": "360",
}


@pytest.fixture(scope="module")
def full_listeners(aws: Aws, servers: dict[str, int]) -> list[Listener]:
    """Two listeners whose default actions differ."""
    balancer = LoadBalancer(aws, "full", servers)
    return [balancer.listener(port=443, rules=RULES, default="front-end"), balancer.listener(port=80, rules=RULES)]


@pytest.fixture(scope="module")
def full(aws: Aws, deployed_site: Site, full_listeners: list[Listener]) -> Stack:
    """Deploy with everything on."""
    first, second = full_listeners
    parameters = {
        "ListenerArn": first.arn,
        "DefaultAction": first.load_balancer.target_group("front-end"),
        "SecondListenerArn": second.arn,
        "SecondDefaultAction": "404",
        **NIGHTLY,
        "ScheduleTimeZone": "Asia/Seoul",
        "SchedulesEnabled": "false",
        "MaintenancePageUrl": "/maintenance",
        "PreviewPath": "/maintenance-preview",
        "StatusPath": "/maintenance-status.json",
        "StatusPriority": "5",
        "ActivePriority": "6",
        "CorsAllowedOrigins": "https://app.example.com",
        "HealthPathPattern": "^/health$",
        "NotificationEmail": "ops@example.com",
        "StillOnAlarmHours": "12",
        "ResponderReservedConcurrency": "50",
        "SwitcherReservedConcurrency": "2",
        "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
        "Tracing": "true",
    }
    return deploy_like(aws, deployed_site.stack, "full", parameters)


@pytest.fixture
def full_at_rest(full: Stack) -> Stack:
    """Return the full stack after an end."""
    full.invoke(EVENTS / "end.json").answer  # noqa: B018 (fails when the end did)
    return full


def test_with_everything_on_every_resource_of_the_template_is_there(full: Stack) -> None:
    assert full.resources.keys() >= expanded_template()["Resources"].keys()


def test_with_no_more_than_asked_for_nothing_optional_is_there(deployed_site: Site) -> None:
    missing = expanded_template()["Resources"].keys() - deployed_site.stack.resources.keys()

    assert missing == {
        "EmailSubscription",
        "EndMaintenanceSchedule",
        "PreviewRule",
        "SecondMaintenanceRule",
        "SecondPreviewRule",
        "SecondStandInRule",
        "SecondStatusRule",
        "StartMaintenanceSchedule",
        "StatusRule",
    }


def test_the_preview_shows_the_page_at_rest_and_during_maintenance(
    full_at_rest: Stack, full_listeners: list[Listener]
) -> None:
    at_rest = [listener.request("/maintenance-preview") for listener in full_listeners]
    full_at_rest.invoke(EVENTS / "start.json").answer  # noqa: B018
    during = [listener.request("/maintenance-preview") for listener in full_listeners]

    for answer in at_rest + during:
        assert answer.status == 503
        assert '<p role="note">' in answer.body


def test_schedules_can_be_off_while_the_check_goes_on(aws: Aws, full: Stack) -> None:
    scheduler = aws.client("scheduler")
    found = scheduler.list_schedules(NamePrefix=f"{full.name}-")["Schedules"]
    schedules = [scheduler.get_schedule(Name=schedule["Name"]) for schedule in found]
    states = {json.loads(schedule["Target"]["Input"])["type"]: schedule["State"] for schedule in schedules}

    assert states == {"start": "DISABLED", "end": "DISABLED", "check": "ENABLED"}


def test_starts_and_ends_that_cannot_be_delivered_are_kept(aws: Aws, full: Stack) -> None:
    scheduler = aws.client("scheduler")
    queue = full.resources["UndeliveredQueue"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    for name in ("StartMaintenanceSchedule", "EndMaintenanceSchedule"):
        target = scheduler.get_schedule(Name=full.resources[name])["Target"]
        assert target["DeadLetterConfig"]["Arn"] == arn
        assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0


def test_updates_in_place_and_deletion_leave_the_listener_to_its_owner(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    listener = LoadBalancer(aws, "changing", servers).listener(port=80, rules=RULES)
    untouched = listener.rules()
    given = {"ListenerArn": listener.arn, "DefaultAction": "404", **NIGHTLY}
    stack = deploy_like(aws, deployed_site.stack, "changing", given)
    rule, resting = stack.rule_arn, listener.order()

    # Another schedule is another schedule and no more.
    stack = deploy_like(aws, deployed_site.stack, "changing", given | {"StartSchedule": "cron(30 23 * * ? *)"})
    schedule = aws.client("scheduler").get_schedule(Name=stack.resources["StartMaintenanceSchedule"])
    assert schedule["ScheduleExpression"] == "cron(30 23 * * ? *)"
    assert listener.order() == resting

    # Another active priority moves nothing until the next start.
    stack = deploy_like(aws, deployed_site.stack, "changing", given | {"ActivePriority": "2"})
    assert (stack.rule_arn, listener.order()) == (rule, resting)
    stack.invoke(EVENTS / "start.json").answer  # noqa: B018
    assert listener.order()[rule] == "2"
    stack.invoke(EVENTS / "end.json").answer  # noqa: B018
    assert listener.order() == resting

    delete(aws, stack)
    assert listener.rules() == untouched


def test_deleted_in_a_window_the_stack_opens_the_system_and_its_log_says_how_the_numbers_were(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    listener = LoadBalancer(aws, "deleted", servers).listener(port=80, rules=RULES)
    untouched = listener.rules()
    given = {"ListenerArn": listener.arn, "DefaultAction": "404"}
    stack = deploy_like(aws, deployed_site.stack, "deleted", given)
    stack.invoke(EVENTS / "start.json").answer  # noqa: B018 (fails when the start did)

    delete(aws, stack)

    assert [(rule.priority, rule.path) for rule in listener.rules()] == [
        ("2", "/a*"),
        ("3", "/b*"),
        ("4", "/c*"),
        ("default", "(any)"),
    ]
    assert listener.request("/b").status == 200
    # By hand, as the runbook says: a move is told as the end of the rule's ARN, its old and its new number.
    logged = re.findall(r"(\w+) (\d+)→(\d+)", stack.switcher_log())
    numbers = {rule: int(old) for rule, old, _ in logged}
    back = [{"RuleArn": arn, "Priority": numbers[arn.rpartition("/")[2]]} for arn in list(listener.order())[:-1]]
    aws.client("elbv2").set_rule_priorities(RulePriorities=back)
    assert listener.rules() == untouched
