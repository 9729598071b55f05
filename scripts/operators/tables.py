"""What is shown: rules as tables, the rest as lines."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from . import standing
from .findings import Advice, Finding, Level
from .invocation import Switcher
from .listener import Listener
from .report import Report
from .standing import Standing

# Nothing is cut or folded where nobody sees it, so that it can be searched.
UNFOLDED = 1000
LEVELS = {Level.GOOD: "green", Level.NOTE: "yellow", Level.FIRST: "red"}
HEADLINES = {
    Standing.OPEN: "bold green",
    Standing.CLOSED: "bold reverse yellow",
    Standing.OVERDUE: "bold reverse red",
    Standing.TURNED_AWAY: "bold reverse red",
}


def console() -> Console:
    """Return the terminal, or the file or pipe in its place."""
    return Console(width=None if sys.stdout.isatty() else UNFOLDED, highlight=False)


def line(text: str, style: str = "", *, to_stderr: bool = False) -> None:
    """Print one paragraph, which the terminal folds where it ends: a copy of it is whole."""
    shown = Console(stderr=True, highlight=False) if to_stderr else console()
    shown.print(Text(text, style=style), soft_wrap=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield what shows how far a wait has come: in place on a terminal, else a line for each change, as errors go."""
    errors = Console(stderr=True, highlight=False)
    shown = ""

    def tell(text: str) -> None:
        nonlocal shown
        if errors.is_terminal:
            spinner.update(Text(text))
        elif text != shown:
            errors.print(Text(text), soft_wrap=True)
        shown = text

    with errors.status("") as spinner:
        yield tell


def rules(header: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    """Print rules in the order in which the load balancer asks them; a row's last cell marks it."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in header:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row), style="bold" if row[-1] else "")
    console().print(table)


def good(text: str) -> None:
    """Print that something is done."""
    line(text, "bold green")


def status(answered: dict[str, Any], switcher: Switcher, beside: dict[str, Finding], now: datetime) -> None:
    """Print how the system stands: what matters most comes first."""
    stands = standing.worst(answered["listeners"], now)
    line(stands.headline, HEADLINES[stands])
    _facts([("stack", switcher.place)])
    _listeners(answered, switcher, now)
    line("")
    _facts(
        (name, f"{finding.text}{f' → {finding.todo}' if finding.todo else ''}", LEVELS[finding.level])
        for name, finding in beside.items()
    )


def answer(answered: dict[str, Any], switcher: Switcher, now: datetime) -> None:
    """Print what came of a start or an end."""
    dry = answered["dryRun"]
    good(f"✓ {answered['type']}: {'a dry run, nothing was done' if dry else answered['outcome']}")
    _listeners(answered, switcher, now)


def report(made: Report) -> None:
    """Print who knocked."""
    between = f"between {made.begin} and {made.end}, says {made.log_group}"
    if not made.requests:
        line(f"Nobody knocked {between}.")
        return
    line(f"{made.requests} requests {between}", "bold")
    line(
        f"the first at {made.first}, the last at {made.last}; at the peak {made.peak_requests} in the minute from "
        f"{made.peak_minute}"
    )
    for rows, columns in (
        (made.outcomes, ("requests", "outcome", "first", "last")),
        (made.paths, ("requests", "method", "path", "first", "last")),
        (made.hosts, ("requests", "host")),
    ):
        line("")
        rules((*columns, ""), [(*(str(row.get(column, "")) for column in columns), "") for row in rows])


def advice(given: Advice, listeners: list[Listener], profile: str | None) -> None:
    """Print what is to be known of listeners, and how to deploy."""
    for listener, findings in zip(listeners, given.of_listeners, strict=True):
        line(f"{listener.name} ({listener.arn.text})\n", "bold")
        rules(
            ("priority", "matches", "does", ""),
            [
                (str(rule.priority or "default"), rule.matches, rule.does, "")
                for rule in (*listener.rules, listener.default)
            ],
        )
        line("")
        _findings(findings)
        line("")
    _findings(given.of_all)
    line("")
    if not given.ready:
        line("✗ Not to be deployed yet: do what is marked ✗ first, then ask again.", "bold red")
        return
    command = ["sam", "deploy", "--region", listeners[0].arn.region, *(["--profile", profile] if profile else [])]
    words = [f"{name}={value}" for name, value in given.parameters.items()]
    line("✓ Ready to be deployed, after `sam build`:\n", "bold green")
    line(" \\\n  ".join([shlex.join([*command, "--parameter-overrides"]), *map(shlex.quote, words)]))


def _findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        line(f"{finding.level.value} {finding.text}", LEVELS[finding.level])
        if finding.todo:
            line(f"  → {finding.todo}")


def _facts(rows: Iterable[tuple[str, ...]]) -> None:
    """Print names and what is said of them, with a style if there is a third cell."""
    for name, text, *style in rows:
        line(f"{name:<11} {text}", *style)


def _listeners(answered: dict[str, Any], switcher: Switcher, now: datetime) -> None:
    for listener in answered["listeners"]:
        dry = answered["dryRun"]
        would = _would(answered["type"], listener) if dry else ""
        line(f"\n{listener['name']} is {Standing.of(listener, now).headline}{would}", "bold")
        _facts([] if dry else standing.facts(listener, switcher.active_priority, now))
        for warning in listener["warnings"]:
            # It says that the window is not what was just asked for.
            style = "bold reverse yellow" if warning["code"] == "window-kept" else "yellow"
            line(f"! {warning['code']}: {warning['message']}", style)
        line("")
        _rules_of(listener)


def _would(event: str, listener: dict[str, Any]) -> str:
    """Say what a dry run's event would make of a listener; `until` and `message` are those that a start would make."""
    if event != "start":
        return ", and this end would open it" if listener["moves"] else ""
    does = "keep" if listener["state"] == "active" else "have"
    told = f" and tell visitors: {listener['message']}" if listener.get("message") else ""
    return f", and this start would {does} it closed until {listener['until'] or 'somebody ends it'}{told}"


def _rules_of(listener: dict[str, Any]) -> None:
    moved = {move["ruleArn"]: f"{move['from']} → {move['to']}" for move in listener["moves"]}
    rules(
        ("priority", "moved", "matches", "does", ""),
        [
            (
                rule["priority"],
                moved.get(rule["ruleArn"], ""),
                " and ".join(rule["conditions"]) or "what is left",
                rule["action"],
                "◀ maintenance rule" if rule["ruleArn"] == listener["ruleArn"] else "",
            )
            for rule in listener["rules"]
        ],
    )
