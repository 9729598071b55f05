"""The deployed switcher: finding it by its stack, and sending it one event."""

import base64
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from . import printing
from .failures import Failure, WrongUse

# Longer than the function's own 30 seconds. A second invocation would be a second event.
ONCE = Config(read_timeout=60, connect_timeout=10, retries={"total_max_attempts": 1})
PATIENT = Config(read_timeout=20, connect_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})
SAMCONFIG = Path(__file__).resolve().parents[2] / "samconfig.toml"
# What each listener of an answer has.
ANSWERED = {"listenerArn", "ruleArn", "state", "since", "until", "moves", "rules", "warnings"}


def client(session: boto3.Session, service: str, config: Config = PATIENT) -> BaseClient:
    """Return the client of a service."""
    try:
        return session.client(service, config=config)
    except ValueError as error:  # an endpoint that is no URL
        raise Failure(f"AWS could not be asked: {error}") from error


@dataclass(frozen=True)
class Switcher:
    """A stack's switcher, with the stack's parameters and outputs."""

    stack: str
    # CloudFormation's word.
    status: str
    account: str
    region: str
    parameters: dict[str, str]
    outputs: dict[str, str]

    @property
    def place(self) -> str:
        """The stack with its account and region."""
        return f"{self.stack} in account {self.account}, {self.region}"

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of the stack's schedules; none, which is the machine's, without any or if it is not known."""
        if self.parameters.get("StartSchedule") or self.parameters.get("EndSchedule"):
            with suppress(LookupError, ValueError):
                return ZoneInfo(self.parameters["ScheduleTimeZone"])
        return None

    def output(self, key: str) -> str:
        """Return an output that every stack of the template has."""
        if key not in self.outputs:
            lacks = f"it has no output {key} (its status is {self.status})"
            raise Failure(f'--stack is "{self.stack}": {lacks}; accepted: a stack of this version of the template')
        return self.outputs[key]

    def invoke(self, session: boto3.Session, event: dict[str, Any], *, verbose: bool = False) -> dict[str, Any]:
        """Send one event and return the answer; `verbose` shows the end of the function's log."""
        given = {"FunctionName": self.output("SwitcherFunctionName"), "Payload": json.dumps(event), "LogType": "Tail"}
        try:
            called = client(session, "lambda", ONCE).invoke(**given)
            text = called["Payload"].read().decode(errors="replace")
        except (ReadTimeoutError, ConnectionClosedError) as error:
            received = "; the event may have been received: look at `scripts/maintenance status`"
            raise Failure(f"AWS could not be asked: {error}{'' if event['type'] == 'status' else received}") from error
        if verbose:
            printing.lines(base64.b64decode(called.get("LogResult", "")).decode(errors="replace"), to_stderr=True)
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            answer = json.loads(text)
            if "FunctionError" in called:
                raise Failure(f"{answer['errorType']}: {answer['errorMessage']}")
            if answer["listeners"] and all(one.keys() >= ANSWERED for one in answer["listeners"]):
                return answer
        raise Failure(f"the function's answer is not a switcher's: {text[:500]}; is the stack of this version?")


def refuse_another_region(region: str | None, samconfig: str) -> None:
    """Refuse a region that the samconfig.toml of this checkout does not deploy to."""
    named = sorted(set(re.findall(r"""^\s*region\s*=\s*["']([^"']+)["']""", samconfig, re.MULTILINE)))
    if region and named and region not in named:
        refused = f"the region is {region}, but samconfig.toml deploys to {' and '.join(named)}"
        raise WrongUse(f"{refused}; accepted: --region {named[0]}, or --region {region} to use it all the same")


def find(session: boto3.Session, stack: str) -> Switcher:
    """Find the switcher of a stack of this project's template."""
    try:
        described = client(session, "cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        missing = f'--stack is "{stack}": there is no such stack in {session.region_name} of this account'
        raise Failure(f"{missing}; accepted: the name that `sam deploy` gave it") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    _, _, _, region, account, _ = described["StackId"].split(":", 5)
    parameters = {given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])}
    return Switcher(stack, described["StackStatus"], account, region, parameters, outputs)
