"""Lines on a terminal, in a file or a pipe. Printing may fail; the command goes on."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

# C0, C1, and the marks that change the direction of text or end a line.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# Without a terminal no line is cut or folded, so that it can be searched.
UNFOLDED = 1000


class Unfailing:
    """A stream that drops what cannot be printed: on a full disk, or when the reader is gone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever the stream has)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text or drop it."""
        self._attempt(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Write what is buffered or drop it."""
        self._attempt(self._stream.flush)

    def _attempt(self, write: Callable[[], object]) -> None:
        try:
            write()
        except OSError:
            # The interpreter's own last flush must not fail either: it would change the exit code.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def prepare() -> None:
    """Let no output stop the command: closed, full, without a reader, or without the characters."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or Path(os.devnull).open("w")  # noqa: SIM115 (open until the end)
        stream.reconfigure(errors="replace")
        setattr(sys, name, Unfailing(stream))


def shown(text: str) -> str:
    """Escape what would act on the terminal instead of being shown."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def console(*, to_stderr: bool = False) -> Console:
    """Return the terminal, or the file or pipe in its place."""
    stream = sys.stderr if to_stderr else sys.stdout
    # Rich would believe COLUMNS=0.
    width = shutil.get_terminal_size().columns if stream.isatty() else UNFOLDED
    return Console(width=width, highlight=False, stderr=to_stderr)


def line(text: str = "", style: str = "", *, to_stderr: bool = False) -> None:
    """Print one line, which the terminal folds where it ends: a copy of it is whole."""
    console(to_stderr=to_stderr).print(Text(shown(text), style=style), soft_wrap=True)


def lines(text: str, style: str = "", *, to_stderr: bool = False) -> None:
    """Print text that has lines of its own."""
    for one in text.split("\n"):
        line(one, style, to_stderr=to_stderr)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield what shows a wait's progress in one place of the terminal."""
    with console(to_stderr=True).status("") as spinner:
        yield lambda text: spinner.update(Text(shown(text)))
