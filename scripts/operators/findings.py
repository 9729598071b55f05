"""What an operator should know of a listener before anything is deployed. Nothing here asks AWS."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Any

from .listener import LOWEST_PLACE, Balancer, Listener, ListenerArn, Rule

# The template's own choices.
ACTIVE = 1
RESTING = LOWEST_PLACE
# The template's name for its target group.
MAINTENANCE_RULE = re.compile("forward: targetgroup/maintenance-[0-9a-f]{8}/")


class Level(Enum):
    """How much a finding matters."""

    GOOD = "✓"
    NOTE = "!"
    FIRST = "✗"


# Who else writes to a listener, by the tags that say so; the first one counts.
OWNERS = (
    (
        ("elbv2.k8s.aws/", "ingress.k8s.aws/", "gateway.k8s.aws/", "service.k8s.aws/"),
        Level.FIRST,
        "AWS Load Balancer Controller",
        "it deletes rules that others have made",
        "use a load balancer of your own, to which TargetGroupBinding binds the cluster's services",
    ),
    (
        ("copilot-application", "copilot-environment"),
        Level.NOTE,
        "AWS Copilot",
        "a deployment that finds its rules moved can fail or move them",
        "deploy with Copilot only while the system is not in maintenance",
    ),
    (
        ("aws:cloudformation:stack-name",),
        Level.NOTE,
        "CloudFormation",
        "an update that touches its rules can move them",
        "update that stack only while the system is not in maintenance",
    ),
)


@dataclass(frozen=True)
class Finding:
    """What is so, and what to do about it."""

    level: Level
    text: str
    todo: str = ""

    @property
    def json(self) -> dict[str, str]:
        """The same for a machine."""
        return {"level": self.level.name.lower(), "text": self.text, "todo": self.todo}


@dataclass(frozen=True)
class Advice:
    """All findings, and the parameters to deploy with."""

    # One list for each listener, in the order given.
    of_listeners: tuple[tuple[Finding, ...], ...]
    of_all: tuple[Finding, ...]
    parameters: dict[str, str]

    @property
    def ready(self) -> bool:
        """Whether nothing has to be done first."""
        return all(finding.level != Level.FIRST for part in (*self.of_listeners, self.of_all) for finding in part)

    @property
    def json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "ready": self.ready,
            "listeners": [[finding.json for finding in part] for part in self.of_listeners],
            "all": [finding.json for finding in self.of_all],
            "parameters": self.parameters,
        }


def advise(balancer: Balancer, chosen: list[Listener]) -> Advice:
    """Work out what there is to say about one or two listeners of a load balancer."""
    bottoms = [Bottom.of(listener) for listener in chosen]
    resting = _resting(bottoms)
    parameters: dict[str, str] = {}
    for prefix, bottom in zip(("", "Second"), bottoms, strict=False):
        parameters[f"{prefix}ListenerArn"] = bottom.listener.arn.text
        parameters[f"{prefix}DefaultAction"] = bottom.answer
    if resting not in (None, RESTING):
        parameters["RestingPriority"] = str(resting)
        if any(bottom.covered for bottom in bottoms):
            parameters["StandInPriority"] = str(resting - 1)
    of_listeners = tuple(
        (*bottom.findings(resting), *_active(bottom.listener), *_owner(balancer, bottom.listener)) for bottom in bottoms
    )
    of_all = [_quota(balancer, bottoms), *_forgotten(balancer, chosen)]
    if resting is None and all(_resting([bottom]) for bottom in bottoms):
        text = "no RestingPriority has room behind the rules of both listeners"
        of_all.append(Finding(Level.FIRST, text, "deploy a stack for each of them"))
    return Advice(of_listeners, tuple(of_all), parameters)


@dataclass(frozen=True)
class Bottom:
    """What is asked last at a listener, and what has to stand there for the maintenance rule to do no harm at rest."""

    listener: Listener
    # The rule, or the default rule, that gets what no other rule matches.
    last: Rule
    # The template's DefaultAction.
    answer: str
    # The rules that go before what the template adds.
    above: tuple[Rule, ...]

    @classmethod
    def of(cls, listener: Listener) -> Bottom:
        """Choose the answer for a listener."""
        last = listener.catch_all
        if last is None:
            return cls(listener, listener.default, listener.default.stand_in or "own", listener.rules)
        before = tuple(rule for rule in listener.rules if rule.priority < last.priority)
        own = cls(listener, last, "own", (*before, last))
        covered = cls(listener, last, last.stand_in, before) if last.stand_in else own
        return covered if _resting([own]) is None and _resting([covered]) is not None else own

    @property
    def covered(self) -> bool:
        """Whether the template's stand-in would stand above it."""
        return self.answer != "own"

    @property
    def last_above(self) -> int:
        """The highest number behind which the maintenance rule has to stand."""
        return max((ACTIVE, *(rule.priority for rule in self.above)))

    def has_room(self, resting: int) -> bool:
        """Whether the maintenance rule can rest there, with one that stands in just before it where there is none."""
        stands_in = not self.covered and self.last.priority is not None
        places = {resting} if stands_in else {resting, resting - 1}
        return self.last_above < min(places) and places.isdisjoint(_taken(self.listener))

    def findings(self, resting: int | None) -> Iterator[Finding]:
        """Say what the answer is, and what is in its way."""
        number, does = self.last.priority, self.last.does
        name = "The default action" if number is None else f"Rule {number}, which catches all that is left,"
        if deployed := next((rule for rule in self.listener.rules if MAINTENANCE_RULE.match(rule.does)), None):
            text = f"{_named(deployed)} looks like the maintenance rule of a deployment of this template"
            yield Finding(Level.FIRST, text, "look at that one: scripts/maintenance status; or delete its stack")
        elif _resting([self]) is None:
            yield self._is_taken()
        elif not self.covered and number is None:
            yield Finding(
                Level.FIRST,
                f"{name} ({does}) is none that the template's stand-in rule could do",
                f"make it a rule /* at the bottom, {_create(self.listener, (resting or RESTING) - 1)}, and look again",
            )
        elif not self.covered:
            yield Finding(Level.GOOD, f"{name} keeps the default action from being reached: DefaultAction=own")
        elif number is None:
            exchanged = "if deployments exchange that target group (blue/green), have a rule /* that they exchange, too"
            todo = f"{exchanged}, and DefaultAction=own" if self.answer.startswith("arn:") else ""
            yield Finding(Level.GOOD, f"{name} is {does}: DefaultAction={self.answer}", todo)
        else:
            yield self._stands_at_the_bottom(resting or RESTING)
        if self.covered and self.last.lost_by_stand_in:
            yield Finding(
                Level.NOTE,
                f"{name} is not quite what the stand-in rule does: {self.last.lost_by_stand_in}",
                "if that matters, have a rule /* of your own at the bottom that does the same, and DefaultAction=own",
            )
        shadowed = [rule for rule in self.listener.rules if number is not None and rule.priority > number]
        if shadowed:
            first = f"{len(shadowed)} below it get no request, the first is {_named(shadowed[0])}"
            yield Finding(Level.NOTE, f"Rule {number} catches everything: {first}")

    def _stands_at_the_bottom(self, resting: int) -> Finding:
        return Finding(
            Level.NOTE,
            f"Priority {self.last.priority} is taken by a rule that catches all that is left ({self.last.does}): the "
            "maintenance rule has to rest in front of it, behind a stand-in rule that does the same, with "
            f"DefaultAction={self.answer}, RestingPriority={resting}, StandInPriority={resting - 1}",
            f"or move it, {_move(self.listener, [self.last], resting)}, and look again: then it needs no stand-in rule",
        )

    def _is_taken(self) -> Finding:
        # Room for the maintenance rule and the stand-in, or for the maintenance rule where the owner's own one stands.
        highest = RESTING - 2 if self.last.priority is None else self.last.priority - 1
        low: list[Rule] = []
        for rule in reversed(self.above):
            if rule.priority <= highest:
                break
            low.insert(0, rule)
            highest -= 1
        return Finding(
            Level.FIRST,
            f"The maintenance rule has to rest behind all others, and {' and '.join(map(_named, low))} stands there",
            f"give it a lower number, {_move(self.listener, low, highest + 1)}, and look again",
        )


def _resting(bottoms: list[Bottom]) -> int | None:
    """Return the lowest place in which the maintenance rule can rest at all of them."""
    floor = max(bottom.last_above for bottom in bottoms)
    return next((n for n in range(RESTING, floor, -1) if all(bottom.has_room(n) for bottom in bottoms)), None)


def _taken(listener: Listener) -> set[int]:
    return {rule.priority for rule in listener.rules if rule.priority is not None}


def _named(rule: Rule) -> str:
    return f"{rule.priority} ({rule.matches})"


def _active(listener: Listener) -> Iterator[Finding]:
    taken = _taken(listener)
    if ACTIVE not in taken:
        yield Finding(
            Level.GOOD, f"Priority {ACTIVE} (ActivePriority) is free: a start moves the maintenance rule alone"
        )
        return
    run = next(count for count in range(1, len(taken) + 1) if ACTIVE + count not in taken)
    moved = "it moves one place down" if run == 1 else f"it and the {run - 1} behind it move one place down each"
    text = f"Priority {ACTIVE} (ActivePriority) is taken by {_named(listener.rules[0])}: at a start {moved}"
    # Behind a rule that catches everything nobody would be turned away.
    stay = list(takewhile(lambda rule: not rule.catches_all, listener.rules))[:3]
    choices = ", ".join(f"ActivePriority={rule.priority + 1} for {_named(rule)}" for rule in stay)
    todo = f"nothing; or, for who is to stay in during a window, each with those before: {choices}" if stay else ""
    yield Finding(Level.NOTE, f"{text}, and an end takes that back", todo)


def _owner(balancer: Balancer, listener: Listener) -> Iterator[Finding]:
    tags = balancer.tags.get(listener.arn.balancer_arn, {}) | balancer.tags.get(listener.arn.text, {})
    for prefixes, level, owner, does, todo in OWNERS:
        if found := next((f"{key}={value}" for key, value in sorted(tags.items()) if key.startswith(prefixes)), None):
            yield Finding(level, f"{owner} owns it ({found}): {does}", todo)
            return


def _quota(balancer: Balancer, bottoms: list[Bottom]) -> Finding:
    used = sum(len(listener.rules) for listener in balancer.listeners)
    needed = sum(2 if bottom.covered else 1 for bottom in bottoms)
    adds = f"the template adds {needed}, and with a PreviewPath {needed + len(bottoms)}"
    if balancer.quota is None:
        text = f"The load balancer has {used} rules, {adds}; its quota could not be read (DescribeAccountLimits)"
        return Finding(Level.NOTE, text, "see to it that there is room: without an increase it is 100")
    text = f"The load balancer has {used} of {balancer.quota} rules, {adds}"
    if used + needed > balancer.quota:
        return Finding(
            Level.FIRST, text, "have the quota `Rules per Application Load Balancer` increased, or delete rules"
        )
    return Finding(Level.GOOD if used + needed + len(bottoms) <= balancer.quota else Level.NOTE, text)


def _forgotten(balancer: Balancer, chosen: list[Listener]) -> Iterator[Finding]:
    """Find listeners that would be better given, or given the other way round."""
    others = [listener for listener in balancer.listeners if listener not in chosen]
    first = chosen[0]
    if _only_redirects(first):
        https = next((one for one in [*chosen[1:], *others] if one.protocol == "HTTPS"), None)
        if https:
            yield Finding(
                Level.NOTE,
                f"{first.name} does nothing but send visitors to HTTPS",
                f"give {https.name} first and it second: preflight {https.arn.text} {first.arn.text}",
            )
            others = [one for one in others if one != https]
    for other in others:
        if not _only_redirects(other):
            how = "give it as the second" if len(chosen) == 1 else "deploy a second stack for it"
            yield Finding(Level.NOTE, f"{other.name} stays open in a window", f"{how}: {other.arn.text}")


def _only_redirects(listener: Listener) -> bool:
    return all(rule.stand_in == "https" for rule in (*listener.rules, listener.default))


def _create(listener: Listener, priority: int) -> str:
    """Say how to make the default action a rule."""
    if any(action["Type"] == "authenticate-oidc" for action in listener.default.actions):
        return f"at {priority} and in the console, since its client secret cannot be read"
    return _command(
        listener.arn,
        "create-rule",
        *("--listener-arn", listener.arn.text, "--priority", str(priority)),
        *("--conditions", "Field=path-pattern,Values=/*"),
        *("--actions", json.dumps(listener.default.actions)),
    )


def _move(listener: Listener, rules: list[Rule], first: int) -> str:
    """Return the command that gives rules the numbers from `first` on."""
    pairs = [f"RuleArn={rule.arn},Priority={first + place}" for place, rule in enumerate(rules)]
    return _command(listener.arn, "set-rule-priorities", "--rule-priorities", *pairs)


def _command(arn: ListenerArn, *words: str) -> str:
    return f"`{shlex.join(['aws', 'elbv2', words[0], '--region', arn.region, *words[1:]])}`"
