"""Tells the main job as a story, with the checks that make it true: `make demo`."""

import sys
import time
from collections.abc import Mapping, Sequence

from tests.demo.console import console, heading, promise, step, table
from tests.demo.scene import make_room, perform, scene
from tests.harness.load_balancer import Listener, Rule
from tests.harness.paths import EVENTS
from tests.harness.sam import Sam
from tests.harness.stack import deploy

STACK = "maintenance-demo"
# One request for each server, and one that no rule of theirs matches. The secret must be in no log.
NORMAL = {
    "/a": (200, "front-end serves /a"),
    "/b/orders?token=secret": (200, "bff serves /b/orders?token=secret"),
    "/c/items/7": (200, "api serves /c/items/7"),
    "/.env": (404, ""),
}
UNAVAILABLE = (503, '{"message":"Service Unavailable"}')
MAINTENANCE = dict.fromkeys(NORMAL, UNAVAILABLE) | {"/a": (303, "/a/maintenance?from=/a")}


def main() -> None:
    """Set the scene, show the main job, and remove everything again; raise if a promise is not kept."""
    started = time.monotonic()
    console.rule("Maintenance mode for an Application Load Balancer: the main job on an emulated AWS")
    heading("0  The scene")
    with scene() as (listener, sam):
        heading("1  Normal traffic, before anything is deployed")
        show_rules(listener, {})
        show_traffic(listener, NORMAL)

        heading("2  Preflight: the active priority, 1, has to be free")
        make_room(listener)
        roomy = show_rules(listener, {})

        heading("3  The template is deployed beside the load balancer")
        with step("sam deploy"):
            given = {"ListenerArn": listener.arn, "DefaultAction": "404"}
            stack = deploy(listener.load_balancer.aws, sam, STACK, given)
        own = {stack.resources[name]: f"◀ {name}" for name in ("PlaceholderRule", "StandInRule", "MaintenanceRule")}
        at_rest = show_rules(listener, own)
        show_traffic(listener, NORMAL)

        heading("4  Maintenance starts")
        switch(sam, "start")
        during = show_rules(listener, own, at_rest)
        show_traffic(listener, MAINTENANCE)

        heading("5  The visitors, from the responder's log group")
        lines, fields = stack.await_responder_log(len(NORMAL)), ("method", "path", "host", "outcome")
        table(fields, [[line[field] for field in fields] for line in lines])
        same = sorted(line["path"] for line in lines) == sorted(request.partition("?")[0] for request in NORMAL)
        promise("The log has each path and no query", same and "secret" not in str(lines))

        heading("6  Maintenance ends")
        switch(sam, "end")
        after = show_rules(listener, own, during)
        show_traffic(listener, NORMAL)

        heading("7  Result")
        promise("During maintenance the maintenance rule came first", during[0].arn == stack.rule_arn)
        foreign = [[rule for rule in rules if rule.arn not in own] for rules in (at_rest, during, after)]
        promise("The shop's rules kept their numbers all the time", foreign == [roomy] * 3)
        promise("Every rule has the number that it had before the window", after == at_rest)
    console.print(f"\nDone in {time.monotonic() - started:.0f} s. To see it in your own browser: make play")


def switch(sam: Sam, event: str) -> None:
    """Invoke the switcher like an operator in a terminal."""
    with step(f"sam remote invoke SwitcherFunction --stack-name {STACK} --event-file events/{event}.json"):
        answer = sam.remote_invoke(STACK, "SwitcherFunction", EVENTS / f"{event}.json")
    moves = sum(len(listener["moves"]) for listener in answer.get("listeners", []))
    said = answer.get("errorMessage") or f"{answer['type']}, {answer['outcome']}, {moves} rules moved"
    promise(f"Answer: {said}", answer.get("outcome") == "changed")


def show_rules(listener: Listener, own: Mapping[str, str], earlier: Sequence[Rule] = ()) -> list[Rule]:
    """Print the rules in their order, with their earlier numbers and the names of the stack's own."""
    rules = listener.rules()
    was = {rule.arn: f"was {rule.priority}" for rule in earlier if rule not in rules}
    console.print()
    table(
        ("priority", "condition", "target", "", ""),
        [(rule.priority, rule.condition, rule.target, was.get(rule.arn, ""), own.get(rule.arn, "")) for rule in rules],
    )
    return rules


def show_traffic(listener: Listener, expected: Mapping[str, tuple[int, str]]) -> None:
    """Request each path over HTTP and check the answers."""
    answers = {path: listener.request(path) for path in expected}
    seen = {path: (answer.status, answer.headers.get("location", answer.body)) for path, answer in answers.items()}
    rows = [(f"GET {path}", str(status), text) for path, (status, text) in seen.items()]
    table(("request", "status", "answer"), rows)
    promise("Every request has its right answer", seen == expected)


if __name__ == "__main__":
    sys.exit(perform(main))
