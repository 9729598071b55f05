"""Looking at a real listener before anything is deployed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Any

import pytest

from tests.end_to_end.conftest import Terminal
from tests.harness.aws import Aws
from tests.harness.site import Site

Action = Mapping[str, Any]
NAMES = (f"preflight-{number}" for number in count())
NOTHING: Action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
HTTPS: Action = {
    "Type": "redirect",
    "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
}


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


def test_a_listener_that_serves_nothing_by_default(preflight: Terminal, front: Front) -> None:
    arn = front.listener(443, NOTHING, {10: ("/a*", front.forward)})

    looked = preflight(arn)

    assert parameters(looked) == {"ListenerArn": arn, "DefaultAction": "404"}
    table = [line.split() for line in looked.stdout.splitlines() if re.match("10 |default ", line)]
    group = f"targetgroup/{front.name}/{front.group.rpartition('/')[2]}"
    assert table == [
        ["10", "path-pattern:", "/a*", "forward:", group],
        ["default", "what", "is", "left", "fixed-response:", "404"],
    ]


def test_the_standard_pair(preflight: Terminal, front: Front) -> None:
    secure, plain = front.listener(443, front.forward), front.listener(80, HTTPS)

    assert parameters(preflight(secure, plain)) == {
        "ListenerArn": secure,
        "DefaultAction": front.group,
        "SecondListenerArn": plain,
        "SecondDefaultAction": "https",
    }


def test_a_default_action_of_another_kind_has_to_become_a_rule_which_the_printed_command_makes(
    preflight: Terminal, front: Front
) -> None:
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
    assert parameters(preflight(arn)) == {"ListenerArn": arn, "DefaultAction": "own"}


def test_a_listener_that_a_controller_owns(preflight: Terminal, front: Front) -> None:
    arn = front.listener(443, NOTHING)
    front.elb.add_tags(ResourceArns=[front.arn], Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": "prod"}])

    looked = preflight(arn)

    assert looked.returncode == 1
    assert "AWS Load Balancer Controller owns it (elbv2.k8s.aws/cluster=prod)" in looked.stdout
    assert "sam deploy" not in looked.stdout


def test_a_machine_gets_what_to_do_and_the_parameters(preflight: Terminal, front: Front) -> None:
    arn = front.listener(443, NOTHING)
    front.elb.add_tags(ResourceArns=[front.arn], Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": "prod"}])

    looked = preflight(arn, "--json")

    said = json.loads(looked.stdout)
    assert (looked.returncode, said["ready"]) == (1, False)
    assert "first" in {finding["level"] for finding in said["listeners"][0]}
    assert said["parameters"] == {"ListenerArn": arn, "DefaultAction": "404"}


def test_a_listener_that_is_served_already(preflight: Terminal, deployed_site: Site) -> None:
    looked = preflight(deployed_site.listener.arn)

    assert looked.returncode == 1
    assert "looks like the maintenance rule of a deployment of this template" in looked.stdout


LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener"


@pytest.mark.parametrize(
    ("arns", "code", "sentence"),
    [
        (["shop"], 2, "it is no ARN of a load balancer's listener"),
        ([f"{LISTENER}-rule/app/shop/1/2/3"], 2, f"it is the ARN of a rule; its listener is {LISTENER}/app/shop/1/2"),
        ([LISTENER.replace("listener", "loadbalancer") + "/app/shop/1"], 2, "aws elbv2 describe-listeners --region"),
        ([LISTENER.replace("listener", "targetgroup") + "/shop/1"], 2, "it is the ARN of a targetgroup"),
        ([f"{LISTENER}/net/shop/1/2"], 2, "it belongs to a Network Load Balancer, which has no rules"),
        ([f"{LISTENER}/app/shop/1/2"] * 2, 2, "it is the first listener again"),
        ([f"{LISTENER}/app/shop/1/2", f"{LISTENER}/app/shop/9/2"], 2, "belong to two load balancers"),
        ([f"{LISTENER}/app/nowhere/1/2"], 1, "there is no such listener"),
        ([], 2, "Missing argument 'LISTENER-ARN'"),
    ],
)
def test_what_is_no_listener_is_refused_with_what_it_is(
    preflight: Terminal, arns: list[str], code: int, sentence: str
) -> None:
    refused = preflight(*arns)

    assert refused.returncode == code
    assert sentence in refused.stderr
    assert not refused.stdout


def test_what_is_no_answer_of_aws_is_a_sentence(preflight: Terminal, front: Front) -> None:
    # The guard of the emulator answers an unknown key as a proxy does: not as AWS would.
    refused = preflight(front.listener(443, NOTHING), AWS_ACCESS_KEY_ID="AKIA0123456789ABCDEF")

    assert refused.returncode == 1
    assert refused.stderr.startswith("✗ AWS could not be asked: ")


def test_a_missing_permission_is_named(aws: Aws, preflight: Terminal, front: Front) -> None:
    refused = preflight(front.listener(443, NOTHING), **aws.acting_as("nobody", []))

    assert refused.returncode == 1
    assert "AWS refused DescribeListeners (AccessDenied" in refused.stderr
    assert "the caller needs a policy that allows it" in refused.stderr
