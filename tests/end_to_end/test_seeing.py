"""The dashboard and the alarms of a window, against what the functions really log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.aws import Aws
from tests.harness.emulator_gaps import run_query
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import RULES, Site
from tests.harness.stack import Stack, deploy_like

# Metrics of AWS's guides by namespace and dimension.
OF_AWS = {
    ("AWS/Lambda", "FunctionName"): {"Errors", "Throttles", "AsyncEventsDropped", "DestinationDeliveryFailures"},
    ("AWS/ApplicationELB", "TargetGroup"): {"LambdaUserError", "LambdaInternalError"},
    ("AWS/SQS", "QueueName"): {"NumberOfMessagesSent", "ApproximateNumberOfMessagesVisible"},
}


@dataclass(frozen=True)
class Query:
    """A widget's query and the log group that it reads."""

    group: str
    text: str

    def fields(self) -> set[str]:
        """Return the fields of log lines that the query names, without CloudWatch's and its own."""
        stages = [stage.strip().partition(" ") for stage in self.text.split("|")]
        named = {name for verb, _, rest in stages if verb == "fields" for name in re.split(r",\s*", rest)}
        for verb, _, rest in stages:
            if verb == "stats":
                named |= set(re.split(r",\s*", rest.partition(" by ")[2]))
            if verb == "sort":
                named.add(rest.split()[0])
        made = set(re.findall(r" as (\w+)", self.text))
        return {name for name in named if not name.startswith("@")} - made


@pytest.fixture(scope="module")
def seen(aws: Aws, servers: dict[str, int], deployed_site: Site) -> Site:
    """Return a stack after a window, a failure and requests of every kind."""
    listener = LoadBalancer(aws, "seen", servers).listener(port=80, rules=RULES)
    parameters = {
        "ListenerArn": listener.arn,
        "DefaultAction": "404",
        "CorsAllowedOrigins": "*",
        "HealthPathPattern": "^/alive$",
    }
    site = Site(listener, deploy_like(aws, deployed_site.stack, "seen", parameters))
    for event in ({"type": "check"}, {"type": "start"}, {"type": "strat"}, {"type": "check"}):
        site.stack.invoke(event)
    # Not /health: MiniStack answers that by itself.
    for path in ("/a/cart", "/b/orders", "/alive"):
        listener.request(path)
    site.stack.invoke({"type": "end"})
    for event in sorted(EVENTS.glob("alb-*.json")):
        site.stack.invoke(event, function=site.stack.responder)
    return site


@pytest.fixture(scope="module")
def widgets(aws: Aws, seen: Site) -> list[dict[str, Any]]:
    name = seen.stack.output("DashboardName")
    return json.loads(aws.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])["widgets"]


@pytest.fixture(scope="module")
def queries(widgets: list[dict[str, Any]]) -> dict[str, Query]:
    """Return the dashboard's queries by title."""
    found = {}
    for properties in (widget["properties"] for widget in widgets if widget["type"] == "log"):
        source, _, text = properties["query"].partition("|")
        found[properties["title"]] = Query(source.split("'")[1], text.strip())
    return found


def test_the_last_requests_come_newest_first(aws: Aws, queries: dict[str, Query]) -> None:
    query = queries["Last requests"]

    rows = run_query(aws, query.group, query.text)

    assert {("/b/orders", "unavailable"), ("/a/cart", "redirect")} <= {(row["path"], row["outcome"]) for row in rows}
    assert [row["@timestamp"] for row in rows] == sorted((row["@timestamp"] for row in rows), reverse=True)
    assert len(rows) <= 20


def test_the_last_switches_leave_out_quiet_checks(aws: Aws, queries: dict[str, Query]) -> None:
    query = queries["Last switches"]

    rows = run_query(aws, query.group, query.text)

    shown = {(row["message"], row.get("event"), row.get("outcome")) for row in rows if row["message"] != "switching"}
    assert shown == {
        ("event done", "start", "changed"),
        ("event failed", None, None),
        ("event done", "end", "changed"),
    }
    assert all(row["plan"] for row in rows if row["message"] == "switching")
    assert any("strat" in row.get("error", "") for row in rows)


def test_queries_name_fields_that_are_logged(aws: Aws, queries: dict[str, Query]) -> None:
    for title, query in queries.items():
        logged = {field for line in _lines(aws, query.group) for field in line}
        assert query.fields() <= logged, title
        assert query.fields(), title


def test_the_dashboard_shows_every_logged_outcome(aws: Aws, seen: Site, widgets: list[dict[str, Any]]) -> None:
    (shown,) = [
        widget["properties"]["metrics"] for widget in widgets if "by outcome" in widget["properties"].get("title", "")
    ]
    lines = seen.stack.responder_log()
    group = seen.stack.output("ResponderLogGroupName")
    (counted,) = aws.client("logs").describe_metric_filters(logGroupName=group)["metricFilters"]
    (metric,) = counted["metricTransformations"]

    assert {outcome for *_, outcome in shown} == {line["outcome"] for line in lines}
    assert {tuple(metric[:3]) for metric in shown} == {("MaintenanceMode/seen", "Requests", "Outcome")}
    assert counted["filterPattern"] == f'{{ $.message = "{lines[0]["message"]}" }}'
    assert (metric["metricNamespace"], metric["metricName"]) == ("MaintenanceMode/seen", "Requests")
    assert metric["dimensions"] == {"Outcome": "$.outcome"}


def test_alarms_watch_metrics_that_exist(aws: Aws, seen: Site) -> None:
    stack = seen.stack
    queue = stack.resources["UndeliveredQueue"].rpartition("/")[2]
    # MiniStack leaves out the "targetgroup/" of AWS's full name.
    target_group = stack.output("ResponderTargetGroupArn").rpartition(":targetgroup/")[2]
    resources = {stack.switcher, stack.responder, queue, target_group}
    emitted = _emitted(aws, stack)

    alarms = aws.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{stack.name}-")["MetricAlarms"]

    assert alarms
    for alarm in alarms:
        for namespace, metric, dimension, value in _watched(alarm):
            assert metric in OF_AWS.get((namespace, dimension), emitted), alarm["AlarmName"]
            assert value in resources, alarm["AlarmName"]
        assert alarm["AlarmActions"] == [stack.output("NoticesTopicArn")]
        assert alarm["AlarmDescription"]


def _lines(aws: Aws, group: str) -> list[dict[str, Any]]:
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    messages = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(message) for message in messages if message.startswith("{")]


def _emitted(aws: Aws, stack: Stack) -> set[str]:
    """Return the metrics that the switcher's lines carry for the function as a whole."""
    lines = _lines(aws, stack.output("SwitcherLogGroupName"))
    metrics = [metrics for line in lines for metrics in line.get("_aws", {}).get("CloudWatchMetrics", [])]
    assert all(metric["Namespace"] == "MaintenanceMode" for metric in metrics)
    assert all(["FunctionName"] in metric["Dimensions"] for metric in metrics)
    return {metric["Name"] for one in metrics for metric in one["Metrics"]}


def _watched(alarm: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield namespace, name, dimension and the dimension's value of each metric of an alarm."""
    several = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
    for metric in several or [alarm]:
        (dimension,) = metric["Dimensions"]
        yield metric["Namespace"], metric["MetricName"], dimension["Name"], dimension["Value"]
