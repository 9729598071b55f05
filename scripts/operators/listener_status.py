"""The listeners' status, read from the switcher's answer. It asks nothing of AWS."""

from datetime import datetime, timedelta, tzinfo
from enum import Enum
from typing import Any

from . import times

# Warnings at rest by which a start would fail or visitors would get no answer.
NOT_READY = {"active-priority-taken", "no-healthy-target"}


class ListenerStatus(Enum):
    """What visitors meet; the later ones are worse."""

    # In JSON, in words, the words' style, and the exit code of `status --check`.
    OPEN = ("open", "NOT IN MAINTENANCE", "bold green", 0)
    NOT_READY = ("open-not-ready", "NOT IN MAINTENANCE, AND NOT READY FOR IT", "bold reverse yellow", 5)
    CLOSED = ("closed", "IN MAINTENANCE", "bold reverse yellow", 3)
    OVERDUE = ("overdue", "OVERDUE", "bold reverse red", 4)
    TURNED_AWAY = ("turned-away-at-rest", "VISITORS ARE TURNED AWAY AT REST", "bold reverse red", 4)

    def __init__(self, word: str, headline: str, style: str, code: int) -> None:
        self.word, self.headline, self.style, self.code = word, headline, style, code


def worst(listeners: list[dict[str, Any]], now: datetime) -> ListenerStatus:
    """Return the status of the system, or of one listener: that of the worst listener."""
    found = {_judged(listener, now) for listener in listeners}
    return [status for status in ListenerStatus if status in found][-1]


def _judged(listener: dict[str, Any], now: datetime) -> ListenerStatus:
    if listener["state"] == "active":
        is_over = listener["until"] and times.read(listener["until"]) <= now
        return ListenerStatus.OVERDUE if is_over else ListenerStatus.CLOSED
    warned = {warning["code"] for warning in listener["warnings"]}
    if "reachable-at-rest" in warned or ("shadows-rules" in warned and _loses_requests(listener)):
        return ListenerStatus.TURNED_AWAY
    return ListenerStatus.NOT_READY if warned & NOT_READY else ListenerStatus.OPEN


def _loses_requests(listener: dict[str, Any]) -> bool:
    """Return whether a rule below the maintenance rule does something else than the rule that gets its requests."""
    rules = [rule for rule in listener["rules"] if rule["priority"] != "default"]
    at = next(number for number, rule in enumerate(rules) if rule["ruleArn"] == listener["ruleArn"])
    alike = (["path-pattern: /*"], sorted(rules[at]["conditions"]))
    done = [rule["action"] for rule in rules[:at] if sorted(rule["conditions"]) in alike][:1]
    return any(rule["action"] not in done for rule in rules[at + 1 :])


def headline(listeners: list[dict[str, Any]], now: datetime) -> str:
    """Return the headline: listeners that differ in state come first, because their event has to be sent again."""
    if len({listener["state"] for listener in listeners}) > 1:
        return "THE LISTENERS DIFFER: send the event again, `scripts/maintenance start` or `end`"
    return worst(listeners, now).headline


def window(listener: dict[str, Any], zone: tzinfo | None, now: datetime) -> dict[str, str]:
    """Return a listener's window as names and texts, with times in a zone, too."""
    given = {key: listener[key] for key in ("reason", "message") if listener.get(key)}
    if listener["state"] != "active":
        return given
    since, until = (listener[key] and times.read(listener[key]) for key in ("since", "until"))
    begun = f"{times.shown(since, zone)}, {times.span(now - since)} ago" if since else "not known"
    end = "you end it: `scripts/maintenance end`"
    if until:
        over = "ago: the check ends it within five minutes; if not, `scripts/maintenance end`"
        left = times.span(abs(until - now)), "left" if until - now > timedelta() else over
        end = f"{times.shown(until, zone)}, {' '.join(left)}"
    return {"since": begun, "until": end, **given}
