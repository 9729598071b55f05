"""What the template makes of its parameters."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.end_to_end.conftest import Site
from tests.harness.aws import Aws, host_architecture
from tests.harness.template import source_template

GROUP = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/0123456789abcdef"
LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/0123456789abcdef/0123456789abcdef"

REFUSED = {
    "a listener that is none": (
        {"ListenerArn": "shop"},
        "must be the ARN of an Application Load Balancer's listener",
    ),
    "one listener twice": (
        {"ListenerArn": LISTENER, "SecondListenerArn": LISTENER},
        "SecondListenerArn must be another listener",
    ),
    "a schedule that is none": (
        {"StartSchedule": "every Sunday", "EndSchedule": "cron(0 2 * * ? *)"},
        "must be empty, cron(...), rate(...) or at(...)",
    ),
    "a start that nothing ends": (
        {"StartSchedule": "cron(0 22 * * ? *)"},
        "With a StartSchedule, give an EndSchedule or a MaxDurationMinutes too",
    ),
    "a priority that is none": (
        {"ActivePriority": "50001"},
        "must be a whole number from 1 to 50000",
    ),
    "the same priority twice": (
        {"ActivePriority": "50000"},
        "RestingPriority must differ",
    ),
    "a target group that is none": (
        {"ApplicationTargetGroupArn": "shop"},
        "must be empty or the ARN of a target group",
    ),
    "an application at the resting rule's number": (
        {"ApplicationTargetGroupArn": GROUP, "RestingPriority": "49999"},
        "ApplicationPriority must differ from RestingPriority",
    ),
    "a preview of what is no page": (
        {"PreviewPath": "/preview"},
        "PreviewPath must be the path in MaintenancePageUrl",
    ),
    "a preview at the application's number": (
        {"PreviewPath": "/a/maintenance", "PreviewPriority": "49999", "ApplicationTargetGroupArn": GROUP},
        "PreviewPriority must differ from ApplicationPriority",
    ),
    "an e-mail address that is none": (
        {"NotificationEmail": "ops"},
        "must be empty or an e-mail address",
    ),
    "schedules that are neither on nor off": (
        {"SchedulesEnabled": "perhaps"},
        "SchedulesEnabled",
    ),
    "a concurrency that is none": (
        {"ResponderReservedConcurrency": "-1"},
        "must be a whole number from 0 to 100000",
    ),
    "a permissions boundary that is no policy": (
        {"PermissionsBoundaryArn": "arn:aws:iam::123456789012:role/boundary"},
        "must be empty or the ARN of an IAM policy",
    ),
}


@pytest.mark.parametrize(("parameters", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_parameters_are_refused_with_what_they_must_be(
    aws: Aws, site: Site, parameters: dict[str, str], told: str
) -> None:
    given = {"ListenerArn": site.listener.arn, "Architecture": host_architecture(), **parameters}

    with pytest.raises(ClientError) as refused:
        aws.client("cloudformation").create_change_set(
            StackName=site.stack.name,
            ChangeSetName="refused",
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        )

    assert told in str(refused.value)


def test_the_form_groups_labels_and_describes_every_parameter() -> None:
    template = source_template()
    form = template["Metadata"]["AWS::CloudFormation::Interface"]
    parameters = template["Parameters"]

    assert [name for group in form["ParameterGroups"] for name in group["Parameters"]] == list(form["ParameterLabels"])
    assert set(form["ParameterLabels"]) == set(parameters)
    for name, parameter in parameters.items():
        assert parameter["Description"].rstrip().endswith("."), name
        constrained = parameter.keys() & {"AllowedPattern", "AllowedValues", "MinValue", "MinLength", "MaxLength"}
        assert not constrained or "ConstraintDescription" in parameter, name


def test_without_expressions_there_is_only_the_check(aws: Aws, site: Site) -> None:
    assert _scheduled_events(aws, site.stack.name) == [{"type": "check"}]


def test_both_log_groups_forget(aws: Aws, site: Site) -> None:
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{site.stack.name}-")["logGroups"]

    assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
        "/aws/lambda/shop-maintenance-responder": 30,
        "/aws/lambda/shop-priority-switcher": 30,
    }


def _scheduled_events(aws: Aws, stack: str) -> list[object]:
    scheduler = aws.client("scheduler")
    found = scheduler.list_schedules(NamePrefix=f"{stack}-")["Schedules"]
    return [json.loads(scheduler.get_schedule(Name=schedule["Name"])["Target"]["Input"]) for schedule in found]
