"""The functions' log lines, as they come."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime

from rich.text import Text

from tests.harness.stack import Stack

STYLES = {"WARN": "yellow", "ERROR": "red"}
LEFT_OUT = ("timestamp", "level", "message", "requestId", "traceId", "listener", "dryRun", "method", "path")


class LiveLog:
    """The new lines of both functions."""

    def __init__(self, stack: Stack) -> None:
        self._logs = stack.aws.client("logs")
        self._groups = {name: stack.output(f"{name.title()}LogGroupName") for name in ("switcher", "responder")}
        self._seen: set[tuple[str, int, str]] = set()

    def news(self) -> Iterator[Text]:
        """Yield the lines since the last time; lines of Lambda and metrics are left out."""
        since = int((time.time() - 10) * 1000)
        for name, group in self._groups.items():
            pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
            for event in (event for page in pages for event in page["events"]):
                # MiniStack gives events no id.
                known_by = (event["logStreamName"], event["timestamp"], event["message"])
                if known_by not in self._seen and event["message"].startswith("{"):
                    fields = json.loads(event["message"])
                    if "_aws" not in fields:
                        yield _shown(name, event["timestamp"], fields)
                self._seen.add(known_by)


def _shown(name: str, timestamp: int, fields: dict[str, object]) -> Text:
    when = datetime.fromtimestamp(timestamp / 1000).strftime("%H:%M:%S")
    what = f"{fields['method']} {fields['path']}" if "path" in fields else str(fields.get("message", ""))
    rest = "  ".join(f"{field}={value}" for field, value in fields.items() if field not in LEFT_OUT)
    style = STYLES.get(str(fields.get("level")), "")
    return Text.assemble((f"  {when}  ", "dim"), (f"{name:<11}", "bold"), (what, style), (f"  {rest}", "dim"))
