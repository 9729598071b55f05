"""The demo's story, and the checks that make it true."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.demo.console import DemoConsole
from tests.demo.scene import NotAsPromisedError, Scene, make_room
from tests.harness.load_balancer import Rule
from tests.harness.paths import EVENTS, ROOT
from tests.harness.stack import Stack, deploy

STACK = "maintenance-demo"
# One request for each server, and one that no rule of theirs matches. The secret must be in no log.
REQUESTS = ("/a", "/b/orders?token=secret", "/c/items/7", "/.env")
NORMAL = ((200, "front-end serves /a"), (200, "bff serves /b/orders"), (200, "api serves /c/items/7"), (404, ""))
MAINTENANCE = ((303, "/a/maintenance"), *[(503, "Service Unavailable")] * 3)


class Story:
    """Normal traffic, room for the active priority, deployment, a window, and normal traffic again."""

    def __init__(self, console: DemoConsole, stage: Scene) -> None:
        self._console = console
        self._stage = stage
        # By ARN: the names of the stack's own rules.
        self._marks: dict[str, str] = {}

    def tell(self) -> None:
        """Show the main job; raise if a promise is not kept."""
        self._console.heading("1  Normal traffic, before anything is deployed")
        self._show_rules()
        self._show_traffic(NORMAL)

        self._console.heading("2  Preflight: the active priority, 1, has to be free")
        make_room(self._console, self._stage)
        roomy = self._show_rules()

        self._console.heading("3  The template is deployed beside the load balancer")
        with self._console.step("sam deploy"):
            given = {"ListenerArn": self._stage.listener.arn, "DefaultAction": "404"}
            stack = deploy(self._stage.aws, self._stage.sam, STACK, given)
        names = ("placeholder", "stand-in", "maintenance")
        self._marks = {stack.resources[f"{name.title().replace('-', '')}Rule"]: f"◀ {name} rule" for name in names}
        at_rest = self._show_rules()
        self._show_traffic(NORMAL)

        self._console.heading("4  Maintenance starts")
        self._switch(EVENTS / "start.json")
        during = self._show_rules(earlier=at_rest)
        self._show_traffic(MAINTENANCE)

        self._console.heading("5  The visitors, from the responder's log group")
        self._show_visitors(stack)

        self._console.heading("6  Maintenance ends")
        self._switch(EVENTS / "end.json")
        after = self._show_rules(earlier=during)
        self._show_traffic(NORMAL)

        self._console.heading("7  Result")
        self._check("During maintenance the maintenance rule came first", during[0].arn == stack.rule_arn)
        foreign = [[rule for rule in rules if rule.arn not in self._marks] for rules in (roomy, at_rest, during, after)]
        self._check("The shop's rules kept their numbers all the time", all(rules == foreign[0] for rules in foreign))
        self._check("Every rule has the number that it had before the window", after == at_rest)

    def _switch(self, event: Path) -> None:
        """Invoke the switcher like an operator in a terminal."""
        shown = event.relative_to(ROOT)
        with self._console.step(f"sam remote invoke SwitcherFunction --stack-name {STACK} --event-file {shown}"):
            answer = self._stage.sam.remote_invoke(STACK, "SwitcherFunction", event)
        moves = sum(len(listener["moves"]) for listener in answer.get("listeners", []))
        said = answer.get("errorMessage") or f"{answer['type']}, {answer['outcome']}, {moves} rules moved"
        self._check(f"Answer: {said}", answer.get("outcome") == "changed")

    def _show_rules(self, earlier: Sequence[Rule] = ()) -> list[Rule]:
        """Print the rules in their order, with their earlier numbers."""
        priorities = {rule.arn: rule.priority for rule in earlier}
        rules = self._stage.listener.rules()
        rows = []
        for rule in rules:
            was = priorities.get(rule.arn, rule.priority)
            moved = f"was {was}" if was != rule.priority else ""
            rows.append((rule.priority, rule.condition, rule.target, moved, self._marks.get(rule.arn, "")))
        self._console.print()
        self._console.table(("priority", "condition", "target", "", ""), rows)
        return rules

    def _show_traffic(self, expected: Sequence[tuple[int, str]]) -> None:
        """Request each path over HTTP and check the answers."""
        answers = [self._stage.listener.request(path) for path in REQUESTS]
        shown = [(answer.status, answer.headers.get("location", answer.body)) for answer in answers]
        rows = [(f"GET {path}", str(status), text) for path, (status, text) in zip(REQUESTS, shown, strict=True)]
        self._console.table(("request", "status", "answer"), rows)
        right = [got[0] == status and text in got[1] for got, (status, text) in zip(shown, expected, strict=True)]
        self._check("Every request has its right answer", all(right))

    def _show_visitors(self, stack: Stack) -> None:
        expected = sorted(request.partition("?")[0] for request in REQUESTS)
        lines = stack.await_responder_log(len(expected))
        fields = ("method", "path", "host", "outcome")
        self._console.table(fields, [[line[field] for field in fields] for line in lines])
        private = "secret" not in str(lines)
        self._check(
            "The log has each path and no query", sorted(line["path"] for line in lines) == expected and private
        )

    def _check(self, text: str, holds: bool) -> None:
        if not holds:
            raise NotAsPromisedError(f"this is not so: {text}")
        self._console.good(text)
