"""The story that the demo tells, and the checks that make it true."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.demo.console import DemoConsole
from tests.demo.scene import NotAsPromisedError
from tests.harness.aws import Aws
from tests.harness.load_balancer import Answer, Listener, Rule
from tests.harness.paths import EVENTS, ROOT
from tests.harness.sam import Sam
from tests.harness.stack import Stack, deploy

STACK = "maintenance-demo"
# One request per backend, and one that no rule of theirs knows. The secret must not turn up in any log.
REQUESTS = ("/a", "/b/orders?token=secret", "/c/items/7", "/.env")
NORMAL = ((200, "front-end serves /a"), (200, "bff serves /b/orders"), (200, "api serves /c/items/7"), (404, ""))
MAINTENANCE = ((303, "/a/maintenance"), *[(503, "Service Unavailable")] * 3)


class Story:
    """Normal traffic, deployment, maintenance, who knocked, and normal traffic again."""

    def __init__(self, console: DemoConsole, aws: Aws, sam: Sam, listener: Listener) -> None:
        self._console = console
        self._aws = aws
        self._sam = sam
        self._listener = listener
        # What is told about rules: of the stack's own, which they are.
        self._marks: dict[str, str] = {}

    def tell(self) -> None:
        """Show the main job; raise when anything is not as promised."""
        self._console.heading("1  Normal traffic, before anything is deployed")
        before = self._show_rules()
        self._show_traffic(NORMAL)

        self._console.heading("2  The template is deployed beside the load balancer")
        with self._console.step("sam deploy"):
            stack = deploy(self._aws, self._sam, STACK, {"ListenerArn": self._listener.arn, "DefaultAction": "404"})
        self._marks = {stack.resources["StandInRule"]: "◀ stand-in rule", stack.rule_arn: "◀ maintenance rule"}
        at_rest = self._show_rules()
        self._show_traffic(NORMAL)
        self._console.good("The stand-in rule does what the default action did: /.env gets the same 404 as before")

        self._console.heading("3  Maintenance starts")
        self._switch(EVENTS / "start.json")
        during = self._show_rules(earlier=at_rest)
        self._show_traffic(MAINTENANCE)

        self._console.heading("4  Who knocked, from the responder's log group")
        self._who_knocked(stack)

        self._console.heading("5  Maintenance ends")
        self._switch(EVENTS / "end.json")
        after = self._show_rules(earlier=during)
        self._show_traffic(NORMAL)

        self._console.heading("6  Result")
        others = [[rule.arn for rule in rules if rule.arn != stack.rule_arn] for rules in (at_rest, during)]
        self._check("During maintenance the maintenance rule came first", during[0].arn == stack.rule_arn)
        self._check("During maintenance the others kept their order among themselves", others[0] == others[1])
        self._check("The order after equals the order before: every rule has its own number again", after == at_rest)
        theirs = [rule for rule in after if rule.arn not in self._marks]
        self._check("The application's own rules stand where they stood before the deployment", theirs == before)

    def _switch(self, event: Path) -> None:
        """Invoke the switcher like an operator in a terminal."""
        shown = event.relative_to(ROOT)
        with self._console.step(f"sam remote invoke SwitcherFunction --stack-name {STACK} --event-file {shown}"):
            answer = self._sam.remote_invoke(STACK, "SwitcherFunction", event)
        if "errorMessage" in answer:
            raise NotAsPromisedError(f"the switcher failed: {answer['errorMessage']}")
        moves = sum(len(listener["moves"]) for listener in answer["listeners"])
        self._check(
            f"Answer: {answer['type']}, {answer['outcome']}, {moves} rules moved", answer["outcome"] == "changed"
        )
        self._console.print()

    def _show_rules(self, earlier: Sequence[Rule] = ()) -> list[Rule]:
        """Print the rules as the load balancer tries them, with what moved."""
        priorities = {rule.arn: rule.priority for rule in earlier}
        rules = self._listener.rules()
        rows = []
        for rule in rules:
            was = priorities.get(rule.arn, rule.priority)
            moved = f"was {was}" if was != rule.priority else ""
            rows.append((rule.priority, rule.path, rule.target, moved, self._marks.get(rule.arn, "")))
        self._console.table(("priority", "path", "target", "", ""), rows)
        return rules

    def _show_traffic(self, expected: Sequence[tuple[int, str]]) -> None:
        """Ask each path over HTTP and check the answers."""
        rows = []
        wrong = []
        for path, (status, text) in zip(REQUESTS, expected, strict=True):
            answer = self._listener.request(path)
            rows.append((f"GET {path}", str(answer.status), _shown(answer)))
            if answer.status != status or text not in _shown(answer):
                wrong.append(f"GET {path} should have been answered with {status} {text}")
        self._console.table(("request", "status", "answer"), rows)
        if wrong:
            raise NotAsPromisedError("; ".join(wrong))
        self._console.good("Every request was answered as it should be")

    def _who_knocked(self, stack: Stack) -> None:
        expected = sorted(request.partition("?")[0] for request in REQUESTS)
        knocked = stack.await_responder_log(len(expected))
        self._console.table(
            ("method", "path", "host", "outcome"),
            [(line["method"], line["path"], line["host"], line["outcome"]) for line in knocked],
        )
        self._check(
            "The log has each path that was requested, and no query string",
            sorted(line["path"] for line in knocked) == expected and "secret" not in str(knocked),
        )

    def _check(self, text: str, holds: bool) -> None:
        if not holds:
            raise NotAsPromisedError(f"this is not so: {text}")
        self._console.good(text)


def _shown(answer: Answer) -> str:
    return f"Location: {answer.headers['location']}" if answer.status == 303 else answer.body
