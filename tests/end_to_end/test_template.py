"""The template as a whole: its size, its form, its order, and the parameters that do not fit together."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.harness.aws import Aws, host_architecture
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.template import expanded_template, packaged_template, source_template

LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/0123456789abcdef/0123456789abcdef"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html: a template without a bucket.
BODY_BYTES = 51_200

RESOURCES: dict[str, Any] = expanded_template()["Resources"]

REFUSED = {
    "one listener twice": (
        {"SecondListenerArn": LISTENER, "ListenerArn": LISTENER, "SecondDefaultAction": "404"},
        "SecondListenerArn must be another listener",
    ),
    "a second listener without its default action": (
        {"SecondListenerArn": LISTENER},
        "With a SecondListenerArn, give SecondDefaultAction",
    ),
    "a start that only another schedule ends": (
        {"StartSchedule": "cron(0 22 * * ? *)", "EndSchedule": "cron(0 4 * * ? *)"},
        "With a StartSchedule, give MaxDurationMinutes",
    ),
    "active at rest": ({"ActivePriority": "50000"}, "ActivePriority, RestingPriority and StandInPriority must differ"),
    "stand-in at rest": ({"RestingPriority": "49999"}, "StandInPriority must differ"),
    "stand-in in a window": ({"ActivePriority": "49999"}, "StandInPriority must differ"),
    "preview at home": ({"PreviewPath": "/a"}, "HomePath must differ from PreviewPath"),
    "status at home": ({"StatusPath": "/a", "ActivePriority": "2"}, "HomePath must differ from PreviewPath"),
    "status without a place": ({"StatusPath": "/state", "StatusPriority": "2"}, "StatusPriority must be above"),
    "status at the active priority": (
        {"StatusPath": "/state", "ActivePriority": "2", "StatusPriority": "2"},
        "StatusPriority must be above",
    ),
    # And once for each kind of constraint, in CloudFormation's words.
    "a pattern": ({"ListenerArn": "shop"}, "must be the ARN of an Application Load Balancer's listener"),
    "a range": ({"ActivePriority": "50001"}, "ActivePriority"),
    "a choice": ({"SchedulesEnabled": "perhaps"}, "SchedulesEnabled"),
}


@pytest.mark.parametrize(("parameters", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_parameters_are_refused(aws: Aws, site: Site, parameters: dict[str, str], sentence: str) -> None:
    given = {"ListenerArn": site.listener.arn, "DefaultAction": "404", "Architecture": host_architecture()}

    with pytest.raises(ClientError, match=re.escape(sentence)):
        aws.client("cloudformation").create_change_set(
            StackName=site.stack.name,
            ChangeSetName="tried",
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in {**given, **parameters}.items()
            ],
        )


def test_packaged_template_needs_no_bucket() -> None:
    assert len(packaged_template().encode()) < BODY_BYTES


def test_only_listener_and_default_action_are_required() -> None:
    parameters = source_template()["Parameters"]

    required = {name for name, parameter in parameters.items() if "Default" not in parameter}
    assert required == {"ListenerArn", "DefaultAction"}


def test_form_and_reference_explain_every_parameter() -> None:
    template = source_template()
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", (ROOT / "docs" / "reference.md").read_text(), re.MULTILINE)

    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(template["Parameters"])
    assert set(template["Parameters"]) <= set(re.findall(r"\w+", " ".join(rows)))
    assert all(parameter["Description"].endswith(".") for parameter in template["Parameters"].values())


def test_rules_are_made_and_deleted_in_order() -> None:
    # CloudFormation makes a resource after those that it depends on, and deletes it before them.
    for before, after in (
        # Nothing moves a rule while the rules are deleted.
        ("MaintenanceRule", "SwitcherFunction"),
        ("SecondPlaceholderRule", "SwitcherFunction"),
        ("SwitcherFunction", "CheckSchedule"),
        # A taken active priority fails the deployment first; a deletion opens the system first.
        ("PlaceholderRule", "MaintenanceRule"),
        ("SecondPlaceholderRule", "SecondMaintenanceRule"),
        # At rest, no request reaches the maintenance rule.
        ("StandInRule", "MaintenanceRule"),
        ("SecondStandInRule", "SecondMaintenanceRule"),
        # ActivePriority leaves 1 before the status rule takes it.
        ("PlaceholderRule", "StatusRule"),
        ("SecondPlaceholderRule", "SecondStatusRule"),
    ):
        assert before in _needed(after), (before, after)
        assert after not in _needed(before), (before, after)


def test_the_health_check_takes_only_200() -> None:
    group = RESOURCES["ResponderTargetGroup"]["Properties"]

    # An answer that names settings that cannot be used is a 500.
    assert (group["HealthCheckEnabled"], group["Matcher"]) == (True, {"HttpCode": "200"})


def test_log_groups_outlive_the_stack_but_forget() -> None:
    groups = [resource for resource in RESOURCES.values() if resource["Type"] == "AWS::Logs::LogGroup"]

    assert len(groups) == 2
    for group in groups:
        assert group["DeletionPolicy"] == "RetainExceptOnCreate"
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def _needed(name: str) -> set[str]:
    """Return all resources that a resource depends on, directly or not."""
    found: set[str] = set()
    names = [name]
    while names:
        resource = RESOURCES[names.pop()]
        text = json.dumps([resource["Properties"], {"Ref": resource.get("DependsOn")}])
        quoted = set(re.findall(r'"Ref": "(\w+)"|"Fn::GetAtt": \["(\w+)"|\$\{(\w+)', text))
        new = {each for groups in quoted for each in groups if each in RESOURCES} - found
        found |= new
        names += new
    return found
