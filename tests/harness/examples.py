"""The templates of `examples/`, deployed."""

from tests.harness.aws import Aws
from tests.harness.paths import ROOT
from tests.harness.stack import put, resources


def deploy_example(aws: Aws, name: str, **parameters: str) -> dict[str, str]:
    """Deploy `examples/NAME.yaml` as a stack of that name, and return the physical id of each resource."""
    put(aws, name, (ROOT / "examples" / f"{name}.yaml").read_text(), parameters)
    return resources(aws, name)
