"""Who knocked, as Logs Insights answers it."""

from __future__ import annotations

from datetime import datetime, timezone

import boto3
import pytest
from botocore.stub import Stubber

from scripts.operators import report, tables
from scripts.operators.failures import Failure

BEGIN = datetime(2026, 11, 25, 22, tzinfo=timezone.utc)
END = datetime(2026, 11, 26, 1, tzinfo=timezone.utc)
NOTHING = {name: [] for name in report.QUERIES}
# The service gives times as milliseconds or as text; both are read.
FOUND = {
    "outcomes": [
        {"outcome": "unavailable", "requests": "1200", "first": "1795644061000", "last": "1.795651199E12"},
        {"outcome": "page", "requests": "3", "first": "2026-11-25 22:00:05.123", "last": "2026-11-25 22:10:00.000"},
    ],
    "paths": [
        {"path": "/b/orders", "method": "GET", "requests": "1200", "first": "1795644061000", "last": "1795651199000"}
    ],
    "hosts": [{"host": "shop.example.com", "requests": "1203", "@ptr": "x"}],
    "minutes": [{"bin(1m)": "2026-11-25 22:30:00.000", "requests": "640"}],
}


def test_what_was_found_is_counted_from_the_first_to_the_last() -> None:
    made = report.make("group", BEGIN, END, FOUND)

    assert (made.requests, made.peak_requests, made.peak_minute) == (1203, 640, "2026-11-25T22:30:00Z")
    assert (made.first, made.last) == ("2026-11-25T22:00:05Z", "2026-11-25T23:59:59Z")
    assert made.hosts == [{"host": "shop.example.com", "requests": 1203}]


def test_it_is_shown_as_tables(capsys: pytest.CaptureFixture[str]) -> None:
    tables.report(report.make("group", BEGIN, END, FOUND))

    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["1200", "GET", "/b/orders", "2026-11-25T22:01:01Z", "2026-11-25T23:59:59Z"] in shown
    assert ["1203", "shop.example.com"] in shown


def test_nobody_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    tables.report(report.make("group", BEGIN, END, NOTHING))

    assert capsys.readouterr().out == (
        "Nobody knocked between 2026-11-25T22:00:00Z and 2026-11-26T01:00:00Z, says group.\n"
    )


@pytest.mark.parametrize("ended", ["Failed", "Timeout", KeyboardInterrupt])
def test_queries_for_which_nobody_waits_any_more_are_stopped(
    monkeypatch: pytest.MonkeyPatch, ended: str | type[KeyboardInterrupt]
) -> None:
    def tell(_: str) -> None:
        if ended is KeyboardInterrupt:
            raise KeyboardInterrupt

    session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="none", region_name="eu-central-1")
    logs = session.client("logs")
    monkeypatch.setattr(report, "client", lambda *_: logs)
    with Stubber(logs) as stubber:
        for name in report.QUERIES:
            stubber.add_response("start_query", {"queryId": name})
        if ended is KeyboardInterrupt:
            for _ in report.QUERIES:
                stubber.add_response("get_query_results", {"status": "Running", "results": []})
        else:
            stubber.add_response("get_query_results", {"status": ended, "results": []})
        for name in report.QUERIES:
            stubber.add_response("stop_query", {"success": True}, {"queryId": name})
        with pytest.raises((Failure, KeyboardInterrupt)):
            report.ask(session, "group", BEGIN, END, tell)

        stubber.assert_no_pending_responses()
