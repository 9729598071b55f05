"""Clears away what a run has started when it is killed before it could do so itself.

A process of its own, in a session of its own, waits for the end of a pipe that only the run holds: whatever ends the
run, `kill -9` too, ends the pipe. Each line says what is there (`+`) or is cleared away already (`-`).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path


@contextlib.contextmanager
def in_care(kind: str, what: object) -> Iterator[None]:
    """Have a process `group`, a `file` or a `folder` cleared away if the run is killed inside of the block."""
    _tell(f"+{kind} {what}")
    try:
        yield
    finally:
        _tell(f"-{kind} {what}")


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """Make the folder for all that is temporary in this run, its tools' included, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="maintenance-", ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        with in_care("folder", folder):
            yield Path(folder)


def _tell(line: str) -> None:
    pipe = _watchdog().stdin
    assert pipe
    pipe.write(f"{line}\n".encode())
    pipe.flush()


@lru_cache(maxsize=1)
def _watchdog() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def _clear_away() -> None:
    left: dict[str, None] = {}
    for line in sys.stdin:
        sign, entry = line[0], line[1:].rstrip("\n")
        left.update({entry: None}) if sign == "+" else left.pop(entry, None)
    # What came last goes first: the processes before the folder that they write to.
    for kind, what in (entry.split(" ", 1) for entry in reversed(left)):
        if kind == "group":
            _kill(int(what))
        elif kind == "file":
            Path(what).unlink(missing_ok=True)
        else:
            shutil.rmtree(what, ignore_errors=True)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.02)


if __name__ == "__main__":
    _clear_away()
