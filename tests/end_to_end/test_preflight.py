"""Preflight's printed commands, from a listener to its deployment."""

import json
import shlex
import subprocess

import boto3

from scripts.operators.findings import plan_moves
from scripts.operators.listener import Listener, make
from tests.end_to_end.conftest import Terminal
from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.stack import delete, deploy_like


def test_the_printed_commands_lead_to_a_deployment(
    aws: Aws, deployed_site: Site, servers: dict[str, int], terminal: Terminal
) -> None:
    rules = {1: ("/a*", "front-end"), 2: ("/b*", "bff"), 9: ("/c*", "api")}
    listener = LoadBalancer(aws, "preflight", servers).listener(port=80, rules=rules)
    closed = {"StatusCode": "503", "ContentType": "text/html", "MessageBody": "it's <b>closed</b>"}
    elb = aws.client("elbv2")
    default = {"Type": "fixed-response", "FixedResponseConfig": closed}
    elb.modify_listener(ListenerArn=listener.arn, DefaultActions=[default])

    looked = terminal("preflight", listener.arn, "--status-path", "/status")
    assert looked.returncode == 1
    assert "sam deploy" not in looked.stdout
    listener.make_room(looked.stdout)
    (create,) = [shlex.split(line) for line in looked.stdout.splitlines() if line.startswith("aws elbv2 create-rule ")]
    given = dict(zip(create[3::2], create[4::2], strict=True))
    elb.create_rule(
        ListenerArn=given["--listener-arn"],
        Priority=int(given["--priority"]),
        Conditions=[{"Field": "path-pattern", "Values": [given["--conditions"].rpartition("=")[2]]}],
        Actions=json.loads(given["--actions"]),
    )
    before = listener.rules()
    assert [(rule.priority, rule.condition) for rule in before] == [
        *(("3", "/a*"), ("4", "/b*"), ("9", "/c*"), ("49999", "/*"), ("default", "(any)"))
    ]

    again = terminal("preflight", listener.arn, "--status-path", "/status")
    assert again.returncode == 0, again.stdout + again.stderr
    words = shlex.split(again.stdout[again.stdout.index("sam deploy ") :].replace("\\\n", " "))
    assert words[:5] == ["sam", "deploy", "--region", "eu-central-1", "--parameter-overrides"]
    parameters = dict(word.split("=", 1) for word in words[5:])
    stack = deploy_like(aws, deployed_site.stack, "preflight", parameters)
    assert listener.request("/elsewhere").body == closed["MessageBody"]
    assert listener.request("/status").json()["state"] == "resting"
    assert "looks like a rule of a deployment of this template" in terminal("preflight", listener.arn).stdout
    stack.start()
    assert listener.request("/elsewhere").json() == {"message": "Service Unavailable"}
    delete(aws, stack)
    assert listener.rules() == before


def test_a_strict_load_balancer_takes_the_moves() -> None:
    # The emulated AWS refuses no conflict; this one refuses what the real one refuses.
    program = ["cargo", "run", "--quiet", "--locked", "-p", "strict_elb"]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        served = json.loads(server.stdout.readline())
        session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="none", region_name="eu-central-1")
        elb = session.client("elbv2", endpoint_url=served["endpoint"])

        def read(arn: str) -> Listener:
            described = {"ListenerArn": arn, "Protocol": "HTTPS", "Port": 443}
            return make(described, elb.describe_rules(ListenerArn=arn)["Rules"], {}, [])

        arns = [rule.replace("-rule/", "/").rpartition("/")[0] for rule in served["maintenance_rules"]]
        # The placeholder's place alone, with a status rule, and behind a rule that stays live.
        for arn, places in zip(arns, (range(1, 2), range(1, 3), range(2, 3)), strict=True):
            before = read(arn)
            moves = [{"RuleArn": rule.arn, "Priority": number} for rule, number in plan_moves(before, places, 1)]
            elb.set_rule_priorities(RulePriorities=moves)
            assert not plan_moves(read(arn), places, 1)
            assert [rule.arn for rule in read(arn).rules] == [rule.arn for rule in before.rules]
        server.stdin.close()
