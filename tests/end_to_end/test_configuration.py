"""A function that is configured wrongly says so before it does anything."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Site
from tests.harness.aws import Aws, host_architecture
from tests.harness.invocation import Invocation
from tests.harness.paths import EVENTS

NAME = "misconfigured"
RULE = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/0123456789abcdef/0123456789abcdef"


@pytest.fixture
def switcher_with(aws: Aws, bootstrap: dict[str, Path], site: Site) -> Iterator[object]:
    """Create the switcher as a function of its own, with the environment that a test wants."""
    functions = aws.client("lambda")
    role = functions.get_function_configuration(FunctionName=site.stack.switcher)["Role"]

    def invoke(environment: Mapping[str, str]) -> Invocation:
        functions.create_function(
            FunctionName=NAME,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role,
            Architectures=[host_architecture()],
            Environment={"Variables": dict(environment)},
            Code={"ZipFile": _zip(bootstrap["priority-switcher"])},
        )
        return site.stack.invoke(EVENTS / "start.json", function=NAME)

    yield invoke
    functions.delete_function(FunctionName=NAME)


BAD_ENVIRONMENTS = {
    "no rule": ({}, ["MAINTENANCE_RULE_ARNS"]),
    "no ARN": ({"MAINTENANCE_RULE_ARNS": "shop"}, ["MAINTENANCE_RULE_ARNS", "shop"]),
    "two rules of one listener": (
        {"MAINTENANCE_RULE_ARNS": f"{RULE}/0123456789abcdef,{RULE}/fedcba9876543210"},
        ["MAINTENANCE_RULE_ARNS", "listener"],
    ),
    "a rule of another region": (
        {"MAINTENANCE_RULE_ARNS": f"{RULE}/0123456789abcdef".replace("eu-central-1", "us-east-1")},
        ["MAINTENANCE_RULE_ARNS", "us-east-1"],
    ),
    "no priority": (
        {"MAINTENANCE_RULE_ARNS": f"{RULE}/0123456789abcdef", "ACTIVE_PRIORITY": "first"},
        ["ACTIVE_PRIORITY", "first", "50000"],
    ),
}


@pytest.mark.parametrize(("environment", "told"), BAD_ENVIRONMENTS.values(), ids=BAD_ENVIRONMENTS.keys())
def test_the_error_names_the_variable(switcher_with: object, environment: Mapping[str, str], told: list[str]) -> None:
    assert callable(switcher_with)
    error = switcher_with(environment).error

    for word in told:
        assert word in error


def _zip(program: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(program, "bootstrap")
    return packed.getvalue()
