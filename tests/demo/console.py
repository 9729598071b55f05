"""What the demo prints: headings, steps with their time, aligned tables."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


class DemoConsole(Console):
    """Prints for people; shows that something goes on while it takes long."""

    def __init__(self) -> None:
        # A log file has no width: there, nothing is to be folded.
        super().__init__(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)

    def heading(self, text: str) -> None:
        """Print the heading of a chapter."""
        self.print(f"\n{text}\n", style="bold")

    def good(self, text: str) -> None:
        """Print something that is as it should be."""
        self.print(Text.assemble(("  ✓ ", "green"), text))

    def bad(self, text: str) -> None:
        """Print something that is not as it should be."""
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
        """Announce a step and tick it off with its seconds."""
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
