"""The deployed switcher: finding it by its stack, and sending it one event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from .failures import Failure, sentences

# Longer than the function's own 30 seconds. A second invocation would be a second event.
ONCE = Config(read_timeout=60, connect_timeout=10, retries={"total_max_attempts": 1})
PATIENT = Config(read_timeout=20, connect_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})


def client(session: boto3.Session, service: str, config: Config = PATIENT) -> BaseClient:
    """Return the client of a service."""
    return session.client(service, config=config)


@dataclass(frozen=True)
class Switcher:
    """A stack's switcher."""

    stack: str
    account: str
    region: str
    function: str
    # The ARN of the topic that the alarms reach.
    topic: str
    # The stack's MaxDurationMinutes; 0 for no limit.
    longest_minutes: int

    def invoke(self, session: boto3.Session, event: dict[str, Any]) -> dict[str, Any]:
        """Send one event and return the answer."""
        try:
            with sentences():
                called = client(session, "lambda", ONCE).invoke(
                    FunctionName=self.function, Payload=json.dumps(event).encode()
                )
                payload = json.loads(called["Payload"].read())
        except Failure as failure:
            if isinstance(failure.__cause__, ReadTimeoutError | ConnectionClosedError):
                raise Failure(
                    f"{failure.message}; the switch may have been made all the same: `status` tells"
                ) from failure
            raise
        if "FunctionError" in called:
            raise Failure(f"{payload.get('errorType', 'error')}: {payload.get('errorMessage', payload)}")
        return payload


def find(session: boto3.Session, stack: str) -> Switcher:
    """Find the switcher of a stack of this project's template."""
    with sentences():
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
    parameters = {given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])}
    if missing := {"SwitcherFunctionName", "NoticesTopicArn"} - outputs.keys():
        lost = " and no ".join(sorted(missing))
        raise Failure(
            f'--stack is "{stack}": it has no output {lost} (its status is {described["StackStatus"]}); '
            "accepted: a stack that was made from this project's template"
        )
    _, _, _, region, account, _ = described["StackId"].split(":", 5)
    return Switcher(
        stack=described["StackName"],
        account=account,
        region=region,
        function=outputs["SwitcherFunctionName"],
        topic=outputs["NoticesTopicArn"],
        longest_minutes=int(parameters.get("MaxDurationMinutes", "0")),
    )
