"""How a listener stands, in words for three in the morning. Nothing here asks AWS."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Any

# What turns visitors away although nobody closed the system.
AT_REST = {"reachable-at-rest", "shadows-rules"}


class Standing(Enum):
    """What visitors meet; the later ones are worse."""

    # In JSON, in words, and the exit code where one is asked for.
    OPEN = ("open", "NOT IN MAINTENANCE", 0)
    CLOSED = ("closed", "IN MAINTENANCE", 3)
    OVERDUE = ("overdue", "OVERDUE", 4)
    TURNED_AWAY = ("turned-away-at-rest", "VISITORS ARE TURNED AWAY AT REST", 4)

    def __init__(self, word: str, headline: str, code: int) -> None:
        self.word = word
        self.headline = headline
        self.code = code

    @classmethod
    def of(cls, listener: dict[str, Any], now: datetime) -> Standing:
        """Judge one listener of the switcher's answer."""
        if listener["state"] == "active":
            until = listener["until"] and time(listener["until"])
            return cls.OVERDUE if until and until <= now else cls.CLOSED
        warned = {warning["code"] for warning in listener["warnings"]}
        return cls.OPEN if listener["state"] == "resting" and AT_REST.isdisjoint(warned) else cls.TURNED_AWAY


def worst(listeners: list[dict[str, Any]], now: datetime) -> Standing:
    """Return how the system stands: as the listener that stands worst."""
    order = list(Standing)
    return max((Standing.of(listener, now) for listener in listeners), key=order.index)


def time(text: str) -> datetime:
    """Read a time of the answer."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def span(length: timedelta) -> str:
    """Say how long something takes, in its two largest units."""
    minutes = int(length.total_seconds()) // 60
    units = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min")]
    while units and not units[0][0]:
        units.pop(0)
    return " ".join(f"{count} {unit}" for count, unit in units[:2] if count) or "less than a minute"


def facts(listener: dict[str, Any], active_priority: int, now: datetime) -> list[tuple[str, str]]:
    """Say what is known of one listener's window, and which rules no window closes."""
    said = []
    if listener["state"] == "active":
        since, until = listener["since"], listener["until"]
        said.append(("since", f"{since}, {span(now - time(since))} ago" if since else "not known"))
        said.append(("until", _end(until, now) if until else "somebody ends it: scripts/maintenance end"))
    said += [(key, listener[key]) for key in ("reason", "message") if listener.get(key)]
    pinned = [rule for rule in listener["rules"] if rule["priority"] != "default"]
    for rule in pinned:
        if int(rule["priority"]) < active_priority and rule["ruleArn"] != listener["ruleArn"]:
            said.append(("stays live", f"{rule['priority']} ({' and '.join(rule['conditions'])})"))
    return said


def _end(until: str, now: datetime) -> str:
    left = time(until) - now
    if left > timedelta():
        return f"{until}, {span(left)} left"
    return f"{until}, {span(-left)} ago: the check ends it within five minutes; if not, scripts/maintenance end"
