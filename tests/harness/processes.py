"""Child processes that never outlive this one, not even when it is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.harness.watchdog import in_care


class ToolFailedError(Exception):
    """A tool ended with an error; the message carries the end of its log."""


@contextlib.contextmanager
def child(
    args: list[str], *, env: dict[str, str], log: Path, cwd: Path, answer: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in a group of its own, and end the whole group on the way out, however that happens.

    What it prints goes to `log`; with `answer`, its standard output goes there instead.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as files:
        errors = files.enter_context(log.open("wb"))
        output = files.enter_context(answer.open("wb")) if answer else errors
        process = subprocess.Popen(
            args,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    with in_care("group", process.pid):
        try:
            yield process
        finally:
            _end_group(process)


def run(args: list[str], *, env: dict[str, str], log: Path, cwd: Path, answer: Path | None = None) -> None:
    """Run a tool to its end."""
    with child(args, env=env, log=log, cwd=cwd, answer=answer) as process:
        code = process.wait()
    if code != 0:
        raise ToolFailedError(f"{' '.join(args)}\nended with status {code}:\n{tail(log)}")


def tail(log: Path, lines: int = 40) -> str:
    """Return the end of a log, indented, with the log's place."""
    kept = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join([*(f"    {line}" for line in kept), f"    ({log})"])


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, then make it: the leader's own children have no one else to end them."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    deadline = time.monotonic() + 2
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
