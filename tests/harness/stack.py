"""The deployed template."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.harness.aws import Aws, host_architecture
from tests.harness.paths import EVENTS, ROOT
from tests.harness.sam import Sam
from tests.harness.wait import until


@dataclass(frozen=True)
class Invocation:
    """The outcome of one call of a function."""

    failed: bool
    payload: Any

    @property
    def answer(self) -> dict[str, Any]:
        assert not self.failed, self.payload
        return self.payload

    @property
    def error(self) -> str:
        assert self.failed, self.payload
        return self.payload["errorMessage"]


class Stack:
    """A stack of the template, and the operator's ways to use it."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.aws = aws
        self.name = name
        described = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        self._outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        self.switcher = self._outputs["SwitcherFunctionName"]
        self.responder = self._outputs["ResponderFunctionName"]
        self.rule_arn = self._outputs["MaintenanceRuleArn"]

    @property
    def template(self) -> str:
        """The template as it was deployed, with the functions where the SAM CLI has put them."""
        cloudformation = self.aws.client("cloudformation")
        return cloudformation.get_template(StackName=self.name, TemplateStage="Original")["TemplateBody"]

    @property
    def resources(self) -> dict[str, str]:
        return resources_of(self.aws, self.name)

    def output(self, key: str) -> str:
        return self._outputs[key]

    def invoke(self, event: Path | object, *, function: str | None = None) -> Invocation:
        """Invoke a function, the switcher unless told otherwise, with an event file or with any JSON."""
        payload = event.read_bytes() if isinstance(event, Path) else json.dumps(event).encode()
        called = self.aws.client("lambda").invoke(FunctionName=function or self.switcher, Payload=payload)
        return Invocation("FunctionError" in called, json.loads(called["Payload"].read()))

    def start(self, **fields: object) -> dict[str, Any]:
        """Start maintenance as an operator does, and return the answer."""
        return self.invoke(json.loads((EVENTS / "start.json").read_text()) | fields).answer

    def end(self) -> dict[str, Any]:
        return self.invoke(EVENTS / "end.json").answer

    @contextlib.contextmanager
    def configured(self, function: str, **changed: str) -> Iterator[None]:
        """Run a function with other values of its environment variables until the block ends."""
        functions = self.aws.client("lambda")
        variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        configure = partial(functions.update_function_configuration, FunctionName=function)
        configure(Environment={"Variables": variables | changed})
        try:
            yield
        finally:
            configure(Environment={"Variables": variables})

    def responder_log(self) -> list[dict[str, Any]]:
        """Return the responder's own log lines, oldest first."""
        reader = self.aws.client("logs").get_paginator("filter_log_events")
        pages = reader.paginate(logGroupName=self._outputs["ResponderLogGroupName"], filterPattern='"outcome"')
        events = sorted(pages.search("events[]"), key=lambda event: event["timestamp"])
        return [json.loads(event["message"]) for event in events]

    def await_responder_log(self, count: int) -> list[dict[str, Any]]:
        """Return the same as soon as there are that many lines."""
        until(f"{count} lines in the responder's log", lambda: len(self.responder_log()) >= count, within=30)
        return self.responder_log()


def deploy(aws: Aws, sam: Sam, name: str, parameters: Mapping[str, str]) -> Stack:
    """Deploy the template as the README says."""
    sam.deploy(name, parameters)
    return Stack(aws, name)


def deploy_like(aws: Aws, original: Stack, name: str, parameters: Mapping[str, str]) -> Stack:
    """Create or update a stack from another one's template: in a second, because its code is uploaded already."""
    _put(aws, name, original.template, {"Architecture": host_architecture(), **parameters})
    return Stack(aws, name)


def deploy_example(aws: Aws, name: str, **parameters: str) -> dict[str, str]:
    """Deploy `examples/NAME.yaml` as a stack of that name, and return the physical id of each resource."""
    _put(aws, name, (ROOT / "examples" / f"{name}.yaml").read_text(), parameters)
    return resources_of(aws, name)


def _put(aws: Aws, name: str, template: str, parameters: Mapping[str, str]) -> None:
    """Create or update any stack."""
    cloudformation = aws.client("cloudformation")
    known = cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])["StackSummaries"]
    change = "update" if name in [stack["StackName"] for stack in known] else "create"
    getattr(cloudformation, f"{change}_stack")(
        StackName=name,
        TemplateBody=template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    _wait(aws, f"stack_{change}_complete", name)


def resources_of(aws: Aws, name: str) -> dict[str, str]:
    """Return what a stack consists of: the physical id of each logical one."""
    pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in pages.search("StackResourceSummaries[]")}


def delete(aws: Aws, stack: Stack) -> None:
    aws.client("cloudformation").delete_stack(StackName=stack.name)
    _wait(aws, "stack_delete_complete", stack.name)


def _wait(aws: Aws, state: str, name: str) -> None:
    aws.client("cloudformation").get_waiter(state).wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
