"""The command line: what is refused, sent and shown."""

import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from scripts.operators import command
from scripts.operators.failures import Failure
from tests.operators.conftest import LISTENER, TOPIC, Run, subscribed

URL = "https://shop.example.com/"


@pytest.mark.parametrize(
    ("longest", "words", "sentence"),
    [
        ("0", "start --minute 5", "No such option: --minute"),
        ("0", "start --minutes 43201", "43201 is not in the range 1<=x<=43200"),
        ("0", "start --minutes 5 --no-end", "--minutes and --no-end contradict each other; accepted: one of"),
        ("0", "start", "the start has no end"),
        ("30", "start --no-end", "--no-end: the stack shop ends every window after 30 minutes"),
        ("0", "start --until tomorrow", '--until is "tomorrow"; accepted: 06:00'),
        ("0", "--play status", "--play: no `make play` is ready; accepted: while one runs in another terminal"),
        ("0", "message", 'accepted: one of "Nearly done" and --clear'),
        ("0", "message done --clear", "accepted: one of"),
        ("0", "end --url shop.example.com", '"shop.example.com": it begins with neither https:// nor http://'),
        ("0", "end --url https://[shop", "accepted: https://www.example.com/"),
        ("0", f"end --url {URL} --dry-run", "a dry run switches nothing to wait for"),
        ("0", "preflight arn --status-path /s --active-priority 1", "accepted: 2 or more"),
        ("0", "preflight shop", 'LISTENER-ARN is "shop"; accepted: the ARN of an Application Load Balancer'),
        ("0", f"preflight {LISTENER.replace('listener', 'listener-rule')}/3", "accepted: the ARN of an Application"),
        ("0", f"preflight {LISTENER.replace('/app/', '/net/')}", "accepted: the ARN of an Application"),
        ("0", f"preflight {LISTENER} {LISTENER}", "accepted: another listener of the same load balancer"),
        ("0", f"preflight {LISTENER} {LISTENER.replace('/1/', '/9/')}", "accepted: another listener of the same"),
    ],
)
def test_wrong_use_sends_nothing(run: Run, longest: str, words: str, sentence: str) -> None:
    run.parameters["MaxDurationMinutes"] = longest

    code, out, err = run(*words.split())

    assert (code, out, run.events) == (2, "", [])
    assert sentence in err


REASON = "$500 'off' \"all\" $(id) 점검 [red]"


@pytest.mark.parametrize(
    ("longest", "words", "event"),
    [
        ("0", ["start", "--no-end", "--reason", REASON], {"reason": REASON}),
        ("0", ["start", "--minutes", "90", "--message", "Back soon"], {"minutes": 90, "message": "Back soon"}),
        ("0", ["start", "--until", "2999-01-01T05:00:00Z"], {"until": "2999-01-01T05:00:00Z"}),
        ("30", ["start"], {}),
        ("0", ["end", "--dry-run"], {"dryRun": True}),
        ("0", ["message", "Nearly done"], {"message": "Nearly done"}),
        ("0", ["message", "--clear"], {"message": None}),
    ],
)
def test_what_is_typed_is_sent(run: Run, longest: str, words: list[str], event: dict[str, Any]) -> None:
    run.parameters["MaxDurationMinutes"] = longest

    code, out, _ = run(*words)

    sent = {"type": words[0], **event}
    assert (code, run.events) == (0, [sent])
    # Account and region come first.
    assert out.startswith(f"shop in account 123456789012, eu-central-1: {json.dumps(sent, ensure_ascii=False)}\n")
    assert f"✓ {words[0]}: " in out


WEB, HOST = "forward: targetgroup/shop-web/0123456789abcdef", "host-header: checkout.shop.example.com"
# A placeholder, a system of 30 rules, its stand-in and the maintenance rule.
RULES = [
    ("1", "placeholder", ["host-header: placeholder.invalid"], "fixed-response: 404"),
    *((str(number), "web", [f"path-pattern: /a{number}*", HOST], WEB) for number in range(2, 32)),
    ("49999", "stand-in", ["path-pattern: /\x1b[2J"], WEB),
    ("50000", "own", ["path-pattern: /*"], "forward: targetgroup/maintenance-0a1b2c3d/1"),
    ("default", "default", [], WEB),
]
SWAP = {"rules": [dict(zip(("priority", "ruleArn", "conditions", "action"), rule, strict=True)) for rule in RULES]}
SWAP["moves"] = [{"ruleArn": "own", "from": "50000", "to": "1"}, {"ruleArn": "placeholder", "from": "1", "to": "50000"}]


def test_a_dry_run_shows_the_moves(run: Run) -> None:
    run.listener |= SWAP
    out = run("start", "--no-end", "--dry-run")[1]

    assert [" ".join(line.split()) for line in out.splitlines()[2:] if line] == [
        "✓ start: a dry run, nothing was done. NOT IN MAINTENANCE",
        "HTTPS:443 of shop is NOT IN MAINTENANCE",
        "would end when you end it",
        "1 → 50000 host-header: placeholder.invalid ◀ placeholder rule",
        "2 path-pattern: /a2* and host-header: checkout.shop.example.com forward: shop-web",
        "… 29 more; --rules shows all",
        "49999 path-pattern: /\\u001b[2J forward: shop-web",
        "50000 → 1 path-pattern: /* ◀ maintenance rule",
        "default any request that is left forward: shop-web",
        "✓ start: a dry run, nothing was done. NOT IN MAINTENANCE",
    ]
    assert len(run("start", "--no-end", "--dry-run", "--rules")[1].splitlines()) == len(out.splitlines()) + 28


@pytest.mark.parametrize("words", ["status", "start --minutes 90", "end"])
def test_a_small_terminal_is_enough(run: Run, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    os.environ.update(COLUMNS="80", TERM="dumb")
    run.listener |= {**SWAP, "state": "active", "since": "2026-03-01T22:00:00Z"}
    run.warn("stays-open", "these stay open: all requests but those for path-pattern /* and host-header *.example.com")
    run.answers |= subscribed("PendingConfirmation")

    lines = run(*words.split())[1].rstrip().splitlines()

    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "IN MAINTENANCE" in lines[-1]
    assert lines[-1] == lines[0 if words == "status" else 2]
    assert "until       you end it: `scripts/maintenance end`" in lines
    assert {"host-header:", "checkout.shop.example.com", "shop-web"} <= set(" ".join(lines).split())


def test_advice_keeps_what_was_typed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile ops]\n")
    run.listener["state"] = "active"
    run.answers |= subscribed("Deleted")

    out = run("status", "--stack", "shop 2", "--region", "eu-north-1", "--profile", "ops")[1]

    assert "`scripts/maintenance end --profile ops --region eu-north-1 --stack 'shop 2'`" in out
    assert f"\naws sns subscribe --profile ops --region eu-central-1 --topic-arn {TOPIC} " in out
    assert "`scripts/maintenance end`" in run("status")[1]


@pytest.mark.parametrize("code", ["overtaken", "window-kept"])
def test_an_undone_event_ends_with_one(run: Run, code: str) -> None:
    run.warn(code)

    exit_code, out, _ = run("start", "--minutes", "5", "--url", URL)

    assert exit_code == 1
    assert "✓" not in out
    assert f"! {code}: because" in out


def test_a_lost_wait_keeps_the_answer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.traffic, "wait", mock.Mock(side_effect=Failure("not yet closed")))

    code, out, err = run("start", "--no-end", "--json", "--url", URL)

    answer = json.loads(out)
    assert (code, len(run.events), answer["outcome"], answer["visitors"]) == (1, 1, "changed", None)
    assert "✗ not yet closed" in err


def test_a_machine_gets_an_object_and_a_code(run: Run) -> None:
    run.warn("active-priority-taken")

    exit_code, out, err = run("status", "--check", "--json")

    answer = json.loads(out)
    assert (exit_code, err, answer["standing"]) == (5, "", "open-not-ready")
    assert (answer["account"], answer["listeners"][0]["name"]) == ("123456789012", "HTTPS:443 of shop")
    assert run("status")[0] == 0


EUROPE = {"AWS_REGION": "eu-central-1"}
REFUSED = "the region is eu-central-1, but samconfig.toml deploys to eu-west-1; accepted: --region eu-west-1, or"


@pytest.mark.parametrize(
    ("environment", "samconfig", "words", "expected"),
    [
        (EUROPE, "version = 0.1", "end", "eu-central-1"),
        ({**EUROPE, "AWS_DEFAULT_REGION": "eu-west-1"}, "", "end", "eu-central-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "", "end", "eu-west-1"),
        ({}, "", "end", "us-east-1"),
        (EUROPE, 'region = "eu-central-1"', "end", "eu-central-1"),
        (EUROPE, 'region = "eu-west-1"\n# region = "eu-central-1"', "end", REFUSED),
        (EUROPE, 'region = "eu-west-1"', "end --region eu-north-1", "eu-north-1"),
    ],
)
def test_the_region_is_the_one_given(
    run: Run, tmp_path: Path, environment: dict[str, str], samconfig: str, words: str, expected: str
) -> None:
    (tmp_path / "config").write_text("[default]\nregion = us-east-1\n")
    (tmp_path / "samconfig.toml").write_text(samconfig)
    os.environ.pop("AWS_REGION")
    os.environ.update(environment)

    code, _, err = run(*words.split())

    assert (code, len(run.events)) == ((2, 0) if expected is REFUSED else (0, 1))
    assert expected in err if expected is REFUSED else run.regions == {expected}
