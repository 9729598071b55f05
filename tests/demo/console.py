"""The demo's output: headings, steps with their time, aligned tables."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


class DemoConsole(Console):
    """Prints for people, and shows that a long step goes on."""

    def __init__(self) -> None:
        # A log file has no width: no line is folded there.
        super().__init__(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)

    def heading(self, text: str) -> None:
        """Print the heading of a chapter."""
        self.print(f"\n{text}\n", style="bold")

    def good(self, text: str) -> None:
        """Print a promise that is kept."""
        self.print(Text.assemble(("  ✓ ", "green"), text))

    def bad(self, text: str) -> None:
        """Print what failed."""
        self.print(Text.assemble(("  ✗ ", "red"), text))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows in aligned columns."""
        table = Table(*header, box=None, header_style="dim", padding=(0, 0, 0, 3), pad_edge=True)
        for row in rows:
            table.add_row(*row)
        self.print(table)
        self.print()

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Announce a step, and print its seconds at its end."""
        started = time.monotonic()
        if not self.is_terminal:
            self.print(f"  … {text}")
        try:
            with self.status(text):
                yield
        except BaseException:
            self.bad(text)
            raise
        self.good(f"{text}: {time.monotonic() - started:.1f} s")
