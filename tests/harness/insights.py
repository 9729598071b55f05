"""What MiniStack's Logs Insights lacks: the fields of lines of JSON, and the counts of the operators' report.

It passes over filters other than `@message like` and `@field =`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ministack.services import cloudwatch_logs

from tests.harness.replace import in_place_of

# No other form: what else a query may be is for AWS to say.
COUNT = r'filter (\w+) = "([^"]*)" \| stats count\(\*\) as (\w+) by (.+) \| sort \3 desc \| limit (\d+)'
Line = dict[str, Any]


@in_place_of(vars(cloudwatch_logs), "_public_log_record")
def _with_fields(former: Callable, record: Line) -> Line:
    public = former(record)
    return {**json.loads(public["@message"]), **public} if public["@message"].startswith("{") else public


@in_place_of(vars(cloudwatch_logs), "_start_query")
def _start_query(former: Callable, data: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Run a query as MiniStack does, then count, if that is asked for."""
    answered, text = former(data), data["queryString"]
    if "stats" not in text or answered[0] != 200:
        return answered
    if not (parts := re.fullmatch(COUNT, text)):
        return cloudwatch_logs.error_response_json("MalformedQueryException", f"not known here: {text}", 400)
    field, value, name, keys, limit = parts.groups()
    names, group = [*keys.split(", "), name], cloudwatch_logs._resolve_query_log_groups(data)
    lines = map(_line, cloudwatch_logs._collect_query_records(group, data["startTime"], data["endTime"]))
    counts = Counter(tuple(line[key] for key in names[:-1]) for line in lines if line.get(field) == value)
    found = [
        [{"field": field, "value": str(value)} for field, value in zip(names, (*keys, count), strict=True)]
        for keys, count in counts.most_common(int(limit))
    ]
    cloudwatch_logs._queries[json.loads(answered[2])["queryId"]]["results"] = found
    return answered


def _line(record: dict[str, Any]) -> Line:
    minute = datetime.fromtimestamp(record["_timestamp_ms"] // 60_000 * 60, timezone.utc)
    return cloudwatch_logs._public_log_record(record) | {"bin(1m)": f"{minute:%Y-%m-%d %H:%M}:00.000"}
