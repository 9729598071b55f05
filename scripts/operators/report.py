"""The requests during maintenance, from the responder's log."""

import math
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
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
_STATS = 'filter message = "request during maintenance" | stats count(*) as requests by {} | sort requests desc | '
_STATS += f"limit {MOST_ROWS}"

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


def read(session: boto3.Session, log_group: str, begin: datetime, end: datetime) -> dict[str, Any]:
    """Make the report by two queries; times are RFC 3339 in UTC, paths and hosts the 20 most requested."""
    # So many minutes are counted together that every count is among the rows.
    minutes = math.ceil((end - begin).total_seconds() / 60 * OUTCOMES / MOST_ROWS)
    per_bin = f"bin({minutes}m)"
    logs = client(session, "logs")
    asked = {"logGroupName": log_group, "startTime": int(begin.timestamp()), "endTime": int(end.timestamp()) + 1}
    # Each query reads, and charges for, all lines.
    counts = _rows(logs, {"queryString": _STATS.format(f"outcome, {per_bin}"), **asked})
    paths = _rows(logs, {"queryString": _STATS.format("host, method, path"), **asked})
    by_minute = _summed(counts, per_bin)
    seen = [times.utc(datetime.fromisoformat(f"{row[per_bin]}+00:00")) for row in by_minute]
    return {
        "log_group": log_group,
        "begin": times.utc(begin),
        "end": times.utc(end),
        "requests": sum(row["requests"] for row in counts),
        # The page asks with HEAD whether the system is back; hardly any visitor does.
        "page_checks": sum(row["requests"] for row in paths if row["method"] == "HEAD"),
        # Minutes, or `peak_minutes` of more than a day: the first and the last with a request, and the busiest.
        "first": min(seen, default=None),
        "last": max(seen, default=None),
        "peak_minute": seen[0] if seen else None,
        "peak_minutes": minutes,
        "peak_requests": by_minute[0]["requests"] if by_minute else 0,
        "outcomes": _summed(counts, "outcome"),
        "paths": paths[:20],
        "hosts": _summed(paths, "host")[:20],
    }


def _rows(logs: BaseClient, query: dict[str, Any]) -> list[Row]:
    """Run a query, and return its rows with counts as numbers."""
    query_id = logs.start_query(**query)["queryId"]
    until = time.monotonic() + LONGEST_WAIT
    try:
        while (answered := logs.get_query_results(queryId=query_id))["status"] in ("Scheduled", "Running"):
            if time.monotonic() > until:
                raise Failure(f"the log was not read within {LONGEST_WAIT:g} seconds; ask for fewer --hours")
            time.sleep(0.5)
        if answered["status"] != "Complete":
            raise Failure(f"the query of {query['logGroupName']} ended as {answered['status']}")
    except BaseException:
        with suppress(ClientError):  # it has ended meanwhile
            logs.stop_query(queryId=query_id)
        raise
    rows = [{cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"} for row in answered["results"]]
    return [{**row, "requests": int(float(row["requests"]))} for row in rows]


def _summed(rows: list[Row], key: str) -> list[Row]:
    """Add up rows that agree in `key`, the largest first."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row[key]] += row["requests"]
    return [{"requests": count, key: value} for value, count in sums.most_common()]
