"""What is said of a system at three in the morning."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from scripts.operators.standing import Standing, facts, span, worst

NOW = datetime(2026, 11, 25, 22, 35, tzinfo=timezone.utc)
RULES = [
    {"priority": "1", "ruleArn": "tests", "conditions": ["source-ip: 203.0.113.0/24", "path-pattern: /a*"]},
    {"priority": "2", "ruleArn": "maintenance", "conditions": ["path-pattern: /*"]},
    {"priority": "3", "ruleArn": "shop", "conditions": ["path-pattern: /a*"]},
    {"priority": "default", "ruleArn": "default", "conditions": []},
]


def listener(state: str, *codes: str, until: str | None = None, **others: Any) -> dict[str, Any]:  # noqa: ANN401
    since = "2026-11-25T22:00:00Z" if state == "active" else None
    warnings = [{"code": code, "message": ""} for code in codes]
    own = {"state": state, "since": since, "until": until, "ruleArn": "maintenance", "rules": RULES}
    return own | {"warnings": warnings} | others


LATER, EARLIER = "2026-11-26T00:00:00Z", "2026-11-25T22:30:00Z"


@pytest.mark.parametrize(
    ("listeners", "expected"),
    [
        ([listener("resting", "no-healthy-target")], Standing.OPEN),
        ([listener("active")], Standing.CLOSED),
        ([listener("active", until=LATER)], Standing.CLOSED),
        ([listener("active", until=EARLIER)], Standing.OVERDUE),
        ([listener("resting", "reachable-at-rest")], Standing.TURNED_AWAY),
        ([listener("resting", "shadows-rules")], Standing.TURNED_AWAY),
        # In a window it is what a window is for.
        ([listener("active", "reachable-at-rest")], Standing.CLOSED),
        ([listener("partial")], Standing.TURNED_AWAY),
        ([listener("resting"), listener("active")], Standing.CLOSED),
        ([listener("active", until=EARLIER), listener("active", until=LATER)], Standing.OVERDUE),
        ([listener("partial"), listener("resting")], Standing.TURNED_AWAY),
    ],
)
def test_the_system_stands_as_its_worst_listener(listeners: list[dict[str, Any]], expected: Standing) -> None:
    assert worst(listeners, NOW) is expected


def test_a_window_is_told_with_the_time_that_is_left_and_who_gets_through() -> None:
    window = listener("active", until=LATER, reason="DB upgrade", message="Back by one")

    assert facts(window, 2, NOW) == [
        ("since", "2026-11-25T22:00:00Z, 35 min ago"),
        ("until", "2026-11-26T00:00:00Z, 1 h 25 min left"),
        ("reason", "DB upgrade"),
        ("message", "Back by one"),
        ("stays live", "1 (source-ip: 203.0.113.0/24 and path-pattern: /a*)"),
    ]


def test_a_window_that_is_over_says_who_ends_it() -> None:
    assert dict(facts(listener("active", until=EARLIER), 1, NOW))["until"] == (
        "2026-11-25T22:30:00Z, 5 min ago: the check ends it within five minutes; if not, scripts/maintenance end"
    )


def test_a_window_of_which_nothing_is_recorded_has_to_be_ended_by_somebody() -> None:
    assert facts(listener("active", since=None, reason=None), 1, NOW) == [
        ("since", "not known"),
        ("until", "somebody ends it: scripts/maintenance end"),
    ]


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(hours=2, seconds=30), "2 h"),
        (timedelta(days=4, hours=7, minutes=56), "4 d 7 h"),
        (timedelta(days=1, minutes=5), "1 d"),
    ],
)
def test_a_length_has_two_units_at_most(length: timedelta, said: str) -> None:
    assert span(length) == said
