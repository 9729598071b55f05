"""The dashboard of a window, against what the functions really log."""

import json
import re
import time
from typing import Any

import pytest

from tests.end_to_end.conftest import NewSite
from tests.harness.aws import Aws
from tests.harness.paths import EVENTS
from tests.harness.site import Site


@pytest.fixture(scope="module")
def seen(new_site: NewSite) -> Site:
    """Return a stack after a window, a failure and requests of every kind."""
    site = new_site("seen", HealthPathPattern="^/alive$", CorsAllowedOrigins="*")
    for event in ("check", "start", "strat", "check"):
        site.stack.invoke({"type": event})
    # Not /health: MiniStack answers that by itself.
    for path in ("/a/cart", "/b/orders", "/alive"):
        site.listener.request(path)
    site.stack.invoke({"type": "end"})
    for event in sorted(EVENTS.glob("alb-*.json")):
        site.stack.invoke(event, function=site.stack.responder)
    return site


@pytest.fixture(scope="module")
def widgets(aws: Aws, seen: Site) -> dict[str, dict[str, Any]]:
    body = aws.client("cloudwatch").get_dashboard(DashboardName=seen.stack.output("DashboardName"))["DashboardBody"]
    return {widget["properties"]["title"]: widget["properties"] for widget in json.loads(body)["widgets"]}


def asked(widget: dict[str, Any]) -> tuple[str, str]:
    """Return the log group and the text of a widget's query."""
    return re.fullmatch(r"SOURCE '(.*?)' \| (.*)", widget["query"], re.S).groups()


def run_query(aws: Aws, group: str, text: str) -> list[dict[str, str]]:
    """Run a query of Logs Insights over the last hour, and return its rows without empty fields."""
    logs, now = aws.client("logs"), int(time.time())
    query = logs.start_query(logGroupName=group, queryString=text, startTime=now - 3600, endTime=now + 60)["queryId"]
    # MiniStack has the results at once.
    rows = logs.get_query_results(queryId=query)["results"]
    return [{cell["field"]: cell["value"] for cell in row if cell["value"]} for row in rows]


def test_the_last_switches_leave_out_quiet_checks(aws: Aws, widgets: dict[str, dict[str, Any]]) -> None:
    rows = run_query(aws, *asked(widgets["Last switches"]))

    shown = {(row["message"], row.get("event"), row.get("outcome")) for row in rows if row["message"] != "switching"}
    done = {("event done", "start", "changed"), ("event done", "end", "changed")}
    assert shown == {*done, ("event failed", None, None)}
    assert all(row["plan"] for row in rows if row["message"] == "switching")
    assert any("strat" in row.get("error", "") for row in rows)


def test_queries_show_what_is_logged(aws: Aws, widgets: dict[str, dict[str, Any]]) -> None:
    for group, text in (asked(widget) for widget in widgets.values() if "query" in widget):
        named = re.search(r"(?:fields | by )((?:@?\w+(?:, )?)+)", text)[1]
        # MiniStack counts for a query like that of the report alone.
        rows = run_query(aws, group, re.sub(r"stats.*", f"fields {named}", text, flags=re.S))
        assert {field for row in rows for field in row} - {"@ptr"} == {*named.split(", ")}, text
        times = [row.get("@timestamp", "") for row in rows]
        assert times == sorted(times, reverse=True)


def test_the_dashboard_shows_every_logged_outcome(aws: Aws, seen: Site, widgets: dict[str, dict[str, Any]]) -> None:
    shown = widgets["Requests by outcome"]["metrics"]
    lines, group = seen.stack.responder_log(), seen.stack.output("ResponderLogGroupName")
    (counted,) = aws.client("logs").describe_metric_filters(logGroupName=group)["metricFilters"]
    (metric,) = counted["metricTransformations"]

    expected = {("MaintenanceMode/seen", "Requests", "Outcome", line["outcome"]) for line in lines}
    assert {tuple(one) for one in shown} == expected
    assert counted["filterPattern"] == f'{{ $.message = "{lines[0]["message"]}" }}'
    assert (metric["metricNamespace"], metric["metricName"]) == ("MaintenanceMode/seen", "Requests")
    assert metric["dimensions"] == {"Outcome": "$.outcome"}
