"""What state machines ask EC2 and Auto Scaling for, of which MiniStack's Step Functions knows little.

Of Auto Scaling it knows nothing; a launch template's `DefaultVersion` it sends under a name that nobody reads. So these
calls go through boto3, which refuses what the API does not know, as the state machine's own role, whose policies
MiniStack checks. Its images have no date: what their description says stands for it. Its instance refreshes are over as
soon as they begin: here they take two seconds and replace the machines then.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import boto3
from botocore.exceptions import ClientError
from ministack.core import lambda_runtime
from ministack.services import autoscaling, stepfunctions

REFRESH_SECONDS = 2
# A minute of a state machine is a second here.
stepfunctions._SFN_WAIT_SCALE = 1 / 60

Answer = tuple[int, Mapping[str, str], bytes]
_role: ContextVar[str] = ContextVar("role")
_task, _call = stepfunctions._execute_task, stepfunctions._invoke_aws_sdk_integration
_start, _describe = autoscaling._start_instance_refresh, autoscaling._describe_instance_refreshes


def complete() -> None:
    """Let MiniStack make them."""
    stepfunctions._execute_task = _task_of_a_role
    stepfunctions._invoke_aws_sdk_integration = _call_as_the_role
    actions = {"StartInstanceRefresh": _start_slowly, "DescribeInstanceRefreshes": _describe_progress}
    autoscaling._ACTION_MAP.update(actions)


def _task_of_a_role(state: Any, given: Any, execution: Mapping[str, Any], context: Any) -> Any:  # noqa: ANN401
    _role.set(stepfunctions._state_machines[execution["stateMachineArn"]]["roleArn"])
    return _task(state, given, execution, context)


def _call_as_the_role(resource: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
    service, action = resource.split(":")[-2:]
    prefix = {"ec2": "Ec2", "autoscaling": "AutoScaling"}.get(service)
    if not prefix:
        return _call(resource, arguments)
    account = _role.get().split(":")[4]
    session = {
        "Role": _role.get(),
        "FunctionArn": f"arn:aws:lambda:{os.environ['AWS_REGION']}:{account}:function:states",
    }
    keys = {name.lower(): value for name, value in lambda_runtime.execution_credentials(session).items()}
    client = boto3.client(service, endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}", **keys)
    operation = next(name for name, api in client.meta.method_to_api_mapping.items() if api.lower() == action.lower())
    try:
        found = getattr(client, operation)(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise stepfunctions._ExecutionError(f"{prefix}.{code}Exception", str(error)) from error
    for image in found.get("Images", []):
        image["CreationDate"] = image["Description"]
    del found["ResponseMetadata"]
    return json.loads(json.dumps(found, default=lambda value: value.isoformat()))


def _start_slowly(parameters: Mapping[str, Any]) -> Answer:
    group = autoscaling._asgs[parameters["AutoScalingGroupName"]]
    _settle(group)
    if any(refresh["Status"] == "InProgress" for refresh in _refreshes(group)):
        return autoscaling._error("InstanceRefreshInProgress", "An Instance Refresh is already in progress")
    answer = _start(parameters)
    over = time.monotonic() + REFRESH_SECONDS
    _refreshes(group)[0] |= {"Status": "InProgress", "PercentageComplete": 0, "over": over}
    return answer


def _describe_progress(parameters: Mapping[str, Any]) -> Answer:
    _settle(autoscaling._asgs[parameters["AutoScalingGroupName"]])
    return _describe(parameters)


def _settle(group: dict[str, Any]) -> None:
    """Let the refresh whose time is over have replaced the group's machines."""
    for refresh in _refreshes(group):
        if refresh["Status"] == "InProgress" and time.monotonic() > refresh["over"]:
            refresh |= {"Status": "Successful", "PercentageComplete": 100}
            group["Instances"].clear()
            autoscaling._reconcile_instances(group)


def _refreshes(group: dict[str, Any]) -> list[dict[str, Any]]:
    return group.get("InstanceRefreshes", [])
