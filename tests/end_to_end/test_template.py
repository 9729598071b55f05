"""What the template makes of its parameters."""

from __future__ import annotations

import json
import re

import pytest
from botocore.exceptions import ClientError

from tests.harness.aws import Aws, host_architecture
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.template import expanded_template, source_template

LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/0123456789abcdef/0123456789abcdef"

REFUSED = {
    "a listener that is none": (
        {"ListenerArn": "shop"},
        "must be the ARN of an Application Load Balancer's listener",
    ),
    "one listener twice": (
        {"ListenerArn": LISTENER, "SecondListenerArn": LISTENER, "SecondDefaultAction": "404"},
        "SecondListenerArn must be another listener",
    ),
    "no answer to what the default action does": (
        {"DefaultAction": ""},
        "must be the ARN of a target group",
    ),
    "a target group that is none": (
        {"DefaultAction": LISTENER},
        "must be the ARN of a target group",
    ),
    "a second listener without that answer": (
        {"SecondListenerArn": LISTENER},
        "say in SecondDefaultAction what its default action does",
    ),
    "that answer without a second listener": (
        {"SecondDefaultAction": "404"},
        "SecondDefaultAction is of no use without a SecondListenerArn",
    ),
    "a start that fires at deployment": (
        {"StartSchedule": "rate(7 days)", "MaxDurationMinutes": "360"},
        "rate(...) would fire at deployment",
    ),
    "an end that fires at deployment": (
        {"EndSchedule": "rate(7 days)"},
        "rate(...) would fire at deployment",
    ),
    "a start that only another schedule ends": (
        {"StartSchedule": "cron(0 22 * * ? *)", "EndSchedule": "cron(0 4 * * ? *)"},
        "With a StartSchedule, give MaxDurationMinutes too",
    ),
    "a host name without a dot": (
        {"MaintenanceHosts": "shop"},
        "must be empty or up to four host names",
    ),
    "a host name beside nothing": (
        {"MaintenanceHosts": "shop.example.com,"},
        "must be empty or up to four host names",
    ),
    "more host names than a rule can hold": (
        {"MaintenanceHosts": "a.example,b.example,c.example,d.example,e.example"},
        "must be empty or up to four host names",
    ),
    # The quotas of Application Load Balancers: five wildcards in a rule, of which the path takes one.
    "more wildcards than a rule can hold": (
        {"MaintenanceHosts": "*.example.com,?hop-*.example.com,*.shop.example,*.example"},
        "four in all",
    ),
    "a priority that is none": (
        {"ActivePriority": "50001"},
        "must be a whole number from 1 to 50000",
    ),
    "the same priority twice": (
        {"ActivePriority": "50000"},
        "RestingPriority must differ",
    ),
    "a stand-in at the resting rule's number": (
        {"RestingPriority": "49999"},
        "StandInPriority must differ from RestingPriority",
    ),
    "a stand-in at the number of maintenance": (
        {"ActivePriority": "49999"},
        "StandInPriority must differ from ActivePriority",
    ),
    "a stand-in of the second listener only, at the resting rule's number": (
        {
            "DefaultAction": "own",
            "SecondListenerArn": LISTENER,
            "SecondDefaultAction": "https",
            "RestingPriority": "49999",
        },
        "StandInPriority must differ from RestingPriority",
    ),
    "a preview at the page": (
        {"PreviewPath": "/a/maintenance"},
        "PreviewPath must differ from MaintenancePageUrl",
    ),
    "a preview at home": (
        {"PreviewPath": "/a"},
        "PreviewPath must differ from HomePath",
    ),
    "a home at the page": (
        {"HomePath": "/a/maintenance"},
        "HomePath must differ from MaintenancePageUrl",
    ),
    "a preview at the stand-in's number": (
        {"PreviewPath": "/preview", "PreviewPriority": "49999"},
        "PreviewPriority must differ from StandInPriority",
    ),
    "a state without a place above the active priority": (
        {"StatusPath": "/state"},
        "With a StatusPath, ActivePriority must be 2 or more",
    ),
    "a state at the active priority": (
        {"StatusPath": "/state", "ActivePriority": "2", "StatusPriority": "2"},
        "StatusPriority must be above ActivePriority",
    ),
    "a state at the stand-in's number": (
        {"StatusPath": "/state", "ActivePriority": "2", "StatusPriority": "49999"},
        "differ from all other priorities",
    ),
    "a state at the page": (
        {"StatusPath": "/a/maintenance", "ActivePriority": "2"},
        "StatusPath must differ from MaintenancePageUrl",
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
        "must be a whole number from 0 to 999999",
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
    with pytest.raises(ClientError) as refused:
        _change_set(aws, site, parameters)

    assert told in str(refused.value)


def test_where_nothing_stands_in_its_number_is_free_for_others(aws: Aws, site: Site) -> None:
    _change_set(aws, site, {"DefaultAction": "own", "RestingPriority": "49999"})


def test_what_the_default_action_does_has_to_be_said() -> None:
    parameters = source_template()["Parameters"]

    assert {name for name, parameter in parameters.items() if "Default" not in parameter} == {
        "ListenerArn",
        "DefaultAction",
    }


def test_the_form_groups_and_describes_every_parameter_and_the_reference_has_it_too() -> None:
    template = source_template()
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    parameters = template["Parameters"]
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", (ROOT / "docs" / "reference.md").read_text(), re.MULTILINE)
    explained = set(re.findall(r"\w+", " ".join(rows)))

    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(parameters)
    assert set(parameters) <= explained
    for name, parameter in parameters.items():
        assert parameter["Description"].rstrip().endswith("."), name
        constrained = parameter.keys() & {"AllowedPattern", "AllowedValues", "MinValue", "MinLength", "MaxLength"}
        assert not constrained or "ConstraintDescription" in parameter, name


def test_without_expressions_there_is_only_the_check(aws: Aws, site: Site) -> None:
    assert _scheduled_events(aws, site.stack.name) == [{"type": "check"}]


def test_the_responder_is_asked_before_the_window(aws: Aws, site: Site) -> None:
    group = site.stack.output("ResponderTargetGroupArn")
    (described,) = aws.client("elbv2").describe_target_groups(TargetGroupArns=[group])["TargetGroups"]

    assert described["HealthCheckEnabled"]
    assert described["HealthCheckIntervalSeconds"] == 300
    # An answer that names settings that cannot be used is a 500.
    assert described["Matcher"] == {"HttpCode": "200"}


def test_the_alarm_on_a_window_that_goes_on_looks_back_no_further_than_cloudwatch_can() -> None:
    template = expanded_template()
    alarm = template["Resources"]["StillOnAlarm"]["Properties"]
    longest = template["Parameters"]["StillOnAlarmHours"]["MaxValue"]

    assert alarm["EvaluationPeriods"] == {"Ref": "StillOnAlarmHours"}
    assert alarm["Period"] == 3600
    assert longest * alarm["Period"] <= 7 * 24 * 3600


def test_both_log_groups_forget(aws: Aws, site: Site) -> None:
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{site.stack.name}-")["logGroups"]

    assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
        site.stack.output("ResponderLogGroupName"): 30,
        site.stack.output("SwitcherLogGroupName"): 30,
    }


def _scheduled_events(aws: Aws, stack: str) -> list[object]:
    scheduler = aws.client("scheduler")
    found = scheduler.list_schedules(NamePrefix=f"{stack}-")["Schedules"]
    return [json.loads(scheduler.get_schedule(Name=schedule["Name"])["Target"]["Input"]) for schedule in found]


def _change_set(aws: Aws, site: Site, parameters: dict[str, str]) -> None:
    given = {
        "ListenerArn": site.listener.arn,
        "DefaultAction": "404",
        "Architecture": host_architecture(),
        **parameters,
    }
    cloudformation = aws.client("cloudformation")
    change_set = cloudformation.create_change_set(
        StackName=site.stack.name,
        ChangeSetName="tried",
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    cloudformation.delete_change_set(ChangeSetName=change_set["Id"])
