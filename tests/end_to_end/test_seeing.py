"""What there is to see of a window: the dashboard and the alarms, held against what the functions really log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.aws import Aws
from tests.harness.emulator_gaps import run_query
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import RULES, Site
from tests.harness.stack import Stack, deploy_like

# The guide of Lambda, on types of metrics; each has the dimension FunctionName.
OF_ASYNCHRONOUS_EVENTS = ("Errors", "AsyncEventsDropped", "DestinationDeliveryFailures")
# The guide of Application Load Balancers, on metrics; each may be asked for by TargetGroup alone.
OF_LAMBDA_TARGETS = ("LambdaUserError", "LambdaInternalError")


@dataclass(frozen=True)
class Query:
    """A widget's query and the log group that it reads."""

    group: str
    text: str

    def fields(self) -> set[str]:
        """Return the fields of log lines that the query names, without CloudWatch's own and those it makes itself."""
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
    """Deploy a stack and let it go through a window, a failure and requests of every kind."""
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

    kept = [(row["path"], row["outcome"]) for row in rows if row["path"] in ("/a/cart", "/b/orders")]
    assert ("/b/orders", "unavailable") in kept
    assert ("/a/cart", "redirect") in kept
    assert [row["@timestamp"] for row in rows] == sorted((row["@timestamp"] for row in rows), reverse=True)
    assert len(rows) <= 20


def test_the_last_switches_tell_every_switch_and_failure_and_no_quiet_check(
    aws: Aws, queries: dict[str, Query]
) -> None:
    query = queries["Last switches"]

    rows = run_query(aws, query.group, query.text)

    told = [(row["message"], row.get("event"), row.get("outcome")) for row in rows if row["message"] != "switching"]
    assert set(told) == {
        ("event done", "start", "changed"),
        ("event failed", None, None),
        ("event done", "end", "changed"),
    }
    assert all(row["plan"] for row in rows if row["message"] == "switching")
    assert any("strat" in row.get("error", "") for row in rows)


def test_every_field_that_a_query_names_is_one_that_the_functions_log(aws: Aws, queries: dict[str, Query]) -> None:
    assert {"Last requests", "Last switches", "Top paths"} == queries.keys()
    for title, query in queries.items():
        logged = {field for line in _lines(aws, query.group) for field in line}
        assert query.fields() <= logged, title
        assert query.fields(), title


def test_the_outcomes_on_the_dashboard_are_those_that_the_responder_logs(
    seen: Site, widgets: list[dict[str, Any]]
) -> None:
    (shown,) = [
        widget["properties"]["metrics"] for widget in widgets if "by outcome" in widget["properties"].get("title", "")
    ]
    logged = {line["outcome"] for line in seen.stack.responder_log()}

    assert {outcome for *_, outcome in shown} == logged
    assert {tuple(metric[:3]) for metric in shown} == {("MaintenanceMode/seen", "Requests", "Outcome")}


def test_each_line_of_the_responder_is_counted_under_its_outcome(aws: Aws, seen: Site) -> None:
    group = seen.stack.output("ResponderLogGroupName")
    (counted,) = aws.client("logs").describe_metric_filters(logGroupName=group)["metricFilters"]
    (metric,) = counted["metricTransformations"]
    line = seen.stack.responder_log()[0]

    assert counted["filterPattern"] == f'{{ $.message = "{line["message"]}" }}'
    assert (metric["metricNamespace"], metric["metricName"]) == ("MaintenanceMode/seen", "Requests")
    assert metric["dimensions"] == {"Outcome": "$.outcome"}


def test_every_alarm_watches_a_metric_that_exists_and_tells_the_topic(aws: Aws, seen: Site) -> None:
    stack = seen.stack
    emitted = _emitted(aws, stack)
    queue = stack.resources["UndeliveredQueue"].rpartition("/")[2]
    # MiniStack leaves out the "targetgroup/" of AWS's full name.
    target_group = stack.output("ResponderTargetGroupArn").rpartition(":targetgroup/")[2]
    known = {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", f"QueueName={queue}"),
        *(("AWS/Lambda", metric, f"FunctionName={stack.responder}") for metric in ("Errors", "Throttles")),
        *(("AWS/Lambda", metric, f"FunctionName={stack.switcher}") for metric in OF_ASYNCHRONOUS_EVENTS),
        *(("AWS/ApplicationELB", metric, f"TargetGroup={target_group}") for metric in OF_LAMBDA_TARGETS),
        *emitted,
    }

    watched = {alarm["AlarmName"]: _metric(alarm) for alarm in _alarms(aws, stack)}

    assert watched.keys() == {
        "seen-maintenance-on",
        "seen-maintenance-overdue",
        "seen-still-on",
        "seen-check-missing",
        "seen-switch-failed",
        "seen-event-ignored",
        "seen-event-dropped",
        "seen-event-not-kept",
        "seen-event-undelivered",
        "seen-responder-cannot-answer",
        "seen-responder-errors",
        "seen-responder-throttled",
        "seen-responder-user-errors",
        "seen-responder-internal-errors",
    }
    assert set(watched.values()) <= known
    for alarm in _alarms(aws, stack):
        assert alarm["AlarmActions"] == [stack.output("NoticesTopicArn")]
        assert alarm["AlarmDescription"]


def _lines(aws: Aws, group: str) -> list[dict[str, Any]]:
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    messages = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(message) for message in messages if message.startswith("{")]


def _emitted(aws: Aws, stack: Stack) -> set[tuple[str, str, str]]:
    """Return the metrics that the switcher's lines carry for the function as a whole."""
    found = set()
    for line in _lines(aws, stack.output("SwitcherLogGroupName")):
        for metrics in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert ["FunctionName"] in metrics["Dimensions"]
            found |= {
                (metrics["Namespace"], metric["Name"], f"FunctionName={line['FunctionName']}")
                for metric in metrics["Metrics"]
            }
    return found


def _alarms(aws: Aws, stack: Stack) -> list[dict[str, Any]]:
    return aws.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{stack.name}-")["MetricAlarms"]


def _metric(alarm: dict[str, Any]) -> tuple[str, str, str]:
    dimensions = ",".join(f"{dimension['Name']}={dimension['Value']}" for dimension in alarm["Dimensions"])
    return alarm["Namespace"], alarm["MetricName"], dimensions
