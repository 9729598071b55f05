"""The state machine of `examples/fleet-refresh.yaml`; `tests/harness/sdk_calls.py` adds what MiniStack lacks for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from samcli.yamlhelper import yaml_parse

from tests.harness.aws import ACCOUNT, Aws
from tests.harness.emulator_gaps import widen_resources
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.wait import until

TEMPLATE = (ROOT / "examples" / "fleet-refresh.yaml").read_text()
STATES = yaml_parse(TEMPLATE)["Resources"]["FleetRefresh"]["Properties"]["Definition"]["States"]
LATEST = {"LaunchTemplateId": "${LaunchTemplateId}", "Version": "$Default"}
NAMED = {"LaunchTemplateName": "shop", **LATEST}
MACHINE = {"InstanceId": "i-1", "LifecycleState": "InService", "ProtectedFromScaleIn": False}
GROUPS = [
    ({}, str({"LaunchTemplate": LATEST})),
    ({"MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": NAMED}}}, f"Specification': {LATEST}"),
    ({"LaunchTemplate": {**LATEST, "Version": "1"}}, "does not use"),
    ({"SuspendedProcesses": [{"ProcessName": "Terminate"}]}, "Terminate is suspended"),
    ({"Instances": [MACHINE, {**MACHINE, "ProtectedFromScaleIn": True}]}, "is protected from scale-in"),
    ({"Instances": [MACHINE, {**MACHINE, "LifecycleState": "Standby"}]}, "is in standby"),
]


@pytest.mark.parametrize(("group", "found"), GROUPS)
def test_group_is_checked_before_the_start(group: dict[str, Any], found: str) -> None:
    usual = {} if "MixedInstancesPolicy" in group else {"LaunchTemplate": NAMED}
    states = {"result": {"AutoScalingGroups": [{"Instances": [MACHINE], **usual, **group}]}}
    try:
        desired = Jsonata(STATES["ReadGroup"]["Assign"]["desired"][2:-2]).evaluate(None, {"states": states})
    except JException as error:
        desired = error
    assert found in str(desired)


class Fleet:
    """An Auto Scaling group of two machines and the stack that replaces them."""

    def __init__(self, aws: Aws, site: Site) -> None:
        self.ec2, self.scaling, self.steps = (aws.client(name) for name in ("ec2", "autoscaling", "stepfunctions"))
        # Images have no dates in the emulator: their descriptions are used. The newest of all has another prefix.
        dates = {"AwsBackup_2": "2026-11-24", "AWSbackup_1": "2026-11-01", "golden": "2026-11-25"}
        images = [self.ec2.register_image(Name=name, Description=dates[name])["ImageId"] for name in dates]
        self.newest, data = images[0], {"ImageId": images[1]}
        made = self.ec2.create_launch_template(LaunchTemplateName="fleet", LaunchTemplateData=data)["LaunchTemplate"]
        self.template = {"LaunchTemplateId": made["LaunchTemplateId"]}
        latest = {"LaunchTemplate": {**self.template, "Version": "$Default"}, "AvailabilityZones": ["eu-central-1a"]}
        self.scaling.create_auto_scaling_group(AutoScalingGroupName="fleet", MinSize=2, MaxSize=4, **latest)
        given = {**self.template, "AutoScalingGroupName": "fleet", "SecurityGroupIds": "sg-0a,sg-0b"}
        given |= {name: site.stack.output(name) for name in ("SwitcherFunctionArn", "NoticesTopicArn")}
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
        can, cloudformation = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"], aws.client("cloudformation")
        cloudformation.create_stack(StackName="fleet", TemplateBody=TEMPLATE, Parameters=parameters, Capabilities=can)
        cloudformation.get_waiter("stack_create_complete").wait(StackName="fleet", WaiterConfig={"Delay": 1})
        listed = cloudformation.list_stack_resources(StackName="fleet")["StackResourceSummaries"]
        resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
        self.machine = resources["FleetRefresh"]
        widen_resources(aws, resources["FleetRefreshRole"], ACCOUNT)

    def run(self, event: str = '{"refresh":true}', meanwhile: Callable[[], object] | None = None) -> str:
        """Run the state machine, act while it replaces machines, and return how the execution ended."""
        execution = self.steps.start_execution(stateMachineArn=self.machine, input=event)["executionArn"]
        if meanwhile:
            until("machines are being replaced", lambda: "InProgress" in self.refreshes(), within=30)
            meanwhile()
        described = partial(self.steps.describe_execution, executionArn=execution)
        return until("the execution has ended", lambda: described()["status"].replace("RUNNING", ""), within=60)

    def default(self) -> dict[str, Any]:
        """Return the default version of the launch template."""
        described = self.ec2.describe_launch_template_versions(**self.template, Versions=["$Default"])
        return described["LaunchTemplateVersions"][0]

    def machines(self) -> set[str]:
        """Return the machines of the group."""
        described = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["fleet"])
        return {each["InstanceId"] for each in described["AutoScalingGroups"][0]["Instances"]}

    def refreshes(self) -> list[str]:
        """Return the states of the instance refreshes, the newest first."""
        described = self.scaling.describe_instance_refreshes(AutoScalingGroupName="fleet")
        return [each["Status"] for each in described["InstanceRefreshes"]]


@pytest.fixture(scope="module")
def fleet(aws: Aws, deployed_site: Site) -> Fleet:
    """Deploy the example once."""
    return Fleet(aws, deployed_site)


def test_backup_changes_the_image_alone(fleet: Fleet, site: Site) -> None:
    assert fleet.run('{"source":"aws.backup"}') == "SUCCEEDED"
    assert fleet.default()["LaunchTemplateData"] == {"ImageId": fleet.newest, "SecurityGroupIds": ["sg-0a", "sg-0b"]}
    assert not fleet.refreshes()
    assert not site.during_maintenance()


def test_machines_are_replaced_within_a_window(fleet: Fleet, site: Site) -> None:
    default, machines, closed = fleet.default(), fleet.machines(), []
    assert fleet.run(meanwhile=lambda: closed.append(site.during_maintenance())) == "SUCCEEDED"
    assert [*closed, site.during_maintenance()] == [True, False]
    assert fleet.default() == default
    assert not fleet.machines() & machines


def test_another_refresh_and_window_are_left(fleet: Fleet, site: Site) -> None:
    fleet.scaling.start_instance_refresh(AutoScalingGroupName="fleet")
    site.start()
    assert fleet.run() == "SUCCEEDED"
    assert fleet.refreshes()[:2] == ["Successful", "Successful"]
    assert site.during_maintenance()


def test_window_with_another_reason_stays(fleet: Fleet, site: Site) -> None:
    longer = {"type": "start", "minutes": 240, "reason": "DB work"}
    assert fleet.run(meanwhile=lambda: site.stack.invoke(longer).answer) == "SUCCEEDED"
    assert site.during_maintenance()


def test_failed_refresh_keeps_the_system_closed(fleet: Fleet, site: Site) -> None:
    cancel = partial(fleet.scaling.cancel_instance_refresh, AutoScalingGroupName="fleet")
    assert fleet.run(meanwhile=cancel) == "FAILED"
    assert site.during_maintenance()
