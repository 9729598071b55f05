"""The trial's listener with the maintenance stack on it: what AWS says of them, and what visitors get."""

from __future__ import annotations

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
from tests.harness.stack import Stack
from tests.harness.wait import until

TAG = "maintenance-mode-trial"
EMULATED = "AWS_ENDPOINT_URL" in os.environ
# So many expected answers in a row, each from a random node, count as every visitor's.
STREAK = 2 if EMULATED else 100
SEEN_SECONDS = 120  # for visitors to see a change; ten are expected
EVERY = 1 if EMULATED else 10  # seconds between two looks at a stack
# The user's account, for what the harness offers for the emulated one.
ACCOUNT: Any = SimpleNamespace(client=lru_cache(boto3.client))


class Trial:
    """One load balancer, one listener and one maintenance stack; anything else is refused before it is changed."""

    def __init__(self, trial: str, stack: str) -> None:
        self.elb, self.cloudformation = ACCOUNT.client("elbv2"), ACCOUNT.client("cloudformation")
        balancer, listener = (self._resource(trial, logical) for logical in ("LoadBalancer", "Listener"))
        self.listener = Listener(SimpleNamespace(aws=ACCOUNT), listener, 80)
        if self.listener.tags(balancer).get(TAG) != "true":
            raise RuntimeError(f"{balancer} has no tag {TAG}: the trial's stack must be of examples/trial.yaml")
        parameters = {p["ParameterKey"]: p["ParameterValue"] for p in self._described(stack).get("Parameters", [])}
        if parameters.get("ListenerArn") != listener or parameters["SecondListenerArn"]:
            raise RuntimeError(f"{stack} must have the ListenerArn {listener}, and no SecondListenerArn")
        self.parameters = parameters.keys()
        self.stack = Stack(ACCOUNT, stack)
        # The last is deleted first. CloudFormation knows a stack that is gone by its id alone.
        self.stacks = [self._described(trial)["StackId"], self.stack.id]
        self.at_rest = self.listener.order()
        if self.at_rest[self.stack.rule_arn] != parameters["RestingPriority"]:
            raise RuntimeError(f"{stack} is in maintenance: end it first")
        found = self.elb.describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"][0]
        # The emulator serves every load balancer at its own address.
        self.host = f"{found['LoadBalancerName']}.alb.localhost" if EMULATED else found["DNSName"]
        self._server = urlsplit(os.environ.get("AWS_ENDPOINT_URL", f"http://{self.host}:80"))
        self.visit("/")  # an address that the trial does not let in ends here

    def _resource(self, stack: str, logical: str) -> str:
        found = self.cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=logical)
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def _described(self, stack: str) -> dict[str, Any]:
        return self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]

    def _state(self) -> str:
        return self._described(self.stack.name)["StackStatus"]

    def rule(self, logical: str) -> dict[str, Any]:
        """Describe a rule of the maintenance stack."""
        return self.elb.describe_rules(RuleArns=[self.stack.resources[logical]])["Rules"][0]

    def published(self) -> dict[str, Any]:
        """Return the status as DescribeRules has it."""
        return json.loads(self.rule("StatusRule")["Actions"][0]["FixedResponseConfig"]["MessageBody"])

    def send(self, **event: object) -> dict[str, Any]:
        """Send the switcher an event, and return what it answers of the listener."""
        return self.stack.invoke(event).answer["listeners"][0]

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
            if expected(self.visit(path)):
                streak += 1
            elif time.monotonic() - started < SEEN_SECONDS:
                first, streak = time.monotonic(), 0
            else:
                raise RuntimeError(f"{path}: not so within {SEEN_SECONDS} s")
        return first - started

    def update(self, tags: Mapping[str, str], changed: Mapping[str, str]) -> str:
        """Update the maintenance stack's tags and parameters; return its state, and the reason of a refusal."""
        token = uuid.uuid4().hex
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in changed.items()]
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in self.parameters - changed.keys()]
        self.cloudformation.update_stack(
            StackName=self.stack.name,
            UsePreviousTemplate=True,
            Parameters=given + kept,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            ClientRequestToken=token,
        )
        state = self.settled()
        # The newest comes first, and the first failure is the reason of the others.
        events = self.cloudformation.describe_stack_events(StackName=self.stack.name)["StackEvents"]
        failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
        reasons = [event.get("ResourceStatusReason") for event in failed if event.get("ClientRequestToken") == token]
        return f"{state} ({reasons[-1]})" if reasons else state

    def settled(self) -> str:
        """Return the maintenance stack's state as soon as nothing is in progress."""
        until("the stack is settled", lambda: "PROGRESS" not in self._state(), within=1800, every=EVERY)
        return self._state()

    def put_back(self) -> None:
        """Open the system without the switcher, and bring its stack to where it can be updated."""
        own = {self.stack.rule_arn, self.stack.resources["PlaceholderRule"]}
        places = [{"RuleArn": rule, "Priority": int(self.at_rest[rule])} for rule in own]
        self.elb.set_rule_priorities(RulePriorities=places)
        if self.settled() == "UPDATE_ROLLBACK_FAILED":
            self.cloudformation.continue_update_rollback(StackName=self.stack.name)
            self.settled()

    def delete(self) -> None:
        """Delete the last stack, and wait until it is gone."""
        self.cloudformation.delete_stack(StackName=self.stacks[-1])
        gone = self.cloudformation.get_waiter("stack_delete_complete")
        gone.wait(StackName=self.stacks.pop(), WaiterConfig={"Delay": EVERY})
