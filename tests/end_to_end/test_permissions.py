"""Least privilege: no role may do more than is listed here, and no other principal may use what the stack has."""

import json
import re
from fnmatch import fnmatch
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.harness.aws import ACCOUNT, REGION
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.template import expanded_template

RESOURCES: dict[str, Any] = expanded_template()["Resources"]
NOTHING = {"Ref": "AWS::NoValue"}


def _arn(resource: str) -> object:
    return {"Fn::GetAtt": [resource, "Arn"]}


def _of_both(*rules: str) -> list[object]:
    second = [{"Fn::If": ["HasSecond", {"Ref": f"Second{rule}"}, NOTHING]} for rule in rules]
    return [{"Ref": rule} for rule in rules] + second


# All that the roles may do: condition → action → resource. The only "*" are those of calls without resource-level
# permissions.
GRANTED: dict[str, dict[str, dict[str, object]]] = {
    "ResponderRole": {
        "": {"logs:CreateLogStream": _arn("ResponderLogGroup"), "logs:PutLogEvents": _arn("ResponderLogGroup")},
    },
    "SwitcherRole": {
        "": {
            "elasticloadbalancing:DescribeRules": "*",
            "elasticloadbalancing:DescribeTags": "*",
            "elasticloadbalancing:DescribeTargetHealth": "*",
            "elasticloadbalancing:SetRulePriorities": _of_both("MaintenanceRule", "PlaceholderRule"),
            "elasticloadbalancing:AddTags": _of_both("MaintenanceRule"),
            "sqs:SendMessage": _arn("UndeliveredQueue"),
            "logs:CreateLogStream": _arn("SwitcherLogGroup"),
            "logs:PutLogEvents": _arn("SwitcherLogGroup"),
        },
        "HasStatus": {"elasticloadbalancing:ModifyRule": _of_both("StatusRule")},
    },
    "SchedulerRole": {
        "": {"lambda:InvokeFunction": _arn("SwitcherFunction"), "sqs:SendMessage": _arn("UndeliveredQueue")},
    },
}

# What CloudFormation may call for the template's types, and does not call for this template.
LEFT_OUT = [
    # No rule logs users in; no function has a VPC, a file system, a layer, a signature, a key or a version.
    *("cognito-idp:*", "ec2:*", "elasticfilesystem:*", "s3files:*", "kms:*", "lambda:GetLayerVersion"),
    *("lambda:GetCodeSigningConfig", "lambda:PutFunctionCodeSigningConfig", "lambda:DeleteFunctionCodeSigningConfig"),
    *("lambda:PassCapacityProvider", "lambda:PutFunctionRecursionConfig", "lambda:PutFunctionScalingConfig"),
    *("lambda:PutRuntimeManagementConfig", "lambda:PublishVersion"),
    # No log group has a key, an index, a delivery, a token or a protection.
    *("firehose:*", "logs:*KmsKey", "logs:CreateLogDelivery", "logs:PutIndexPolicy", "logs:DeleteIndexPolicy"),
    *("logs:PutResourcePolicy", "logs:DeleteResourcePolicy", "logs:PutBearerToken*", "logs:PutLogGroupDeletion*"),
    # No role has a managed policy, and each keeps its boundary.
    *("iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePermissionsBoundary"),
]
# How the ARN begins if it is not the physical id.
ARNS = {
    "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:",
    "AWS::CloudWatch::Dashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:",
    "AWS::Scheduler::Schedule": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:",
}


def test_roles_and_policies_are_those_listed() -> None:
    access = re.compile("AWS::IAM::|Policy$|Permission$")

    policies = {"NoticesTopicPolicy", "ResponderPermission", "UndeliveredQueuePolicy"}
    assert {name for name, resource in RESOURCES.items() if access.search(resource["Type"])} == policies | set(GRANTED)


@pytest.mark.parametrize("role", GRANTED)
def test_roles_may_do_what_is_listed(role: str) -> None:
    properties, granted = RESOURCES[role]["Properties"], {}
    for statement in (each for policy in properties["Policies"] for each in policy["PolicyDocument"]["Statement"]):
        condition, allowed, otherwise = statement.get("Fn::If", ("", statement, NOTHING))
        assert otherwise == NOTHING
        assert allowed.keys() == {"Effect", "Action", "Resource"}
        actions = allowed["Action"] if isinstance(allowed["Action"], list) else [allowed["Action"]]
        granted.setdefault(condition, {}).update(dict.fromkeys(actions, allowed["Resource"]))

    assert granted == GRANTED[role]
    assert "ManagedPolicyArns" not in properties
    assert properties["PermissionsBoundary"] == {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, NOTHING]}
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    service = "scheduler" if role == "SchedulerRole" else "lambda"
    assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}


def test_only_alarms_of_the_stacks_name_may_use_the_topic() -> None:
    (statement,) = RESOURCES["NoticesTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    alarms = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-*"

    assert (statement["Principal"], statement["Action"]) == ({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": {"Fn::Sub": alarms}}}


def test_only_scheduler_and_lambda_may_fill_the_queue() -> None:
    # Both send with their roles: the guides of Scheduler on dead-letter queues and of Lambda on destinations.
    (statement,) = RESOURCES["UndeliveredQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    senders = [_arn(role) for role in ("SchedulerRole", "SwitcherRole")]

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "sqs:SendMessage")
    assert statement["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": senders}}


def test_only_the_target_group_may_invoke_the_responder() -> None:
    permission = RESOURCES["ResponderPermission"]["Properties"]
    name = RESOURCES["ResponderTargetGroup"]["Properties"]["Name"]["Fn::Sub"][0]

    assert permission["Principal"] == "elasticloadbalancing.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"][0].endswith(f":targetgroup/{name}/*")


def test_every_grant_has_a_reason() -> None:
    lines = [line.strip() for line in (ROOT / "template.yaml").read_text().splitlines()]
    grants = [index for index, line in enumerate(lines) if line.startswith(("- Effect: Allow", "- { Effect: Allow"))]
    # A trust policy is no grant.
    unexplained = [index + 1 for index in grants if not lines[index - 1].startswith("# ")]

    assert [line for line in unexplained if "Action: sts:AssumeRole" not in lines[line : line + 2]] == []
    assert len(grants) > len(unexplained)


def test_a_deployer_may_do_what_is_needed_alone(site: Site) -> None:
    statements, called = _deployer("shop"), _called_by_cloudformation()
    granted = {
        action: [each["Resource"] for each in statements if _matches(action, each["Action"])] for action in called
    }
    needed = {action for action in called if not _matches(action, LEFT_OUT)}
    assert {action for action in called if granted[action]} == needed
    # Each of them for all that the stack has of its service, and for the listener.
    resources = site.stack.resources.items()
    # A queue's physical id is its address.
    arns = [ARNS.get(RESOURCES[name]["Type"], "") + re.sub("^http.*/", "", physical) for name, physical in resources]
    for arn in [*arns, site.listener.arn]:
        of_service = {action for action in needed if arn.startswith(f"arn:aws:{action.partition(':')[0]}:")}
        assert {action for action in of_service if not any(_matches(arn, each) for each in granted[action])} == set()


def _matches(name: str, patterns: str | list[str]) -> bool:
    """Whether one of IAM's patterns is that of this action or resource."""
    return any(fnmatch(name.lower(), each.lower()) for each in ([patterns] if isinstance(patterns, str) else patterns))


def _deployer(name: str) -> list[dict[str, Any]]:
    """Return the statements that the runbook shows for a deployer, for a stack and a load balancer of this name."""
    section = (ROOT / "docs" / "runbook.md").read_text().partition("### Who may do what\n")[2]
    written = re.findall(r"```json\n(.*?)```", section, re.DOTALL)[1]
    for placeholder, value in {"REGION": REGION, "ACCOUNT": ACCOUNT, "maintenance-mode|LOAD-BALANCER": name}.items():
        written = re.sub(placeholder, value, written)
    return json.loads(written)["Statement"]


def _called_by_cloudformation() -> set[str]:
    """Return the actions that the schemas of the template's types name."""
    calls: list[dict[str, Any]] = []
    for each in {resource["Type"] for resource in RESOURCES.values()}:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, each).schema
        calls += [handler for name, handler in schema["handlers"].items() if name != "list"]
        calls.append(schema["tagging"])
    return {action for call in calls for action in call.get("permissions", ())}
