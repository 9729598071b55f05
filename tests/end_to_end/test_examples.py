"""The examples of how others start and end maintenance: deployed where the emulator can, their payloads sent if not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from tests.harness.aws import Aws
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.wait import until

EXAMPLES = ROOT / "examples"


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
    _put(aws, {"Source": "deployments", "DetailType": "Deployment Begins", "Detail": "{}"})
    until("maintenance has started", site.during_maintenance, within=15)

    _put(aws, {"Source": "deployments", "DetailType": "Deployment Ends", "Detail": "{}"})
    until("maintenance has ended", lambda: not site.during_maintenance(), within=15)


@pytest.mark.parametrize("deployed_example", ["eventbridge-detail.yaml"], indirect=True)
@pytest.mark.usefixtures("deployed_example")
def test_the_detail_of_an_event_that_anybody_puts_starts_maintenance(aws: Aws, site: Site) -> None:
    _put(aws, *json.loads((EXAMPLES / "put-events.json").read_text()))

    until("maintenance has started", site.during_maintenance, within=15)
    until("the reason is kept", lambda: _reason(site) == "DB upgrade", within=15)


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


def _put(aws: Aws, *entries: dict[str, str]) -> None:
    assert aws.client("events").put_events(Entries=entries)["FailedEntryCount"] == 0


def _reason(site: Site) -> str | None:
    return site.listener.tags(site.stack.rule_arn).get("maintenance-mode:reason")
