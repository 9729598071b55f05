"""Preflight's printed commands, from a listener to its deployment."""

import shlex

from tests.end_to_end.conftest import Terminal
from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.site import Site
from tests.harness.stack import delete, deploy_like


def test_the_printed_commands_lead_to_a_deployment(
    aws: Aws, deployed_site: Site, servers: dict[str, int], terminal: Terminal
) -> None:
    rules = {1: ("/a*", "front-end"), 2: ("/b*", "bff"), 9: ("/c*", "api")}
    listener = LoadBalancer(aws, "preflight", servers).listener(port=80, rules=rules)

    looked = terminal("preflight", listener.arn, "--status-path", "/status")
    assert looked.returncode == 1
    assert "sam deploy" not in looked.stdout
    listener.make_room(looked.stdout)
    before = listener.rules()
    assert [(rule.priority, rule.condition) for rule in before[:-1]] == [("3", "/a*"), ("4", "/b*"), ("9", "/c*")]

    again = terminal("preflight", listener.arn, "--status-path", "/status")
    assert again.returncode == 0, again.stdout + again.stderr
    words = shlex.split(again.stdout[again.stdout.index("sam deploy ") :].replace("\\\n", " "))
    assert words[:5] == ["sam", "deploy", "--region", "eu-central-1", "--parameter-overrides"]
    parameters = dict(word.split("=", 1) for word in words[5:])
    stack = deploy_like(aws, deployed_site.stack, "preflight", parameters)
    assert listener.request("/elsewhere").status == 404
    assert listener.request("/status").json()["state"] == "resting"
    assert "looks like a rule of a deployment of this template" in terminal("preflight", listener.arn).stdout
    stack.start()
    assert listener.request("/elsewhere").json() == {"message": "Service Unavailable"}
    delete(aws, stack)
    assert listener.rules() == before
