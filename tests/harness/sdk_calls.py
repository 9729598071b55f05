"""The calls of EC2 and Auto Scaling that MiniStack's state machines do not make, or make wrongly.

They go through boto3 as the state machine's role: boto3 refuses what the API does not know, and MiniStack checks the
role's policies. MiniStack's images have no date: here their description is the date. Its instance refreshes end at
once: here they take two seconds and then replace the machines.
"""

from __future__ import annotations

import json
import os
import time
from contextvars import ContextVar
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError
from ministack.core import lambda_runtime
from ministack.services import autoscaling, stepfunctions

REFRESH_SECONDS = 2
# A minute of a state machine is a second here.
stepfunctions._SFN_WAIT_SCALE = 1 / 60

PREFIXES = {"ec2": "Ec2", "autoscaling": "AutoScaling"}
_role: ContextVar[str] = ContextVar("role")
_task, _call = stepfunctions._execute_task, stepfunctions._invoke_aws_sdk_integration
_start, _describe = autoscaling._start_instance_refresh, autoscaling._describe_instance_refreshes


def complete() -> None:
    """Let MiniStack make these calls."""
    stepfunctions._execute_task, stepfunctions._invoke_aws_sdk_integration = _task_of_role, _call_as_role
    autoscaling._ACTION_MAP |= {
        "StartInstanceRefresh": _start_refresh,
        "DescribeInstanceRefreshes": _describe_refreshes,
    }


def _task_of_role(state: Any, given: Any, execution: Any, context: Any) -> Any:  # noqa: ANN401
    _role.set(stepfunctions._state_machines[execution["stateMachineArn"]]["roleArn"])
    return _task(state, given, execution, context)


def _call_as_role(resource: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
    service, action = resource.split(":")[-2:]
    if service not in PREFIXES:
        return _call(resource, arguments)
    role = _role.get()
    function = f"arn:aws:lambda:{os.environ['AWS_REGION']}:{role.split(':')[4]}:function:states"
    session = lambda_runtime.execution_credentials({"Role": role, "FunctionArn": function})
    keys = {name.lower(): value for name, value in session.items()}
    client = boto3.client(service, endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}", **keys)
    try:
        found = getattr(client, xform_name(action))(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise stepfunctions._ExecutionError(f"{PREFIXES[service]}.{code}Exception", str(error)) from error
    for image in found.get("Images", []):
        image["CreationDate"] = image["Description"]
    return json.loads(json.dumps(found, default=str))


def _start_refresh(parameters: dict[str, Any]) -> Any:  # noqa: ANN401
    if any(refresh["Status"] == "InProgress" for refresh in _refreshes(parameters)):
        return autoscaling._error("InstanceRefreshInProgress", "An Instance Refresh is already in progress")
    answer = _start(parameters)
    _refreshes(parameters)[0] |= {"Status": "InProgress", "over": time.monotonic() + REFRESH_SECONDS}
    return answer


def _describe_refreshes(parameters: dict[str, Any]) -> Any:  # noqa: ANN401
    _refreshes(parameters)
    return _describe(parameters)


def _refreshes(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the group's refreshes, those that are over with their machines replaced."""
    group = autoscaling._asgs[parameters["AutoScalingGroupName"]]
    refreshes = group.get("InstanceRefreshes", [])
    for refresh in refreshes:
        if refresh["Status"] == "InProgress" and time.monotonic() > refresh["over"]:
            refresh["Status"] = "Successful"
            group["Instances"].clear()
            autoscaling._reconcile_instances(group)
    return refreshes
