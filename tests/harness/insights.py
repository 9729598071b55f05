"""What MiniStack's Logs Insights lacks: the fields of lines of JSON, and the `stats` of the operators' report.

It passes over filters other than `@message like` and `@field =`.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ministack.services import cloudwatch_logs

from tests.harness.replace import in_place_of

# No more than these forms: what else a query may be is for AWS to say.
STATS = re.compile(r'filter (\w+) = "([^"]*)" \| stats (.+) by (.+) \| sort (\w+) desc \| limit (\d+)')
Line = dict[str, Any]
AGGREGATES: dict[str, Callable[[list[Line]], int]] = {
    "count(*)": len,
    "min(@timestamp)": lambda lines: min(line["@timestamp"] for line in lines),
    "max(@timestamp)": lambda lines: max(line["@timestamp"] for line in lines),
}


@in_place_of(cloudwatch_logs.__dict__, "_public_log_record")
def _with_fields(former: Callable, record: Line) -> Line:
    public = former(record)
    return {**json.loads(public["@message"]), **public} if public["@message"].startswith("{") else public


@in_place_of(cloudwatch_logs.__dict__, "_start_query")
def _start_query(former: Callable, data: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Run a query as MiniStack does, then work its `stats` out, if it has any."""
    answered = former(data)
    text = data.get("queryString", "")
    if "stats" not in text or answered[0] != 200:
        return answered
    if not (parts := STATS.fullmatch(text)):
        return cloudwatch_logs.error_response_json("MalformedQueryException", f"not known here: {text}", 400)
    group = cloudwatch_logs._resolve_query_log_groups(data)
    records = cloudwatch_logs._collect_query_records(group, data["startTime"], data["endTime"])
    query = cloudwatch_logs._queries[json.loads(answered[2])["queryId"]]
    query["results"] = _stats(parts, [_line(record) for record in records])
    return answered


def _line(record: dict[str, Any]) -> Line:
    minute = datetime.fromtimestamp(record["_timestamp_ms"] // 60_000 * 60, timezone.utc)
    times = {"@timestamp": record["_timestamp_ms"], "bin(1m)": f"{minute:%Y-%m-%d %H:%M}:00.000"}
    return cloudwatch_logs._public_log_record(record) | times


def _stats(parts: re.Match[str], lines: list[Line]) -> list[list[dict[str, str]]]:
    field, value, wanted, by, sorted_by, limit = parts.groups()
    keys = by.split(", ")
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        if line.get(field) == value:
            groups.setdefault(tuple(line[key] for key in keys), []).append(line)
    named = [one.split(" as ") for one in wanted.split(", ")]
    rows = [
        dict(zip(keys, group, strict=True)) | {name: AGGREGATES[one](members) for one, name in named}
        for group, members in groups.items()
    ]
    rows.sort(key=lambda row: row[sorted_by], reverse=True)
    return [[{"field": name, "value": str(cell)} for name, cell in row.items()] for row in rows[: int(limit)]]
