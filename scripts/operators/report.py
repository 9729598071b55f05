"""The requests during maintenance, from the responder's log."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from . import times
from .failures import Failure
from .invocation import client

# The most rows that Logs Insights returns.
MOST_ROWS = 10_000
# Outcomes that the responder logs.
OUTCOMES = 6
# In seconds, for one query.
LONGEST_WAIT = 300.0
_STATS = 'filter message = "request during maintenance" | stats count(*) as requests, min(@timestamp) as first, '
_STATS += "max(@timestamp) as last by {} | sort requests desc | limit " + str(MOST_ROWS)

Row = dict[str, Any]


def window(listeners: list[dict[str, Any]], now: datetime) -> tuple[datetime, datetime]:
    """Return begin and end of the present window, else of the last one, else of the last 24 hours."""
    if begun := [times.read(one["since"]) for one in listeners if one["since"]]:
        return min(begun), now
    if ended := [one["lastWindow"] for one in listeners if one.get("lastWindow")]:
        # Visitors are on the maintenance page for some seconds more.
        last = max(times.read(one["endedAt"]) for one in ended) + timedelta(minutes=1)
        return min(times.read(one["since"]) for one in ended), min(last, now)
    return now - timedelta(hours=24), now


def bin_minutes(begin: datetime, end: datetime) -> int:
    """Return for how many minutes requests are counted together, so that every count is among the rows."""
    return math.ceil((end - begin).total_seconds() / 60 * OUTCOMES / MOST_ROWS)


def queries(begin: datetime, end: datetime) -> dict[str, str]:
    """Return the queries of Logs Insights, each of which reads, and charges for, all lines."""
    minutes = bin_minutes(begin, end)
    return {"outcomes": _STATS.format(f"outcome, bin({minutes}m)"), "paths": _STATS.format("host, method, path")}


def make(log_group: str, begin: datetime, end: datetime, found: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """Make the report from the queries' results; times are RFC 3339 in UTC, paths and hosts the 20 most requested."""
    minutes = bin_minutes(begin, end)
    counts, paths = ([_row(row) for row in found[name]] for name in ("outcomes", "paths"))
    busiest = _summed(counts, f"bin({minutes}m)")
    peak = busiest[0] if busiest else {"requests": 0}
    return {
        "log_group": log_group,
        "begin": times.utc(begin),
        "end": times.utc(end),
        "requests": sum(row["requests"] for row in counts),
        # The page asks with HEAD whether the system is back; hardly any visitor does.
        "page_checks": sum(row["requests"] for row in paths if row["method"] == "HEAD"),
        "first": min((row["first"] for row in counts), default=None),
        "last": max((row["last"] for row in counts), default=None),
        # The busiest minute, or the busiest `peak_minutes` of more than a day.
        "peak_minute": peak.get(f"bin({minutes}m)"),
        "peak_minutes": minutes,
        "peak_requests": peak["requests"],
        "outcomes": _summed(counts, "outcome"),
        "paths": paths[:20],
        "hosts": _summed(paths, "host")[:20],
    }


def ask(session: boto3.Session, log_group: str, begin: datetime, end: datetime) -> dict[str, list[dict[str, str]]]:
    """Run the queries one after the other."""
    logs = client(session, "logs")
    within = {"logGroupName": log_group, "startTime": int(begin.timestamp()), "endTime": int(end.timestamp()) + 1}
    found = {}
    for name, query in queries(begin, end).items():
        query_id = logs.start_query(queryString=query, **within)["queryId"]
        try:
            found[name] = _rows(logs, query_id, log_group)
        except BaseException:
            with suppress(ClientError):  # it has ended meanwhile
                logs.stop_query(queryId=query_id)
            raise
    return found


def _rows(logs: BaseClient, query_id: str, log_group: str) -> list[dict[str, str]]:
    until = time.monotonic() + LONGEST_WAIT
    while (answered := logs.get_query_results(queryId=query_id))["status"] in ("Scheduled", "Running"):
        if time.monotonic() > until:
            raise Failure(f"{log_group} was not read within {LONGEST_WAIT:g} seconds; ask for fewer --hours")
        time.sleep(0.5)
    if answered["status"] != "Complete":
        raise Failure(f"the query of {log_group} ended as {answered['status']}")
    return [{cell["field"]: cell["value"] for cell in row} for row in answered["results"]]


def _summed(rows: list[Row], key: str) -> list[Row]:
    """Add up rows that agree in `key`, the largest first."""
    sums: dict[str, Row] = {}
    for row in rows:
        known = sums.setdefault(row[key], {**row, "requests": 0})
        first, last = min(known["first"], row["first"]), max(known["last"], row["last"])
        sums[row[key]] = {key: row[key], "requests": known["requests"] + row["requests"], "first": first, "last": last}
    return sorted(sums.values(), key=lambda row: row["requests"], reverse=True)


def _row(row: dict[str, str]) -> Row:
    read = {name: _time(value) for name, value in row.items() if name in ("first", "last") or name.startswith("bin(")}
    rest = {name: value for name, value in row.items() if name != "@ptr"}
    return rest | read | {"requests": int(float(row["requests"]))}


def _time(text: str) -> str:
    """Read a time of Insights: milliseconds, or date and time in UTC without a zone."""
    try:
        return times.utc(datetime.fromtimestamp(float(text) / 1000, timezone.utc))
    except ValueError:
        return times.utc(datetime.fromisoformat(text).replace(tzinfo=timezone.utc))
