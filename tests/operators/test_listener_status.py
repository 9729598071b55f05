"""The listeners' status, from the switcher's answer."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from scripts.operators.invocation import Switcher
from scripts.operators.listener_status import ListenerStatus, facts, headline, worst

NOW = datetime(2026, 11, 25, 22, 35, tzinfo=timezone.utc)
RULES = [
    {"priority": "1", "ruleArn": "tests", "conditions": ["source-ip: 203.0.113.0/24", "path-pattern: /a*"]},
    {"priority": "2", "ruleArn": "status", "conditions": ["path-pattern: /status"]},
    {"priority": "3", "ruleArn": "another stack's", "conditions": ["host-header: placeholder.invalid"]},
    {"priority": "4", "ruleArn": "maintenance", "conditions": ["path-pattern: /*"]},
    {"priority": "5", "ruleArn": "shop", "conditions": ["path-pattern: /a*"], "action": "forward: shop"},
    {"priority": "default", "ruleArn": "default", "conditions": [], "action": "fixed-response: 404"},
]


def listener(state: str, *codes: str, until: str | None = None, **others: Any) -> dict[str, Any]:  # noqa: ANN401
    since = "2026-11-25T22:00:00Z" if state == "active" else None
    warnings = [{"code": code, "message": ""} for code in codes]
    own = {"state": state, "since": since, "until": until, "ruleArn": "maintenance", "rules": RULES}
    return own | {"warnings": warnings} | others


# What else is at rest: a stand-in above the maintenance rule.
STAND_IN = {"priority": "3", "ruleArn": "stand-in", "conditions": ["path-pattern: /*"]}
SHADOWED = listener("resting", "shadows-rules", rules=[STAND_IN | {"action": "forward: web"}, *RULES[3:]])
HARMLESS = listener("resting", "shadows-rules", rules=[STAND_IN | {"action": "forward: shop"}, *RULES[3:]])
LATER, EARLIER = "2026-11-26T00:00:00Z", "2026-11-25T22:30:00Z"


@pytest.mark.parametrize(
    ("listeners", "expected", "code"),
    [
        ([listener("resting", "stays-open")], ListenerStatus.OPEN, 0),
        ([listener("resting", "no-healthy-target")], ListenerStatus.NOT_READY, 5),
        ([listener("active", until=LATER)], ListenerStatus.CLOSED, 3),
        ([listener("active", until=EARLIER)], ListenerStatus.OVERDUE, 4),
        ([listener("resting", "no-healthy-target", "reachable-at-rest")], ListenerStatus.TURNED_AWAY, 4),
        ([listener("resting", "shadows-rules")], ListenerStatus.TURNED_AWAY, 4),
        ([SHADOWED], ListenerStatus.TURNED_AWAY, 4),
        ([HARMLESS], ListenerStatus.OPEN, 0),
        # In a window it is what a window is for.
        ([listener("active", "reachable-at-rest", "no-healthy-target")], ListenerStatus.CLOSED, 3),
        ([listener("resting"), listener("active")], ListenerStatus.CLOSED, 3),
        ([listener("active", until=EARLIER), listener("active", until=LATER)], ListenerStatus.OVERDUE, 4),
    ],
)
def test_the_worst_listener_gives_the_status(
    listeners: list[dict[str, Any]], expected: ListenerStatus, code: int
) -> None:
    assert worst(listeners, NOW) is expected
    assert worst(listeners, NOW).code == code


def test_listeners_that_differ_are_the_headline() -> None:
    assert headline([listener("resting")] * 2, NOW) == "NOT IN MAINTENANCE"
    assert headline([listener("resting"), listener("active")], NOW).startswith("THE LISTENERS DIFFER: send the event")


def listed(window: dict[str, Any], active_priority: int = 4) -> list[tuple[str, str]]:
    """List what is known of a listener, for a stack whose times are in UTC."""
    parameters = {"ActivePriority": str(active_priority), "StatusPath": "/status"}
    parameters |= {"ScheduleTimeZone": "UTC", "StartSchedule": "cron(0 22 ? * SUN *)"}
    return facts(window, Switcher("shop", "", "123456789012", "eu-central-1", parameters, {}), NOW)


def test_a_window_is_listed() -> None:
    assert listed(listener("active", until=LATER, reason="DB upgrade", message="Back by one")) == [
        ("since", "2026-11-25T22:00:00Z, 35 min ago"),
        ("until", "2026-11-26T00:00:00Z, 1 h 25 min left"),
        ("reason", "DB upgrade"),
        ("message", "Back by one"),
        ("stays live", "1 (source-ip: 203.0.113.0/24 and path-pattern: /a*)"),
    ]
    assert listed(listener("active", since=None, reason=None), active_priority=1) == [
        ("since", "not known"),
        ("until", "you end it: `scripts/maintenance end`"),
    ]


def test_an_overdue_window_has_a_remedy() -> None:
    assert dict(listed(listener("active", until=EARLIER)))["until"] == (
        "2026-11-25T22:30:00Z, 5 min ago: the check ends it within five minutes; if not, `scripts/maintenance end`"
    )
