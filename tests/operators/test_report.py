"""The requests during maintenance, from the answers of Logs Insights."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from scripts.operators import report
from scripts.operators.failures import Failure

BEGIN = datetime(2026, 11, 25, 22, tzinfo=timezone.utc)
END = datetime(2026, 11, 26, 1, tzinfo=timezone.utc)
# The service gives times as milliseconds or as text; both are read.
PEAK, LATE = "2026-11-25 22:30:00.000", "2026-11-25 23:59:00.000"
FIRST, LAST = {"first": "1795644061000", "last": "1795647000000"}, {"first": "1795644061000", "last": "1.795651199E12"}
FOUND = {
    "outcomes": [
        {"outcome": "unavailable", "bin(1m)": PEAK, "requests": "640", **FIRST},
        {"outcome": "unavailable", "bin(1m)": LATE, "requests": "560", **LAST},
        {
            "outcome": "page",
            "bin(1m)": PEAK,
            "requests": "3",
            "first": "2026-11-25 22:00:05.123",
            "last": "2026-11-25 22:10:00.000",
        },
    ],
    "paths": [
        {"host": "shop.example.com", "method": "GET", "path": "/b/orders", "requests": "1200", **LAST, "@ptr": "x"},
        {"host": "shop.example.com", "method": "HEAD", "path": "/b/orders", "requests": "3", **LAST},
    ],
}


def test_counts_are_added_up() -> None:
    made = report.make("group", BEGIN, END, FOUND)

    assert (made["requests"], made["peak_requests"], made["peak_minute"]) == (1203, 643, "2026-11-25T22:30:00Z")
    assert made["page_checks"] == 3
    assert (made["first"], made["last"]) == ("2026-11-25T22:00:05Z", "2026-11-25T23:59:59Z")
    assert [(row["outcome"], row["requests"]) for row in made["outcomes"]] == [("unavailable", 1200), ("page", 3)]
    assert [(row["host"], row["requests"]) for row in made["hosts"]] == [("shop.example.com", 1203)]


@pytest.mark.parametrize(
    ("listeners", "expected"),
    [
        ([{"since": "2026-11-25T23:30:00Z"}, {"since": "2026-11-25T22:00:00Z"}], (BEGIN, END)),
        (
            [{"since": None, "lastWindow": {"since": "2026-11-25T22:00:00Z", "endedAt": "2026-11-25T23:00:00Z"}}],
            (BEGIN, BEGIN + timedelta(minutes=61)),
        ),
        ([{"since": None, "lastWindow": None}], (END - timedelta(hours=24), END)),
    ],
)
def test_the_report_is_of_a_window(listeners: list[dict[str, Any]], expected: tuple[datetime, datetime]) -> None:
    assert report.window(listeners, END) == expected


@pytest.mark.parametrize(("hours", "minutes"), [(3, 1), (24, 1), (28, 2), (24 * 30, 26)])
def test_long_reports_count_in_longer_steps(hours: int, minutes: int) -> None:
    assert report.bin_minutes(END - timedelta(hours=hours), END) == minutes


@pytest.mark.parametrize("ended", ["Failed", "Timeout", "Running"])
def test_a_query_is_stopped_on_a_failure(monkeypatch: pytest.MonkeyPatch, ended: str) -> None:
    session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="none", region_name="eu-central-1")
    logs = session.client("logs")
    monkeypatch.setattr(report, "client", lambda *_: logs)
    monkeypatch.setattr(report, "LONGEST_WAIT", -1)
    with Stubber(logs) as stubber:
        stubber.add_response("start_query", {"queryId": "1"})
        stubber.add_response("get_query_results", {"status": ended, "results": []})
        stubber.add_response("stop_query", {"success": True}, {"queryId": "1"})
        with pytest.raises(Failure, match=r"ended as|was not read within"):
            report.ask(session, "group", BEGIN, END)

        stubber.assert_no_pending_responses()
