"""What an operator should know of a listener before a deployment. It asks nothing of AWS."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from .listener import LAST, Balancer, Listener, Rule, balancer_of, region_of

# The template's own choices.
ACTIVE, RESTING = 1, LAST
CODE = "and write the same numbers into your Terraform, CloudFormation or CDK code, once"


class Level(str, Enum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"
    # It has to be done first.
    FIRST = "first"


# Others that write to listeners, by the prefixes of tags; the first one counts.
OWNERS = {
    "elbv2.k8s.aws/": "AWS Load Balancer Controller",
    "ingress.k8s.aws/": "AWS Load Balancer Controller",
    "service.k8s.aws/": "AWS Load Balancer Controller",
    "gateway.k8s.aws": "AWS Load Balancer Controller (Gateway API)",
    "ingress.eks.amazonaws.com/": "EKS Auto Mode",
    "eks:eks-cluster-name": "EKS Auto Mode",
    "AmazonECSManaged": "ECS Express Mode",
    "elasticbeanstalk:": "Elastic Beanstalk",
    "copilot-": "AWS Copilot",
    "aws:cloudformation:stack-name": "CloudFormation",
}
# Those that can live with this stack's rules; the others delete or renumber rules that are not theirs.
HARMLESS = {"Elastic Beanstalk", "AWS Copilot", "CloudFormation"}


# What a listener's attributes break, by a part of their names.
OVERWRITTEN = {
    "content_security_policy": "the maintenance page loses its style and its script, and does not reload by itself",
    "access_control_": "the responder's CORS answers (CorsAllowedOrigins) are lost",
}


@dataclass(frozen=True)
class Finding:
    """A fact, and what to do about it."""

    level: Level
    text: str
    todo: str = ""


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
        *listeners, of_all = ([asdict(finding) for finding in part] for part in (*self.of_listeners, self.of_all))
        return {"ready": self.ready, "listeners": listeners, "all": of_all, "parameters": self.parameters}


def advise(balancer: Balancer, chosen: list[Listener], active: int = ACTIVE, status_path: str | None = None) -> Advice:
    """Judge one or two listeners of a load balancer, for an ActivePriority and a status rule just above it."""
    parameters: dict[str, str] = {}
    for prefix, listener in zip(("", "Second"), chosen, strict=False):
        parameters[f"{prefix}ListenerArn"] = listener.arn
        parameters[f"{prefix}DefaultAction"] = _default_action(listener)
    if active != ACTIVE:
        parameters["ActivePriority"] = str(active)
    if status_path:
        parameters["StatusPath"] = status_path
    places = range(active - 1 if status_path else active, active + 1)
    of_listeners = tuple(
        (*_bottom(one), *_top(one, places), *_owner(balancer, one), *_overwritten(balancer, one)) for one in chosen
    )
    return Advice(of_listeners, (_quota(balancer, chosen, len(places)), *_forgotten(balancer, chosen)), parameters)


def _default_action(listener: Listener) -> str:
    return "own" if listener.catch_all else listener.default.stand_in or "own"


def _bottom(listener: Listener) -> Iterator[Finding]:
    """Say what has to be so at the bottom for the maintenance rule to do no harm at rest."""
    last = listener.catch_all
    answer, does = _default_action(listener), listener.default.does
    needed = range(RESTING if last else RESTING - 1, RESTING + 1)
    if deployed := next((rule for rule in reversed(listener.rules) if rule.forwards_to_responder), None):
        text = f"{deployed.named} looks like a rule of a deployment of this template"
        yield Finding(Level.FIRST, text, "look at that one: scripts/maintenance status; or delete its stack")
    elif room := make_room(listener, needed, -1):
        yield Finding(Level.FIRST, f"The maintenance rule has to rest behind all others, at {RESTING}", room)
    elif last:
        text = f"Rule {last.priority} ({last.does}) matches every request that is left: DefaultAction=own"
        yield Finding(Level.GOOD, text)
    elif answer == "own":
        text = f"The default action ({does}) is none that the template's stand-in rule can do"
        todo = f"make it a rule /* at the bottom, {_create(listener, needed[0])}, and run preflight again"
        yield Finding(Level.FIRST, text, todo)
    else:
        exchanged = "if deployments exchange that target group (blue/green), have a rule /* that they exchange, too"
        todo = f"{exchanged}, and DefaultAction=own" if answer.startswith("arn:") else ""
        yield Finding(Level.GOOD, f"The default action is {does}: DefaultAction={answer}", todo)
    if answer != "own" and (lost := listener.default.lost_by_stand_in):
        todo = "if that matters, have a rule /* of your own at the bottom that does the same, and DefaultAction=own"
        yield Finding(Level.NOTE, f"The default action is not quite what the stand-in rule does: {lost}", todo)
    if shadowed := [rule for rule in listener.rules if last and rule.priority > last.priority and not rule.is_ours]:
        first = f"{len(shadowed)} below it get no request, the first is {shadowed[0].named}"
        yield Finding(Level.NOTE, f"Rule {last.priority} catches everything: {first}")


def _top(listener: Listener, places: range) -> Iterator[Finding]:
    """Say whether the places of the placeholder rule and the status rule are free."""
    what = "the placeholder rule" if len(places) == 1 else "the status rule and the placeholder rule"
    if room := make_room(listener, places, 1):
        taken = " and ".join(rule.named for rule in listener.rules if rule.priority in places and not rule.is_ours)
        text = f"Needed for {what}: {_numbers(places)} (ActivePriority={places[-1]}), where {taken} is"
        stay = f"or, if it is to stay live in a window, give --active-priority {places[-1] + len(places)}"
        yield Finding(Level.FIRST, text, f"{room}; {stay}")
    else:
        yield Finding(Level.GOOD, f"Free for {what}: {_numbers(places)} (ActivePriority={places[-1]})")


def _numbers(places: range) -> str:
    return " and ".join(str(place) for place in places)


def make_room(listener: Listener, places: range, step: int) -> str:
    """Say how to free `places`: by the one command that moves the rules there down (1) or up (-1), order kept.

    Rules of this project's stacks keep their numbers. It is empty if the places are free.
    """
    ours = {rule.priority for rule in listener.rules if rule.is_ours}
    first = places[::step][0]
    moves: list[tuple[Rule, int]] = []
    free = first
    for rule in listener.rules[::step]:
        if rule.is_ours or (rule.priority - first) * step < 0:
            continue
        while free in places or free in ours:
            free += step
        if (rule.priority - free) * step >= 0:
            break
        moves.append((rule, free))
        free += step
    if moves and not 1 <= moves[-1][1] <= LAST:
        return (
            f"the rules from {first} to {moves[-1][0].priority} leave no number free: choose another, or delete a rule"
        )
    pairs = [f"RuleArn={rule.arn},Priority={number}" for rule, number in moves]
    command = _command(listener, "set-rule-priorities", "--rule-priorities", *pairs)
    return f"make room, {command}, {CODE}, and run preflight again" if moves else ""


def _owner(balancer: Balancer, listener: Listener) -> Iterator[Finding]:
    tags = balancer.tags.get(balancer_of(listener.arn), {}) | balancer.tags.get(listener.arn, {})
    for prefix, owner in OWNERS.items():
        if found := next((f"{key}={value}" for key, value in sorted(tags.items()) if key.startswith(prefix)), None):
            text = f"{owner} owns it ({found})"
            if owner in HARMLESS:
                todo = "give its rules numbers of their own there, never the active one, and look again after updates"
                yield Finding(Level.NOTE, f"{text}: an update can write its rules anew", todo)
            else:
                todo = "use a load balancer of your own for this stack and bind the services' targets to it"
                yield Finding(Level.FIRST, f"{text}: it deletes or renumbers rules that are not its own", todo)
            return


def _overwritten(balancer: Balancer, listener: Listener) -> Iterator[Finding]:
    """Name the attributes by which the listener overwrites headers of every answer, the responder's too."""
    for part, breaks in OVERWRITTEN.items():
        if keys := sorted(key for key in balancer.attributes.get(listener.arn, ()) if part in key):
            text = f"The listener overwrites a header of every answer ({', '.join(keys)}): {breaks}"
            yield Finding(
                Level.NOTE, text, "if that matters, let the application set the header in place of the listener"
            )


def _quota(balancer: Balancer, chosen: list[Listener], top: int) -> Finding:
    used = sum(len(listener.rules) for listener in balancer.listeners)
    needed = sum(1 + top + (_default_action(listener) != "own") for listener in chosen)
    if balancer.quota is None:
        text = f"The load balancer has {used} rules, the template adds {needed}; its quota could not be read"
        return Finding(Level.NOTE, text, "make sure that there is room: without an increase the quota is 100")
    text = f"The load balancer has {used} of {balancer.quota} rules, the template adds {needed}"
    if used + needed <= balancer.quota:
        return Finding(Level.GOOD, text)
    return Finding(Level.FIRST, text, "have the quota `Rules per Application Load Balancer` increased, or delete rules")


def _forgotten(balancer: Balancer, chosen: list[Listener]) -> Iterator[Finding]:
    """Find listeners that should be given too, or given the other way round."""
    others = [listener for listener in balancer.listeners if listener not in chosen]
    first = chosen[0]
    https = next((one for one in [*chosen[1:], *others] if one.protocol == "HTTPS"), None)
    if https and _only_redirects(first):
        todo = f"give {https.name} first and it second: preflight {https.arn} {first.arn}"
        yield Finding(Level.NOTE, f"{first.name} does nothing but send visitors to HTTPS", todo)
        others = [one for one in others if one != https]
    for other in others:
        if not _only_redirects(other):
            how = "give it as the second" if len(chosen) == 1 else "deploy a second stack for it"
            yield Finding(Level.NOTE, f"{other.name} stays open in a window", f"{how}: {other.arn}")


def _only_redirects(listener: Listener) -> bool:
    return all(rule.stand_in == "https" for rule in (*listener.rules, listener.default))


def _create(listener: Listener, priority: int) -> str:
    """Say how to make the default action a rule."""
    if any(action["Type"] == "authenticate-oidc" for action in listener.default.actions):
        return f"at {priority} and in the console, since its client secret cannot be read"
    return _command(
        listener,
        "create-rule",
        *("--listener-arn", listener.arn, "--priority", str(priority)),
        *("--conditions", "Field=path-pattern,Values=/*"),
        *("--actions", json.dumps(listener.default.actions)),
    )


def _command(listener: Listener, *words: str) -> str:
    return f"`{shlex.join(['aws', 'elbv2', words[0], '--region', region_of(listener.arn), *words[1:]])}`"
