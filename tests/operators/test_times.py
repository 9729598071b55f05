"""Times as people write and read them, and the next run of a schedule."""

import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from scripts.operators.failures import WrongUse
from scripts.operators.times import next_run, shown, span, until

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
        ("", 'accepted: 06:00, "2026-03-02 06:00" or 2026-03-02T05:00:00Z'),
        ("9999-12-31 23:59-01:00", "accepted: 06:00"),
        ("2026-03-01 23:00", "2026-03-01T22:00:00Z .Sun 23:00 Europe/Berlin. is past"),
        ("2026-03-29 02:30", "the clocks skip that time"),
    ],
)
def test_other_times_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        until(text, BERLIN, NOW)


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


NOON = "2026-11-25T12:00:00"


@pytest.mark.parametrize(
    ("now", "expression", "zone", "expected"),
    [
        # AWS counts the days of the week from 1, a Sunday.
        (NOON, "cron(0 22 ? * 1 *)", "UTC", "Sun 2026-11-29 22:00 UTC, in 4 d 10 h, by cron(0 22 ? * 1 *) in UTC"),
        ("2026-11-25T14:03:20", "cron(3 14 * * ? *)", "UTC", "Thu 2026-11-26 14:03"),
        # Already tomorrow there.
        ("2026-11-25T15:00:00", "cron(30 0 ? * THU *)", "Asia/Seoul", "Thu 2026-11-26 00:30 Asia/Seoul, in 30 min"),
        # `L` alone is the week's last day, `6L` the month's last Friday.
        (NOON, "cron(0 22 ? * L *)", "Europe/Berlin", "Sat 2026-11-28 22:00"),
        (NOON, "cron(0 22 ? * 6L *)", "Europe/Berlin", "Fri 2026-11-27 22:00"),
        (NOON, "at(2026-12-01T22:00:00)", "Europe/Berlin", "Tue 2026-12-01 22:00 Europe/Berlin, in 6 d 9 h"),
        # Spring skips 02:30, autumn has it twice.
        ("2027-03-27T12:00:00", "cron(30 2 * * ? *)", "Europe/Berlin", "Mon 2027-03-29 02:30"),
        ("2026-10-25T00:45:00", "cron(30 2 * * ? *)", "Europe/Berlin", "Mon 2026-10-26 02:30"),
        (NOON, "at(2026-11-25T11:00:00)", "UTC", "never again by at(2026-11-25T11:00:00) in UTC"),
        (NOON, "cron(0 22 LW * ? *)", "UTC", "by cron(0 22 LW * ? *) in UTC"),
        (NOON, "cron(0 22 ? * SUN *)", "Nowhere/Else", "by cron(0 22 ? * SUN *) in Nowhere/Else"),
    ],
)
def test_the_next_run_is_in_its_time_zone(now: str, expression: str, zone: str, expected: str) -> None:
    at = datetime.fromisoformat(f"{now}+00:00")

    assert next_run(expression, zone, at).startswith(expected)
