"""The state machine of `examples/fleet-refresh.yaml`; `tests/harness/sdk_calls.py` adds what MiniStack lacks for it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from samcli.yamlhelper import yaml_parse

from tests.harness.aws import Aws
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.stack import deploy_example
from tests.harness.wait import until

RESOURCES = yaml_parse((ROOT / "examples" / "fleet-refresh.yaml").read_text())["Resources"]
DESIRED = RESOURCES["FleetRefresh"]["Properties"]["Definition"]["States"]["ReadGroup"]["Assign"]["desired"]
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
        desired = Jsonata(DESIRED[2:-2]).evaluate(None, {"states": states})
    except JException as error:
        desired = error
    assert found in str(desired)


class Fleet:
    """An Auto Scaling group of two machines and the stack that replaces them."""

    def __init__(self, aws: Aws, site: Site) -> None:
        self.ec2, self.scaling, self.steps = (aws.client(name) for name in ("ec2", "autoscaling", "stepfunctions"))
        # Images have no dates in the emulator: their descriptions are used. The newest of all has another prefix.
        dates = {"AwsBackup_2": "2026-11-24", "AWSbackup_1": "2026-11-01", "golden": "2026-11-25"}
        self.newest, old, _ = (self.ec2.register_image(Name=name, Description=dates[name])["ImageId"] for name in dates)
        made = self.ec2.create_launch_template(LaunchTemplateName="fleet", LaunchTemplateData={"ImageId": old})
        self.template = {"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"]}
        latest = {"LaunchTemplate": {**self.template, "Version": "$Default"}, "AvailabilityZones": ["eu-central-1a"]}
        self.scaling.create_auto_scaling_group(AutoScalingGroupName="fleet", MinSize=2, MaxSize=4, **latest)
        given = {name: site.stack.output(name) for name in ("SwitcherFunctionArn", "NoticesTopicArn")}
        given |= {**self.template, "AutoScalingGroupName": "fleet", "SecurityGroupIds": "sg-0a,sg-0b"}
        self.machine = deploy_example(aws, "fleet-refresh", **given)["FleetRefresh"]

    def run(self, event: str = '{"refresh":true}', meanwhile: Callable[[], object] | None = None) -> str:
        """Run the state machine, act while it replaces machines, and return how the execution ended."""
        execution = self.steps.start_execution(stateMachineArn=self.machine, input=event)["executionArn"]
        if meanwhile:
            until("machines are being replaced", lambda: "InProgress" in self.refreshes(), within=30)
            meanwhile()
        described = partial(self.steps.describe_execution, executionArn=execution)
        return until("the execution has ended", lambda: described()["status"].replace("RUNNING", ""), within=60)

    def refreshes(self) -> list[str]:
        """Return the states of the instance refreshes, the newest first."""
        described = self.scaling.describe_instance_refreshes(AutoScalingGroupName="fleet")
        return [each["Status"] for each in described["InstanceRefreshes"]]


@pytest.fixture(scope="module")
def fleet(aws: Aws, deployed_site: Site) -> Fleet:
    return Fleet(aws, deployed_site)


def test_backup_changes_the_image_alone(fleet: Fleet, site: Site) -> None:
    # The second one finds nothing new.
    assert [fleet.run('{"source":"aws.backup"}') for _ in range(2)] == ["SUCCEEDED", "SUCCEEDED"]
    described = fleet.ec2.describe_launch_template_versions(**fleet.template, Versions=["$Default"])
    default = described["LaunchTemplateVersions"][0]
    wanted = {"ImageId": fleet.newest, "SecurityGroupIds": ["sg-0a", "sg-0b"]}
    assert (default["VersionNumber"], default["LaunchTemplateData"]) == (2, wanted)
    assert (fleet.refreshes(), site.during_maintenance()) == ([], False)


def test_machines_are_replaced_within_a_window(fleet: Fleet, site: Site) -> None:
    closed = []
    assert fleet.run(meanwhile=lambda: closed.append(site.during_maintenance())) == "SUCCEEDED"
    assert [*closed, site.during_maintenance()] == [True, False]
    assert fleet.refreshes() == ["Successful"]


def test_another_refresh_and_window_are_left(fleet: Fleet, site: Site) -> None:
    fleet.scaling.start_instance_refresh(AutoScalingGroupName="fleet")
    site.start()
    assert fleet.run() == "SUCCEEDED"
    assert fleet.refreshes()[:2] == ["Successful", "Successful"]
    assert site.during_maintenance()


@pytest.mark.parametrize(("work", "ended"), [("cancelled", "FAILED"), ("taken over", "SUCCEEDED")])
def test_system_stays_closed(fleet: Fleet, site: Site, work: str, ended: str) -> None:
    cancel = partial(fleet.scaling.cancel_instance_refresh, AutoScalingGroupName="fleet")
    take_over = partial(site.stack.invoke, {"type": "start", "minutes": 240, "reason": "DB work"})
    assert fleet.run(meanwhile=cancel if work == "cancelled" else take_over) == ended
    assert site.during_maintenance()
