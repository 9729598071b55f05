"""Answers as lines and tables."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from . import listener_status
from .findings import Advice, Finding
from .invocation import Switcher
from .listener import PLACEHOLDER, Listener
from .printing import completed, console, line, lines, shown

Answer = dict[str, Any]
# By a finding's level.
STYLES = {"good": "green", "note": "yellow", "first": "red"}
MARKS = {"good": "✓", "note": "!", "first": "✗"}
# Warnings which say that the event has not done what it asks for.
UNDONE = {"overtaken", "window-kept"}


def done(answered: Answer) -> bool:
    """Return whether a start or an end has done what it asks for."""
    return not any(warning["code"] in UNDONE for one in answered["listeners"] for warning in one["warnings"])


def headline(answered: Answer, now: datetime) -> None:
    """Print what an event has done, and whether the system is in maintenance."""
    text = listener_status.headline(answered["listeners"], now)
    outcome = "a dry run, nothing was done" if answered["dryRun"] else answered["outcome"]
    if answered["type"] == "status":
        line(text, listener_status.worst(answered["listeners"], now).style)
    elif done(answered):
        line(f"✓ {answered['type']}: {outcome}. {text}", "bold green")
    else:
        line(f"✗ {answered['type']}: {outcome}, and not as asked for; see the warning. {text}", "bold red")


def status(answered: Answer, switcher: Switcher, beside: dict[str, Finding], now: datetime, *, every: bool) -> None:
    """Print the system's status: what matters most comes first, and again where a terminal stands still."""
    headline(answered, now)
    _fact("stack", switcher.place)
    listeners(answered, switcher, now, every=every)
    line()
    for name, finding in beside.items():
        _finding(finding, f"{name:<11}", 12)
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
    step = "the minute" if made["peak_minutes"] == 1 else f"{made['peak_minutes']} minutes"
    peak = f"the busiest {made['peak_minute']} with {made['peak_requests']} requests"
    line(f"counted by {step}: the first is {made['first']}, the last {made['last']}, {peak}")
    for rows, columns in (
        ("outcomes", ("requests", "outcome")),
        ("paths", ("requests", "method", "host", "path")),
        ("hosts", ("requests", "host")),
    ):
        line()
        _table(columns, [[str(row.get(column, "")) for column in columns] for row in made[rows]])


def advice(given: Advice, chosen: list[Listener]) -> None:
    """Print the findings on listeners, and the command that deploys."""
    for listener, findings in zip(chosen, given.of_listeners, strict=True):
        line(f"{listener.name} ({listener.arn})", "bold")
        line()
        rules = (*listener.rules, listener.default)
        _table((), [_row(str(rule.priority or "default"), rule.conditions, rule.does) for rule in rules])
        line()
        for finding in findings:
            _finding(finding, MARKS[finding.level], 2)
        line()
    for finding in given.of_all:
        _finding(finding, MARKS[finding.level], 2)
    line()
    if not given.ready:
        line("✗ Not ready to be deployed: do what is marked ✗ first, then run preflight again.", "bold red")
        return
    line("✓ Ready to be deployed, after `sam build`:", "bold green")
    line()
    lines(completed(given.command))


def _finding(finding: Finding, mark: str, hanging: int) -> None:
    """Print a finding, and each of its commands as one line that can be copied."""
    line(f"{mark} {finding.text}", STYLES[finding.level], hanging=hanging)
    if finding.todo:
        line(f"{' ' * hanging}→ {finding.todo}", hanging=hanging + 2)
    for command in finding.commands:
        lines(completed(command))


def _fact(name: str, text: str) -> None:
    line(f"{name:<11} {text}", hanging=12)


def listeners(answered: Answer, switcher: Switcher, now: datetime, *, every: bool) -> None:
    """Print each listener's window, warnings, and rules: every one, or those that can move and their neighbours."""
    for listener in answered["listeners"]:
        status = listener_status.worst([listener], now)
        line()
        line(f"{listener['name']} is {status.headline}", "bold")
        # In a dry run, `until` is the one that the event would set.
        would_end = {"would end": listener["until"] or "when you end it"} if answered["type"] == "start" else {}
        window = would_end if answered["dryRun"] else listener_status.window(listener, switcher.zone, now)
        for name, text in window.items():
            _fact(name, text)
        for warning in listener["warnings"]:
            style = "bold reverse yellow" if warning["code"] in UNDONE else "yellow"
            line(_brief(f"! {warning['code']}: {warning['message']}"), style, hanging=2)
        line()
        _table((), _rules(listener, every=every))


def _brief(text: str) -> str:
    """Name target groups as the console does, without prefix and id."""
    return re.sub(r"\btargetgroup/([^/\s]+)/[0-9a-z]+", r"\1", text)


def _rules(listener: dict[str, Any], *, every: bool) -> list[list[str]]:
    moved = {move["ruleArn"]: f"{move['from']} → {move['to']}" for move in listener["moves"]}
    responds = {rule["action"] for rule in listener["rules"] if rule["ruleArn"] == listener["ruleArn"]}
    rows, near = [], set()
    for number, rule in enumerate(listener["rules"]):
        does = rule["action"]
        if PLACEHOLDER in rule["conditions"] or does in responds:
            does = "◀ maintenance rule" if rule["ruleArn"] == listener["ruleArn"] else "◀ placeholder rule"
            near |= {number - 1, number, number + 1}
        rows.append(_row(moved.get(rule["ruleArn"], rule["priority"]), rule["conditions"], does))
    shortened = []
    for is_near, group in groupby(enumerate(rows), lambda one: every or one[0] in near):
        found = [row for _, row in group]
        shortened += found if is_near or len(found) == 1 else [["…", f"{len(found)} more; --rules shows all", ""]]
    return shortened


def _row(place: str, conditions: Iterable[str], does: str) -> list[str]:
    return [place, " and ".join(conditions) or "any request that is left", _brief(does)]


def _table(header: Iterable[str], rows: list[list[str]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", show_header=bool(header))
    for number, column in enumerate(header or rows[0]):
        # A column is never narrower than its longest word.
        words = [word for row in rows for word in shown(row[number]).split()]
        table.add_column(column, overflow="fold", min_width=max(map(len, words), default=0))
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row), style="bold" if row[-1].startswith("◀") else "")
    console().print(table, crop=False)
