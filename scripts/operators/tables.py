"""Answers as lines and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from . import listener_status
from .findings import Advice, Finding, Level
from .invocation import Switcher
from .listener import PLACEHOLDER, Listener, region_of
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


def headline(answered: dict[str, Any], now: datetime) -> None:
    """Print what an event has done, and whether the system is in maintenance."""
    style = HEADLINES.get(listener_status.worst(answered["listeners"], now), "bold reverse red")
    text = listener_status.headline(answered["listeners"], now)
    if answered["type"] != "status":
        outcome = "a dry run, nothing was done" if answered["dryRun"] else answered["outcome"]
        is_done = done(answered)
        outcome += "" if is_done else ", and not as asked for; see the warning"
        text = f"{'✓' if is_done else '✗'} {answered['type']}: {outcome}. {text}"
        style = "bold green" if is_done else "bold red"
    line(text, style)


def status(
    answered: dict[str, Any], switcher: Switcher, beside: dict[str, Finding], now: datetime, *, every_rule: bool
) -> None:
    """Print the system's status: what matters most comes first, and again where a terminal stands still."""
    headline(answered, now)
    _facts([("stack", switcher.place)])
    listeners(answered, switcher, now, every_rule=every_rule)
    line()
    _facts(
        (name, f"{finding.text}{f' → {finding.todo}' if finding.todo else ''}", STYLES[finding.level])
        for name, finding in beside.items()
    )
    line()
    headline(answered, now)


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


def advice(given: Advice, chosen: list[Listener], profile: str | None) -> None:
    """Print the findings on listeners, and the command that deploys."""
    for listener, findings in zip(chosen, given.of_listeners, strict=True):
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
    lines(given.command(region_of(chosen[0].arn), profile))


def _findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        line(f"{MARKS[finding.level]} {finding.text}", STYLES[finding.level], hanging=2)
        if finding.todo:
            line(f"  → {finding.todo}", hanging=4)


def _facts(rows: Iterable[tuple[str, ...]]) -> None:
    """Print names and texts, with a style if there is a third cell."""
    for name, text, *style in rows:
        line(f"{name:<11} {text}", *style, hanging=12)


def listeners(answered: dict[str, Any], switcher: Switcher, now: datetime, *, every_rule: bool) -> None:
    """Print each listener's window, warnings, and rules."""
    for listener in answered["listeners"]:
        dry = answered["dryRun"]
        would = _would(answered["type"], listener) if dry else ""
        line()
        line(f"{listener['name']} is {ListenerStatus.of(listener, now).headline}{would}", "bold")
        _facts([] if dry else listener_status.facts(listener, switcher, now))
        for warning in listener["warnings"]:
            style = "bold reverse yellow" if warning["code"] in UNDONE else "yellow"
            line(_brief(f"! {warning['code']}: {warning['message']}"), style, hanging=2)
        line()
        _rules(listener["rules"], listener["moves"], listener["ruleArn"], every=every_rule)


def _would(event: str, listener: dict[str, Any]) -> str:
    """Say what a dry run's event would do; `until` and `message` are those that a start would set."""
    if event != "start":
        return ", and this end would open it" if listener["moves"] else ""
    codes = {warning["code"] for warning in listener["warnings"]}
    if listener["state"] == "resting" and "active-priority-taken" in codes:
        return ", and this start would fail; see the warning"
    does = "keep" if listener["state"] == "active" else "have"
    message = f" and publish the message: {listener['message']}" if listener.get("message") else ""
    return f", and this start would {does} it closed until {listener['until'] or 'you end it'}{message}"


def _brief(text: str) -> str:
    """Name target groups as the console does, without prefix and id."""
    return re.sub(r"\btargetgroup/([^/\s]+)/[0-9a-z]+", r"\1", text)


def _rules(
    rules: list[dict[str, Any]], moves: Iterable[dict[str, Any]] = (), maintenance: str = "", *, every: bool = True
) -> None:
    """Print rules in the load balancer's order: all, or those that can move and their neighbours."""
    moved = {move["ruleArn"]: f"{move['from']} → {move['to']}" for move in moves}
    responds = {rule["action"] for rule in rules if rule["ruleArn"] == maintenance}
    rows = []
    for rule in rules:
        does = _brief(rule["action"])
        if PLACEHOLDER in rule["conditions"] or rule["action"] in responds:
            does = "◀ maintenance rule" if rule["ruleArn"] == maintenance else "◀ placeholder rule"
        matches = " and ".join(rule["conditions"]) or "any request that is left"
        rows.append([moved.get(rule["ruleArn"], rule["priority"]), matches, does])
    at = [number for number, row in enumerate(rows) if row[-1].startswith("◀")]
    near = {number + step for number in at for step in (-1, 0, 1)}
    printed = []
    for is_near, group in groupby(enumerate(rows), lambda one: every or one[0] in near):
        found = [row for _, row in group]
        printed += found if is_near or len(found) == 1 else [["…", f"{len(found)} more; --rules shows all", ""]]
    _table((), printed)


def _table(header: Iterable[str], rows: list[list[str]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", show_header=bool(header))
    for number, column in enumerate(header or rows[0]):
        # A column is never narrower than its longest word.
        words = [word for row in rows for word in shown(row[number]).split()]
        table.add_column(column, overflow="fold", min_width=max(map(len, words), default=0))
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row), style="bold" if row[-1].startswith("◀") else "")
    console().print(table, crop=False)
