"""Schedules, responder health and alarm subscribers, beside the status."""

import json
from typing import Any

import pytest

from tests.harness.template import source_template
from tests.operators.conftest import TOPIC, Run, subscribed

PLACE = f"--region eu-central-1 --topic-arn {TOPIC}"
AGAIN = (
    f"aws sns subscribe {PLACE} --protocol email --notification-endpoint 0@example.com",
    f"aws sns confirm-subscription {PLACE} --token TOKEN --authenticate-on-unsubscribe true",
)


def healthy(*targets: dict[str, str]) -> dict[str, Any]:
    health = [{"TargetHealth": target} for target in targets]
    return {"DescribeTargetHealth": {"TargetHealthDescriptions": health}}


def scheduled(state: str) -> dict[str, Any]:
    (logical,) = {"EndMaintenanceSchedule"} & source_template()["Resources"].keys()
    resource = {"LogicalResourceId": logical, "PhysicalResourceId": "own"}
    schedule = {"ScheduleExpression": "cron(0 22 LW * ? *)", "ScheduleExpressionTimezone": "Asia/Seoul", "State": state}
    return {"DescribeStackResources": {"StackResources": [resource]}, "GetSchedule": schedule}


@pytest.mark.parametrize(
    ("answers", "name", "level", "said"),
    [
        (subscribed("PendingConfirmation", f"{TOPIC}:1"), "alarms", "good", ["reach 1 confirmed subscription"]),
        (subscribed(), "alarms", "first", ["deploy with NotificationEmail, or subscribe a chat"]),
        (subscribed("PendingConfirmation", "Deleted"), "alarms", "first", ["0@example.com (email) has to confirm it"]),
        (subscribed("Deleted"), "alarms", "first", AGAIN),
        (healthy({"State": "unhealthy"}, {"State": "healthy"}), "responder", "good", ["can answer (healthy)"]),
        (healthy({"State": "unhealthy", "Reason": "R"}), "responder", "first", ["cannot answer (unhealthy, R)"]),
        (healthy(), "responder", "first", ["cannot answer (unused, no target is registered)"]),
        (healthy({"State": "initial"}), "responder", "note", ["not known yet (initial)"]),
        (scheduled("ENABLED"), "next end", "good", ["by cron(0 22 LW * ? *) in Asia/Seoul"]),
        (scheduled("DISABLED"), "next end", "note", ["switched off: cron(0 22 LW * ? *) in Asia/Seoul"]),
        ({}, "next start", "good", ["none, the stack has no schedule"]),
        ({}, "next end", "note", ["not known: AWS refused: ", "when calling the DescribeStackResources"]),
    ],
)
def test_what_is_beside_the_status(run: Run, answers: dict[str, Any], name: str, level: str, said: list[str]) -> None:
    run.parameters["EndSchedule"] = "what was deployed"
    run.answers |= answers

    found = json.loads(run("status", "--json")[1])["beside"][name]

    assert found["level"] == level
    assert [text for text in said if text in " ".join([found["text"], found["todo"], *found["commands"]])] == [*said]
