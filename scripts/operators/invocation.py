"""The deployed switcher: finding it by its stack, and sending it one event."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import boto3
import click
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from .failures import Failure, sentences

# Longer than the function's own 30 seconds. A second invocation would be a second event.
ONCE = Config(read_timeout=60, connect_timeout=10, retries={"total_max_attempts": 1})
PATIENT = Config(read_timeout=20, connect_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})


def client(session: boto3.Session, service: str, config: Config = PATIENT) -> BaseClient:
    """Return the client of a service."""
    try:
        return session.client(service, config=config)
    except ValueError as error:  # an endpoint that is no URL
        raise Failure(f"AWS could not be asked: {error}") from error


@dataclass(frozen=True)
class Switcher:
    """A stack's switcher, and what else the stack says of itself."""

    stack: str
    # Unlike the name, it is known to CloudFormation even when the stack is gone.
    stack_id: str
    account: str
    region: str
    parameters: dict[str, str]
    outputs: dict[str, str]
    # Whether CloudFormation refuses to delete the stack.
    protected: bool

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"{self.stack} in account {self.account}, {self.region}"

    @property
    def topic(self) -> str:
        """The ARN of the topic that the alarms reach."""
        return self.outputs["NoticesTopicArn"]

    @property
    def longest_minutes(self) -> int:
        """The stack's MaxDurationMinutes; 0 for no limit."""
        return int(self.parameters.get("MaxDurationMinutes", "0"))

    @property
    def active_priority(self) -> int:
        """The stack's ActivePriority: rules above it stay live."""
        return int(self.parameters.get("ActivePriority", "1"))

    def output(self, key: str) -> str:
        """Return an output that every stack of the template has."""
        if key not in self.outputs:
            raise Failure(f"the stack {self.stack} has no output {key}; accepted: one of this version of the template")
        return self.outputs[key]

    def resources(self, session: boto3.Session) -> dict[str, str]:
        """Return the physical id of each logical one that the stack has made."""
        described = client(session, "cloudformation").describe_stack_resources(StackName=self.stack)["StackResources"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in described if "PhysicalResourceId" in one}

    def invoke(self, session: boto3.Session, event: dict[str, Any], *, verbose: bool = False) -> dict[str, Any]:
        """Send one event and return the answer; the end of the log is shown if it fails, or if `verbose`."""
        try:
            with sentences():
                called = client(session, "lambda", ONCE).invoke(
                    FunctionName=self.outputs["SwitcherFunctionName"],
                    Payload=json.dumps(event).encode(),
                    LogType="Tail",
                )
                payload = json.loads(called["Payload"].read())
        except Failure as failure:
            if isinstance(failure.__cause__, ReadTimeoutError | ConnectionClosedError):
                raise Failure(
                    f"{failure.message}; the switch may have been made all the same: `status` tells"
                ) from failure
            raise
        failed = "FunctionError" in called
        if verbose or failed:
            click.secho(base64.b64decode(called.get("LogResult", "")).decode(errors="replace"), err=True, dim=True)
        if failed:
            raise Failure(f"{payload.get('errorType', 'error')}: {payload.get('errorMessage', payload)}")
        if not isinstance(payload, dict) or not payload.get("listeners"):
            raise Failure(f"{self.outputs['SwitcherFunctionName']} answered as no switcher does: {payload}")
        return payload


def find(session: boto3.Session, stack: str) -> Switcher:
    """Find the switcher of a stack of this project's template."""
    cloudformation = client(session, "cloudformation")
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        place = f"in {cloudformation.meta.region_name} of the account that the credentials are for"
        raise Failure(
            f'--stack is "{stack}": there is no such stack {place}; accepted: the name that `sam deploy` gave it'
        ) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if missing := {"SwitcherFunctionName", "NoticesTopicArn"} - outputs.keys():
        lost = " and no ".join(sorted(missing))
        raise Failure(
            f'--stack is "{stack}": it has no output {lost} (its status is {described["StackStatus"]}); '
            "accepted: a stack that was made from this project's template"
        )
    _, _, _, region, account, _ = described["StackId"].split(":", 5)
    return Switcher(
        stack=described["StackName"],
        stack_id=described["StackId"],
        account=account,
        region=region,
        parameters={given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])},
        outputs=outputs,
        protected=described.get("EnableTerminationProtection", False),
    )
