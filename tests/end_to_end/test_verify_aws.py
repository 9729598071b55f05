"""`make verify-aws` on the emulated AWS: the program works, and touches nothing but a trial."""

import subprocess
import sys

from tests.harness.aws import Aws
from tests.harness.paths import ROOT
from tests.harness.sam import Sam
from tests.harness.site import Site
from tests.harness.stack import deploy, deploy_example

TAG = "maintenance-mode-trial"
# What the emulator does not do as AWS does, and what the program sees here.
NOT_HERE = {
    "Registration with a wildcard SourceArn": "healthy",
    "The stack's tags changed in a window": "UPDATE_COMPLETE; active",
    "PreviewPath changed in a window": "two rules have one priority",
    "MaintenanceHosts changed in a window": "UPDATE_COMPLETE; resting",
    "First notices": "0 of ",
    "A broken switcher, and no checks": "Max attempts exceeded",
}


def verify(aws: Aws, stack: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.verify_aws", "trial", stack]
    return subprocess.run(command, cwd=ROOT, env=aws.environment, capture_output=True, text=True, check=False)


def test_only_a_trial_is_verified_and_deleted(aws: Aws, sam: Sam, site: Site) -> None:
    subnets = aws.client("ec2").describe_subnets()["Subnets"][:2]
    given = {"VpcId": subnets[0]["VpcId"], "SubnetIds": ",".join(subnet["SubnetId"] for subnet in subnets)}
    trial = deploy_example(aws, "trial", Address="203.0.113.7/32", **given)
    parameters = {"ListenerArn": trial["Listener"], "StatusPath": "/status.json", "ActivePriority": "2"}
    deploy(aws, sam, "proof", {"DefaultAction": "404", **parameters})
    elb, balancer, before = aws.client("elbv2"), trial["LoadBalancer"], site.state()

    other = verify(aws, site.stack.name)
    elb.remove_tags(ResourceArns=[balancer], TagKeys=[TAG])
    untagged = verify(aws, "proof")
    elb.add_tags(ResourceArns=[balancer], Tags=[{"Key": TAG, "Value": "true"}])
    for refused, named in ((other, "ListenerArn"), (untagged, TAG)):
        assert (refused.returncode, refused.stdout, named in refused.stderr) == (2, "", True)

    done = verify(aws, "proof")
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()[2:]]
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert {row[0] for row in rows if row[3] != "as expected"} == NOT_HERE.keys()
    assert [row for row in rows if row[3] == "not here" and NOT_HERE[row[0]] not in row[2]] == []
    assert site.state() == before
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    assert not {"trial", "proof"} & {stack["StackName"] for stack in stacks}
