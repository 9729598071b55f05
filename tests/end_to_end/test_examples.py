"""The examples of how others start and end maintenance: deployed where the emulator can, their payloads sent if not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from tests.harness.aws import Aws
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.wait import until

EXAMPLES = ROOT / "examples"
BEGINS = {
    "EventBusName": "deployments",
    "Source": "deployments",
    "DetailType": "Deployment Begins",
    "Detail": "{}",
}


@pytest.fixture
def deployed_example(aws: Aws, site: Site, request: pytest.FixtureRequest) -> Iterator[None]:
    """Deploy the example that the test names."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName="example",
        TemplateBody=(EXAMPLES / request.param).read_text(),
        Parameters=[
            {"ParameterKey": "SwitcherFunctionArn", "ParameterValue": site.stack.output("SwitcherFunctionArn")}
        ],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="example", WaiterConfig={"Delay": 1})
    yield
    cloudformation.delete_stack(StackName="example")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="example", WaiterConfig={"Delay": 1})


@pytest.mark.parametrize("deployed_example", ["eventbridge-constant-input.yaml"], indirect=True)
@pytest.mark.usefixtures("deployed_example")
def test_rules_with_a_constant_input_start_and_end_maintenance(aws: Aws, site: Site) -> None:
    _await_the_second_after_the_last_end(site)
    _put(aws, BEGINS)
    until("maintenance has started", site.during_maintenance, within=15)

    _put(aws, BEGINS | {"DetailType": "Deployment Ends"})
    until("maintenance has ended", lambda: not site.during_maintenance(), within=15)


@pytest.mark.parametrize("deployed_example", ["eventbridge-detail.yaml"], indirect=True)
@pytest.mark.usefixtures("deployed_example")
def test_the_detail_of_an_event_that_anybody_puts_starts_maintenance(aws: Aws, site: Site) -> None:
    _await_the_second_after_the_last_end(site)
    _put(aws, *json.loads((EXAMPLES / "put-events.json").read_text()))

    until("maintenance has started", site.during_maintenance, within=15)
    until("the reason is kept", lambda: _reason(site) == "DB upgrade", within=15)


STARTS = {
    "eventbridge-constant-input.yaml": BEGINS,
    "eventbridge-detail.yaml": json.loads((EXAMPLES / "put-events.json").read_text())[0],
}


@pytest.mark.parametrize(("deployed_example", "start"), STARTS.items(), indirect=["deployed_example"])
@pytest.mark.usefixtures("deployed_example")
def test_a_start_that_comes_late_or_from_an_archive_is_ignored(aws: Aws, site: Site, start: dict[str, str]) -> None:
    # The guide of EventBridge, on events' metadata: time is the one that the service or PutEvents gave, and so is older
    # than a delivery after retries or a replay.
    ignored = len(_ignored(aws, site))

    _put(aws, start | {"Time": datetime.now(timezone.utc) - timedelta(hours=2)})

    until("the switcher has ignored it", lambda: len(_ignored(aws, site)) > ignored, within=15)
    assert not site.during_maintenance()


@pytest.mark.parametrize("example", STARTS)
def test_what_cannot_be_delivered_is_tried_again_and_then_kept(example: str) -> None:
    resources = yaml_parse((EXAMPLES / example).read_text())["Resources"]
    rules = {name: found for name, found in resources.items() if found["Type"] == "AWS::Events::Rule"}
    (statement,) = resources["UndeliveredPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    writers = statement["Condition"]["ArnEquals"]["aws:SourceArn"]

    for rule in rules.values():
        (target,) = rule["Properties"]["Targets"]
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] >= 3600
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["Undelivered", "Arn"]}}
    assert (writers if isinstance(writers, list) else [writers]) == [{"Fn::GetAtt": [name, "Arn"]} for name in rules]


def test_systems_manager_waits_for_visitors_to_meet_the_start_before_it_works() -> None:
    # The load balancer gathers the changes of ten seconds, says a maintainer of the AWS Load Balancer Controller in its
    # pull request 4039.
    automation = yaml_parse((EXAMPLES / "ssm-automation.yaml").read_text())["Resources"]["WorkInMaintenance"]
    window = yaml_parse((EXAMPLES / "ssm-maintenance-window.yaml").read_text())["Resources"]

    names = [step["name"] for step in automation["Properties"]["Content"]["mainSteps"]]
    tasks = [task["Properties"] for task in window.values() if task["Type"] == "AWS::SSM::MaintenanceWindowTask"]

    assert names == ["startMaintenance", "waitUntilInForce", "work", "endMaintenance"]
    in_order = [task["Name"] for task in sorted(tasks, key=lambda task: task["Priority"])]
    assert in_order == ["start-maintenance", "wait-until-in-force", "end-maintenance"]


@pytest.mark.parametrize("example", ["ssm-maintenance-window.yaml", "ssm-automation.yaml"])
def test_what_systems_manager_sends_starts_and_ends_maintenance(site: Site, example: str) -> None:
    start, end = _payloads(EXAMPLES / example)

    assert site.stack.invoke(start).answer["outcome"] == "changed"
    assert site.during_maintenance()
    assert site.stack.invoke(end).answer["outcome"] == "changed"
    assert not site.during_maintenance()


def _payloads(example: Path) -> list[object]:
    """Return the payloads of an example that the emulator knows no resources for, in their order."""
    found: list[object] = []

    def walk(node: Any) -> None:  # noqa: ANN401 (any YAML)
        if isinstance(node, dict):
            if "Payload" in node:
                text = node["Payload"]
                found.append(json.loads(text["Fn::Base64"] if isinstance(text, dict) else text))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(yaml_parse(example.read_text()))
    return found


def _await_the_second_after_the_last_end(site: Site) -> None:
    """Wait: EventBridge's time knows whole seconds, and a start of the last end's second is taken for an old one."""
    ended = site.listener.tags(site.stack.rule_arn).get("maintenance-mode:ended-at", "")
    until("that second is over", lambda: f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}" > ended, within=5)


def _ignored(aws: Aws, site: Site) -> list[str]:
    pages = aws.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=site.stack.output("SwitcherLogGroupName"), filterPattern='"ignored"')
    return [event["message"] for page in found for event in page["events"]]


def _put(aws: Aws, *entries: dict[str, Any]) -> None:
    assert aws.client("events").put_events(Entries=entries)["FailedEntryCount"] == 0


def _reason(site: Site) -> str | None:
    return site.listener.tags(site.stack.rule_arn).get("maintenance-mode:reason")
