"""The story that the demo tells, and the checks that make it true."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.demo.console import Console
from tests.harness.load_balancer import Answer, Listener, Rule
from tests.harness.paths import EVENTS, ROOT
from tests.harness.sam import Sam
from tests.harness.stack import Stack
from tests.harness.wait import until

# One request per backend; the secret must not turn up in any log.
REQUESTS = ("/a", "/b/orders?token=secret", "/c/items/7")
RULES = {1: ("/a*", "front-end"), 2: ("/b*", "bff"), 3: ("/c*", "api")}
NORMAL = ((200, "front-end serves /a"), (200, "bff serves /b/orders"), (200, "api serves /c/items/7"))
MAINTENANCE = ((303, "/a/maintenance"), (503, "Service Unavailable"), (503, "Service Unavailable"))
# An Application Load Balancer takes some seconds to follow its rules.
ROUTING_SECONDS = 30


class NotAsPromisedError(Exception):
    """Something that the demo shows is not so."""


@dataclass
class Story:
    """Normal traffic, maintenance, who knocked, and normal traffic again."""

    console: Console
    listener: Listener
    stack: Stack
    sam: Sam

    def tell(self) -> None:
        """Show the main job; raise when anything is not as promised."""
        self.console.heading("1  Normal traffic")
        before = self._show_rules(earlier=[])
        self._show_traffic(NORMAL)

        self.console.heading("2  Maintenance starts")
        self._switch(EVENTS / "start.json")
        during = self._show_rules(earlier=before)
        self._show_traffic(MAINTENANCE)

        self.console.heading("3  Who knocked, from the responder's log group")
        self._who_knocked()

        self.console.heading("4  Maintenance ends")
        self._switch(EVENTS / "end.json")
        after = self._show_rules(earlier=during)
        self._show_traffic(NORMAL)

        self.console.heading("5  Result")
        self._result(before, during, after)

    def _who_knocked(self) -> None:
        expected = [request.partition("?")[0] for request in REQUESTS]
        lines = until("a log line per request", lambda: self._lines_of(len(expected)), within=ROUTING_SECONDS)
        self.console.table(
            ("method", "path", "host", "outcome"),
            [(line["method"], line["path"], line["host"], line["outcome"]) for line in lines],
        )
        self.console.blank()
        self._check(
            "The log has each path that was requested, and no query string",
            sorted(line["path"] for line in lines) == sorted(expected) and "secret" not in str(lines),
        )

    def _lines_of(self, count: int) -> list[dict[str, str]]:
        lines = self.stack.responder_log()
        return lines if len(lines) >= count else []

    def _result(self, before: list[Rule], during: list[Rule], after: list[Rule]) -> None:
        self._check("During maintenance the maintenance rule came first", during[0].arn == self.stack.rule_arn)
        self._check(
            "During maintenance the others kept their order among themselves",
            self._without_maintenance(during) == self._without_maintenance(before),
        )
        self._check("The order after equals the order before: every rule has its own number again", after == before)

    def _without_maintenance(self, rules: list[Rule]) -> list[str]:
        return [rule.arn for rule in rules if rule.arn != self.stack.rule_arn]

    def _switch(self, event: Path) -> None:
        """Invoke the switcher like an operator in a terminal."""
        shown = event.relative_to(ROOT)
        with self.console.step(
            f"sam remote invoke SwitcherFunction --stack-name {self.stack.name} --event-file {shown}"
        ):
            answer = self.sam.remote_invoke(self.stack.name, "SwitcherFunction", event)
        if "errorMessage" in answer:
            raise NotAsPromisedError(f"the switcher failed: {answer['errorMessage']}")
        moves = sum(len(listener["moves"]) for listener in answer["listeners"])
        self._check(
            f"Answer: {answer['type']}, {answer['outcome']}, {moves} rules moved", answer["outcome"] == "changed"
        )
        self.console.blank()

    def _show_rules(self, earlier: list[Rule]) -> list[Rule]:
        """Print the rules as the load balancer tries them, with what moved."""
        priorities = {rule.arn: rule.priority for rule in earlier}
        rules = self.listener.rules()
        rows = []
        for rule in rules:
            was = priorities.get(rule.arn, rule.priority)
            mark = "◀ maintenance rule" if rule.arn == self.stack.rule_arn else ""
            moved = f"was {was}" if was != rule.priority else ""
            rows.append((rule.priority, rule.path, rule.target, moved, mark))
        self.console.table(("priority", "path", "target", "", ""), rows)
        self.console.blank()
        return rules

    def _show_traffic(self, expected: Sequence[tuple[int, str]]) -> None:
        """Ask each path over HTTP and check the answers."""
        rows = []
        wrong = []
        for path, (status, text) in zip(REQUESTS, expected, strict=True):
            answer = self._ask(path, status)
            rows.append((f"GET {path}", str(answer.status), _shown(answer)))
            if answer.status != status or text not in _shown(answer):
                wrong.append(f"GET {path} should have been answered with {status} {text}")
        self.console.table(("request", "status", "answer"), rows)
        self.console.blank()
        if wrong:
            raise NotAsPromisedError("; ".join(wrong))
        self.console.good("Every request was answered as it should be")

    def _ask(self, path: str, status: int) -> Answer:
        """Ask until the load balancer follows its rules, or until it has had its time."""
        deadline = time.monotonic() + ROUTING_SECONDS
        while True:
            answer = self.listener.request(path)
            if answer.status == status or time.monotonic() > deadline:
                return answer
            time.sleep(0.2)

    def _check(self, text: str, holds: bool) -> None:
        if not holds:
            self.console.bad(text)
            raise NotAsPromisedError(f"this is not so: {text}")
        self.console.good(text)


def _shown(answer: Answer) -> str:
    return f"Location: {answer.headers['location']}" if answer.status == 303 else answer.body
