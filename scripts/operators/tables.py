"""What is shown: rules as tables, the rest as lines."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .findings import Advice, Finding, Level
from .listener import Listener

# Nothing is cut or folded where nobody sees it, so that it can be searched.
UNFOLDED = 1000


def console() -> Console:
    """Return the terminal, or the file or pipe in its place."""
    return Console(width=None if sys.stdout.isatty() else UNFOLDED, highlight=False)


def line(text: str, style: str = "") -> None:
    """Print one paragraph, which the terminal folds where it ends: a copy of it is whole."""
    console().print(Text(text, style=style), soft_wrap=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield what shows how far a wait has come: in place on a terminal, else a line for each change, as errors go."""
    errors = Console(stderr=True, highlight=False)
    shown = ""

    def tell(text: str) -> None:
        nonlocal shown
        if errors.is_terminal:
            status.update(Text(text))
        elif text != shown:
            errors.print(Text(text), soft_wrap=True)
        shown = text

    with errors.status("") as status:
        yield tell


def rules(header: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    """Print rules in the order in which the load balancer asks them; a row's last cell marks it."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in header:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row), style="bold" if row[-1] else "")
    console().print(table)


def answer(answered: dict[str, Any]) -> None:
    """Print what the switcher answered."""
    dry = answered["dryRun"]
    line(f"✓ {answered['type']}: {'a dry run, nothing was done' if dry else answered['outcome']}", "bold green")
    for listener in answered["listeners"]:
        name = listener["listenerArn"].split(":listener/")[-1]
        line(f"\n{name} is {_state(listener, dry_start=dry and answered['type'] == 'start')}\n", "bold")
        _rules_of(listener)
        for warning in listener["warnings"]:
            # It says that the window is not what was just asked for.
            style = "bold reverse yellow" if warning["code"] == "window-kept" else "yellow"
            line(f"\n! {warning['code']}: {warning['message']}", style)


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
    styles = {Level.GOOD: "green", Level.NOTE: "yellow", Level.FIRST: "red"}
    for finding in findings:
        line(f"{finding.level.value} {finding.text}", styles[finding.level])
        if finding.todo:
            line(f"  → {finding.todo}")


def _state(listener: dict[str, Any], *, dry_start: bool) -> str:
    resting = listener["state"] == "resting"
    until = f"until {listener['until']} at the latest" if listener["until"] else "until somebody ends it"
    since = f" since {listener['since']}" if listener["since"] else ""
    now = "NOT in maintenance" if resting else f"IN MAINTENANCE{since}"
    if dry_start:
        # Of a start's dry run, `until` is the one that the start would make.
        return f"{now}; this start would {'close' if resting else 'keep'} it {until}"
    return now if resting else f"{now}, {until}"


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
