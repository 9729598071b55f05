"""The examples that start and end maintenance: deployed if the emulator can, otherwise their payloads are sent."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from tests.harness.aws import Aws
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.wait import until

EXAMPLES = ROOT / "examples"
BEGIN = {"EventBusName": "deployments", "Source": "deployments", "DetailType": "Deployment Begins", "Detail": "{}"}
(START,) = json.loads((EXAMPLES / "put-events.json").read_text())
# The start and the end of each example that EventBridge delivers.
EVENTS = {
    "eventbridge-constant-input.yaml": (BEGIN, BEGIN | {"DetailType": "Deployment Ends"}),
    "eventbridge-detail.yaml": (START, START | {"Detail": '{"type":"end"}'}),
}


def _resources(example: str) -> dict[str, Any]:
    return yaml_parse((EXAMPLES / example).read_text())["Resources"]


@pytest.fixture(params=EVENTS)
def events(aws: Aws, site: Site, request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Deploy an example and yield its start and its end."""
    cloudformation = aws.client("cloudformation")
    switcher = {"ParameterKey": "SwitcherFunctionArn", "ParameterValue": site.stack.output("SwitcherFunctionArn")}
    body = (EXAMPLES / request.param).read_text()
    cloudformation.create_stack(StackName="example", TemplateBody=body, Parameters=[switcher])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="example", WaiterConfig={"Delay": 1})
    yield EVENTS[request.param]
    cloudformation.delete_stack(StackName="example")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="example", WaiterConfig={"Delay": 1})


def test_events_start_and_end_maintenance(aws: Aws, site: Site, events: tuple[dict[str, str], dict[str, str]]) -> None:
    def put(entry: dict[str, Any]) -> None:
        assert aws.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    start, end = events
    # EventBridge's times are whole seconds, and a start of the last end's second is stale.
    ended = site.listener.tags(site.stack.rule_arn).get("maintenance-mode:ended-at", "")
    until("that second is over", lambda: f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}" > ended, within=5)
    put(start)
    until("maintenance has started", site.during_maintenance, within=15)

    put(end)
    until("maintenance has ended", lambda: not site.during_maintenance(), within=15)


@pytest.mark.parametrize("example", EVENTS)
def test_events_are_retried_kept_and_dated(example: str) -> None:
    resources = _resources(example)
    rules = {name: found for name, found in resources.items() if found["Type"] == "AWS::Events::Rule"}
    (statement,) = resources["UndeliveredPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    writers = statement["Condition"]["ArnEquals"]["aws:SourceArn"]

    for rule in rules.values():
        (target,) = rule["Properties"]["Targets"]
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] >= 3600
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["Undelivered", "Arn"]}}
        # Otherwise a start that is delivered late or replayed from an archive would close the system.
        if "InputTransformer" in target:
            assert target["InputTransformer"]["InputPathsMap"] == {"time": "$.time"}
            assert json.loads(target["InputTransformer"]["InputTemplate"])["scheduledAt"] == "<time>"
    assert (writers if isinstance(writers, list) else [writers]) == [{"Fn::GetAtt": [name, "Arn"]} for name in rules]


def test_systems_manager_waits_before_the_work() -> None:
    steps = _resources("ssm-automation.yaml")["WorkInMaintenance"]["Properties"]["Content"]["mainSteps"]
    resources = _resources("ssm-maintenance-window.yaml")
    tasks = [task["Properties"] for task in resources.values() if task["Type"] == "AWS::SSM::MaintenanceWindowTask"]

    assert [step["name"] for step in steps] == ["startMaintenance", "waitUntilInForce", "work", "endMaintenance"]
    in_order = [task["Name"] for task in sorted(tasks, key=lambda task: task["Priority"])]
    assert in_order == ["start-maintenance", "wait-until-in-force", "end-maintenance"]


def test_systems_manager_may_start_the_waiting_automation() -> None:
    (policy,) = _resources("ssm-maintenance-window.yaml")["TaskRole"]["Properties"]["Policies"]
    allowed = {each["Action"]: each["Resource"] for each in policy["PolicyDocument"]["Statement"]}
    kinds = [arn["Fn::Sub"].split("AccountId}:")[1].split("/")[0] for arn in allowed["ssm:StartAutomationExecution"]]
    assert kinds == ["document", "automation-definition", "automation-execution"]


@pytest.mark.parametrize("example", ["ssm-maintenance-window.yaml", "ssm-automation.yaml"])
def test_payloads_of_systems_manager_switch(site: Site, example: str) -> None:
    text = (EXAMPLES / example).read_text()
    start, end = (json.loads(line.split("'")[1]) for line in text.splitlines() if "Payload: " in line)

    assert site.stack.invoke(start).answer["outcome"] == "changed"
    assert site.during_maintenance()
    assert site.stack.invoke(end).answer["outcome"] == "changed"
    assert not site.during_maintenance()


STAND_IN_FOR_AWS = """#!/bin/sh
cat >> events
echo >> events
for file; do :; done
printf %s "$ANSWER" > "$file"
echo "$ERROR"
"""
MOVED = '{"listeners":[{"state":"active","moves":[{"ruleArn":"a"}]}]}'
KEPT = '{"listeners":[{"state":"active","moves":[]}]}'
HALF = '{"listeners":[{"state":"active","moves":[{"ruleArn":"a"}]},{"state":"resting","moves":[]}]}'
START_EVENT, END_EVENT = '{"type":"start","minutes":60,"reason":"migration 7"}', '{"type":"end"}'


@pytest.mark.parametrize(
    ("error", "answer", "work", "on_failure", "happened", "code"),
    [
        ("None", MOVED, "echo work", "stay-closed", [START_EVENT, "work", END_EVENT], 0),
        ("None", MOVED, "echo work; exit 3", "stay-closed", [START_EVENT, "work"], 3),
        ("None", MOVED, "echo work; exit 3", "open", [START_EVENT, "work", END_EVENT], 3),
        ("None", KEPT, "echo work", "open", [START_EVENT, "work"], 0),
        ("None", HALF, "echo work", "stay-closed", [START_EVENT], 1),
        ("Unhandled", "{}", "echo work", "open", [START_EVENT], 1),
    ],
)
def test_pipeline_ends_its_own_window(
    tmp_path: Path, error: str, answer: str, work: str, on_failure: str, happened: list[str], code: int
) -> None:
    (tmp_path / "aws").write_text(STAND_IN_FOR_AWS)
    (tmp_path / "aws").chmod(0o755)
    settings = {"SWITCHER": "switcher", "MINUTES": "60", "REASON": "migration 7", "WAIT_SECONDS": "0"}
    settings |= {"ON_FAILURE": on_failure, "ANSWER": answer, "ERROR": error, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    command = [EXAMPLES / "pipeline.sh", "run", "sh", "-c", f"({work}) >> events"]

    done = subprocess.run(command, cwd=tmp_path, env=settings, check=False, capture_output=True)

    assert (tmp_path / "events").read_text().splitlines() == happened
    assert done.returncode == code
