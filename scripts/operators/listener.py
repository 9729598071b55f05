"""A listener as the API describes it, and what its parts mean to a person and to the template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .failures import WrongUse

LOWEST_PLACE = 50_000
_ARN = re.compile(r"arn:(aws[a-z-]*):elasticloadbalancing:([a-z0-9-]+):(\d{12}):([a-z-]+)/(.+)")
_ACCEPTED = "accepted: arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID"
_WITHOUT_RULES = {"net": "Network", "gwy": "Gateway"}
_DEFAULT_TARGET = {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}


@dataclass(frozen=True)
class ListenerArn:
    """The ARN of an Application Load Balancer's listener."""

    text: str
    region: str
    balancer_arn: str

    @property
    def balancer(self) -> str:
        """The load balancer's name."""
        return self.balancer_arn.split("/")[-2]

    @classmethod
    def parse(cls, text: str) -> ListenerArn:
        """Read an ARN, or say what else it is."""
        parts = _ARN.fullmatch(text)
        if not parts:
            raise WrongUse(f'LISTENER-ARN is "{text}": it is no ARN of a load balancer\'s listener; {_ACCEPTED}')
        _, region, _, kind, path = parts.groups()
        steps = path.split("/")
        if kind == "listener" and steps[0] == "app" and len(steps) == 4:
            balancer = text.replace(":listener/", ":loadbalancer/").rpartition("/")[0]
            return cls(text, region, balancer)
        problem = f"it is the ARN of a {kind}"
        if kind.startswith("listener") and steps[0] in _WITHOUT_RULES:
            problem = f"it belongs to a {_WITHOUT_RULES[steps[0]]} Load Balancer, which has no rules"
        elif kind == "listener-rule":
            listener = text.replace(":listener-rule/", ":listener/").rpartition("/")[0]
            problem = f"it is the ARN of a rule; its listener is {listener}"
        elif kind == "loadbalancer":
            shown = f"aws elbv2 describe-listeners --region {region} --load-balancer-arn {text}"
            problem = f"it is the ARN of a load balancer; its listeners are shown by `{shown}`"
        raise WrongUse(f'LISTENER-ARN is "{text}": {problem}; {_ACCEPTED}')


def parse_pair(first: str, second: str | None) -> list[ListenerArn]:
    """Read the ARN of one listener, or of two that one deployment can serve."""
    arns = [ListenerArn.parse(text) for text in (first, second) if text is not None]
    if second is None:
        return arns
    if first == second:
        raise WrongUse(f'SECOND-ARN is "{second}": it is the first listener again; accepted: another one, or none')
    if arns[0].balancer_arn != arns[1].balancer_arn:
        places = " and ".join(f"{arn.balancer} in {arn.region} ({arn.balancer_arn})" for arn in arns)
        raise WrongUse(
            f"the listeners belong to two load balancers, {places}; accepted: two of the same, since a target group "
            "serves one load balancer only; deploy a stack for each"
        )
    return arns


@dataclass(frozen=True)
class Rule:
    """One rule; the default rule has no priority."""

    arn: str
    priority: int | None
    conditions: tuple[dict[str, Any], ...]
    actions: tuple[dict[str, Any], ...]
    # Whether it has transforms, which give the target another path or host.
    rewrites: bool

    @classmethod
    def read(cls, described: dict[str, Any]) -> Rule:
        """Read one rule of DescribeRules."""
        priority = described["Priority"]
        return cls(
            described["RuleArn"],
            None if priority == "default" else int(priority),
            tuple(described.get("Conditions", ())),
            tuple(described["Actions"]),
            bool(described.get("Transforms")),
        )

    @property
    def matches(self) -> str:
        """What it matches, as the switcher's answer says it."""
        return " and ".join(_condition(condition) for condition in self.conditions) or "what is left"

    @property
    def does(self) -> str:
        """What it does, as the switcher's answer says it."""
        return ", then ".join(_action(action) for action in self.actions)

    @property
    def catches_all(self) -> bool:
        """Whether no request gets past it."""
        if len(self.conditions) != 1 or self.conditions[0].get("Field") != "path-pattern":
            return False
        return not {"/*", "*"}.isdisjoint(_values(self.conditions[0]))

    @property
    def stand_in(self) -> str | None:
        """The template's DefaultAction that makes a rule which does the same; none if it knows no such one."""
        if len(self.actions) != 1 or self.rewrites:
            return None
        action = self.actions[0]
        if action["Type"] == "forward":
            groups = _groups(action)
            return groups[0]["TargetGroupArn"] if len(groups) == 1 and groups[0].get("Weight", 1) > 0 else None
        if action["Type"] == "redirect":
            redirect = action["RedirectConfig"]
            keeps = all(redirect.get(part, same) == same for part, same in _DEFAULT_TARGET.items())
            return "https" if keeps and (redirect.get("Protocol"), redirect.get("Port")) == ("HTTPS", "443") else None
        if action["Type"] == "fixed-response" and action["FixedResponseConfig"]["StatusCode"] == "404":
            return "404"
        return None

    @property
    def lost_by_stand_in(self) -> str | None:
        """What the stand-in does otherwise, where it differs."""
        action = self.actions[0]
        if self.stand_in == "https" and action["RedirectConfig"]["StatusCode"] != "HTTP_301":
            return "it redirects with 302, the stand-in with 301, which browsers remember"
        if self.stand_in == "404" and action["FixedResponseConfig"].get("MessageBody"):
            return "its 404 has a body, the stand-in's has none"
        return None


@dataclass(frozen=True)
class Listener:
    """One listener with all its rules, in the order in which they are asked."""

    arn: ListenerArn
    protocol: str
    port: int
    rules: tuple[Rule, ...]
    default: Rule

    @classmethod
    def read(cls, described: dict[str, Any], rules: list[dict[str, Any]]) -> Listener:
        """Read one listener of DescribeListeners and its rules of DescribeRules."""
        read = [Rule.read(rule) for rule in rules]
        numbered = sorted((rule for rule in read if rule.priority is not None), key=lambda rule: rule.priority)
        default = next(rule for rule in read if rule.priority is None)
        arn = ListenerArn.parse(described["ListenerArn"])
        return cls(arn, described["Protocol"], described["Port"], tuple(numbered), default)

    @property
    def name(self) -> str:
        """What an operator calls it."""
        return f"{self.protocol}:{self.port} of {self.arn.balancer}"

    @property
    def catch_all(self) -> Rule | None:
        """The first rule that no request gets past."""
        return next((rule for rule in self.rules if rule.catches_all), None)


@dataclass(frozen=True)
class Balancer:
    """A load balancer with all its listeners."""

    listeners: tuple[Listener, ...]
    # By the ARN of the load balancer or the listener.
    tags: dict[str, dict[str, str]]
    # The most rules that it can have, default rules not counted; none if that could not be read.
    quota: int | None


def _condition(condition: dict[str, Any]) -> str:
    header = condition.get("HttpHeaderConfig", {}).get("HttpHeaderName")
    name = f"{condition['Field']} {header}" if header else condition["Field"]
    return f"{name}: {', '.join(_values(condition))}"


def _values(condition: dict[str, Any]) -> list[str]:
    """Return the values in the field's own structure, or in the older flat list."""
    own = [config for key, config in condition.items() if key.endswith("Config")]
    values = [value for config in own for value in config.get("Values", []) + config.get("RegexValues", [])]
    values = values or condition.get("Values", []) + condition.get("RegexValues", [])
    return [value if isinstance(value, str) else _pair(value) for value in values]


def _pair(pair: dict[str, str]) -> str:
    return f"{pair['Key']}={pair['Value']}" if "Key" in pair else pair["Value"]


def _groups(action: dict[str, Any]) -> list[dict[str, Any]]:
    weighted = action.get("ForwardConfig", {}).get("TargetGroups")
    return weighted or [{"TargetGroupArn": action["TargetGroupArn"]}]


def _action(action: dict[str, Any]) -> str:
    kind = action["Type"]
    if kind == "forward":
        groups = [(group["TargetGroupArn"].rpartition(":")[2], group.get("Weight", 1)) for group in _groups(action)]
        if len(groups) == 1:
            return f"forward: {groups[0][0]}"
        return "forward: " + ", ".join(f"{group} ({weight})" for group, weight in groups)
    if kind == "redirect":
        to = {"Protocol": "#{protocol}", "Port": "#{port}", **_DEFAULT_TARGET, **action["RedirectConfig"]}
        code = to["StatusCode"].removeprefix("HTTP_")
        return f"redirect: {code} {to['Protocol']}://{to['Host']}:{to['Port']}{to['Path']}?{to['Query']}"
    if kind == "fixed-response":
        return f"fixed-response: {action['FixedResponseConfig']['StatusCode']}"
    return kind
