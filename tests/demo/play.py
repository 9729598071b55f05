"""Deploys beside a small shop on an emulated AWS, and stays until Ctrl-C: `make play`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.demo.console import DemoConsole
from tests.demo.live_log import LiveLog
from tests.demo.scene import NotAsPromisedError, Scene, make_room, perform, scene
from tests.harness.paths import ROOT
from tests.harness.stack import deploy

STACK = "maintenance-play"
# By it `scripts/maintenance --play` finds this stack.
PLAYS = ROOT / ".tools" / "play.json"
LOCK = PLAYS.with_suffix(".lock")
LOG_PAUSE_SECONDS = 0.5
STATUS_PATH = "/maintenance-status.json"
# The status rule is at 1.
PARAMETERS = {"DefaultAction": "404", "RetryAfterSeconds": "10", "StatusPath": STATUS_PATH, "ActivePriority": "2"}


def main() -> int:
    """Play and return the exit status."""
    console = DemoConsole()
    console.rule("Maintenance mode for an Application Load Balancer: try it yourself on an emulated AWS")
    return perform(console, lambda: _play(console))


def _play(console: DemoConsole) -> None:
    page = (Path(__file__).parent / "front_end.html").read_text()
    # `make play PARAMETERS="…"`: the template's parameters as name=value.
    given = dict(word.partition("=")[::2] for word in shlex.split(os.environ.get("PARAMETERS", "")))
    with _only_play(), scene(console, page=page) as stage:
        make_room(console, stage, "--status-path", STATUS_PATH)
        with console.step("sam deploy"):
            stack = deploy(stage.aws, stage.sam, STACK, {"ListenerArn": stage.listener.arn, **PARAMETERS, **given})
        _tell_operators_command(stage)
        _invite(console, stage.listener.host)
        logs = LiveLog(stack)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                for line in logs.news():
                    console.print(line, no_wrap=True, overflow="ellipsis")
                time.sleep(LOG_PAUSE_SECONDS)


def _invite(console: DemoConsole, host: str) -> None:
    console.heading("The shop is open")
    console.print(f"  in your browser       http://{host}/a")
    console.print(f"  or                    curl -i http://{host}/b/orders")
    console.print(f"  its state, as JSON    curl http://{host}{STATUS_PATH}")
    console.print("  in a second terminal  scripts/maintenance --play status")
    console.print('                        scripts/maintenance --play start --minutes 30 --message "We are tidying up"')
    console.print("                        scripts/maintenance --play end")
    console.print("                        scripts/maintenance --play report")
    console.print()
    console.print("  The maintenance page asks every 10 seconds whether the shop is open.")
    console.print("  Ctrl-C ends and removes all of it.")
    console.heading("What the functions log")


@contextlib.contextmanager
def _only_play() -> Iterator[None]:
    """Refuse a second play. The lock ends with this process, so a crash leaves none."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotAsPromisedError("another `make play` is running; end it with Ctrl-C first") from error
        PLAYS.unlink(missing_ok=True)
        try:
            yield
        finally:
            PLAYS.unlink(missing_ok=True)


def _tell_operators_command(stage: Scene) -> None:
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    environment = {name: stage.aws.environment[name] for name in names}
    # Its reader may do anything in the emulated account.
    with os.fdopen(os.open(PLAYS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump({"environment": environment, "stack": STACK}, opened)


if __name__ == "__main__":
    sys.exit(main())
