"""The template as a whole: its size, its form, its order, and the parameters that do not fit together."""

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
RESOURCES: dict[str, Any] = expanded_template()["Resources"]

ALWAYS = {"ListenerArn": LISTENER, "DefaultAction": "404", "Architecture": host_architecture()}
DIFFER = "ActivePriority, RestingPriority and StandInPriority must differ"
HOME, STATUS = "HomePath must differ from PreviewPath and StatusPath", "StatusPriority must be above ActivePriority"
REFUSED = [
    ({"SecondListenerArn": LISTENER, "SecondDefaultAction": "404"}, "SecondListenerArn must be another listener"),
    ({"SecondListenerArn": LISTENER + "0"}, "With a SecondListenerArn, give SecondDefaultAction"),
    # Another schedule may not be the only thing that ends it.
    ({"StartSchedule": "cron(0 22 * * ? *)", "EndSchedule": "cron(0 4 * * ? *)"}, "give MaxDurationMinutes"),
    ({"ActivePriority": "50000"}, DIFFER),
    ({"RestingPriority": "49999"}, DIFFER),
    ({"ActivePriority": "49999"}, DIFFER),
    ({"PreviewPath": "/a"}, HOME),
    ({"StatusPath": "/a", "ActivePriority": "2"}, HOME),
    ({"StatusPath": "/state", "StatusPriority": "2"}, STATUS),
    ({"StatusPath": "/state", "ActivePriority": "2", "StatusPriority": "2"}, STATUS),
    ({"ListenerArn": "shop"}, "must be the ARN of an Application Load Balancer's listener"),
    ({"RedirectBrowsers": "all"}, "RedirectBrowsers"),
]


@pytest.mark.parametrize(("parameters", "sentence"), REFUSED)
def test_wrong_parameters_are_refused(aws: Aws, site: Site, parameters: dict[str, str], sentence: str) -> None:
    with pytest.raises(ClientError, match=sentence):
        aws.client("cloudformation").create_change_set(
            StackName=site.stack.name,
            ChangeSetName="tried",
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in (ALWAYS | parameters).items()],
        )


def test_packaged_template_needs_no_bucket() -> None:
    # The limit of TemplateBody, says the reference of CreateStack.
    assert len(packaged_template().encode()) < 51_200


def test_form_and_reference_explain_every_parameter() -> None:
    template = source_template()
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    section = (ROOT / "docs" / "reference.md").read_text().partition("## Template parameters\n")[2].partition("\n#")[0]
    rows = re.findall(r"^\| (`.*?`) \| (?:(.*?) )?\| ", section, re.MULTILINE)

    defaults = {name: parameter.get("Default", "required") for name, parameter in template["Parameters"].items()}
    documented = {name: default.replace("\\|", "|") for names, default in rows for name in re.findall(r"\w+", names)}
    assert documented == {name: str(default) for name, default in defaults.items()}
    assert [name for name, default in documented.items() if default == "required"] == ["ListenerArn", "DefaultAction"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(defaults)
    assert all(parameter["Description"].endswith(".") for parameter in template["Parameters"].values())


def test_the_runbook_has_every_section_that_errors_name() -> None:
    sources = [source.read_text() for source in (ROOT / "crates" / "priority-switcher" / "src").glob("*.rs")]
    named = set(re.findall(r'the runbook\'s \\"(.*?)\\"', "".join(sources)))

    assert named
    assert named <= set(re.findall("^## (.*)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE))


# CloudFormation makes a resource after those that it depends on, and deletes it before them.
@pytest.mark.parametrize(
    ("after", "before"),
    [
        # Nothing moves a rule while the rules are deleted.
        ("SwitcherFunction", {"MaintenanceRule", "SecondPlaceholderRule"}),
        ("CheckSchedule", {"SwitcherFunction"}),
        # A taken active priority fails the deployment first, and a deletion opens the system first. At rest, no request
        # reaches the maintenance rule.
        ("MaintenanceRule", {"PlaceholderRule", "StandInRule"}),
        ("SecondMaintenanceRule", {"SecondPlaceholderRule", "SecondStandInRule"}),
        # ActivePriority leaves 1 before the status rule takes it.
        ("StatusRule", {"PlaceholderRule"}),
        ("SecondStatusRule", {"SecondPlaceholderRule"}),
    ],
)
def test_rules_are_made_and_deleted_in_order(after: str, before: set[str]) -> None:
    assert before <= _needed(after)


def _needed(name: str) -> set[str]:
    """Return all resources that a resource depends on, directly or not."""
    text = json.dumps([RESOURCES[name]["Properties"], {"Ref": RESOURCES[name].get("DependsOn")}])
    found = re.findall(r'"Ref": "(\w+)"|"Fn::GetAtt": \["(\w+)"|\$\{(\w+)', text)
    direct = {each for groups in found for each in groups} & RESOURCES.keys()
    return direct.union(*map(_needed, direct))


def test_events_are_kept_and_checks_always_run() -> None:
    schedules = [each for each in RESOURCES.values() if each["Type"] == "AWS::Scheduler::Schedule"]
    sent = {json.loads(each["Properties"]["Target"]["Input"])["type"]: each for each in schedules}
    kept = {event for event, each in sent.items() if "DeadLetterConfig" in each["Properties"]["Target"]}

    assert {event for event, each in sent.items() if "Condition" in each} == kept == sent.keys() - {"check"}
    timed = {"Fn::If": ["HasSchedulesOn", "ENABLED", "DISABLED"]}
    states = {event: each["Properties"].get("State") for event, each in sent.items()}
    assert states == {"start": timed, "end": timed, "check": None}


def test_the_health_check_takes_only_200() -> None:
    group = RESOURCES["ResponderTargetGroup"]["Properties"]

    # An answer that names settings that cannot be used is a 500.
    assert (group["HealthCheckEnabled"], group["Matcher"]) == (True, {"HttpCode": "200"})


def test_log_groups_outlive_the_stack_but_forget() -> None:
    groups = [each for each in RESOURCES.values() if each["Type"] == "AWS::Logs::LogGroup"]
    kept = [(each["DeletionPolicy"], each["Properties"]["RetentionInDays"]) for each in groups]

    assert kept == [("RetainExceptOnCreate", {"Ref": "LogRetentionDays"})] * 2
