"""Output that cannot be printed, and output that must not act on a terminal."""

import subprocess
import sys

import pytest

from scripts.operators import printing
from scripts.operators.printing import completed, console, line, lines
from tests.harness.paths import ROOT


@pytest.mark.parametrize(
    ("words", "code", "lost"),
    [
        *(("--help", 0, lost) for lost in ("> /dev/full", ">&-", "| true")),
        *(("report --hours 0", 2, lost) for lost in ("2> /dev/full", "2>&-", ">&- 2>&-")),
    ],
)
def test_lost_output_changes_no_exit_code(words: str, code: int, lost: str) -> None:
    # The code goes to a descriptor of its own, past what is lost.
    script = f'exec 3>&1; {{ "$0" -I scripts/operators {words}; echo "code $?" >&3; }} {lost}'
    done = subprocess.run(["bash", "-c", script, sys.executable], cwd=ROOT, capture_output=True, text=True, check=False)

    assert f"code {code}\n" in done.stdout
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J점검 \u200dé", "\\u001b[2J점검 \u200dé"),
        ("a\rb\tc\x7f", "a\\u000db\\u0009c\\u007f"),
        ("\x85\x9b31m", "\\u0085\\u009b31m"),
        ("\u202eevil\u2066\u200f\u2028", "\\u202eevil\\u2066\\u200f\\u2028"),
    ],
)
def test_what_would_act_is_escaped(capsys: pytest.CaptureFixture[str], text: str, expected: str) -> None:
    line(f"{text}\n")
    # It has lines of its own.
    lines(f"{text}\n")

    assert capsys.readouterr().out == f"{expected}\\u000a\n{expected}\n\n"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("sam deploy --region r", "sam deploy --profile p --region r"),
        ("aws elbv2 create-rule --region r", "aws elbv2 create-rule --profile p --region r"),
        ("scripts/maintenance preflight ARN", "scripts/maintenance preflight --profile p ARN"),
        ("`scripts/maintenance end`", "`scripts/maintenance end --profile p --stack s`"),
        ("`aws configure list-profiles`", "`aws configure list-profiles`"),
    ],
)
def test_commands_get_what_was_typed(monkeypatch: pytest.MonkeyPatch, command: str, expected: str) -> None:
    monkeypatch.setattr(printing, "TYPED", {"stack": "--stack s", "profile": "--profile p"})

    assert completed(command) == expected


def test_no_columns_are_no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    assert console().width > 0
