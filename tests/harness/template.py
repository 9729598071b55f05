"""The template as CloudFormation gets it: with SAM's resources expanded and its intrinsic functions left alone."""

from __future__ import annotations

import copy
import os
from functools import lru_cache
from typing import Any
from unittest import mock

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.harness.aws import REGION
from tests.harness.paths import ROOT


def source_template() -> dict[str, Any]:
    """Return template.yaml as it is written."""
    return yaml_parse((ROOT / "template.yaml").read_text())


def expanded_template() -> dict[str, Any]:
    """Return the template with everything that SAM makes of it."""
    return copy.deepcopy(_expanded())


@lru_cache
def _expanded() -> dict[str, Any]:
    template = source_template()
    # SAM wants to know where the code lies; nothing here depends on it.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/functions.zip"
    values = {name: parameter.get("Default", name) for name, parameter in template["Parameters"].items()}
    with mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}):
        return Translator(managed_policy_map={}, sam_parser=Parser()).translate(template, parameter_values=values)
