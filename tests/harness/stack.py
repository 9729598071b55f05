"""The deployed template."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.harness.aws import Aws, host_architecture
from tests.harness.emulator_gaps import register_target, widen_resources
from tests.harness.invocation import Invocation
from tests.harness.paths import EVENTS
from tests.harness.sam import Sam
from tests.harness.wait import until


class Stack:
    """A stack of the template, and the operator's ways to use it."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.aws = aws
        self.name = name
        described = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        # Unlike the name, it is known to CloudFormation even when the stack is gone.
        self.id = described["StackId"]
        self._outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        self.switcher = self._outputs["SwitcherFunctionName"]
        self.responder = self._outputs["ResponderFunctionName"]
        self.rule_arn = self._outputs["MaintenanceRuleArn"]

    @property
    def template(self) -> str:
        """The template as it was deployed, with the functions where the SAM CLI has put them."""
        deployed = self.aws.client("cloudformation").get_template(StackName=self.name, TemplateStage="Original")
        body = deployed["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body)

    @property
    def resources(self) -> dict[str, str]:
        """What the stack consists of: the physical id of each logical one."""
        pages = self.aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        listed = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in listed}

    def output(self, key: str) -> str:
        """Return one of the template's outputs."""
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
        """End it, and return the answer."""
        return self.invoke(EVENTS / "end.json").answer

    @contextlib.contextmanager
    def configured(self, function: str, **changed: str) -> Iterator[None]:
        """Run a function with other values of its environment variables until the block ends."""
        functions = self.aws.client("lambda")
        variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]

        def configure(values: Mapping[str, str]) -> None:
            functions.update_function_configuration(FunctionName=function, Environment={"Variables": values})

        configure({**variables, **changed})
        try:
            yield
        finally:
            configure(variables)

    def switcher_log(self) -> str:
        """Return all that the switcher has logged, also of a stack that is gone."""
        pages = self.aws.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=self._outputs["SwitcherLogGroupName"])
        return "".join(event["message"] for page in found for event in page["events"])

    def responder_log(self) -> list[dict[str, Any]]:
        """Return the responder's own log lines, oldest first."""
        logs = self.aws.client("logs")
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._outputs["ResponderLogGroupName"], filterPattern='"outcome"'
        )
        events = [event for page in pages for event in page["events"]]
        return [json.loads(event["message"]) for event in sorted(events, key=lambda event: event["timestamp"])]

    def await_responder_log(self, count: int) -> list[dict[str, Any]]:
        """Return the same as soon as there are that many lines."""

        def enough() -> list[dict[str, Any]]:
            lines = self.responder_log()
            return lines if len(lines) >= count else []

        return until(f"{count} lines in the responder's log", enough, within=30)

    def make_up_for_the_emulator(self) -> None:
        """Bring the stack to where AWS would have brought it."""
        register_target(self.aws, self._outputs["ResponderTargetGroupArn"], self._outputs["ResponderFunctionArn"])
        role = self.aws.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId="SwitcherRole"
        )["StackResourceDetail"]["PhysicalResourceId"]
        widen_resources(self.aws, role)


def deploy_like(aws: Aws, original: Stack, name: str, parameters: Mapping[str, str]) -> Stack:
    """Create or update a stack from another one's template: in seconds, because everything is uploaded already."""
    return deploy_template(aws, original.template, name, parameters)


def deploy_template(aws: Aws, template: str, name: str, parameters: Mapping[str, str]) -> Stack:
    """Create or update a stack from a template whose code is uploaded already."""
    cloudformation = aws.client("cloudformation")
    given = {"Architecture": host_architecture(), **parameters}
    arguments = {
        "StackName": name,
        "TemplateURL": _uploaded(aws, template),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    known = cloudformation.get_paginator("list_stacks").paginate(
        StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"]
    )
    exists = any(stack["StackName"] == name for page in known for stack in page["StackSummaries"])
    (cloudformation.update_stack if exists else cloudformation.create_stack)(**arguments)
    done = cloudformation.get_waiter("stack_update_complete" if exists else "stack_create_complete")
    done.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    stack = Stack(aws, name)
    stack.make_up_for_the_emulator()
    return stack


def _uploaded(aws: Aws, template: str) -> str:
    """Put the template, which is too long for a call, where the SAM CLI keeps its own, and return its address."""
    bucket = aws.client("cloudformation").describe_stack_resource(
        StackName="aws-sam-cli-managed-default", LogicalResourceId="SamCliSourceBucket"
    )["StackResourceDetail"]["PhysicalResourceId"]
    aws.client("s3").put_object(Bucket=bucket, Key="template", Body=template.encode())
    return f"{aws.endpoint}/{bucket}/template"


def delete(aws: Aws, stack: Stack) -> None:
    """Delete a stack and wait until it is gone."""
    cloudformation = aws.client("cloudformation")
    cloudformation.delete_stack(StackName=stack.name)
    done = cloudformation.get_waiter("stack_delete_complete")
    done.wait(StackName=stack.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def deploy(aws: Aws, sam: Sam, name: str, parameters: Mapping[str, str]) -> Stack:
    """Deploy the template and return the stack, ready for traffic."""
    sam.deploy(name, parameters)
    stack = Stack(aws, name)
    stack.make_up_for_the_emulator()
    return stack
