"""Deploys beside a small shop on an emulated AWS, and stays until Ctrl-C: `make play`."""

import contextlib
import fcntl
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from scripts.operators.play import PLAYS
from tests.demo.console import NotAsPromisedError, console, heading, step
from tests.demo.scene import make_room, perform, scene
from tests.harness.stack import Stack, deploy

STACK = "maintenance-play"
STATUS_PATH = "/maintenance-status.json"
# The status rule is at 1.
PARAMETERS = {"DefaultAction": "404", "RetryAfterSeconds": "10", "StatusPath": STATUS_PATH, "ActivePriority": "2"}
# How the log is shown.
STYLES = {"WARN": "yellow", "ERROR": "red"}
LEFT_OUT = ("timestamp", "level", "message", "requestId", "traceId", "listener", "dryRun", "method", "path")
INVITATION = """\
  in your browser       http://{host}/a
  or                    curl -i http://{host}/b/orders
  its state, as JSON    curl http://{host}{status}
  in a second terminal  scripts/maintenance --play status
                        scripts/maintenance --play start --minutes 30 --message "We are tidying up"
                        scripts/maintenance --play end
                        scripts/maintenance --play report

  The maintenance page asks every 10 seconds whether the shop is open.
  Ctrl-C ends and removes all of it."""


def main() -> None:
    console.rule("Maintenance mode for an Application Load Balancer: try it yourself on an emulated AWS")
    page = (Path(__file__).parent / "front_end.html").read_text()
    # `make play PARAMETERS="…"`: the template's parameters as name=value.
    given = dict(word.partition("=")[::2] for word in shlex.split(os.environ.get("PARAMETERS", "")))
    with _only_play(), scene(page) as (listener, sam):
        make_room(listener, "--status-path", STATUS_PATH)
        with step("sam deploy"):
            parameters = {"ListenerArn": listener.arn, **PARAMETERS, **given}
            stack = deploy(listener.load_balancer.aws, sam, STACK, parameters)
        environment = {name: value for name, value in stack.aws.environment.items() if name.startswith("AWS_")}
        # Its reader may do anything in the emulated account.
        PLAYS.touch(0o600, exist_ok=False)
        PLAYS.write_text(json.dumps({"environment": environment, "stack": STACK}))
        heading("The shop is open")
        console.print(INVITATION.format(host=listener.host, status=STATUS_PATH))
        heading("What the functions log")
        with contextlib.suppress(KeyboardInterrupt):
            for line in _live_log(stack):
                console.print(line, no_wrap=True, overflow="ellipsis")


@contextlib.contextmanager
def _only_play() -> Iterator[None]:
    """Refuse a second play. The lock ends with this process, so a crash leaves none."""
    with PLAYS.with_suffix(".lock").open("w") as lock, contextlib.ExitStack() as ending:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotAsPromisedError("another `make play` is running; end it with Ctrl-C first") from error
        PLAYS.unlink(missing_ok=True)
        ending.callback(PLAYS.unlink, missing_ok=True)
        yield


def _live_log(stack: Stack) -> Iterator[Text]:
    """Yield the lines of both functions without end; those of Lambda and the metrics are left out."""
    groups = {name: stack.output(f"{name.title()}LogGroupName") for name in ("switcher", "responder")}
    reader = stack.aws.client("logs").get_paginator("filter_log_events")
    # MiniStack gives events no id.
    seen: set[str] = set()
    while True:
        since = int((time.time() - 10) * 1000)
        for name, group in groups.items():
            for event in reader.paginate(logGroupName=group, startTime=since).search("events[]"):
                text = event["message"]
                if str(event) not in seen and text.startswith("{") and '"_aws"' not in text:
                    yield _shown(name, event)
                seen.add(str(event))
        time.sleep(0.5)


def _shown(name: str, event: dict[str, Any]) -> Text:
    fields = json.loads(event["message"])
    when = datetime.fromtimestamp(event["timestamp"] / 1000).strftime("%H:%M:%S")
    what = f"{fields['method']} {fields['path']}" if "path" in fields else fields.get("message", "")
    rest = "  ".join(f"{field}={value}" for field, value in fields.items() if field not in LEFT_OUT)
    style = STYLES.get(fields.get("level"), "")
    return Text.assemble((f"  {when}  ", "dim"), (f"{name:<11}", "bold"), (what, style), (f"  {rest}", "dim"))


if __name__ == "__main__":
    sys.exit(perform(main))
