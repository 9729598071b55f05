"""Preflight against listeners, before anything is deployed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Any

import boto3
import pytest

from scripts.operators.findings import ANYWHERE, make_room
from scripts.operators.listener import Listener
from tests.end_to_end.conftest import Terminal
from tests.harness.aws import Aws
from tests.harness.load_balancer import run_printed
from tests.harness.paths import ROOT
from tests.harness.site import Site

Action = Mapping[str, Any]
NAMES = (f"preflight-{number}" for number in count())
NOTHING: Action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
# What preflight adds where 1 and 2 are free.
ROOM = {"ActivePriority": "2", "StatusPath": "/maintenance-status"}


@pytest.fixture
def preflight(terminal: Terminal) -> Terminal:
    """Return what runs the subcommand as an operator does."""
    return partial(terminal, "preflight")


def parameters(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the parameters of the command that is ready to be pasted."""
    assert done.returncode == 0, done.stdout + done.stderr
    words = shlex.split(done.stdout[done.stdout.index("sam deploy ") :].replace("\\\n", " "))
    assert words[:5] == ["sam", "deploy", "--region", "eu-central-1", "--parameter-overrides"]
    return dict(word.split("=", 1) for word in words[5:])


class Front:
    """A load balancer, described by what its listeners do."""

    def __init__(self, aws: Aws) -> None:
        self.elb = aws.client("elbv2")
        self.name = next(NAMES)
        self.arn = self.elb.create_load_balancer(Name=self.name)["LoadBalancers"][0]["LoadBalancerArn"]
        group = self.elb.create_target_group(Name=self.name, TargetType="ip", Protocol="HTTP", Port=80)
        self.group = group["TargetGroups"][0]["TargetGroupArn"]
        self.forward: Action = {"Type": "forward", "TargetGroupArn": self.group}

    def listener(self, port: int, default: Action, rules: Mapping[int, tuple[str, Action]] | None = None) -> str:
        """Add a listener and return its ARN."""
        created = self.elb.create_listener(
            LoadBalancerArn=self.arn, Protocol="HTTP", Port=port, DefaultActions=[default]
        )
        arn = created["Listeners"][0]["ListenerArn"]
        for priority, (path, action) in (rules or {}).items():
            conditions = [{"Field": "path-pattern", "Values": [path]}]
            self.elb.create_rule(ListenerArn=arn, Priority=priority, Conditions=conditions, Actions=[action])
        return arn


@pytest.fixture
def front(aws: Aws) -> Front:
    """Return a load balancer without listeners."""
    return Front(aws)


def test_a_404_by_default(preflight: Terminal, front: Front) -> None:
    arn = front.listener(443, NOTHING, {10: ("/a*", front.forward)})

    looked = preflight(arn)

    assert parameters(looked) == {"ListenerArn": arn, "DefaultAction": "404", **ROOM}
    table = [line.split() for line in looked.stdout.splitlines() if re.match("10 |default ", line)]
    assert table == [
        ["10", "path-pattern:", "/a*", "forward:", front.name],
        ["default", "any", "request", "that", "is", "left", "fixed-response:", "404"],
    ]


def test_the_printed_command_makes_a_rule(preflight: Terminal, front: Front) -> None:
    closed = {"StatusCode": "503", "ContentType": "text/html", "MessageBody": "it's <b>closed</b>"}
    arn = front.listener(443, {"Type": "fixed-response", "FixedResponseConfig": closed})

    looked = preflight(arn)

    assert looked.returncode == 1
    assert "sam deploy" not in looked.stdout
    words = shlex.split(re.search("`(aws elbv2 create-rule .*?)`", looked.stdout)[1])
    given = dict(zip(words[3::2], words[4::2], strict=True))
    front.elb.create_rule(
        ListenerArn=given["--listener-arn"],
        Priority=int(given["--priority"]),
        Conditions=[{"Field": "path-pattern", "Values": [given["--conditions"].rpartition("=")[2]]}],
        Actions=json.loads(given["--actions"]),
    )
    assert parameters(preflight(arn)) == {"ListenerArn": arn, "DefaultAction": "own", **ROOM, **ANYWHERE}


def test_the_printed_command_makes_room(preflight: Terminal, front: Front) -> None:
    rules = {number: (path, front.forward) for number, path in ((1, "/a*"), (2, "/b*"), (9, "/d*"))}
    arn = front.listener(443, NOTHING, rules)

    looked = preflight(arn, "--status-path", "/status")
    run_printed(front.elb, looked.stdout)

    assert looked.returncode == 1
    described = front.elb.describe_rules(ListenerArn=arn)["Rules"]
    numbered = [rule for rule in described if rule["Priority"] != "default"]
    placed = {rule["Conditions"][0]["Values"][0]: int(rule["Priority"]) for rule in numbered}
    assert placed == {"/a*": 3, "/b*": 4, "/d*": 9}
    given = {"ListenerArn": arn, "DefaultAction": "404", "ActivePriority": "2", "StatusPath": "/status"}
    assert parameters(preflight(arn, "--status-path", "/status")) == given


def test_a_strict_load_balancer_takes_the_command() -> None:
    # The emulated AWS refuses no conflict; this one refuses what the real one refuses.
    program = ["cargo", "run", "--quiet", "--locked", "-p", "strict_elb", "--", "--listeners", "3", "--rules", "8"]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        served = json.loads(server.stdout.readline())
        session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="none", region_name="eu-central-1")
        elb = session.client("elbv2", endpoint_url=served["endpoint"])
        arns = [rule.replace("-rule/", "/").rpartition("/")[0] for rule in served["maintenance_rules"]]
        # The placeholder's place alone, with a status rule, and behind a rule that stays live.
        for arn, places in zip(arns, (range(1, 2), range(1, 3), range(2, 3)), strict=True):

            def read(arn: str = arn) -> Listener:
                described = {"ListenerArn": arn, "Protocol": "HTTPS", "Port": 443}
                return Listener.of(described, elb.describe_rules(ListenerArn=arn)["Rules"])

            before = read()
            run_printed(elb, make_room(before, places, 1))
            after = read()
            assert not make_room(after, places, 1)
            assert [rule.arn for rule in after.rules] == [rule.arn for rule in before.rules]
        server.stdin.close()


def test_a_machine_gets_findings_and_parameters(preflight: Terminal, front: Front) -> None:
    arn = front.listener(443, NOTHING)
    front.elb.add_tags(ResourceArns=[front.arn], Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": "prod"}])

    looked = preflight(arn, "--json")

    said = json.loads(looked.stdout)
    assert (looked.returncode, said["ready"]) == (1, False)
    assert "first" in {finding["level"] for finding in said["listeners"][0]}
    assert said["parameters"] == {"ListenerArn": arn, "DefaultAction": "404", **ROOM, **ANYWHERE}


def test_a_deployed_listener_is_known(preflight: Terminal, deployed_site: Site) -> None:
    looked = preflight(deployed_site.listener.arn)

    assert looked.returncode == 1
    assert "looks like a rule of a deployment of this template" in looked.stdout


def test_an_unknown_listener_is_refused(preflight: Terminal) -> None:
    refused = preflight("arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/nowhere/1/2")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "there is no such listener" in refused.stderr


def test_an_answer_not_of_aws_is_a_sentence(preflight: Terminal, front: Front) -> None:
    # The guard of the emulator answers an unknown key as a proxy does: not as AWS would.
    refused = preflight(front.listener(443, NOTHING), AWS_ACCESS_KEY_ID="AKIA0123456789ABCDEF")

    assert refused.returncode == 1
    assert refused.stderr.startswith("✗ AWS could not be asked: ")


def test_a_missing_permission_is_named(aws: Aws, preflight: Terminal, front: Front) -> None:
    refused = preflight(front.listener(443, NOTHING), **aws.acting_as("stranger", []))

    assert refused.returncode == 1
    assert "AWS refused DescribeListeners (AccessDenied" in refused.stderr
    assert "the caller needs a policy that allows it" in refused.stderr
