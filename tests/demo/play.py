"""Deploys beside a small shop on an emulated AWS, and stays until Ctrl-C: `make play`."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.demo.console import DemoConsole
from tests.demo.live_log import LiveLog
from tests.demo.scene import NotAsPromisedError, Scene, build_mode, perform, scene
from tests.harness.paths import ROOT
from tests.harness.stack import deploy
from tests.harness.watchdog import in_care

STACK = "maintenance-play"
# By it `scripts/maintenance --play` finds what plays.
PLAYS = ROOT / ".tools" / "play.json"
# Seconds between two looks at the logs.
PAUSE = 0.5
RETRY_AFTER_SECONDS = 10
STATUS_PATH = "/maintenance-status.json"


def main() -> int:
    """Play and return the exit status."""
    console = DemoConsole()
    console.rule("Maintenance mode for an Application Load Balancer: try it yourself on an emulated AWS")
    return perform(console, lambda: _play(console))


def _play(console: DemoConsole) -> None:
    parent = os.getppid()
    page = (Path(__file__).parent / "front_end.html").read_text()
    with scene(console, build_mode=build_mode("debug"), page=page, free_above=1) as stage:
        with console.step("sam deploy"):
            parameters = {
                "ListenerArn": stage.listener.arn,
                "DefaultAction": "404",
                "RetryAfterSeconds": str(RETRY_AFTER_SECONDS),
                # At 1 is the rule that tells the state.
                "StatusPath": STATUS_PATH,
                "ActivePriority": "2",
            }
            stack = deploy(stage.aws, stage.sam, STACK, parameters)
        with _known_to_the_operators_command(stage):
            _invite(console, stage.listener.host)
            logs = LiveLog(
                stage.aws,
                switcher=stack.output("SwitcherLogGroupName"),
                responder=stack.output("ResponderLogGroupName"),
            )
            with contextlib.suppress(KeyboardInterrupt):
                # Without the one that started it, nobody would end it.
                while os.getppid() == parent:
                    for line in logs.news():
                        console.print(line, no_wrap=True, overflow="ellipsis")
                    time.sleep(PAUSE)


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
    console.print(f"  The notice page asks every {RETRY_AFTER_SECONDS} seconds whether the shop is open.")
    console.print("  Ctrl-C ends and removes all of it.")
    console.heading("What the functions log")


@contextlib.contextmanager
def _known_to_the_operators_command(stage: Scene) -> Iterator[None]:
    environment = {name: value for name, value in stage.aws.environment.items() if name in _TOLD}
    try:
        # Whoever reads it may do anything in the emulated account.
        file = os.open(PLAYS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise NotAsPromisedError(f"another `make play` is running, says {PLAYS.relative_to(ROOT)}") from error
    with in_care("file", PLAYS):
        try:
            with os.fdopen(file, "w") as opened:
                json.dump({"environment": environment, "stack": STACK}, opened)
            yield
        finally:
            PLAYS.unlink(missing_ok=True)


_TOLD = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")

if __name__ == "__main__":
    sys.exit(main())
