"""Answers as lines and tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from . import listener_status
from .findings import Advice, Finding, Level
from .invocation import Switcher
from .listener import Listener, region_of
from .listener_status import ListenerStatus
from .printing import console, line, lines, shown

STYLES = {Level.GOOD: "green", Level.NOTE: "yellow", Level.FIRST: "red"}
MARKS = {Level.GOOD: "✓", Level.NOTE: "!", Level.FIRST: "✗"}
HEADLINES = {ListenerStatus.OPEN: "bold green", ListenerStatus.NOT_READY: "bold reverse yellow"}
HEADLINES[ListenerStatus.CLOSED] = "bold reverse yellow"
# Warnings which say that the event has not done what it asks for.
UNDONE = {"overtaken", "window-kept"}


def done(answered: dict[str, Any]) -> bool:
    """Return whether a start or an end has done what it asks for."""
    return not any(warning["code"] in UNDONE for one in answered["listeners"] for warning in one["warnings"])


def status(answered: dict[str, Any], switcher: Switcher, beside: dict[str, Finding], now: datetime) -> None:
    """Print the system's status: what matters most comes first."""
    listeners = answered["listeners"]
    style = HEADLINES.get(listener_status.worst(listeners, now), "bold reverse red")
    line(listener_status.headline(listeners, now), style)
    _facts([("stack", switcher.place)])
    _listeners(answered, switcher, now)
    line()
    _facts(
        (name, f"{finding.text}{f' → {finding.todo}' if finding.todo else ''}", STYLES[finding.level])
        for name, finding in beside.items()
    )


def answer(answered: dict[str, Any], switcher: Switcher, now: datetime) -> None:
    """Print the answer to a start or an end."""
    outcome = "a dry run, nothing was done" if answered["dryRun"] else answered["outcome"]
    if done(answered):
        line(f"✓ {answered['type']}: {outcome}", "bold green")
    else:
        line(f"✗ {answered['type']}: {outcome}, and not as asked for; see the warning", "bold red")
    _listeners(answered, switcher, now)


def report(made: dict[str, Any]) -> None:
    """Print the requests during maintenance."""
    between = f"between {made['begin']} and {made['end']} in {made['log_group']}"
    if not made["requests"]:
        line(f"No requests {between}.")
        return
    line(f"{made['requests']} requests {between}", "bold")
    line(f"{made['page_checks']} of them are HEAD: with these the page asks whether the system is back")
    minutes = "the minute" if made["peak_minutes"] == 1 else f"the {made['peak_minutes']} minutes"
    peak = f"at the peak {made['peak_requests']} in {minutes} from {made['peak_minute']}"
    line(f"the first at {made['first']}, the last at {made['last']}; {peak}")
    for rows, columns in (
        ("outcomes", ("requests", "outcome", "first", "last")),
        ("paths", ("requests", "method", "host", "path", "first", "last")),
        ("hosts", ("requests", "host", "first", "last")),
    ):
        line()
        _table(columns, [[str(row.get(column, "")) for column in columns] for row in made[rows]])


def advice(given: Advice, listeners: list[Listener], profile: str | None) -> None:
    """Print the findings on listeners, and the command that deploys."""
    for listener, findings in zip(listeners, given.of_listeners, strict=True):
        line(f"{listener.name} ({listener.arn})", "bold")
        line()
        _rules([rule.answered for rule in (*listener.rules, listener.default)])
        line()
        _findings(findings)
        line()
    _findings(given.of_all)
    line()
    if not given.ready:
        line("✗ Not ready to be deployed: do what is marked ✗ first, then run preflight again.", "bold red")
        return
    line("✓ Ready to be deployed, after `sam build`:", "bold green")
    line()
    lines(given.command(region_of(listeners[0].arn), profile))


def _findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        line(f"{MARKS[finding.level]} {finding.text}", STYLES[finding.level])
        if finding.todo:
            line(f"  → {finding.todo}")


def _facts(rows: Iterable[tuple[str, ...]]) -> None:
    """Print names and texts, with a style if there is a third cell."""
    for name, text, *style in rows:
        line(f"{name:<11} {text}", *style)


def _listeners(answered: dict[str, Any], switcher: Switcher, now: datetime) -> None:
    for listener in answered["listeners"]:
        dry = answered["dryRun"]
        would = _would(answered["type"], listener) if dry else ""
        line()
        line(f"{listener['name']} is {ListenerStatus.of(listener, now).headline}{would}", "bold")
        _facts([] if dry else listener_status.facts(listener, switcher.active_priority, now, switcher.zone))
        for warning in listener["warnings"]:
            style = "bold reverse yellow" if warning["code"] in UNDONE else "yellow"
            line(f"! {warning['code']}: {warning['message']}", style)
        line()
        _rules(listener["rules"], listener["moves"], listener["ruleArn"])


def _would(event: str, listener: dict[str, Any]) -> str:
    """Say what a dry run's event would do; `until` and `message` are those that a start would set."""
    if event != "start":
        return ", and this end would open it" if listener["moves"] else ""
    does = "keep" if listener["state"] == "active" else "have"
    message = f" and publish the message: {listener['message']}" if listener.get("message") else ""
    return f", and this start would {does} it closed until {listener['until'] or 'you end it'}{message}"


def _rules(rules: list[dict[str, Any]], moves: Iterable[dict[str, Any]] = (), maintenance_rule: str = "") -> None:
    """Print rules, in the switcher's own form, in the order in which the load balancer tries them."""
    moved = {move["ruleArn"]: f"{move['from']} → {move['to']}" for move in moves}
    rows = [
        [
            str(rule["priority"]),
            moved.get(rule["ruleArn"], ""),
            " and ".join(rule["conditions"]) or "any request that is left",
            rule["action"],
            "◀ maintenance rule" if rule["ruleArn"] == maintenance_rule else "",
        ]
        for rule in rules
    ]
    _table(("priority", "moved", "matches", "does", ""), rows)


def _table(header: Iterable[str], rows: Iterable[list[str]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in header:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row), style="bold" if row[-1].startswith("◀") else "")
    console().print(table)
