"""The calls of EC2 and Auto Scaling that MiniStack's state machines do not make, or make wrongly.

They go through boto3 as the state machine's role: boto3 refuses what the API does not know, and MiniStack checks the
role's policies. MiniStack's images have no date: here their description is the date. Its instance refreshes end at
once: here they take two seconds.
"""

import json
import os
from collections.abc import Callable
from contextvars import ContextVar
from threading import Timer
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError
from ministack.core import lambda_runtime
from ministack.services import autoscaling, stepfunctions

from tests.harness.replace import in_place_of

PREFIXES = {"ec2": "Ec2", "autoscaling": "AutoScaling"}
Parameters = dict[str, Any]
_role: ContextVar[str] = ContextVar("role")
# A minute of a state machine is a second here.
stepfunctions._SFN_WAIT_SCALE = 1 / 60


@in_place_of(vars(stepfunctions), "_execute_task")
def _task(former: Callable, state: Any, given: Any, execution: Parameters, context: Any) -> Any:  # noqa: ANN401
    _role.set(stepfunctions._state_machines[execution["stateMachineArn"]]["roleArn"])
    return former(state, given, execution, context)


@in_place_of(vars(stepfunctions), "_invoke_aws_sdk_integration")
def _call(former: Callable, resource: str, arguments: Parameters) -> Any:  # noqa: ANN401
    service, action = resource.split(":")[-2:]
    if service not in PREFIXES:
        return former(resource, arguments)
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


@in_place_of(autoscaling._ACTION_MAP, "StartInstanceRefresh")
def _start_refresh(former: Callable, parameters: Parameters) -> Any:  # noqa: ANN401
    group = autoscaling._asgs[parameters["AutoScalingGroupName"]]
    if any(refresh["Status"] == "InProgress" for refresh in group.get("InstanceRefreshes", [])):
        return autoscaling._error("InstanceRefreshInProgress", "An Instance Refresh is already in progress")
    answer = former(parameters)
    group["InstanceRefreshes"][0]["Status"] = "InProgress"
    Timer(2, _end, group["InstanceRefreshes"][:1]).start()
    return answer


def _end(refresh: Parameters) -> None:
    if refresh["Status"] == "InProgress":
        refresh["Status"] = "Successful"
