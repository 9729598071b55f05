"""A load balancer's listeners and rules, read with calls that change nothing."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import boto3
from botocore.exceptions import ClientError

from .failures import Failure, WrongUse
from .invocation import client

Described = dict[str, Any]
# The highest number of a rule.
LAST = 50_000
_ARN = re.compile(r"arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/app/[^/]+/[^/]+/[^/]+")
# What a redirect keeps unless it says otherwise.
_KEPT = {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
# What the template's stand-in can do, and what it does otherwise.
_TO_HTTPS = "redirect: %s HTTPS://#{host}:443/#{path}?#{query}"
_STAND_INS = {
    _TO_HTTPS % 301: ("https", ""),
    _TO_HTTPS % 302: ("https", "it redirects with 302, the stand-in with 301, which browsers remember"),
    "fixed-response: 404": ("404", ""),
    "fixed-response: 404 with a body": ("404", "its 404 has a body, the stand-in's has none"),
}
# Conditions whose values may be secrets, such as a tester's header.
_MASKED = {"http-header", "query-string"}
# The template's name for its target group, its placeholder's condition, and what its status rule publishes.
_TARGET_GROUP = re.compile("forward: targetgroup/maintenance-[0-9a-f]{8}/")
PLACEHOLDER = "host-header: placeholder.invalid"
_STATUS = re.compile('{"state":"[a-z]+",.*"until":')


@dataclass(frozen=True)
class Rule:
    """One rule in the form of the switcher's answer, without values that may be secrets."""

    arn: str
    # None of the default rule.
    priority: int | None
    conditions: tuple[str, ...]
    does: str
    actions: list[Described]

    @property
    def named(self) -> str:
        """The rule's priority and conditions."""
        return f"{self.priority} ({' and '.join(self.conditions)})"

    @property
    def forwards_to_responder(self) -> bool:
        """Whether it is a rule of this project's template that leads to the responder."""
        return bool(_TARGET_GROUP.match(self.does))

    def values(self, field: str) -> list[str]:
        """Return what its conditions on a field, such as host-header, accept."""
        parts = [condition.partition(": ") for condition in self.conditions]
        return [value for name, _, values in parts if name.split()[0] == field for value in values.split(", ")]

    @property
    def stand_in(self) -> tuple[str, str]:
        """The template's DefaultAction for a rule that does the same, or `own`; and what it does otherwise."""
        if re.fullmatch(r"forward: targetgroup/\S+", self.does):
            return _groups(self.actions[0])[0]["TargetGroupArn"], ""
        return _STAND_INS.get(self.does, ("own", ""))


@dataclass(frozen=True)
class Listener:
    """One listener with all its rules, in the order in which the load balancer tries them."""

    arn: str
    protocol: str
    port: int
    rules: list[Rule]
    default: Rule
    # Its own and its load balancer's; read, like the names of the attributes that are set, where it is asked for.
    tags: dict[str, str]
    attributes: list[str]

    @property
    def name(self) -> str:
        """As operators know it."""
        return name_of(self.arn, self.protocol, self.port)

    @property
    def catch_all(self) -> Rule | None:
        """The first rule that matches every request."""
        only = (rule for rule in self.rules if len(rule.conditions) == 1)
        return next((rule for rule in only if {"/*", "*"} & {*rule.values("path-pattern")}), None)

    @property
    def ours(self) -> set[int]:
        """The numbers of rules of this project's stacks: a stand-in has its maintenance rule's conditions."""
        own = [{PLACEHOLDER}, *(set(rule.conditions) for rule in self.rules if rule.forwards_to_responder)]
        found = (rule for rule in self.rules if set(rule.conditions) in own or _STATUS.search(str(rule.actions)))
        return {rule.priority for rule in found}

    @property
    def testers(self) -> list[Rule]:
        """The rules at the top that look like a way in for testers; none if the system has no other way in."""
        foreign = [rule for rule in self.rules if rule.priority not in self.ours]
        found = list(takewhile(lambda rule: rule.values("source-ip") or rule.values("http-header"), foreign))
        return found if any("forward" in rule.does for rule in (*foreign[len(found) :], self.default)) else []


def make(described: Described, rules: list[Described], tags: dict[str, str], attributes: list[str]) -> Listener:
    """Make a listener of its entry in DescribeListeners and its rules in DescribeRules."""
    *numbered, default = sorted(map(_rule, rules), key=lambda rule: rule.priority or LAST + 1)
    arn, protocol, port = (described[key] for key in ("ListenerArn", "Protocol", "Port"))
    return Listener(arn, protocol, port, numbered, default, tags, attributes)


def name_of(arn: str, protocol: str, port: int) -> str:
    """Return a listener's name for operators, such as `HTTPS:443 of shop`."""
    return f"{protocol}:{port} of {arn.split('/')[-3]}"


def region_of(arn: str) -> str:
    """Return the region of an ARN."""
    return arn.split(":")[3]


def check_pair(*arns: str) -> None:
    """Check the ARN of one listener, or of two that one deployment can serve."""
    for arn in arns:
        if not _ARN.fullmatch(arn):
            form = "arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID"
            shows = "as `aws elbv2 describe-listeners --load-balancer-arn ARN` shows it"
            accepted = f"the ARN of an Application Load Balancer's listener, {form}, {shows}"
            raise WrongUse(f'LISTENER-ARN is "{arn}"; accepted: {accepted}')
    if len({*arns}) != len(arns) or len({_balancer_of(arn) for arn in arns}) > 1 or len(arns) > 2:
        other = "another listener of the same load balancer, since a target group serves one load balancer only"
        raise WrongUse(f'SECOND-ARN is "{arns[-1]}"; accepted: {other}; deploy a stack for each load balancer')


def read(session: boto3.Session, arns: Sequence[str]) -> tuple[list[Listener], list[Listener], int]:
    """Return the listeners asked for, their load balancer's other ones, and how many rules it may have."""
    elb, balancer = client(session, "elbv2"), _balancer_of(arns[0])

    def pages(call: str, key: str, **arguments: str) -> list[Described]:
        return [entry for page in elb.get_paginator(call).paginate(**arguments) for entry in page[key]]

    listed = []
    with suppress(elb.exceptions.LoadBalancerNotFoundException):
        listed = pages("describe_listeners", "Listeners", LoadBalancerArn=balancer)
    described = {one["ListenerArn"]: one for one in listed}
    if missing := [arn for arn in arns if arn not in described]:
        accepted = " and ".join(described) or f"a listener in {region_of(balancer)}"
        raise Failure(f'LISTENER-ARN is "{missing[0]}": there is no such listener; accepted: {accepted}')
    tagged = elb.describe_tags(ResourceArns=[balancer, *arns])["TagDescriptions"]
    tags = {one["ResourceArn"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in tagged}
    found = {}
    for arn, one in described.items():
        given = elb.describe_listener_attributes(ListenerArn=arn)["Attributes"] if arn in arns else []
        attributes = [attribute["Key"] for attribute in given if attribute.get("Value")]
        rules = pages("describe_rules", "Rules", ListenerArn=arn)
        found[arn] = make(one, rules, tags.get(balancer, {}) | tags.get(arn, {}), attributes)
    quota = 100  # AWS's default, where the account's own cannot be read
    with suppress(ClientError):
        limits = {one["Name"]: int(one["Max"]) for one in pages("describe_account_limits", "Limits")}
        quota = limits.get("rules-per-application-load-balancer", quota)
    return [found.pop(arn) for arn in arns], list(found.values()), quota


def _balancer_of(arn: str) -> str:
    return arn.replace(":listener/", ":loadbalancer/").rpartition("/")[0]


def _rule(described: Described) -> Rule:
    number = None if described["Priority"] == "default" else int(described["Priority"])
    conditions = tuple(_condition(condition) for condition in described.get("Conditions", ()))
    does = ", then ".join(_action(action) for action in described["Actions"])
    return Rule(described["RuleArn"], number, conditions, does, described["Actions"])


def _condition(condition: Described) -> str:
    """Say what a condition asks; its values are in the field's own structure or in the older flat list."""
    header = condition.get("HttpHeaderConfig", {}).get("HttpHeaderName")
    name = f"{condition['Field']} {header}" if header else condition["Field"]
    own = [config for key, config in condition.items() if key.endswith("Config")] or [condition]
    values = [value for config in own for value in config.get("Values", []) + config.get("RegexValues", [])]
    return f"{name}: {'***' if condition['Field'] in _MASKED else ', '.join(values)}"


def _groups(action: Described) -> list[Described]:
    return action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]


def _action(action: Described) -> str:
    kind = action["Type"]
    if kind == "forward":
        groups = [(group["TargetGroupArn"].rpartition(":")[2], group.get("Weight", 1)) for group in _groups(action)]
        weighted = ", ".join(f"{group} ({weight})" for group, weight in groups)
        return f"forward: {groups[0][0] if len(groups) == 1 and groups[0][1] else weighted}"
    if kind == "redirect":
        to = _KEPT | action["RedirectConfig"]
        code = to["StatusCode"].removeprefix("HTTP_")
        return f"redirect: {code} {to['Protocol']}://{to['Host']}:{to['Port']}{to['Path']}?{to['Query']}"
    if kind == "fixed-response":
        fixed = action["FixedResponseConfig"]
        return f"{kind}: {fixed['StatusCode']}{' with a body' if fixed.get('MessageBody') else ''}"
    return kind
