"""Output that cannot be printed, and output that must not act on a terminal."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts.operators.printing import console, shown
from tests.harness.paths import ROOT

# More than a buffer holds, and the code of what was done before.
PRINT = "import sys; from scripts.operators import printing; printing.prepare(); "
PRINT += "printing.lines('x\\n' * 9_000); printing.line('y', to_stderr=True); sys.exit(7)"
SHORT = PRINT.replace("9_000", "1")


@pytest.mark.parametrize(
    ("where", "program"),
    [(where, PRINT) for where in ("> /dev/full", ">&-", "2>&-", ">&- 2>&-", "2> /dev/full", "| true")]
    + [(where, SHORT) for where in ("> /dev/full", "| true")],
)
def test_lost_output_changes_no_exit_code(where: str, program: str) -> None:
    # The code goes to a descriptor of its own, past what is lost.
    script = f'exec 3>&1; {{ "$0" -c "$1"; echo "code $?" >&3; }} {where}'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "code 7\n" in done.stdout
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J점검 \u200dé", "\\u001b[2J점검 \u200dé"),
        ("a\r\nb\tc\x7f", "a\\u000d\\u000ab\\u0009c\\u007f"),
        ("\x85\x9b31m", "\\u0085\\u009b31m"),
        ("\u202eevil\u2066\u200f\u2028", "\\u202eevil\\u2066\\u200f\\u2028"),
    ],
)
def test_what_would_act_is_escaped(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_no_columns_are_no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    assert console().width > 0
