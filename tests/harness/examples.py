"""The templates of `examples/`, deployed."""

from tests.harness.aws import Aws
from tests.harness.paths import ROOT


def deploy_example(aws: Aws, name: str, **parameters: str) -> dict[str, str]:
    """Deploy `examples/NAME.yaml` as a stack of that name, and return the physical id of each resource."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=(ROOT / "examples" / f"{name}.yaml").read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    listed = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
