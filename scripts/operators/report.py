"""Who knocked while the system was closed, out of the responder's log."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from .failures import Failure
from .invocation import client

_REQUESTS = 'filter message = "request during maintenance" | stats count(*) as requests'
_MOST = "sort requests desc | limit"
# Queries of CloudWatch Logs Insights. It reads all lines for each of them, and charges by that.
QUERIES = {
    "outcomes": f"{_REQUESTS}, min(@timestamp) as first, max(@timestamp) as last by outcome | {_MOST} 100",
    "paths": f"{_REQUESTS}, min(@timestamp) as first, max(@timestamp) as last by path, method | {_MOST} 20",
    "hosts": f"{_REQUESTS} by host | {_MOST} 20",
    "minutes": f"{_REQUESTS} by bin(1m) | {_MOST} 1",
}
LONGEST_WAIT = 300.0

Row = dict[str, Any]


@dataclass(frozen=True)
class Report:
    """What the responder's log says of some hours; times are RFC 3339 in UTC."""

    log_group: str
    begin: str
    end: str
    requests: int
    # Of the first and the last request, if there were any.
    first: str | None
    last: str | None
    # The minute with the most requests, and how many these were.
    peak_minute: str | None
    peak_requests: int
    outcomes: list[Row]
    # The most asked for, at most 20.
    paths: list[Row]
    hosts: list[Row]

    @property
    def json(self) -> dict[str, Any]:
        """All of it for a machine."""
        return asdict(self)


def make(log_group: str, begin: datetime, end: datetime, found: dict[str, list[dict[str, str]]]) -> Report:
    """Read what the queries have found."""
    rows = {name: [_row(row) for row in found[name]] for name in QUERIES}
    outcomes, minutes = rows["outcomes"], rows["minutes"]
    return Report(
        log_group=log_group,
        begin=_shown(begin),
        end=_shown(end),
        requests=sum(row["requests"] for row in outcomes),
        first=min((row["first"] for row in outcomes), default=None),
        last=max((row["last"] for row in outcomes), default=None),
        peak_minute=minutes[0]["bin(1m)"] if minutes else None,
        peak_requests=minutes[0]["requests"] if minutes else 0,
        outcomes=outcomes,
        paths=rows["paths"],
        hosts=rows["hosts"],
    )


def ask(
    session: boto3.Session, log_group: str, begin: datetime, end: datetime, tell: Callable[[str], None]
) -> dict[str, list[dict[str, str]]]:
    """Run the queries at the same time, and none of them longer than somebody waits for it."""
    logs = client(session, "logs")
    within = {"logGroupName": log_group, "startTime": int(begin.timestamp()), "endTime": int(end.timestamp()) + 1}
    running: dict[str, str] = {}
    found: dict[str, list[dict[str, str]]] = {}
    until = time.monotonic() + LONGEST_WAIT
    try:
        for name, query in QUERIES.items():
            running[name] = logs.start_query(queryString=query, **within)["queryId"]
        while running:
            read = 0
            for name, query_id in list(running.items()):
                answered = logs.get_query_results(queryId=query_id)
                read = max(read, int(answered.get("statistics", {}).get("recordsScanned", 0)))
                if answered["status"] == "Complete":
                    found[name] = [{cell["field"]: cell["value"] for cell in row} for row in answered["results"]]
                    del running[name]
                elif answered["status"] not in ("Scheduled", "Running"):
                    raise Failure(f"the query for the {name} of {log_group} ended as {answered['status']}")
            tell(f"reading {log_group}: {len(found)} of {len(QUERIES)} queries done, {read} lines read")
            if running and time.monotonic() > until:
                raise Failure(f"{log_group} was not read within {LONGEST_WAIT:g} seconds; ask for fewer --hours")
            if running:
                time.sleep(0.5)
        return found
    finally:
        _stop(logs, running)


def _stop(logs: BaseClient, running: dict[str, str]) -> None:
    """Let nothing run on for which nobody waits."""
    for query_id in running.values():
        with suppress(ClientError):  # it has ended meanwhile
            logs.stop_query(queryId=query_id)


def _row(row: dict[str, str]) -> Row:
    times = {name: _time(row[name]) for name in ("first", "last", "bin(1m)") if name in row}
    rest = {name: value for name, value in row.items() if name != "@ptr"}
    return rest | times | {"requests": int(float(row["requests"]))}


def _time(text: str) -> str:
    """Read a time of Insights: milliseconds, or date and time in UTC without saying so."""
    try:
        return _shown(datetime.fromtimestamp(float(text) / 1000, timezone.utc))
    except ValueError:
        return _shown(datetime.fromisoformat(text).replace(tzinfo=timezone.utc))


def _shown(time: datetime) -> str:
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
