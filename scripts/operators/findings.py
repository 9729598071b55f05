"""What an operator should know of a listener before a deployment. It asks nothing of AWS."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import islice
from typing import Any

from .listener import LAST, Listener, Rule, region_of

# The template's own choices.
DEFAULTS = {"ActivePriority": 1, "StatusPriority": 1, "RestingPriority": LAST, "StandInPriority": LAST - 1}
# What brings browsers to the page wherever the front end is.
ANYWHERE = {"RedirectBrowsers": "navigations", "HomePath": "/", "MaintenancePageUrl": "/maintenance"}
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

    def command(self, region: str, profile: str | None) -> str:
        """Return the command that deploys; a second stack on a listener needs a name of its own."""
        words = ["sam", "deploy", "--region", region, *(["--profile", profile] if profile else [])]
        words += ["--stack-name", "maintenance-mode-2"] if "MaintenanceHosts" in self.parameters else []
        given = [shlex.quote(f"{name}={value}") for name, value in self.parameters.items()]
        return " \\\n  ".join([shlex.join([*words, "--parameter-overrides"]), *given])

    @property
    def json(self) -> dict[str, Any]:
        """The same for a machine."""
        *listeners, of_all = ([asdict(finding) for finding in part] for part in (*self.of_listeners, self.of_all))
        return {"ready": self.ready, "listeners": listeners, "all": of_all, "parameters": self.parameters}


def advise(
    chosen: list[Listener],
    others: list[Listener],
    quota: int | None,
    active: int | None = None,
    status_path: str | None = None,
) -> Advice:
    """Judge one or two listeners of a load balancer, for an ActivePriority and a status rule just above it."""
    parameters: dict[str, str] = {}
    for prefix, listener in zip(("", "Second"), chosen, strict=False):
        parameters[f"{prefix}ListenerArn"] = listener.arn
        parameters[f"{prefix}DefaultAction"] = _default_action(listener)
    of_all = [*_forgotten(chosen, others)]
    if not any(rule.serves_a for listener in chosen for rule in listener.rules):
        parameters |= ANYWHERE
        text = f"No rule serves /a, where the template expects the front end: {_written(ANYWHERE)} bring every browser"
        todo = "if the front end is at a path of its own, such as /shop, set HomePath to it"
        of_all.append(Finding(Level.NOTE, f"{text} to the page, which would get JSON otherwise", todo))
    ours = {number for listener in chosen for number in listener.ours}
    top = _top_places(chosen, ours, active, with_status=bool(status_path))
    free = (number for number in range(LAST, 0, -1) if number not in ours)
    numbers = {"ActivePriority": top[-1], "RestingPriority": next(free), "StandInPriority": next(free)}
    if len(top) > 1:
        parameters["StatusPath"] = status_path or "/maintenance-status"
        numbers["StatusPriority"] = top[0]
        text = f"StatusPath={parameters['StatusPath']}: by a rule there visitors and monitors see the expected end"
        of_all.append(Finding(Level.GOOD, text, "if the system serves that path, give another one"))
    changed = {name: str(number) for name, number in numbers.items() if number != DEFAULTS[name]}
    parameters |= changed
    if ours:
        parameters["MaintenanceHosts"] = "www.example.com"
        text = f"Another stack of this template is here; the numbers for a second one: {_written(changed)}"
        todo = "write the second stack's own hosts into MaintenanceHosts; the two stacks' hosts must not overlap"
        of_all.append(Finding(Level.NOTE, text, todo))
    of_listeners = tuple((*_bottom(one, numbers), *_top(one, top), *_owner(one), *_overwritten(one)) for one in chosen)
    return Advice(of_listeners, (_quota(chosen, others, quota, len(top)), *of_all), parameters)


def _written(parameters: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in parameters.items())


def _top_places(chosen: list[Listener], ours: set[int], active: int | None, *, with_status: bool) -> list[int]:
    """Return the numbers of the status rule, if it is wanted or they are free, and of the placeholder rule."""
    if active:
        return list(range(active - with_status, active + 1))
    behind = max((rule.priority for listener in chosen for rule in listener.testers), default=0)
    places = list(islice((number for number in range(behind + 1, LAST) if number not in ours), 2))
    taken = {rule.priority for listener in chosen for rule in listener.rules}
    return places if with_status or taken.isdisjoint(places) else places[:1]


def _default_action(listener: Listener) -> str:
    return "own" if listener.catch_all else listener.default.stand_in[0]


def _bottom(listener: Listener, numbers: dict[str, int]) -> Iterator[Finding]:
    """Say what has to be so at the bottom for the maintenance rule to do no harm at rest."""
    last = listener.catch_all
    answer, does = _default_action(listener), listener.default.does
    resting = numbers["RestingPriority"]
    # Only rules of this project's stacks are below.
    needed = range(resting if last else numbers["StandInPriority"], LAST + 1)
    whole = [rule for rule in listener.rules if rule.forwards_to_responder and "host-header" not in rule.fields]
    if whole:
        text = f"{whole[-1].named} looks like a rule of a deployment of this template, for all hosts"
        todo = "look at that one: `scripts/maintenance status`; delete its stack, or give it MaintenanceHosts first"
        yield Finding(Level.FIRST, text, todo)
    elif room := make_room(listener, needed, -1):
        last_moves = f": move {last.named} up" if last and last.priority in needed else ""
        text = f"The maintenance rule has to rest behind all others, at {resting}{last_moves}"
        yield Finding(Level.FIRST, text, room)
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
    if answer != "own" and (lost := listener.default.stand_in[1]):
        todo = "if that matters, have a rule /* of your own at the bottom that does the same, and DefaultAction=own"
        yield Finding(Level.NOTE, f"The default action is not quite what the stand-in rule does: {lost}", todo)
    below = [rule for rule in listener.rules if last and rule.priority > last.priority]
    if shadowed := [rule for rule in below if rule.priority not in listener.ours]:
        first = f"{len(shadowed)} below it get no request, the first is {shadowed[0].named}"
        yield Finding(Level.NOTE, f"Rule {last.priority} catches everything: {first}")


def _top(listener: Listener, places: list[int]) -> Iterator[Finding]:
    """Say whether the places of the placeholder rule and the status rule are free."""
    testers = [rule.named for rule in listener.testers if rule.priority < places[0]]
    if testers:
        text = f"Looks like testers' own way in, which stays live in a window: {', '.join(testers)}"
        yield Finding(Level.NOTE, text, f"if it is to close, too, give --active-priority {DEFAULTS['ActivePriority']}")
    what = "the placeholder rule" if len(places) == 1 else "the status rule and the placeholder rule"
    at = f"{' and '.join(map(str, places))} (ActivePriority={places[-1]})"
    if room := make_room(listener, places, 1):
        taken = [rule.named for rule in listener.rules if rule.priority in places and not rule.is_ours]
        stay = f"or, if it is to stay live in a window, give --active-priority {places[-1] + len(places)}"
        yield Finding(Level.FIRST, f"Needed for {what}: {at}, taken by {' and '.join(taken)}", f"{room}; {stay}")
    else:
        yield Finding(Level.GOOD, f"Free for {what}: {at}")


def make_room(listener: Listener, places: Sequence[int], step: int) -> str:
    """Say how to free `places`: by the one command that moves the rules there down (1) or up (-1), order kept.

    Rules of this project's stacks keep their numbers. It is empty if the places are free.
    """
    ours = listener.ours
    first = places[::step][0]
    moves: list[tuple[Rule, int]] = []
    free = first
    for rule in listener.rules[::step]:
        if rule.priority in ours or (rule.priority - first) * step < 0:
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


def _owner(listener: Listener) -> Iterator[Finding]:
    for prefix, owner in OWNERS.items():
        if keys := sorted(key for key in listener.tags if key.startswith(prefix)):
            text = f"{owner} owns it ({keys[0]}={listener.tags[keys[0]]})"
            if owner in HARMLESS:
                todo = "give its rules numbers of their own there, never the active one, and look again after updates"
                yield Finding(Level.NOTE, f"{text}: an update can write its rules anew", todo)
            else:
                todo = "use a load balancer of your own for this stack and bind the services' targets to it"
                yield Finding(Level.FIRST, f"{text}: it deletes or renumbers rules that are not its own", todo)
            return


def _overwritten(listener: Listener) -> Iterator[Finding]:
    """Name the attributes by which the listener overwrites headers of every answer, the responder's too."""
    for part, breaks in OVERWRITTEN.items():
        if keys := sorted(key for key in listener.attributes if part in key):
            text = f"The listener overwrites a header of every answer ({', '.join(keys)}): {breaks}"
            yield Finding(Level.NOTE, text, "if that matters, let the application set the header, not the listener")


def _quota(chosen: list[Listener], others: list[Listener], quota: int | None, top: int) -> Finding:
    used = sum(len(listener.rules) for listener in (*chosen, *others))
    needed = sum(1 + top + (_default_action(listener) != "own") for listener in chosen)
    if quota is None:
        text = f"The load balancer has {used} rules, the template adds {needed}; its quota could not be read"
        return Finding(Level.NOTE, text, "make sure that there is room: without an increase the quota is 100")
    text = f"The load balancer has {used} of {quota} rules, the template adds {needed}"
    if used + needed <= quota:
        return Finding(Level.GOOD, text)
    return Finding(Level.FIRST, text, "have the quota `Rules per Application Load Balancer` increased, or delete rules")


def _forgotten(chosen: list[Listener], others: list[Listener]) -> Iterator[Finding]:
    """Find listeners that should be given too, or given the other way round."""
    first = chosen[0]
    https = next((one for one in [*chosen[1:], *others] if one.protocol == "HTTPS"), None)
    if https and _only_redirects(first):
        todo = f"give {https.name} first and it second: `scripts/maintenance preflight {https.arn} {first.arn}`"
        yield Finding(Level.NOTE, f"{first.name} does nothing but send visitors to HTTPS", todo)
        others = [one for one in others if one != https]
    for other in others:
        if not _only_redirects(other):
            how = "give it as the second" if len(chosen) == 1 else "deploy a second stack for it"
            yield Finding(Level.NOTE, f"{other.name} stays open in a window", f"{how}: {other.arn}")


def _only_redirects(listener: Listener) -> bool:
    return all(rule.stand_in[0] == "https" for rule in (*listener.rules, listener.default))


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
