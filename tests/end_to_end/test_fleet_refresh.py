"""The machines behind the load balancer renewed while the system is closed: the examples' state machines, for real.

Their states run as they are written, all but two: `NotClosed`, as the switcher ignores no start that has no time, and
`TimeIsUp`, which takes minutes. What MiniStack lacks for it is in `tests/harness/sdk_calls.py`. It looks at no
permissions where a state machine invokes a function or starts another, and raises no alarm for one that fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.aws import Aws
from tests.harness.emulator_gaps import widen_resources
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.wait import until

# With what stands for the images' dates here. The newest of all has another name; the first is the template's.
IMAGES = {
    "AWSbackup_i-0a1b_1": "2026-11-01T03:00:00.000Z",
    "AWSbackup_i-0a1b_2": "2026-11-24T03:00:00.000Z",
    "AWSbackup_i-0a1b_3": "2026-11-12T03:00:00.000Z",
    "golden-image": "2026-11-25T03:00:00.000Z",
}
NEWEST = "AWSbackup_i-0a1b_2"
# What the policies of each stack's state machine name.
NAMED = {"fleet-image": ":launch-template/", "fleet-refresh": ":autoScalingGroup:"}


@dataclass(frozen=True)
class Fleet:
    """An Auto Scaling group of two machines, its launch template, and the stacks that renew it."""

    aws: Aws
    template: str
    images: dict[str, str]

    def start(self) -> str:
        """Begin to renew it, and return the execution that does."""
        machine = _outputs(self.aws, "fleet-refresh")["FleetRefreshStateMachineArn"]
        return self.aws.client("stepfunctions").start_execution(stateMachineArn=machine)["executionArn"]

    def is_over(self, execution: str) -> dict[str, Any] | None:
        """Return what has become of it, if it is over."""
        found = self.aws.client("stepfunctions").describe_execution(executionArn=execution)
        return found if found["status"] != "RUNNING" else None

    def end(self, execution: str) -> dict[str, Any]:
        """Wait until it is over and return what has become of it."""
        return until("the execution is over", lambda: self.is_over(execution), within=60)

    def default_version(self) -> dict[str, Any]:
        """Return the version of the launch template that new machines start from."""
        described = self.aws.client("ec2").describe_launch_template_versions
        return described(LaunchTemplateId=self.template, Versions=["$Default"])["LaunchTemplateVersions"][0]

    def machines(self) -> set[str]:
        """Return the machines that run."""
        described = self.aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=["fleet"])
        return {machine["InstanceId"] for machine in described["AutoScalingGroups"][0]["Instances"]}

    def refreshes(self) -> list[str]:
        """Return how each refresh stands, the newest first."""
        described = self.aws.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName="fleet")
        return [refresh["Status"] for refresh in described["InstanceRefreshes"]]


@pytest.fixture
def fleet(aws: Aws, site: Site, request: pytest.FixtureRequest) -> Iterator[Fleet]:
    """Yield the fleet, with the stacks' parameters or its template's `Version` as the test has them."""
    asked = {"Version": "$Default", "OnFailure": "stay-closed", **getattr(request, "param", {})}
    ec2, scaling, cloudformation = aws.client("ec2"), aws.client("autoscaling"), aws.client("cloudformation")
    images = {name: ec2.register_image(Name=name, Description=date)["ImageId"] for name, date in IMAGES.items()}
    template = ec2.create_launch_template(
        LaunchTemplateName="fleet",
        LaunchTemplateData={"ImageId": images["AWSbackup_i-0a1b_1"], "InstanceType": "t3.micro"},
    )["LaunchTemplate"]["LaunchTemplateId"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="fleet",
        MinSize=2,
        MaxSize=4,
        AvailabilityZones=["eu-central-1a"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": asked.pop("Version")},
    )
    given = {
        "LaunchTemplateId": template,
        "SecurityGroupIds": "sg-0a,sg-0b",
        "AutoScalingGroupName": "fleet",
        "SwitcherFunctionArn": site.stack.output("SwitcherFunctionArn"),
        "NoticesTopicArn": site.stack.output("NoticesTopicArn"),
        **asked,
    }
    _deploy(aws, "fleet-image", given)
    given["ImageStateMachineArn"] = _outputs(aws, "fleet-image")["ImageStateMachineArn"]
    _deploy(aws, "fleet-refresh", given)
    yield Fleet(aws, template, images)
    for stack in ("fleet-refresh", "fleet-image"):
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    scaling.delete_auto_scaling_group(AutoScalingGroupName="fleet", ForceDelete=True)
    ec2.delete_launch_template(LaunchTemplateId=template)
    for image in images.values():
        ec2.deregister_image(ImageId=image)


def test_the_machines_are_renewed_from_the_newest_image_while_the_system_is_closed(fleet: Fleet, site: Site) -> None:
    before = fleet.machines()

    execution = fleet.start()
    until("machines are being replaced", lambda: fleet.refreshes() or fleet.is_over(execution), within=30)
    closed = site.during_maintenance()
    ended = fleet.end(execution)

    assert ended["status"] == "SUCCEEDED", ended
    assert closed
    assert not site.during_maintenance()
    assert fleet.default_version()["LaunchTemplateData"] == {
        "ImageId": fleet.images[NEWEST],
        "InstanceType": "t3.micro",
        "SecurityGroupIds": ["sg-0a", "sg-0b"],
    }
    assert not fleet.machines() & before


def test_an_execution_that_is_repeated_makes_no_version_and_waits_for_the_refresh_that_goes_on(fleet: Fleet) -> None:
    assert fleet.end(fleet.start())["status"] == "SUCCEEDED"
    version = fleet.default_version()["VersionNumber"]
    fleet.aws.client("autoscaling").start_instance_refresh(AutoScalingGroupName="fleet")

    assert fleet.end(fleet.start())["status"] == "SUCCEEDED"

    assert fleet.default_version()["VersionNumber"] == version
    assert fleet.refreshes() == ["Successful"] * 3


def test_a_window_that_somebody_else_has_begun_is_left_to_them(fleet: Fleet, site: Site) -> None:
    site.start()

    assert fleet.end(fleet.start())["status"] == "SUCCEEDED"

    assert fleet.refreshes() == ["Successful"]
    assert site.during_maintenance()


@pytest.mark.parametrize("fleet", [{"ImageNamePrefix": "no-such"}], indirect=True)
def test_without_an_image_the_machines_are_left_and_the_system_stays_closed(fleet: Fleet, site: Site) -> None:
    ended = fleet.end(fleet.start())

    assert ended["status"] == "FAILED"
    assert "NoImage" in ended["error"] + ended["cause"]
    assert fleet.refreshes() == []
    assert site.during_maintenance()


def test_a_start_that_the_switcher_refuses_leaves_the_machines_alone(fleet: Fleet, site: Site) -> None:
    with site.stack.configured(site.stack.switcher, MAX_DURATION_MINUTES="30"):
        ended = fleet.end(fleet.start())

    assert ended["status"] == "FAILED"
    assert "minutes" in ended["cause"]
    assert fleet.default_version()["VersionNumber"] == 1
    assert fleet.refreshes() == []
    assert not site.during_maintenance()


@pytest.mark.parametrize("fleet", [{"OnFailure": "open"}], indirect=True)
def test_a_refresh_that_is_cancelled_fails_and_opens_the_system_where_that_is_asked(fleet: Fleet, site: Site) -> None:
    execution = fleet.start()
    until("machines are being replaced", lambda: fleet.refreshes() or fleet.is_over(execution), within=30)
    fleet.aws.client("autoscaling").cancel_instance_refresh(AutoScalingGroupName="fleet")

    ended = fleet.end(execution)

    assert (ended["status"], ended["error"]) == ("FAILED", "NotRenewed"), ended
    assert not site.during_maintenance()


@pytest.mark.parametrize("fleet", [{"Version": "1"}], indirect=True)
def test_a_group_that_would_not_take_the_new_version_is_found_before_the_system_closes(fleet: Fleet) -> None:
    ended = fleet.end(fleet.start())

    assert (ended["status"], ended["error"]) == ("FAILED", "WrongGroup"), ended
    history = fleet.aws.client("stepfunctions").get_execution_history(executionArn=ended["executionArn"])
    assert "StartMaintenance" not in json.dumps(history, default=str)


def test_when_a_backup_completes_new_machines_start_from_it_and_those_that_run_stay(fleet: Fleet, site: Site) -> None:
    before = fleet.machines()
    events = fleet.aws.client("events")
    (rule,) = [each for each in events.list_rules()["Rules"] if each["Name"].startswith("fleet-image")]

    def is_for(job: str, state: str, kind: str) -> bool:
        # As the developer guide of AWS Backup shows such events, in its chapter on EventBridge.
        event = {"id": "1", "account": "123456789012", "source": "aws.backup", "time": "2026-11-25T03:00:00Z"}
        event |= {"region": "eu-central-1", "resources": [], "detail-type": f"{job} Job State Change"}
        event |= {"detail": {"state": state, "resourceType": kind}}
        return events.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))["Result"]

    assert is_for("Backup", "COMPLETED", "EC2")
    assert is_for("Copy", "COMPLETED", "EC2")
    assert not is_for("Backup", "RUNNING", "EC2")
    assert not is_for("Backup", "COMPLETED", "RDS")
    # The emulator takes no event of AWS's own from anybody else either, so what the rule starts is started here.
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    started = fleet.aws.client("stepfunctions").start_execution(stateMachineArn=target["Arn"])

    ended = fleet.end(started["executionArn"])

    assert json.loads(ended["output"]) == {"imageId": fleet.images[NEWEST], "version": "2"}
    assert fleet.default_version()["VersionNumber"] == 2
    assert fleet.machines() == before
    assert not site.during_maintenance()


def test_the_group_grows_and_shrinks_at_announced_times(fleet: Fleet) -> None:
    described = fleet.aws.client("autoscaling").describe_scheduled_actions(AutoScalingGroupName="fleet")
    actions = described["ScheduledUpdateGroupActions"]

    assert sorted((action["Recurrence"], action["MinSize"], action["DesiredCapacity"]) for action in actions) == [
        ("0 20 * * MON-FRI", 2, 2),
        ("0 8 * * MON-FRI", 4, 4),
    ]


def _deploy(aws: Aws, stack: str, parameters: dict[str, str]) -> None:
    """Create the stack of the example with this name, with those of the parameters that it has."""
    cloudformation = aws.client("cloudformation")
    body = (ROOT / "examples" / f"{stack}.yaml").read_text()
    known = {each["ParameterKey"] for each in cloudformation.validate_template(TemplateBody=body)["Parameters"]}
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=body,
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items() if name in known
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    role = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="MachineRole")
    widen_resources(aws, role["StackResourceDetail"]["PhysicalResourceId"], NAMED[stack])


def _outputs(aws: Aws, stack: str) -> dict[str, str]:
    (described,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
