"""The next run of a schedule."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from scripts.operators.schedule import Schedule

NOW = datetime(2026, 11, 25, 14, 3, 20, tzinfo=timezone.utc)


def upcoming(expression: str, zone: str, now: datetime = NOW) -> str:
    return Schedule(expression, zone, enabled=True).upcoming(now).astimezone(timezone.utc).isoformat()[:16]


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        # AWS counts the days of the week from 1, a Sunday.
        ("cron(0 22 ? * 1 *)", "UTC", "2026-11-29T22:00"),
        ("cron(3 14 * * ? *)", "UTC", "2026-11-26T14:03"),
        # Already tomorrow there.
        ("cron(30 0 ? * THU *)", "Asia/Seoul", "2026-11-25T15:30"),
        # `L` alone is the week's last day, `6L` the month's last Friday.
        ("cron(0 22 ? * L *)", "Europe/Berlin", "2026-11-28T21:00"),
        ("cron(0 22 ? * 6L *)", "Europe/Berlin", "2026-11-27T21:00"),
        ("at(2026-12-01T22:00:00)", "Europe/Berlin", "2026-12-01T21:00"),
    ],
)
def test_the_next_run_follows_its_time_zone(expression: str, zone: str, expected: str) -> None:
    assert upcoming(expression, zone) == expected


# Spring skips 02:30, autumn has it twice.
@pytest.mark.parametrize(
    ("now", "expected"),
    [("2027-03-27T12:00+00:00", "2027-03-29T00:30"), ("2026-10-25T00:45+00:00", "2026-10-26T01:30")],
)
def test_clock_changes_skip_or_take_one_run(now: str, expected: str) -> None:
    assert upcoming("cron(30 2 * * ? *)", "Europe/Berlin", datetime.fromisoformat(now)) == expected


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            Schedule("cron(0 22 ? * SUN *)", "Europe/Berlin", enabled=True),
            "Sun 2026-11-29 22:00 Europe/Berlin, in 4 d 6 h, by cron(0 22 ? * SUN *)",
        ),
        (
            Schedule("cron(0 22 ? * SUN *)", "UTC", enabled=False),
            "none, the schedule is switched off: cron(0 22 ? * SUN *) in UTC",
        ),
        (Schedule("at(2026-11-25T14:00:00)", "UTC", enabled=True), "never again by at(2026-11-25T14:00:00) in UTC"),
        # What the library does not know is shown as it is.
        (Schedule("cron(0 22 LW * ? *)", "UTC", enabled=True), "by cron(0 22 LW * ? *) in UTC"),
        (Schedule("cron(0 22 ? * SUN *)", "Nowhere/Else", enabled=True), "by cron(0 22 ? * SUN *) in Nowhere/Else"),
    ],
)
def test_it_is_described_in_one_line(schedule: Schedule, expected: str) -> None:
    assert schedule.described(NOW).startswith(expected)
