"""The requests during maintenance, from the answers of Logs Insights."""

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from scripts.operators import report
from tests.operators.conftest import Run

BEGIN = datetime(2026, 11, 25, 22, tzinfo=timezone.utc)
END = datetime(2026, 11, 26, 1, tzinfo=timezone.utc)
PEAK, LATE = "2026-11-25 22:30:00.000", "2026-11-25 23:59:00.000"
OUTCOMES = [
    {"outcome": "unavailable", "bin(2m)": PEAK, "requests": "640"},
    {"outcome": "unavailable", "bin(2m)": LATE, "requests": "5.6E2"},
    {"outcome": "page", "bin(2m)": PEAK, "requests": "3"},
]
PATHS = [
    {"host": "shop.example.com", "method": "GET", "path": "/b/orders", "requests": "1200", "@ptr": "x"},
    {"host": "shop.example.com", "method": "HEAD", "path": "/b/orders", "requests": "3"},
]


def results(run: Run, *queries: list[dict[str, str]], status: str = "Complete") -> None:
    """Answer the first query, then the second one."""
    cells = [[[{"field": f, "value": v} for f, v in row.items()] for row in rows] for rows in queries]
    answers = iter([{"status": status, "results": rows} for rows in cells])
    run.answers |= {"StartQuery": {"queryId": "1"}, "GetQueryResults": lambda: next(answers)}


def test_counts_are_added_up(run: Run) -> None:
    results(run, OUTCOMES, PATHS, OUTCOMES, PATHS, [], [])
    made = json.loads(run("report", "--hours", "28", "--json")[1])

    assert (made["requests"], made["page_checks"], made["peak_minutes"]) == (1203, 3, 2)
    assert (made["peak_requests"], made["peak_minute"]) == (643, "2026-11-25T22:30:00Z")
    assert (made["first"], made["last"]) == ("2026-11-25T22:30:00Z", "2026-11-25T23:59:00Z")
    assert made["outcomes"] == [{"requests": 1200, "outcome": "unavailable"}, {"requests": 3, "outcome": "page"}]
    assert made["hosts"] == [{"requests": 1203, "host": "shop.example.com"}]
    shown = run("report", "--hours", "28")[1]
    assert "counted by 2 minutes: the first is 2026-11-25T22:30:00Z, the last 2026-11-25T23:59:00Z, " in shown
    assert re.search(r"\n1200 +GET +shop.example.com +/b/orders *\n", shown)
    assert run("report", "--hours", "28")[1].startswith("No requests between 2")


LAST = {"since": "2026-11-25T22:00:00Z", "endedAt": "2026-11-25T23:00:00Z"}


@pytest.mark.parametrize(
    ("listeners", "expected"),
    [
        ([{"since": "2026-11-25T23:30:00Z"}, {"since": "2026-11-25T22:00:00Z"}], (BEGIN, END)),
        ([{"since": None, "lastWindow": LAST}], (BEGIN, BEGIN + timedelta(minutes=61))),
        ([{"since": None, "lastWindow": None}], (END - timedelta(hours=24), END)),
    ],
)
def test_the_report_is_of_a_window(listeners: list[dict[str, Any]], expected: tuple[datetime, datetime]) -> None:
    assert report.window(listeners, END) == expected


@pytest.mark.parametrize("ended", ["Failed", "Timeout", "Running"])
def test_a_query_is_stopped_on_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch, ended: str) -> None:
    monkeypatch.setattr(report, "LONGEST_WAIT", -1)
    stopped = []
    results(run, [], status=ended)
    run.answers["StopQuery"] = lambda: stopped.append(ended)

    code, _, err = run("report")

    assert (code, stopped) == (1, [ended])
    assert re.search("ended as|was not read within", err)
