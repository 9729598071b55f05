"""The listeners' status, read from the switcher's answer. It asks nothing of AWS."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from enum import Enum
from typing import Any

from . import times
from .invocation import Switcher
from .listener import PLACEHOLDER

# Warnings at rest by which a start would fail or visitors would get no answer.
NOT_READY = {"active-priority-taken", "no-healthy-target"}


class ListenerStatus(Enum):
    """What visitors meet; the later ones are worse."""

    # In JSON, in words, and the exit code of `status --check`.
    OPEN = ("open", "NOT IN MAINTENANCE", 0)
    NOT_READY = ("open-not-ready", "NOT IN MAINTENANCE, AND NOT READY FOR IT", 5)
    CLOSED = ("closed", "IN MAINTENANCE", 3)
    OVERDUE = ("overdue", "OVERDUE", 4)
    TURNED_AWAY = ("turned-away-at-rest", "VISITORS ARE TURNED AWAY AT REST", 4)

    def __init__(self, word: str, headline: str, code: int) -> None:
        self.word = word
        self.headline = headline
        self.code = code

    @classmethod
    def of(cls, listener: dict[str, Any], now: datetime) -> ListenerStatus:
        """Judge one listener of the switcher's answer."""
        if listener["state"] == "active":
            until = listener["until"] and times.read(listener["until"])
            return cls.OVERDUE if until and until <= now else cls.CLOSED
        warned = {warning["code"] for warning in listener["warnings"]}
        if "reachable-at-rest" in warned or ("shadows-rules" in warned and _loses_requests(listener)):
            return cls.TURNED_AWAY
        return cls.NOT_READY if warned & NOT_READY else cls.OPEN


def worst(listeners: list[dict[str, Any]], now: datetime) -> ListenerStatus:
    """Return the status of the system: that of its worst listener."""
    order = list(ListenerStatus)
    return max((ListenerStatus.of(listener, now) for listener in listeners), key=order.index)


def headline(listeners: list[dict[str, Any]], now: datetime) -> str:
    """Return the headline: listeners that differ in state come first, because their event has to be sent again."""
    if len({listener["state"] for listener in listeners}) > 1:
        return "THE LISTENERS DIFFER: send the event again, `scripts/maintenance start` or `end`"
    return worst(listeners, now).headline


def _loses_requests(listener: dict[str, Any]) -> bool:
    """Return whether a rule below the maintenance rule does something else than the rule that gets its requests."""
    rules = [rule for rule in listener["rules"] if rule["priority"] != "default"]
    at = next(number for number, rule in enumerate(rules) if rule["ruleArn"] == listener["ruleArn"])
    alike = (["path-pattern: /*"], sorted(rules[at]["conditions"]))
    done = [rule["action"] for rule in rules[:at] if sorted(rule["conditions"]) in alike][:1]
    return any(rule["action"] not in done for rule in rules[at + 1 :])


def facts(listener: dict[str, Any], switcher: Switcher, now: datetime) -> list[tuple[str, str]]:
    """Return a listener's window, and the rules that no window closes, as names and texts."""
    found, zone = [], switcher.zone
    # A placeholder gets no request.
    not_live = {PLACEHOLDER, f"path-pattern: {switcher.parameters.get('StatusPath')}"}
    if listener["state"] == "active":
        since = listener["since"] and times.read(listener["since"])
        found.append(("since", f"{times.shown(since, zone)}, {times.span(now - since)} ago" if since else "not known"))
        until = listener["until"] and times.read(listener["until"])
        found.append(("until", _end(until, now, zone) if until else "you end it: `scripts/maintenance end`"))
    found += [(key, listener[key]) for key in ("reason", "message") if listener.get(key)]
    for rule in (rule for rule in listener["rules"] if rule["priority"] != "default"):
        is_above = int(rule["priority"]) < switcher.active_priority and rule["ruleArn"] != listener["ruleArn"]
        if is_above and not_live.isdisjoint(rule["conditions"]):
            found.append(("stays live", f"{rule['priority']} ({' and '.join(rule['conditions'])})"))
    return found


def _end(until: datetime, now: datetime, zone: tzinfo | None) -> str:
    left = until - now
    if left > timedelta():
        return f"{times.shown(until, zone)}, {times.span(left)} left"
    over = f"{times.shown(until, zone)}, {times.span(-left)} ago"
    return f"{over}: the check ends it within five minutes; if not, `scripts/maintenance end`"
