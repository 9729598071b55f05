"""The command line, with a switcher that answers as it is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from scripts.operators import command
from scripts.operators.failures import Failure
from scripts.operators.findings import Finding, Level
from scripts.operators.invocation import Switcher

LISTENER, RULE = "arn:listener", "arn:maintenance"
WEB, RESPONDER = "forward: targetgroup/shop-web/0123456789abcdef", "forward: targetgroup/maintenance-0a1b2c3d/1"


def rule(priority: str, arn: str, *conditions: str, action: str = WEB) -> dict[str, Any]:
    return {"priority": priority, "ruleArn": arn, "conditions": list(conditions), "action": action}


# A placeholder, a system of 30 rules, its stand-in and the maintenance rule.
HOST = "host-header: checkout.shop.example.com"
RULES = [
    rule("1", "arn:placeholder", "host-header: placeholder.invalid", action="fixed-response: 404"),
    *(rule(str(number), f"arn:{number}", f"path-pattern: /a{number}*", HOST) for number in range(2, 32)),
    rule("49999", "arn:stand-in", "path-pattern: /*"),
    rule("50000", RULE, "path-pattern: /*", action=RESPONDER),
    rule("default", "arn:default"),
]
MOVES = [
    {"ruleArn": RULE, "from": "50000", "to": "1"},
    {"ruleArn": "arn:placeholder", "from": "1", "to": "50000"},
]


class Stack:
    """A deployed stack: its parameters, the events that it gets and the listener that it answers with."""

    def __init__(self) -> None:
        self.parameters: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.listener = {"listenerArn": LISTENER, "ruleArn": RULE, "state": "resting", "rules": RULES}
        self.listener |= {"since": None, "until": None, "reason": None, "message": None, "moves": [], "warnings": []}

    def warn(self, code: str, message: str = "because") -> None:
        """Answer with a warning."""
        self.listener["warnings"] = [{"code": code, "message": message}]

    def invoke(self, _: boto3.Session, event: dict[str, Any], **__: Any) -> dict[str, Any]:  # noqa: ANN401
        """Take an event."""
        self.events.append(event)
        dry = event.get("dryRun", False)
        return {"type": event["type"], "outcome": "changed", "dryRun": dry, "listeners": [self.listener]}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Stack:
    made = Stack()
    switcher = Switcher("shop", "CREATE_COMPLETE", "123456789012", "eu-central-1", made.parameters, {})
    monkeypatch.setattr(Switcher, "invoke", lambda _, *words, **named: made.invoke(*words, **named))
    monkeypatch.setattr(command.invocation, "find", lambda *_: switcher)
    monkeypatch.setattr(command.context, "names", lambda *_: {LISTENER: "HTTPS:443 of shop"})
    monkeypatch.setattr(command.context, "read", lambda *_: {})
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    return made


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs the command and returns its exit code and output."""
    monkeypatch.setattr(command.printing, "prepare", lambda: None)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["maintenance", *words])
        code = command.run()
        return code, *capsys.readouterr()

    return call


ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/1/2"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("start", "--minute", "5"), "No such option: --minute"),
        (("start", "--minutes", "43201"), "43201 is not in the range 1<=x<=43200"),
        (("start", "--minutes", "5", "--no-end"), "--minutes and --no-end contradict each other; accepted: one of"),
        (("start",), "the start has no end"),
        (("start", "--until", ""), '--until is ""; accepted: 06:00'),
        (("message",), 'accepted: one of "Nearly done" and --clear'),
        (("message", "Nearly done", "--clear"), "accepted: one of"),
        (("end", "--url", "shop.example.com"), '"shop.example.com": it begins with neither https:// nor http://'),
        (("end", "--url", "https://shop .example.com"), "accepted: https://www.example.com/"),
        (("end", "--url", "https://shop.example.com", "--dry-run"), "a dry run switches nothing to wait for"),
        (("report", "--hours", "0"), "0 is not in the range 1<=x<="),
        (("preflight", "arn", "--status-path", "/s", "--active-priority", "1"), "accepted: 2 or more"),
        (("preflight", "shop"), 'LISTENER-ARN is "shop"; accepted: the ARN of an Application Load Balancer'),
        (("preflight", ARN.replace(":listener/", ":listener-rule/") + "/3"), "accepted: the ARN of an Application"),
        (("preflight", ARN.replace("/app/", "/net/")), "accepted: the ARN of an Application Load Balancer's listener"),
        (("preflight", ARN, ARN), "it is the first listener again"),
        (("preflight", ARN, ARN.replace("/1/2", "/9/2")), "belong to two load balancers"),
    ],
)
def test_wrong_use_sends_nothing(stack: Stack, run: Run, words: tuple[str, ...], sentence: str) -> None:
    code, out, err = run(*words)

    assert (code, out, stack.events) == (2, "", [])
    assert sentence in err


REASON = "$500 'off' \"all\" $(id) 점검 [red]"


@pytest.mark.parametrize(
    ("longest", "words", "event"),
    [
        ("0", ["start", "--no-end", "--reason", REASON], {"reason": REASON}),
        ("0", ["start", "--minutes", "90", "--message", "Back soon"], {"minutes": 90, "message": "Back soon"}),
        ("30", ["start"], {}),
        ("0", ["message", "Nearly done"], {"message": "Nearly done"}),
        ("0", ["message", "--clear"], {"message": None}),
    ],
)
def test_what_is_typed_is_sent(stack: Stack, run: Run, longest: str, words: list[str], event: dict[str, Any]) -> None:
    stack.parameters["MaxDurationMinutes"] = longest

    code, out, _ = run(*words)

    sent = {"type": words[0], **event}
    assert (code, stack.events) == (0, [sent])
    assert out.startswith(f"shop in account 123456789012, eu-central-1: {json.dumps(sent, ensure_ascii=False)}\n")
    assert f"✓ {words[0]}: changed" in out


def test_a_longest_window_refuses_no_end(stack: Stack, run: Run) -> None:
    stack.parameters["MaxDurationMinutes"] = "30"

    assert run("start", "--no-end")[0] == 2
    assert not stack.events


def test_a_dry_run_shows_the_moves(stack: Stack, run: Run) -> None:
    stack.listener["moves"] = MOVES

    code, out, _ = run("start", "--no-end", "--dry-run")

    assert code == 0
    assert "✓ start: a dry run, nothing was done. NOT IN MAINTENANCE\n" in out
    assert "is NOT IN MAINTENANCE, and this start would have it closed until you end it" in out
    assert [" ".join(line.split()) for line in out.splitlines()[-8:-1]] == [
        "1 → 50000 host-header: placeholder.invalid ◀ placeholder rule",
        "2 path-pattern: /a2* and host-header: checkout.shop.example.com forward: shop-web",
        "… 29 more; --rules shows all",
        "49999 path-pattern: /* forward: shop-web",
        "50000 → 1 path-pattern: /* ◀ maintenance rule",
        "default any request that is left forward: shop-web",
        "",
    ]
    assert len(run("start", "--no-end", "--dry-run", "--rules")[1].splitlines()) == len(out.splitlines()) + 28


def test_a_dry_run_says_that_a_start_would_fail(stack: Stack, run: Run) -> None:
    stack.warn("active-priority-taken")

    assert "and this start would fail; see the warning" in run("start", "--no-end", "--dry-run")[1]


def test_advice_names_the_typed_stack(stack: Stack, run: Run) -> None:
    stack.listener["state"] = "active"
    place = ["--stack", "shop 2", "--region", "eu-north-1"]

    assert "`scripts/maintenance end --stack 'shop 2' --region eu-north-1`" in run("status", *place)[1]
    assert "`scripts/maintenance end`" in run("status")[1]


@pytest.mark.parametrize("words", [("status",), ("start", "--minutes", "90"), ("end",)])
def test_a_small_terminal_is_enough(
    stack: Stack, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    subscribe = "aws sns subscribe --topic-arn arn:aws:sns:eu-central-1:123456789012:shop-notices --protocol email"
    found = Finding(Level.FIRST, "reach no subscriber: the topic has no confirmed subscription", f"`{subscribe}`")
    nothing = Finding(Level.GOOD, "none, the stack has no schedule for it")
    beside = {"next start": nothing, "next end": nothing, "alarms": found}
    monkeypatch.setattr(command.context, "read", lambda *_: beside)
    monkeypatch.setattr(command.printing, "OPTIONS", ["--play"])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in {"COLUMNS": "80", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    stack.listener |= {"state": "active", "since": "2026-03-01T22:00:00Z", "moves": MOVES}
    stack.warn(
        "stays-open", "these stay open: all requests but those for path-pattern /* and host-header shop.example.com"
    )

    lines = run(*words)[1].rstrip().splitlines()

    assert len(lines) <= 24
    assert [line for line in lines if len(line) > 80] == ([subscribe] if words == ("status",) else [])
    assert "IN MAINTENANCE" in lines[-1]
    assert lines[-1] == lines[0 if words == ("status",) else 2]
    assert "until       you end it: `scripts/maintenance --play end`" in lines
    assert {"host-header:", "checkout.shop.example.com", "shop-web"} <= set(" ".join(lines).split())


@pytest.mark.parametrize("code", ["overtaken", "window-kept"])
def test_an_undone_event_ends_with_one(stack: Stack, run: Run, code: str) -> None:
    stack.warn(code)

    exit_code, out, _ = run("start", "--minutes", "5", "--url", "https://shop.example.com/")

    assert exit_code == 1
    assert "✓" not in out
    assert f"! {code}: because" in out


def test_a_lost_wait_keeps_the_answer(stack: Stack, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*_: object, **__: object) -> None:
        raise Failure("not yet closed")

    monkeypatch.setattr(command.traffic, "wait", lose)

    code, out, err = run("start", "--no-end", "--json", "--url", "https://shop.example.com/")

    answer = json.loads(out)
    assert (code, len(stack.events), answer["outcome"], answer["visitors"]) == (1, 1, "changed", None)
    assert "✗ not yet closed" in err


def test_a_machine_gets_an_object_and_a_code(stack: Stack, run: Run) -> None:
    stack.warn("active-priority-taken")

    exit_code, out, err = run("status", "--check", "--json")

    answer = json.loads(out)
    assert (exit_code, err, answer["standing"]) == (5, "", "open-not-ready")
    assert (answer["account"], answer["listeners"][0]["name"]) == ("123456789012", "HTTPS:443 of shop")
    assert run("status")[0] == 0
