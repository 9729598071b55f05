"""The template in the shapes that its parameters give it: deployed, updated in place and deleted again."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.conftest import RULES, Site
from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.stack import Stack, delete, deploy_like
from tests.harness.template import expanded_template

NIGHTLY = {"StartSchedule": "cron(0 22 * * ? *)", "EndSchedule": "cron(0 4 * * ? *)"}


@pytest.fixture(scope="module")
def full_listeners(aws: Aws, servers: dict[str, int]) -> list[Listener]:
    """Two listeners whose default action serves the application."""
    balancer = LoadBalancer(aws, "full", servers)
    return [balancer.listener(port=port, rules=RULES, default="front-end") for port in (80, 8080)]


@pytest.fixture(scope="module")
def full(aws: Aws, deployed_site: Site, full_listeners: list[Listener]) -> Stack:
    """Deploy with everything on."""
    first, second = full_listeners
    parameters = {
        "ListenerArn": first.arn,
        "SecondListenerArn": second.arn,
        "ApplicationTargetGroupArn": first.load_balancer.target_group("front-end"),
        **NIGHTLY,
        "ScheduleTimeZone": "Asia/Seoul",
        "SchedulesEnabled": "false",
        "MaxDurationMinutes": "360",
        "MaintenancePageUrl": "/maintenance",
        "PreviewPath": "/maintenance",
        "CorsAllowedOrigins": "https://app.example.com",
        "HealthPathPattern": "^/health$",
        "NotificationEmail": "ops@example.com",
        "ResponderReservedConcurrency": "50",
        "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
    }
    return deploy_like(aws, deployed_site.stack, "full", parameters)


@pytest.fixture
def full_at_rest(full: Stack) -> Stack:
    """Return the full stack after an end."""
    full.invoke(EVENTS / "end.json").answer  # noqa: B018 (fails when the end did)
    return full


def test_with_everything_on_every_resource_of_the_template_is_there(full: Stack) -> None:
    assert full.resources.keys() >= expanded_template()["Resources"].keys()


def test_with_the_listener_only_nothing_optional_is_there(deployed_site: Site) -> None:
    missing = expanded_template()["Resources"].keys() - deployed_site.stack.resources.keys()

    assert missing == {
        "ApplicationRule",
        "EmailSubscription",
        "EndMaintenanceSchedule",
        "PreviewRule",
        "SecondApplicationRule",
        "SecondMaintenanceRule",
        "SecondPreviewRule",
        "StartMaintenanceSchedule",
    }


def test_the_application_keeps_what_the_default_action_served(
    full_at_rest: Stack, full_listeners: list[Listener]
) -> None:
    at_rest = [listener.request("/elsewhere").body for listener in full_listeners]
    full_at_rest.invoke(EVENTS / "start.json").answer  # noqa: B018
    during = [listener.request("/elsewhere").status for listener in full_listeners]

    assert at_rest == ["front-end serves /elsewhere"] * 2
    assert during == [503, 503]


def test_status_warns_of_the_default_action_only_where_nothing_serves_it(full_at_rest: Stack, site: Site) -> None:
    assert "reachable-at-rest" not in _warnings(full_at_rest)
    assert "reachable-at-rest" in _warnings(site.stack)


def test_the_preview_shows_the_page_at_rest_and_during_maintenance(
    full_at_rest: Stack, full_listeners: list[Listener]
) -> None:
    at_rest = [listener.request("/maintenance") for listener in full_listeners]
    full_at_rest.invoke(EVENTS / "start.json").answer  # noqa: B018
    during = [listener.request("/maintenance") for listener in full_listeners]

    for answer in at_rest + during:
        assert answer.status == 503
        assert answer.headers["content-type"].startswith("text/html")


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
    given = {"ListenerArn": listener.arn, **NIGHTLY}
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


def _warnings(stack: Stack) -> set[str]:
    status = stack.invoke(EVENTS / "status.json").answer
    return {warning["code"] for listener in status["listeners"] for warning in listener["warnings"]}
