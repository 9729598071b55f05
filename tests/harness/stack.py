"""The deployed template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.aws import Aws
from tests.harness.emulator_gaps import register_target, widen_rule_resources
from tests.harness.sam import Sam


@dataclass(frozen=True)
class Invocation:
    """The outcome of one call of a function."""

    failed: bool
    payload: Any

    @property
    def answer(self) -> dict[str, Any]:
        """The function's answer; a failed invocation has none."""
        assert not self.failed, self.payload
        return self.payload

    @property
    def error(self) -> str:
        """The function's error message; a successful invocation has none."""
        assert self.failed, self.payload
        return self.payload["errorMessage"]


class Stack:
    """A stack of the template, and the operator's ways to use it."""

    def __init__(self, aws: Aws, name: str) -> None:
        self._aws = aws
        self.name = name
        described = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        self._outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        self.switcher = self._outputs["SwitcherFunctionName"]
        self.responder = self._outputs["ResponderFunctionName"]
        self.rule_arn = self._outputs["MaintenanceRuleArn"]

    @property
    def rule_arns(self) -> list[str]:
        """The maintenance rules, one per listener."""
        return [self._outputs[key] for key in sorted(self._outputs) if key.endswith("MaintenanceRuleArn")]

    def invoke(self, event: Path | object, *, function: str | None = None) -> Invocation:
        """Invoke a function, the switcher unless told otherwise, with an event file or with any JSON."""
        payload = event.read_bytes() if isinstance(event, Path) else json.dumps(event).encode()
        called = self._aws.client("lambda").invoke(FunctionName=function or self.switcher, Payload=payload)
        return Invocation("FunctionError" in called, json.loads(called["Payload"].read()))

    def responder_log(self) -> list[dict[str, Any]]:
        """Return the responder's own log lines, oldest first."""
        logs = self._aws.client("logs")
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._outputs["ResponderLogGroupName"], filterPattern='"outcome"'
        )
        events = [event for page in pages for event in page["events"]]
        return [json.loads(event["message"]) for event in sorted(events, key=lambda event: event["timestamp"])]

    def make_up_for_the_emulator(self) -> None:
        """Bring the stack to where AWS would have brought it."""
        register_target(self._aws, self._outputs["ResponderTargetGroupArn"], self._outputs["ResponderFunctionArn"])
        role = self._aws.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId="SwitcherRole"
        )["StackResourceDetail"]["PhysicalResourceId"]
        widen_rule_resources(self._aws, role)


def deploy(aws: Aws, sam: Sam, name: str, parameters: Mapping[str, str]) -> Stack:
    """Deploy the template and return the stack, ready for traffic."""
    sam.deploy(name, parameters)
    stack = Stack(aws, name)
    stack.make_up_for_the_emulator()
    return stack
