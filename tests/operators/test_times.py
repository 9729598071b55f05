"""Times as people write and read them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from scripts.operators.failures import WrongUse
from scripts.operators.times import shown, span, until

NOW = datetime(2026, 3, 1, 22, 35, tzinfo=timezone.utc)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06:00", "2026-03-02T05:00:00Z"),
        ("23:45", "2026-03-01T22:45:00Z"),
        ("23:35", "2026-03-02T22:35:00Z"),
        ("06:00:30", "2026-03-02T05:00:30Z"),
        ("2026-03-02 06:00", "2026-03-02T05:00:00Z"),
        ("2026-03-02T06:00:15", "2026-03-02T05:00:15Z"),
        ("2026-03-02T05:00:00Z", "2026-03-02T05:00:00Z"),
        ("2026-03-03 06:00+09:00", "2026-03-02T21:00:00Z"),
        ("2026-03-30 06:00", "2026-03-30T04:00:00Z"),
    ],
)
def test_a_time_is_read_in_its_zone(text: str, expected: str) -> None:
    assert until(text, BERLIN, NOW) == expected


def test_without_a_zone_it_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    try:
        assert until("08:00", None, NOW) == "2026-03-01T23:00:00Z"
        assert shown(NOW, None) == "2026-03-01T22:35:00Z (Mon 07:35 KST)"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9999-12-31 23:59-01:00", "accepted: 06:00"),
        ("tomorrow", 'accepted: 06:00, "2026-03-02 06:00" or 2026-03-02T05:00:00Z'),
        ("2026-03-01 23:00", "2026-03-01T22:00:00Z .Sun 23:00 Europe/Berlin. is past"),
        ("2026-03-29 02:30", "the clocks skip that time"),
    ],
)
def test_other_times_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        until(text, BERLIN, NOW)


def test_a_time_in_utc_is_shown_once() -> None:
    assert shown(NOW, timezone.utc) == "2026-03-01T22:35:00Z"


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=59), "less than a minute"),
        # The function's clock is before the machine's.
        (timedelta(seconds=-1), "less than a minute"),
        (timedelta(hours=2, seconds=30), "2 h"),
        (timedelta(days=4, hours=7, minutes=56), "4 d 7 h"),
    ],
)
def test_a_length_has_two_units_at_most(length: timedelta, expected: str) -> None:
    assert span(length) == expected
