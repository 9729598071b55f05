"""The application's load balancer, as it stands before anything of ours is deployed."""

import contextlib
import http.client
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.harness.aws import Aws

Action = dict[str, Any]
NOT_FOUND: Action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


@dataclass(frozen=True)
class Rule:
    """One rule of a listener, the way an operator sees it in the console."""

    priority: str
    arn: str
    condition: str
    target: str


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:  # noqa: ANN401 (any JSON)
        return json.loads(self.body)


class LoadBalancer:
    """An Application Load Balancer with a target group per backend."""

    def __init__(self, aws: Aws, name: str, backends: Mapping[str, int]) -> None:
        self.aws = aws
        self.name = name
        self._elb = aws.client("elbv2")
        self._arn = self._elb.create_load_balancer(Name=name)["LoadBalancers"][0]["LoadBalancerArn"]
        # The ARN of each backend's target group.
        self.groups: dict[str, str] = {}
        for backend, port in backends.items():
            given = {"Name": f"{name}-{backend}"[:32], "TargetType": "ip", "Protocol": "HTTP", "Port": port}
            group = self._elb.create_target_group(**given)["TargetGroups"][0]["TargetGroupArn"]
            self._elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": port}])
            self.groups[backend] = group

    def listener(self, *, port: int, rules: Mapping[int, tuple[str, str]], default: Action = NOT_FOUND) -> "Listener":
        """Add a listener with `rules` (priority → path pattern, backend) and a default action."""
        given = {"LoadBalancerArn": self._arn, "Protocol": "HTTP", "Port": port, "DefaultActions": [default]}
        listener = Listener(self, self._elb.create_listener(**given)["Listeners"][0]["ListenerArn"], port)
        for priority, (path, backend) in rules.items():
            listener.add_rule(priority, path, backend)
        return listener


@dataclass(frozen=True)
class Listener:
    """A listener of the load balancer: its rules through the API, its traffic through HTTP."""

    load_balancer: LoadBalancer
    arn: str
    port: int

    @property
    def host(self) -> str:
        """What a client names in Host: by it MiniStack finds load balancer and listener."""
        return f"{self.load_balancer.name}.alb.localhost:{self.port}"

    def add_rule(self, priority: int, path: str, backend: str, *, host: str | None = None) -> None:
        """Add a rule that forwards a path pattern, of one host name or of all, to a backend."""
        of_host = [{"Field": "host-header", "Values": [host]}] if host else []
        self.load_balancer.aws.client("elbv2").create_rule(
            ListenerArn=self.arn,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [path]}, *of_host],
            Actions=[{"Type": "forward", "TargetGroupArn": self.load_balancer.groups[backend]}],
        )

    def make_room(self, advice: str) -> str:
        """Run the command of preflight's advice that makes room, and return it."""
        (command,) = re.findall("^aws elbv2 set-rule-priorities .*$", advice, re.MULTILINE)
        _, words = command.split(" --rule-priorities ")
        pairs = [dict(part.split("=", 1) for part in word.split(",")) for word in shlex.split(words)]
        places = [{**pair, "Priority": int(pair["Priority"])} for pair in pairs]
        self.load_balancer.aws.client("elbv2").set_rule_priorities(RulePriorities=places)
        return command

    def rules(self) -> list[Rule]:
        """Return the rules in the order in which the load balancer tries them."""
        elb = self.load_balancer.aws.client("elbv2")
        pages = elb.get_paginator("describe_rules").paginate(ListenerArn=self.arn)
        found = map(_rule, pages.search("Rules[]"))
        return sorted(found, key=lambda rule: (rule.priority == "default", rule.priority.zfill(5)))

    def order(self) -> dict[str, str]:
        """Return every rule's priority: what must be the same after maintenance as before."""
        return {rule.arn: rule.priority for rule in self.rules()}

    def tags(self, rule_arn: str) -> dict[str, str]:
        elb = self.load_balancer.aws.client("elbv2")
        described = elb.describe_tags(ResourceArns=[rule_arn])["TagDescriptions"]
        return {tag["Key"]: tag["Value"] for tag in described[0]["Tags"]} if described else {}

    def request(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        site: str = "",
        address: str = "127.0.0.1",
    ) -> Answer:
        """Ask the listener over HTTP, by its own name or that of a site below it, from an address of this machine."""
        port, host = self.load_balancer.aws.port, f"{site}.{self.host}" if site else self.host
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(address, 0))
        with contextlib.closing(client) as connection:
            connection.request(method, path, headers={**(headers or {}), "Host": host})
            answer = connection.getresponse()
            # Lower case, because that is how HTTP compares header names.
            lower = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, lower, answer.read().decode())


def _rule(described: Mapping[str, Any]) -> Rule:
    values = [value for condition in described["Conditions"] for value in condition["Values"]]
    action = described["Actions"][0]
    group = action.get("TargetGroupArn", "")
    fixed = action.get("FixedResponseConfig", {}).get("StatusCode", "")
    target = group.split("/")[1] if group else f"{action['Type']} {fixed}".rstrip()
    return Rule(described["Priority"], described["RuleArn"], " ".join(values) or "(any)", target)
