"""The template as CloudFormation gets it, with its intrinsic functions left alone.

`python -m tests.harness.template` prints what `sam package` would write.
"""

import os
from functools import lru_cache
from typing import Any
from unittest import mock

from samcli.lib.samlib.resource_metadata_normalizer import ResourceMetadataNormalizer
from samcli.yamlhelper import yaml_dump, yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.harness.aws import REGION
from tests.harness.paths import ROOT

# As long as the addresses that `sam deploy` writes: its bucket, the default stack's name and a hash.
CODE_URI = f"s3://aws-sam-cli-managed-default-samclisourcebucket-{'0' * 13}/maintenance-mode/{'0' * 32}"


def source_template() -> dict[str, Any]:
    """Return template.yaml as it is written, without anchors."""
    return yaml_parse((ROOT / "template.yaml").read_text())


def packaged_template() -> str:
    """Return what `sam package` writes: the template with its anchors written out, and the addresses of the code."""
    template = source_template()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE_URI
    ResourceMetadataNormalizer.normalize(template)
    return yaml_dump(template)


@lru_cache
def expanded_template() -> dict[str, Any]:
    """Return the template with everything that SAM makes of it."""
    template = yaml_parse(packaged_template())
    values = {name: parameter.get("Default", name) for name, parameter in template["Parameters"].items()}
    with mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}):
        return Translator(managed_policy_map={}, sam_parser=Parser()).translate(template, parameter_values=values)


if __name__ == "__main__":
    print(packaged_template(), end="")
