"""A load balancer's listeners and rules, read with calls that change nothing."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from .failures import Failure, WrongUse
from .invocation import client

# The highest number of a rule.
LAST = 50_000
_ARN = re.compile(r"arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/app/[^/]+/[^/]+/[^/]+")
_DEFAULT_TARGET = {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
# Conditions whose values may be secrets, such as a tester's header.
_MASKED = {"http-header", "query-string"}
# The template's name for its target group, and its placeholder's condition.
_TARGET_GROUP = re.compile("forward: targetgroup/maintenance-[0-9a-f]{8}/")
PLACEHOLDER = "host-header: placeholder.invalid"


@dataclass(frozen=True)
class Rule:
    """One rule; the default rule has no priority."""

    arn: str
    priority: int | None
    conditions: tuple[dict[str, Any], ...]
    actions: tuple[dict[str, Any], ...]

    @property
    def answered(self) -> dict[str, Any]:
        """The rule in the form of the switcher's answer, without values that may be secrets."""
        conditions = [_condition(condition) for condition in self.conditions]
        priority = str(self.priority or "default")
        return {"priority": priority, "ruleArn": self.arn, "conditions": conditions, "action": self.does}

    @property
    def named(self) -> str:
        """The rule's priority and conditions."""
        return f"{self.priority} ({' and '.join(self.answered['conditions'])})"

    @property
    def does(self) -> str:
        """The rule's actions in the form of the switcher's answer."""
        return ", then ".join(_action(action) for action in self.actions)

    @property
    def forwards_to_responder(self) -> bool:
        """Whether it is a rule of this project's template that leads to the responder."""
        return bool(_TARGET_GROUP.match(self.does))

    @property
    def is_ours(self) -> bool:
        """Whether a stack of this project's template has made it: the maintenance, placeholder or status rule."""
        bodies = [action.get("FixedResponseConfig", {}).get("MessageBody", "") for action in self.actions]
        publishes = any('"state":"' in body and '"until":' in body for body in bodies)
        return self.forwards_to_responder or PLACEHOLDER in self.answered["conditions"] or publishes

    @property
    def fields(self) -> set[str]:
        """What its conditions look at, such as host-header."""
        return {condition["Field"] for condition in self.conditions}

    @property
    def serves_a(self) -> bool:
        """Whether it is for paths at /a, where the template expects the front end."""
        paths = [value for one in self.conditions if one["Field"] == "path-pattern" for value in _values(one)]
        return any(re.match(r"\^?/a(\W|$)", path) for path in paths)

    @property
    def catches_all(self) -> bool:
        """Whether it matches every request."""
        return self.fields == {"path-pattern"} and any({"/*", "*"} & {*_values(one)} for one in self.conditions)

    @property
    def stand_in(self) -> tuple[str, str]:
        """The template's DefaultAction for a rule that does the same, or `own`; and what it does otherwise."""
        action, *more = self.actions
        redirect, fixed = action.get("RedirectConfig", {}), action.get("FixedResponseConfig", {})
        if more:
            return "own", ""
        if action["Type"] == "forward":
            groups = _groups(action)
            is_one = len(groups) == 1 and groups[0].get("Weight", 1) > 0
            return groups[0]["TargetGroupArn"] if is_one else "own", ""
        keeps = all(redirect.get(part, same) == same for part, same in _DEFAULT_TARGET.items())
        if keeps and (redirect.get("Protocol"), redirect.get("Port")) == ("HTTPS", "443"):
            is_302 = redirect["StatusCode"] == "HTTP_302"
            return "https", "it redirects with 302, the stand-in with 301, which browsers remember" if is_302 else ""
        if fixed.get("StatusCode") == "404":
            return "404", "its 404 has a body, the stand-in's has none" if fixed.get("MessageBody") else ""
        return "own", ""


@dataclass(frozen=True)
class Listener:
    """One listener with all its rules, in the order in which the load balancer tries them."""

    arn: str
    protocol: str
    port: int
    rules: tuple[Rule, ...]
    default: Rule
    # Its own and its load balancer's; read, like the names of the attributes that are set, where it is asked for.
    tags: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()

    @classmethod
    def of(cls, described: dict[str, Any], rules: list[dict[str, Any]]) -> Listener:
        """Make a listener of its entry in DescribeListeners and its rules in DescribeRules."""
        numbers = [None if rule["Priority"] == "default" else int(rule["Priority"]) for rule in rules]
        made = [
            Rule(rule["RuleArn"], number, tuple(rule.get("Conditions", ())), tuple(rule["Actions"]))
            for rule, number in zip(rules, numbers, strict=True)
        ]
        *numbered, default = sorted(made, key=lambda rule: rule.priority or LAST + 1)
        return cls(described["ListenerArn"], described["Protocol"], described["Port"], tuple(numbered), default)

    @property
    def name(self) -> str:
        """Its name for operators."""
        return f"{self.protocol}:{self.port} of {self.arn.split('/')[-3]}"

    @property
    def catch_all(self) -> Rule | None:
        """The first rule that matches every request."""
        return next((rule for rule in self.rules if rule.catches_all), None)

    @property
    def ours(self) -> set[int]:
        """The numbers of rules of this project's stacks; a stand-in has its maintenance rule's conditions."""
        stacks = [set(rule.answered["conditions"]) for rule in self.rules if rule.forwards_to_responder]
        return {rule.priority for rule in self.rules if rule.is_ours or set(rule.answered["conditions"]) in stacks}

    @property
    def testers(self) -> list[Rule]:
        """The rules at the top that look like a way in for testers; none if the system has no other way in."""
        foreign = [rule for rule in self.rules if rule.priority not in self.ours]
        found = list(takewhile(lambda rule: rule.fields & {"source-ip", "http-header"}, foreign))
        return found if any("forward" in rule.does for rule in (*foreign[len(found) :], self.default)) else []


def region_of(arn: str) -> str:
    """Return the region of an ARN."""
    return arn.split(":")[3]


def balancer_of(arn: str) -> str:
    """Return the ARN of a listener's load balancer."""
    return arn.replace(":listener/", ":loadbalancer/").rpartition("/")[0]


def parse_pair(first: str, second: str | None) -> list[str]:
    """Check the ARN of one listener, or of two that one deployment can serve."""
    arns = [first] if second is None else [first, second]
    for arn in arns:
        if not _ARN.fullmatch(arn):
            raise WrongUse(
                f'LISTENER-ARN is "{arn}"; accepted: the ARN of an Application Load Balancer\'s listener, '
                "arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID, as `aws elbv2 "
                "describe-listeners --load-balancer-arn ARN` shows it"
            )
    if first == second:
        raise WrongUse(f'SECOND-ARN is "{second}": it is the first listener again; accepted: another one, or none')
    if len({balancer_of(arn) for arn in arns}) > 1:
        raise WrongUse(
            f"the listeners belong to two load balancers, {' and '.join(map(balancer_of, arns))}; accepted: two of "
            "the same, since a target group serves one load balancer only; deploy a stack for each"
        )
    return arns


def read(session: boto3.Session, arns: list[str]) -> tuple[list[Listener], list[Listener], int | None]:
    """Return the listeners asked for, their load balancer's other ones, and how many rules it may have, if known."""
    elb = client(session, "elbv2")
    try:
        described = _pages(elb, "describe_listeners", "Listeners", LoadBalancerArn=balancer_of(arns[0]))
    except elb.exceptions.LoadBalancerNotFoundException:
        described = []
    found = {
        one["ListenerArn"]: Listener.of(one, _pages(elb, "describe_rules", "Rules", ListenerArn=one["ListenerArn"]))
        for one in described
    }
    for arn in arns:
        if arn not in found:
            accepted = " and ".join(f"{listener.name} ({known})" for known, listener in found.items())
            accepted = accepted or f"a listener in {region_of(arn)}, as `aws elbv2 describe-listeners` shows them"
            raise Failure(f'LISTENER-ARN is "{arn}": there is no such listener; accepted: {accepted}')
    tagged = elb.describe_tags(ResourceArns=[balancer_of(arns[0]), *arns])["TagDescriptions"]
    tags = {one["ResourceArn"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in tagged}
    chosen = []
    for arn in arns:
        own = tags.get(balancer_of(arn), {}) | tags.get(arn, {})
        attributes = elb.describe_listener_attributes(ListenerArn=arn)["Attributes"]
        are_set = tuple(one["Key"] for one in attributes if one.get("Value"))
        chosen.append(replace(found[arn], tags=own, attributes=are_set))
    quota = None
    with suppress(ClientError):  # useful, but the rest can be said without it
        limits = {one["Name"]: int(one["Max"]) for one in _pages(elb, "describe_account_limits", "Limits")}
        quota = limits.get("rules-per-application-load-balancer")
    return chosen, [one for arn, one in found.items() if arn not in arns], quota


def _pages(elb: BaseClient, call: str, key: str, **arguments: str) -> list[dict[str, Any]]:
    return [entry for page in elb.get_paginator(call).paginate(**arguments) for entry in page[key]]


def _condition(condition: dict[str, Any]) -> str:
    header = condition.get("HttpHeaderConfig", {}).get("HttpHeaderName")
    name = f"{condition['Field']} {header}" if header else condition["Field"]
    return f"{name}: {'***' if condition['Field'] in _MASKED else ', '.join(_values(condition))}"


def _values(condition: dict[str, Any]) -> list[str]:
    """Return the values in the field's own structure, or in the older flat list."""
    own = [config for key, config in condition.items() if key.endswith("Config")] or [condition]
    values = [value for config in own for value in config.get("Values", []) + config.get("RegexValues", [])]
    return [value for value in values if isinstance(value, str)]


def _groups(action: dict[str, Any]) -> list[dict[str, Any]]:
    weighted = action.get("ForwardConfig", {}).get("TargetGroups")
    return weighted or [{"TargetGroupArn": action["TargetGroupArn"]}]


def _action(action: dict[str, Any]) -> str:
    kind = action["Type"]
    if kind == "forward":
        groups = [(group["TargetGroupArn"].rpartition(":")[2], group.get("Weight", 1)) for group in _groups(action)]
        weighted = ", ".join(f"{group} ({weight})" for group, weight in groups)
        return f"forward: {groups[0][0] if len(groups) == 1 else weighted}"
    if kind == "redirect":
        to = {"Protocol": "#{protocol}", "Port": "#{port}", **_DEFAULT_TARGET, **action["RedirectConfig"]}
        code = to["StatusCode"].removeprefix("HTTP_")
        return f"redirect: {code} {to['Protocol']}://{to['Host']}:{to['Port']}{to['Path']}?{to['Query']}"
    return f"{kind}: {action['FixedResponseConfig']['StatusCode']}" if kind == "fixed-response" else kind
