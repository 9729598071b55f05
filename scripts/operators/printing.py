"""Lines on a terminal, in a file or a pipe. Printing may fail; the command goes on."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

# C0, C1, and the marks that change the direction of text or end a line.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# Without a terminal no line is cut or folded, so that it can be searched.
UNFOLDED = 1000
# On a terminal a long command has a line of its own, without the words around it.
COMMAND = re.compile(r"[ ,:]*`([^`]{60,})`[,;]? *")
# What advice has to add to this project's own commands, such as --play.
OPTIONS: list[str] = []
# The stack, region and profile that were typed: without them such a command could switch another stack.
PLACE: list[str] = []


class Unfailing(io.FileIO):
    """A file that drops what cannot be written: on a full disk, or when the reader is gone."""

    def write(self, data: Any) -> int | None:  # noqa: ANN401 (any buffer)
        """Write data or drop it."""
        try:
            return super().write(data)
        except OSError:
            return len(data)


def prepare() -> None:
    """Let no output stop the command: closed, full, without a reader, or without the characters."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        given = getattr(sys, name)  # none if it was closed
        file = Unfailing(descriptor, "w", closefd=False) if given else Unfailing(os.devnull, "w")
        buffer, encoding = io.BufferedWriter(file), given.encoding if given else "utf-8"
        setattr(sys, name, io.TextIOWrapper(buffer, encoding, errors="replace", line_buffering=True))


def shown(text: str) -> str:
    """Escape what would act on the terminal instead of being shown."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def console(*, to_stderr: bool = False) -> Console:
    """Return the terminal, or the file or pipe in its place."""
    stream = sys.stderr if to_stderr else sys.stdout
    # Rich would believe COLUMNS=0.
    width = shutil.get_terminal_size().columns if stream.isatty() else UNFOLDED
    return Console(width=width, highlight=False, stderr=to_stderr)


def line(text: str = "", style: str = "", *, hanging: int = 0, to_stderr: bool = False) -> None:
    """Print a text. A terminal gets it broken between words, the later lines `hanging` by so many blanks."""
    placed = re.sub(r"\b(scripts/maintenance (?:start|end|status))\b", lambda found: " ".join([found[0], *PLACE]), text)
    text = shown(placed.replace("scripts/maintenance ", " ".join(["scripts/maintenance", *OPTIONS, ""])))
    width = console(to_stderr=to_stderr).width
    if width == UNFOLDED:
        return lines(text, style, to_stderr=to_stderr)
    for number, part in enumerate(COMMAND.split(text.rstrip())):
        if number % 2:
            lines(part, style, to_stderr=to_stderr)
        if number % 2 or (number and not part):
            continue
        # Short commands are as unbroken as words.
        whole = re.sub("`[^`]*`", lambda found: found[0].replace(" ", "\xa0"), part)
        indents = {"initial_indent": " " * hanging if number else "", "subsequent_indent": " " * hanging}
        for one in textwrap.wrap(whole, width, **indents, break_long_words=False, break_on_hyphens=False) or [""]:
            lines(one.replace("\xa0", " "), style, to_stderr=to_stderr)
    return None


def lines(text: str, style: str = "", *, to_stderr: bool = False) -> None:
    """Print text that has lines of its own; a terminal folds them where it ends, so that a copy of each is whole."""
    for one in text.split("\n"):
        console(to_stderr=to_stderr).print(Text(shown(one), style=style), soft_wrap=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield what shows a wait's progress in one place of the terminal."""
    with console(to_stderr=True).status("") as spinner:
        yield lambda text: spinner.update(Text(shown(text)))
