"""Lines on a terminal, in a file or a pipe. Printing may fail; the command goes on."""

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
# Without a terminal no line is folded, so that it can be searched.
UNFOLDED = 1_000_000
# What was typed, such as `--stack shop`, and the commands that take it: without it advice could act elsewhere.
TYPED: dict[str, str] = {}
OF_A_STACK = r"scripts/maintenance (?:start|end|status)"
TAKEN_BY = {"play": r"scripts/maintenance \w+", "region": OF_A_STACK, "stack": OF_A_STACK}
TAKEN_BY["profile"] = r"scripts/maintenance \w+|aws (?:elbv2|sns) [\w-]+|sam deploy"


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


def completed(text: str) -> str:
    """Add what was typed to the commands in a text."""
    for name, words in TYPED.items():
        text = re.sub(TAKEN_BY[name], lambda found, words=words: f"{found[0]} {words}", text)
    return text


def console(*, to_stderr: bool = False) -> Console:
    """Return the terminal, or the file or pipe in its place."""
    stream = sys.stderr if to_stderr else sys.stdout
    # Rich would believe COLUMNS=0.
    width = shutil.get_terminal_size().columns if stream.isatty() else UNFOLDED
    return Console(width=width, highlight=False, stderr=to_stderr)


def line(text: str = "", style: str = "", *, hanging: int = 0, to_stderr: bool = False) -> None:
    """Print a text. A terminal gets it broken between words, the later lines `hanging` by so many blanks."""
    # Commands are as unbroken as words.
    whole = re.sub("`[^`]*`", lambda found: found[0].replace(" ", "\xa0"), shown(completed(text)))
    width, indent = console(to_stderr=to_stderr).width, " " * hanging
    folded = textwrap.wrap(whole, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    lines("\n".join(folded).replace("\xa0", " "), style, to_stderr=to_stderr)


def lines(text: str, style: str = "", *, to_stderr: bool = False) -> None:
    """Print text that has lines of its own; a terminal folds them where it ends, so that a copy of each is whole."""
    for one in text.split("\n"):
        console(to_stderr=to_stderr).print(Text(shown(one), style=style), soft_wrap=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield what shows a wait's progress in one place of the terminal."""
    with console(to_stderr=True).status("") as spinner:
        yield lambda text: spinner.update(Text(shown(text)))
