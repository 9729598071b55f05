"""The trial's listener with the maintenance stack on it: what AWS says of them, and what visitors get."""

import http.client
import json
import os
import random
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import boto3

from tests.harness.load_balancer import Answer, Listener
from tests.harness.stack import Stack, resources_of
from tests.harness.wait import until

TAG = "maintenance-mode-trial"
EMULATED = "AWS_ENDPOINT_URL" in os.environ
# So many expected answers in a row, each from a random node, count as every visitor's.
STREAK = 2 if EMULATED else 100
SEEN_SECONDS = 120  # for visitors to see a change; ten are expected
EVERY = 1 if EMULATED else 10  # seconds between two looks at a stack
# The user's account, for what the harness offers for the emulated one.
ACCOUNT: Any = SimpleNamespace(client=lru_cache(boto3.client))


class Trial(Stack):
    """The maintenance stack of one load balancer; anything else is refused before it is changed."""

    def __init__(self, trial: str, stack: str) -> None:
        self.elb, self.cloudformation = ACCOUNT.client("elbv2"), ACCOUNT.client("cloudformation")
        ids = resources_of(ACCOUNT, trial)
        balancer, listener = ids["LoadBalancer"], ids["Listener"]
        self.listener = Listener(SimpleNamespace(aws=ACCOUNT), listener, 80)
        if self.listener.tags(balancer).get(TAG) != "true":
            raise RuntimeError(f"{balancer} has no tag {TAG}: the trial's stack must be of examples/trial.yaml")
        given = {p["ParameterKey"]: p["ParameterValue"] for p in self._described(stack).get("Parameters", [])}
        if given.get("ListenerArn") != listener or given["SecondListenerArn"]:
            raise RuntimeError(f"{stack} must have the ListenerArn {listener}, and no SecondListenerArn")
        super().__init__(ACCOUNT, stack)
        self.parameters, self.at_rest = given.keys(), self.listener.order()
        if self.at_rest[self.rule_arn] != given["RestingPriority"]:
            raise RuntimeError(f"{stack} is in maintenance: end it first")
        # The last is deleted first. CloudFormation knows a stack that is gone by its id alone.
        self.stacks = [self._described(each)["StackId"] for each in (trial, stack)]
        described = self.elb.describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"][0]
        # The emulator serves every load balancer at its own address.
        self.host = f"{described['LoadBalancerName']}.alb.localhost" if EMULATED else described["DNSName"]
        self._server = urlsplit(os.environ.get("AWS_ENDPOINT_URL", f"http://{self.host}:80"))
        self.visit("/")  # an address that the trial does not let in ends here

    def _described(self, stack: str) -> dict[str, Any]:
        return self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]

    def rule(self, logical: str) -> dict[str, Any]:
        return self.elb.describe_rules(RuleArns=[self.resources[logical]])["Rules"][0]

    def published(self) -> dict[str, Any]:
        """Return the status as DescribeRules has it."""
        return json.loads(self.rule("StatusRule")["Actions"][0]["FixedResponseConfig"]["MessageBody"])

    def send(self, **event: object) -> dict[str, Any]:
        """Send the switcher an event, and return what it answers of the listener."""
        return self.invoke(event).answer["listeners"][0]

    def visit(self, path: str, method: str = "GET") -> Answer:
        """Ask one of the load balancer's nodes, as a browser does."""
        addresses = socket.getaddrinfo(self._server.hostname, self._server.port, socket.AF_INET, socket.SOCK_STREAM)
        connection = http.client.HTTPConnection(*random.choice(addresses)[4], timeout=30)
        connection.request(method, path, headers={"Host": self.host, "Accept": "text/html", "Connection": "close"})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())

    def seconds_until(self, path: str, expected: Callable[[Answer], bool]) -> float:
        """Return the seconds from now until every visitor gets the expected answer."""
        started = first = time.monotonic()
        streak = 0
        while streak < STREAK:
            streak = streak + 1 if expected(self.visit(path)) else 0
            first = first if streak else time.monotonic()
            if first - started > SEEN_SECONDS:
                raise RuntimeError(f"{path}: not so within {SEEN_SECONDS} s")
        return first - started

    def update(self, changed: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """Update the stack's parameters and tags; return its state, and the reason of a refusal."""
        token = uuid.uuid4().hex
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in changed.items()]
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in self.parameters - changed.keys()]
        self.cloudformation.update_stack(
            StackName=self.name,
            UsePreviousTemplate=True,
            Parameters=given + kept,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            ClientRequestToken=token,
        )
        state, found = self.settled(), self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        own = [event for event in found if event.get("ClientRequestToken") == token]
        reasons = [event.get("ResourceStatusReason", "") for event in own if "FAILED" in event["ResourceStatus"]]
        # The newest comes first, and the first failure is the reason of the others.
        return " ".join([state, *reasons[-1:]])

    def settled(self) -> str:
        """Return the stack's state as soon as nothing is in progress."""

        def state() -> str:
            return self._described(self.name)["StackStatus"]

        until("the stack is settled", lambda: "PROGRESS" not in state(), within=1800, every=EVERY)
        return state()

    def put_back(self) -> None:
        """Open the system without the switcher, and bring its stack to where it can be updated."""
        own = (self.rule_arn, self.resources["PlaceholderRule"])
        places = [{"RuleArn": rule, "Priority": int(self.at_rest[rule])} for rule in own]
        self.elb.set_rule_priorities(RulePriorities=places)
        if self.settled() == "UPDATE_ROLLBACK_FAILED":
            self.cloudformation.continue_update_rollback(StackName=self.name)
            self.settled()

    def delete(self) -> None:
        """Delete the last stack, and wait until it is gone."""
        self.cloudformation.delete_stack(StackName=self.stacks[-1])
        gone = self.cloudformation.get_waiter("stack_delete_complete")
        gone.wait(StackName=self.stacks.pop(), WaiterConfig={"Delay": EVERY})
