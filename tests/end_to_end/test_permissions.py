"""Least privilege, read off the template after SAM has expanded it: nobody gets more than is listed here."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.harness.paths import ROOT
from tests.harness.template import expanded_template


def _rules_of(listener: str) -> object:
    rules = {"Fn::Join": [":listener-rule/", {"Fn::Split": [":listener/", {"Ref": listener}]}]}
    return {"Fn::Sub": ["${Rules}/*", {"Rules": rules}]}


def _arn(resource: str) -> object:
    return {"Fn::GetAtt": [resource, "Arn"]}


RULES_OF_THE_LISTENERS = [
    _rules_of("ListenerArn"),
    {"Fn::If": ["HasSecondListener", _rules_of("SecondListenerArn"), {"Ref": "AWS::NoValue"}]},
]

MAINTENANCE_RULES = [
    {"Ref": "MaintenanceRule"},
    {"Fn::If": ["HasSecondListener", {"Ref": "SecondMaintenanceRule"}, {"Ref": "AWS::NoValue"}]},
]

# All that the roles may do: action → resource. The only "*" are those of calls without resource-level permissions.
GRANTED: dict[str, dict[str, object]] = {
    "ResponderRole": {
        "logs:CreateLogStream": _arn("ResponderLogGroup"),
        "logs:PutLogEvents": _arn("ResponderLogGroup"),
    },
    "SwitcherRole": {
        "elasticloadbalancing:DescribeRules": "*",
        "elasticloadbalancing:DescribeTags": "*",
        "elasticloadbalancing:DescribeTargetHealth": "*",
        "elasticloadbalancing:SetRulePriorities": RULES_OF_THE_LISTENERS,
        "elasticloadbalancing:AddTags": MAINTENANCE_RULES,
        "elasticloadbalancing:RemoveTags": MAINTENANCE_RULES,
        "sqs:SendMessage": _arn("UndeliveredQueue"),
        "logs:CreateLogStream": _arn("SwitcherLogGroup"),
        "logs:PutLogEvents": _arn("SwitcherLogGroup"),
    },
    "SchedulerRole": {
        "lambda:InvokeFunction": _arn("SwitcherFunction"),
        "sqs:SendMessage": _arn("UndeliveredQueue"),
    },
}

# And only under a condition.
TRACING = ("HasTracing", {"xray:PutTraceSegments": "*", "xray:PutTelemetryRecords": "*"})
STATUS_RULES = [
    {"Ref": "StatusRule"},
    {"Fn::If": ["HasSecondStatus", {"Ref": "SecondStatusRule"}, {"Ref": "AWS::NoValue"}]},
]
CONDITIONALLY: dict[str, list[tuple[str, dict[str, object]]]] = {
    "ResponderRole": [TRACING],
    "SwitcherRole": [("HasStatus", {"elasticloadbalancing:ModifyRule": STATUS_RULES}), TRACING],
    "SchedulerRole": [],
}

ASSUMED_BY = {
    "ResponderRole": "lambda.amazonaws.com",
    "SwitcherRole": "lambda.amazonaws.com",
    "SchedulerRole": "scheduler.amazonaws.com",
}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return expanded_template()["Resources"]


def test_the_roles_are_those_listed_here(resources: dict[str, Any]) -> None:
    access = re.compile("AWS::IAM::|Policy$|Permission$")

    assert {name for name, resource in resources.items() if access.search(resource["Type"])} == {
        *GRANTED,
        "NoticesTopicPolicy",
        "ResponderPermission",
        "UndeliveredQueuePolicy",
    }


@pytest.mark.parametrize("role", GRANTED)
def test_a_role_may_do_what_is_listed_and_nothing_wider(resources: dict[str, Any], role: str) -> None:
    properties = resources[role]["Properties"]
    optional = [policy["Fn::If"] for policy in properties["Policies"] if "Fn::If" in policy]
    always = [policy for policy in properties["Policies"] if "Fn::If" not in policy]

    assert _granted(always) == GRANTED[role]
    assert [(condition, _granted([then])) for condition, then, _ in optional] == CONDITIONALLY[role]
    assert all(other == {"Ref": "AWS::NoValue"} for _, _, other in optional)
    assert "ManagedPolicyArns" not in properties
    assert not any("*" in action for action in GRANTED[role])
    assert all(":Describe" in action for action, resource in GRANTED[role].items() if resource == "*")


def test_traces_are_sent_only_where_they_are_asked_for(resources: dict[str, Any]) -> None:
    functions = [resource for resource in resources.values() if resource["Type"] == "AWS::Lambda::Function"]

    assert expanded_template()["Parameters"]["Tracing"]["Default"] == "false"
    for function in functions:
        # PassThrough is the mode of a function that names none, says the CreateFunction API.
        assert function["Properties"]["TracingConfig"] == {"Mode": {"Fn::If": ["HasTracing", "Active", "PassThrough"]}}


@pytest.mark.parametrize("role", GRANTED)
def test_a_role_is_assumed_by_its_service_and_bounded_where_the_account_asks_for_it(
    resources: dict[str, Any], role: str
) -> None:
    properties = resources[role]["Properties"]
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": ASSUMED_BY[role]}
    assert statement["Action"] == "sts:AssumeRole"
    assert properties["PermissionsBoundary"] == {
        "Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]
    }


def test_only_alarms_that_begin_with_the_name_of_the_stack_may_write_to_the_topic(resources: dict[str, Any]) -> None:
    # The guide of SNS has this condition for alarms among its example cases. For EventBridge there is none that works,
    # says its guide on resource-based policies: hence no statement for it.
    (statement,) = resources["NoticesTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    own = [each["Properties"]["AlarmName"] for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm"]

    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    assert statement["Resource"] == {"Ref": "NoticesTopic"}
    alarms = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": {"Fn::Sub": f"{alarms}${{AWS::StackName}}-*"}}}
    assert all(name["Fn::Sub"].startswith("${AWS::StackName}-") for name in own)


def test_only_the_schedules_and_the_failure_destination_may_put_events_into_the_queue(
    resources: dict[str, Any],
) -> None:
    # Both send with their roles: the guides of Scheduler on dead-letter queues and of Lambda on destinations.
    (statement,) = resources["UndeliveredQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    senders = [role for role, granted in GRANTED.items() if "sqs:SendMessage" in granted]

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "sqs:SendMessage")
    assert statement["Resource"] == _arn("UndeliveredQueue")
    assert list(statement["Condition"]) == ["ArnNotEquals"]
    assert _sorted(statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]) == _sorted([_arn(it) for it in senders])


def test_only_the_target_group_of_the_stack_may_invoke_the_responder(resources: dict[str, Any]) -> None:
    permission = resources["ResponderPermission"]["Properties"]
    name = resources["ResponderTargetGroup"]["Properties"]["Name"]["Fn::Sub"][0]
    source, _ = permission["SourceArn"]["Fn::Sub"]

    assert permission["Principal"] == "elasticloadbalancing.amazonaws.com"
    assert source.endswith(f":targetgroup/{name}/*")


def test_every_grant_says_why() -> None:
    lines = [line.strip() for line in (ROOT / "template.yaml").read_text().splitlines()]
    grants = [
        index
        for index, line in enumerate(lines)
        if line == "- Effect: Allow" and "Action: sts:AssumeRole" not in lines[index : index + 3]
    ]

    assert len(grants) >= len(GRANTED)
    for index in grants:
        assert lines[index - 1].startswith("# "), f"line {index + 1} of template.yaml grants without a reason"


def _granted(policies: list[Any]) -> dict[str, object]:
    granted: dict[str, object] = {}
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement.keys() == {"Effect", "Action", "Resource"}
            for action in _list(statement["Action"]):
                assert action not in granted
                granted[action] = statement["Resource"]
    return granted


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sorted(values: list[object]) -> list[str]:
    return sorted(json.dumps(value) for value in values)
