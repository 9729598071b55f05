"""The listeners' status, from the switcher's answer."""

from datetime import datetime, timezone
from typing import Any

import pytest

from scripts.operators.listener_status import ListenerStatus, headline, window, worst

NOW = datetime(2026, 11, 25, 22, 35, tzinfo=timezone.utc)
RULES = [
    {"priority": "4", "ruleArn": "maintenance", "conditions": ["path-pattern: /*"]},
    {"priority": "5", "ruleArn": "shop", "conditions": ["path-pattern: /a*"], "action": "forward: shop"},
    {"priority": "default", "ruleArn": "default", "conditions": [], "action": "fixed-response: 404"},
]
LATER, EARLIER, SINCE = "2026-11-26T00:00:00Z", "2026-11-25T22:30:00Z", "2026-11-25T22:00:00Z"


def resting(*codes: str, stand_in: str = "", path: str = "/*") -> dict[str, Any]:
    above = {"priority": "3", "ruleArn": "above", "conditions": [f"path-pattern: {path}"], "action": stand_in}
    rules = [above, *RULES] if stand_in else RULES
    warnings = [{"code": code, "message": ""} for code in codes]
    return {"state": "resting", "until": None, "ruleArn": "maintenance", "rules": rules, "warnings": warnings}


def active(until: str | None, *codes: str, **more: str | None) -> dict[str, Any]:
    return {**resting(*codes), "state": "active", "since": SINCE, "until": until, **more}


@pytest.mark.parametrize(
    ("listeners", "expected"),
    [
        ([resting("stays-open")], ListenerStatus.OPEN),
        ([resting("no-healthy-target")], ListenerStatus.NOT_READY),
        ([active(LATER)], ListenerStatus.CLOSED),
        ([active(EARLIER)], ListenerStatus.OVERDUE),
        ([resting("no-healthy-target", "reachable-at-rest")], ListenerStatus.TURNED_AWAY),
        ([resting("shadows-rules")], ListenerStatus.TURNED_AWAY),
        ([resting("shadows-rules", stand_in="forward: web")], ListenerStatus.TURNED_AWAY),
        ([resting("shadows-rules", stand_in="forward: shop", path="/shop*")], ListenerStatus.TURNED_AWAY),
        # Its requests get the same from the stand-in.
        ([resting("shadows-rules", stand_in="forward: shop")], ListenerStatus.OPEN),
        # In a window it is what a window is for.
        ([active(None, "reachable-at-rest", "no-healthy-target")], ListenerStatus.CLOSED),
        ([active(EARLIER), active(LATER)], ListenerStatus.OVERDUE),
    ],
)
def test_the_worst_listener_gives_the_status(listeners: list[dict[str, Any]], expected: ListenerStatus) -> None:
    assert worst(listeners, NOW) is expected


def test_each_status_has_its_code() -> None:
    assert [status.code for status in ListenerStatus] == [0, 5, 3, 4, 4]


def test_listeners_that_differ_are_the_headline() -> None:
    assert headline([resting()] * 2, NOW) == "NOT IN MAINTENANCE"
    assert headline([resting(), active(None)], NOW).startswith("THE LISTENERS DIFFER: send the event")


BEGUN = f"{SINCE}, 35 min ago"
OVER = "5 min ago: the check ends it within five minutes; if not, `scripts/maintenance end`"
OPEN_END = {"since": "not known", "until": "you end it: `scripts/maintenance end`"}


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        (active(LATER, reason="DB"), {"since": BEGUN, "until": f"{LATER}, 1 h 25 min left", "reason": "DB"}),
        (active(None, since=None, message="Back soon"), OPEN_END | {"message": "Back soon"}),
        (active(EARLIER, reason=None), {"since": BEGUN, "until": f"{EARLIER}, {OVER}"}),
    ],
)
def test_a_window_has_an_end_and_a_remedy(closed: dict[str, Any], expected: dict[str, str]) -> None:
    assert window(closed, timezone.utc, NOW) == expected
