"""What an operator should know of a listener before a deployment. It asks nothing of AWS."""

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any

from .listener import LAST, Listener, Rule, region_of

# The template's own choices.
DEFAULTS = {"ActivePriority": 1, "StatusPriority": 1, "RestingPriority": LAST, "StandInPriority": LAST - 1}
# What brings browsers to the page wherever the front end is.
ANYWHERE = {"RedirectBrowsers": "navigations", "HomePath": "/", "MaintenancePageUrl": "/maintenance"}
# Others that write to listeners, and their tags' prefixes; the first one counts. These delete or renumber all rules.
CONTROLLERS = {
    "AWS Load Balancer Controller": ("elbv2.k8s.aws/", "ingress.k8s.aws/", "service.k8s.aws/"),
    "AWS Load Balancer Controller (Gateway API)": "gateway.k8s.aws",
    "EKS Auto Mode": ("ingress.eks.amazonaws.com/", "eks:eks-cluster-name"),
    "ECS Express Mode": "AmazonECSManaged",
}
# These write their own rules alone.
TOOLS = {
    "Elastic Beanstalk": "elasticbeanstalk:",
    "AWS Copilot": "copilot-",
    "CloudFormation": "aws:cloudformation:stack-name",
}
# What a listener's attributes break, by a part of their names.
OVERWRITTEN = {
    "content_security_policy": "the maintenance page loses its style and its script, and does not reload by itself",
    "access_control_": "the responder's CORS answers (CorsAllowedOrigins) are lost",
}


@dataclass(frozen=True)
class Finding:
    """A fact, what to do about it, and the commands that do it."""

    # One of these: good, note, and first, which has to be done first.
    level: str
    text: str
    todo: str = ""
    commands: tuple[str, ...] = ()


good, note, first = (partial(Finding, level) for level in ("good", "note", "first"))


@dataclass(frozen=True)
class Advice:
    """All findings, and the parameters to deploy with."""

    # One list for each listener, in the order given.
    of_listeners: list[list[Finding]]
    of_all: list[Finding]
    parameters: dict[str, str]

    @property
    def ready(self) -> bool:
        """Whether nothing has to be done first."""
        return all(finding.level != "first" for part in (*self.of_listeners, self.of_all) for finding in part)

    @property
    def command(self) -> str:
        """The command that deploys; a second stack on a listener needs a name of its own."""
        words = ["sam", "deploy", "--region", region_of(self.parameters["ListenerArn"])]
        words += ["--stack-name", "maintenance-mode-2"] if "MaintenanceHosts" in self.parameters else []
        given = [shlex.quote(f"{name}={value}") for name, value in self.parameters.items()]
        return " \\\n  ".join([shlex.join([*words, "--parameter-overrides"]), *given])

    @property
    def json(self) -> dict[str, Any]:
        """The same for a machine."""
        *listeners, of_all = ([asdict(finding) for finding in part] for part in (*self.of_listeners, self.of_all))
        return {"ready": self.ready, "listeners": listeners, "all": of_all, "parameters": self.parameters}


def advise(
    chosen: list[Listener], others: list[Listener], quota: int, active: int | None, status_path: str | None
) -> Advice:
    """Judge one or two listeners of a load balancer, for an ActivePriority and a status rule just above it."""
    ours = {number for listener in chosen for number in listener.ours}
    top = _top_places(chosen, ours, active, with_status=bool(status_path))
    free = (number for number in range(LAST, 0, -1) if number not in ours)
    numbers = {"ActivePriority": top[-1], "RestingPriority": next(free), "StandInPriority": next(free)}
    numbers |= {"StatusPriority": top[0]} if len(top) > 1 else {}
    changed = {name: str(number) for name, number in numbers.items() if number != DEFAULTS[name]}

    parameters: dict[str, str] = {}
    for prefix, listener in zip(("", "Second"), chosen, strict=False):
        parameters |= {f"{prefix}ListenerArn": listener.arn, f"{prefix}DefaultAction": _default_action(listener)}
    of_all = [_quota(chosen, others, quota, len(top)), *_forgotten(chosen, others)]
    paths = [path for one in chosen for rule in one.rules for path in rule.values("path-pattern")]
    if not any(re.match(r"\^?/a(\W|$)", path) for path in paths):
        parameters |= ANYWHERE
        text = f"No rule serves /a, where the template expects the front end: {_written(ANYWHERE)} bring every browser"
        todo = "if the front end is at a path of its own, such as /shop, set HomePath to it"
        of_all.append(note(f"{text} to the page, which would get JSON otherwise", todo))
    if len(top) > 1:
        parameters["StatusPath"] = status_path or "/maintenance-status"
        text = f"StatusPath={parameters['StatusPath']}: by a rule there visitors and monitors see the expected end"
        of_all.append(good(text, "if the system serves that path, give another one"))
    parameters |= changed
    if ours:
        parameters["MaintenanceHosts"] = "www.example.com"
        text = f"Another stack of this template is here; the numbers for a second one: {_written(changed)}"
        todo = "write the second stack's own hosts into MaintenanceHosts; the two stacks' hosts must not overlap"
        of_all.append(note(text, todo))
    of_listeners = [[*_bottom(one, numbers), *_top(one, top), *_owner(one), *_overwritten(one)] for one in chosen]
    return Advice(of_listeners, of_all, parameters)


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
    last, (answer, lost) = listener.catch_all, listener.default.stand_in
    resting, stand_in = numbers["RestingPriority"], numbers["StandInPriority"]
    # Only rules of this project's stacks are below.
    needed = range(resting if last else stand_in, LAST + 1)
    whole = [rule for rule in listener.rules if rule.forwards_to_responder and not rule.values("host-header")]
    if whole:
        text = f"{whole[-1].named} looks like a rule of a deployment of this template, for all hosts"
        todo = "look at that one: `scripts/maintenance status`; delete its stack, or give it MaintenanceHosts first"
        yield first(text, todo)
    elif moves := _plan_moves(listener, needed, -1):
        text = f"The maintenance rule has to rest behind all others, at {resting}; in its way is {moves[0][0].named}"
        yield first(text, *_room(listener, moves))
    elif last:
        yield good(f"Rule {last.priority} ({last.does}) matches every request that is left: DefaultAction=own")
    elif answer == "own":
        text = f"The default action ({listener.default.does}) is none that the stand-in rule can do"
        yield first(text, *_create(listener, stand_in))
    else:
        exchanged = "if deployments exchange that target group (blue/green), have a rule /* that they exchange, too"
        todo = f"{exchanged}, and DefaultAction=own" if answer.startswith("arn:") else ""
        yield good(f"The default action is {listener.default.does}: DefaultAction={answer}", todo)
    if lost and not last:
        todo = "if that matters, have a rule /* of your own at the bottom that does the same, and DefaultAction=own"
        yield note(f"The default action is not quite what the stand-in rule does: {lost}", todo)


def _top(listener: Listener, places: list[int]) -> Iterator[Finding]:
    """Say whether the places of the placeholder rule and the status rule are free."""
    testers = [rule.named for rule in listener.testers if rule.priority < places[0]]
    if testers:
        text = f"Looks like testers' own way in, which stays live in a window: {', '.join(testers)}"
        yield note(text, f"if it is to close, too, give --active-priority {DEFAULTS['ActivePriority']}")
    what = "the placeholder rule" if len(places) == 1 else "the status rule and the placeholder rule"
    at = f"{what}: {' and '.join(map(str, places))} (ActivePriority={places[-1]})"
    if moves := _plan_moves(listener, places, 1):
        taken = [rule.named for rule, _ in moves if rule.priority in places]
        stay = f"if it is to stay live in a window, give --active-priority {places[-1] + len(places)}"
        yield first(f"Needed for {at}, taken by {' and '.join(taken)}; {stay}", *_room(listener, moves))
    else:
        yield good(f"Free for {at}")


def _plan_moves(listener: Listener, places: Sequence[int], step: int) -> list[tuple[Rule, int]]:
    """Plan how to free `places`: which rules move down (1) or up (-1), in their order, to which numbers.

    Rules of this project's stacks keep their numbers.
    """
    start, free = places[::step][0], places[::step][-1] + step
    moves: list[tuple[Rule, int]] = []
    for rule in listener.rules[::step]:
        if rule.priority in listener.ours or (rule.priority - start) * step < 0:
            continue
        while free in listener.ours:
            free += step
        if (rule.priority - free) * step >= 0:
            break
        moves.append((rule, free))
        free += step
    return moves


def _room(listener: Listener, moves: list[tuple[Rule, int]]) -> tuple[str, tuple[str, ...]]:
    """Say how to make room, by one command."""
    if not 1 <= moves[-1][1] <= LAST:
        run = f"the rules from {moves[0][0].priority} to {moves[-1][0].priority}"
        return f"{run} leave no number free: choose another, or delete a rule", ()
    todo = "make room with this command, write the same numbers into your Terraform, CloudFormation or CDK code, once"
    pairs = [f"RuleArn={rule.arn},Priority={number}" for rule, number in moves]
    return f"{todo}, and run preflight again", (_command(listener, "set-rule-priorities", "--rule-priorities", *pairs),)


def _create(listener: Listener, priority: int) -> tuple[str, tuple[str, ...]]:
    """Say how to make the default action a rule."""
    todo = f"make it a rule /* at the bottom, at {priority}, and run preflight again"
    if any(action["Type"] == "authenticate-oidc" for action in listener.default.actions):
        return f"{todo}: in the console, since its client secret cannot be read", ()
    conditions, actions = "Field=path-pattern,Values=/*", json.dumps(listener.default.actions)
    given = ("--priority", str(priority), "--conditions", conditions, "--actions", actions)
    return todo, (_command(listener, "create-rule", "--listener-arn", listener.arn, *given),)


def _owner(listener: Listener) -> Iterator[Finding]:
    for owner, prefixes in (CONTROLLERS | TOOLS).items():
        if keys := sorted(key for key in listener.tags if key.startswith(prefixes)):
            text = f"{owner} owns it ({keys[0]}={listener.tags[keys[0]]})"
            if owner in TOOLS:
                todo = "give its rules numbers of their own there, never the active one, and look again after updates"
                yield note(f"{text}: an update can write its rules anew", todo)
            else:
                todo = "use a load balancer of your own for this stack and bind the services' targets to it"
                yield first(f"{text}: it deletes or renumbers rules that are not its own", todo)
            return


def _overwritten(listener: Listener) -> Iterator[Finding]:
    """Name the attributes by which the listener overwrites headers of every answer, the responder's too."""
    for part, breaks in OVERWRITTEN.items():
        if keys := sorted(key for key in listener.attributes if part in key):
            text = f"The listener overwrites a header of every answer ({', '.join(keys)}): {breaks}"
            yield note(text, "if that matters, let the application set the header, not the listener")


def _quota(chosen: list[Listener], others: list[Listener], quota: int, top: int) -> Finding:
    used = sum(len(listener.rules) for listener in (*chosen, *others))
    needed = sum(1 + top + (_default_action(listener) != "own") for listener in chosen)
    text = f"The load balancer has {used} of {quota} rules, the template adds {needed}"
    if used + needed <= quota:
        return good(text)
    return first(text, "have the quota `Rules per Application Load Balancer` increased, or delete rules")


def _forgotten(chosen: list[Listener], others: list[Listener]) -> Iterator[Finding]:
    """Find listeners that should be given too, or given the other way round."""
    given = chosen[0]
    https = next((one for one in [*chosen[1:], *others] if one.protocol == "HTTPS"), None)
    if https and _only_redirects(given):
        text = f"{given.name} does nothing but send visitors to HTTPS"
        command = f"scripts/maintenance preflight {https.arn} {given.arn}"
        yield note(text, f"give {https.name} first and it second", (command,))
        others = [one for one in others if one != https]
    for other in others:
        if not _only_redirects(other):
            how = "give it as the second" if len(chosen) == 1 else "deploy a second stack for it"
            yield note(f"{other.name} stays open in a window", f"{how}: {other.arn}")


def _only_redirects(listener: Listener) -> bool:
    return all(rule.stand_in[0] == "https" for rule in (*listener.rules, listener.default))


def _command(listener: Listener, verb: str, *words: str) -> str:
    return shlex.join(["aws", "elbv2", verb, "--region", region_of(listener.arn), *words])
