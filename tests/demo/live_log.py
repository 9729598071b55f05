"""What the functions log, as it happens, a line each."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.text import Text

from tests.harness.aws import Aws

STYLES = {"WARN": "yellow", "ERROR": "red"}
# Of no use to somebody who looks on, or said otherwise.
LEFT_OUT = ("timestamp", "level", "message", "requestId", "traceId", "listener", "dryRun", "method", "path")


class LiveLog:
    """The new lines of some log groups."""

    def __init__(self, aws: Aws, **groups: str) -> None:
        self._logs = aws.client("logs")
        self._groups = groups
        self._seen: set[tuple[str, ...]] = set()

    def news(self) -> Iterator[Text]:
        """Yield what has come since the last time."""
        since = int((time.time() - 10) * 1000)
        for name, group in self._groups.items():
            pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
            for event in (event for page in pages for event in page["events"]):
                # MiniStack gives events no identity of their own.
                known_by = (event["logStreamName"], str(event["timestamp"]), event["message"])
                if known_by not in self._seen:
                    self._seen.add(known_by)
                    yield from _shown(name, event)


def _shown(name: str, event: dict[str, Any]) -> Iterator[Text]:
    # What is no object is Lambda's own, such as START and REPORT; with _aws it is a metric.
    with_fields = event["message"].lstrip().startswith("{")
    fields = json.loads(event["message"]) if with_fields else {"_aws": {}}
    if "_aws" not in fields:
        when = datetime.fromtimestamp(event["timestamp"] / 1000).strftime("%H:%M:%S")
        what = f"{fields['method']} {fields['path']}" if "path" in fields else fields.get("message", "")
        rest = "  ".join(f"{field}={value}" for field, value in fields.items() if field not in LEFT_OUT)
        yield Text.assemble(
            (f"  {when}  ", "dim"),
            (f"{name:<11}", "bold"),
            (what, STYLES.get(fields.get("level", ""), "")),
            (f"  {rest}", "dim"),
        )
