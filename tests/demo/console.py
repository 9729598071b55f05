"""What the demo prints: headings, steps with their time, aligned tables."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator, Sequence

_WIDTH = 110


class Console:
    """Prints for people; says what is going on while something takes long."""

    def __init__(self) -> None:
        self._live = sys.stdout.isatty()
        self._color = self._live

    def title(self, text: str) -> None:
        """Print the first line."""
        self._line(f"\n{self._style('1', text)}\n{'═' * len(text)}")

    def heading(self, text: str) -> None:
        """Print the heading of a chapter."""
        self._line(f"\n{self._style('1', text)}\n")

    def text(self, text: str) -> None:
        """Print a sentence."""
        self._line(f"  {text}")

    def blank(self) -> None:
        """Print an empty line."""
        self._line("")

    def good(self, text: str) -> None:
        """Print something that is as it should be."""
        self._line(f"  {self._style('32', '✓')} {text}")

    def bad(self, text: str) -> None:
        """Print something that is not as it should be."""
        self._line(f"  {self._style('31', '✗')} {text}")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows in aligned columns."""
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
        for number, row in enumerate([header, *rows]):
            cells = "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            self._line("    " + (self._style("2", cells) if number == 0 else cells))

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Announce a step, count its seconds while it runs, and tick it off."""
        started = time.monotonic()
        done = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(text, started, done), daemon=True)
        ticker.start()
        try:
            yield
        except BaseException:
            self._finish(ticker, done)
            self.bad(text)
            raise
        self._finish(ticker, done)
        self.good(f"{text.ljust(_WIDTH - 16)}{time.monotonic() - started:8.1f} s")

    def _finish(self, ticker: threading.Thread, done: threading.Event) -> None:
        done.set()
        ticker.join()
        if self._live:
            print("\r\033[K", end="", flush=True)

    def _tick(self, text: str, started: float, done: threading.Event) -> None:
        # In a terminal one line counts; in a log file a line now and then shows that it goes on.
        while not done.wait(1 if self._live else 15):
            seconds = time.monotonic() - started
            if self._live:
                print(f"\r\033[K  … {text}  {seconds:.0f} s", end="", flush=True)
            else:
                self._line(f"  … {text}  {seconds:.0f} s")

    def _style(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._color else text

    def _line(self, text: str) -> None:
        print(text, flush=True)
