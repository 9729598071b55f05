"""What is shown: rules as tables, the rest as lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Nothing is cut or folded where nobody sees it, so that it can be searched.
UNFOLDED = 1000


def console() -> Console:
    """Return the terminal, or the file or pipe in its place."""
    return Console(
        width=None if sys.stdout.isatty() else UNFOLDED, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def line(text: str, style: str = "") -> None:
    """Print one paragraph, which the terminal folds where it ends: a copy of it is whole."""
    console().print(Text(text, style=style), soft_wrap=True)


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
    dry = ", a dry run: nothing of this was done" if answered["dryRun"] else ""
    line(f"✓ {answered['type']}: {answered['outcome']}{dry}", "bold green")
    for listener in answered["listeners"]:
        line("")
        line(f"{listener['listenerArn'].split(':listener/')[-1]} is {_state(listener)}", "bold")
        line("")
        _rules_of(listener)
        for warning in listener["warnings"]:
            line("")
            line(f"! {warning['code']}: {warning['message']}", "yellow")


def _state(listener: dict[str, Any]) -> str:
    if listener["state"] == "resting":
        return "NOT in maintenance"
    since = f" since {listener['since']}" if listener["since"] else ""
    until = f", until {listener['until']} at the latest" if listener["until"] else ", until somebody ends it"
    return f"IN MAINTENANCE{since}{until}"


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
