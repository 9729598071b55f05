"""The demo's output: headings, steps with their time, promises, aligned tables."""

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

# A log file has no width: no line is folded there.
console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)


class NotAsPromisedError(Exception):
    """A promise of the demo is not kept, or a request of its user cannot be met."""


def heading(text: str) -> None:
    console.print(f"\n{text}\n", style="bold")


def mark(sign: str, style: str, text: str) -> None:
    console.print(Text.assemble((f"  {sign} ", style), text))


def promise(text: str, kept: bool) -> None:
    """Print a promise that is kept, or raise."""
    if not kept:
        raise NotAsPromisedError(f"this is not so: {text}")
    mark("✓", "green", text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    aligned = Table(*header, box=None, header_style="dim", padding=(0, 0, 0, 3), pad_edge=True)
    for row in rows:
        aligned.add_row(*row)
    console.print(aligned, "")


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step, and print its seconds at its end."""
    started = time.monotonic()
    if not console.is_terminal:
        console.print(f"  … {text}")
    try:
        with console.status(text):
            yield
    except BaseException:
        mark("✗", "red", text)
        raise
    mark("✓", "green", f"{text}: {time.monotonic() - started:.1f} s")
