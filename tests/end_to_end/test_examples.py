"""The examples that start and end maintenance: deployed if the emulator can, otherwise their payloads are sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
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

    def ignored() -> int:
        pages = aws.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=site.stack.output("SwitcherLogGroupName"), filterPattern='"ignored"')
        return sum(len(page["events"]) for page in found)

    start, end = events
    # An event keeps its time when EventBridge retries the delivery or replays it from an archive.
    before = ignored()
    put(start | {"Time": datetime.now(timezone.utc) - timedelta(hours=2)})
    until("the late start is ignored", lambda: ignored() > before, within=15)
    assert not site.during_maintenance()

    # EventBridge's times are whole seconds, and a start of the last end's second is stale.
    ended = site.listener.tags(site.stack.rule_arn).get("maintenance-mode:ended-at", "")
    until("that second is over", lambda: f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}" > ended, within=5)
    put(start)
    until("maintenance has started", site.during_maintenance, within=15)

    put(end)
    until("maintenance has ended", lambda: not site.during_maintenance(), within=15)


@pytest.mark.parametrize("example", EVENTS)
def test_undelivered_events_are_retried_and_kept(example: str) -> None:
    resources = _resources(example)
    rules = {name: found for name, found in resources.items() if found["Type"] == "AWS::Events::Rule"}
    (statement,) = resources["UndeliveredPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    writers = statement["Condition"]["ArnEquals"]["aws:SourceArn"]

    for rule in rules.values():
        (target,) = rule["Properties"]["Targets"]
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] >= 3600
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["Undelivered", "Arn"]}}
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
    kinds = [arn["Fn::Sub"].split("}:")[-1].split("/")[0] for arn in allowed["ssm:StartAutomationExecution"]]
    assert kinds == ["document", "automation-definition", "automation-execution"]


@pytest.mark.parametrize("example", ["ssm-maintenance-window.yaml", "ssm-automation.yaml"])
def test_payloads_of_systems_manager_switch(site: Site, example: str) -> None:
    text = (EXAMPLES / example).read_text()
    start, end = (json.loads(line.split("'")[1]) for line in text.splitlines() if "Payload: " in line)

    assert site.stack.invoke(start).answer["outcome"] == "changed"
    assert site.during_maintenance()
    assert site.stack.invoke(end).answer["outcome"] == "changed"
    assert not site.during_maintenance()
