"""What raises each alarm, that the switcher writes what they watch, and the events that one of them reports as lost."""

import json
from typing import Any

import pytest

from tests.harness.aws import Aws
from tests.harness.site import Site
from tests.harness.template import expanded_template
from tests.harness.wait import until

# Namespace, dimension, and the resource that is its value.
OURS = "MaintenanceMode FunctionName SwitcherFunction "
SWITCHER = "AWS/Lambda FunctionName SwitcherFunction "
RESPONDER = "AWS/Lambda FunctionName ResponderFunction "
GROUP = "AWS/ApplicationELB TargetGroup ResponderTargetGroup "
QUEUE = "AWS/SQS QueueName UndeliveredQueue "
# Lambda and SQS write points some minutes late, and FILL fills these in, too. So alarms on a sum look back over more
# periods, of which one is enough.
SUM = "SUM(FILL(METRICS(),0)) of Sum"
# What missing points mean: the event is over, or what lasts has not changed.
EVENT, LASTING = "notBreaching", "ignore"
# Alarm → its metrics, what raises it, and what missing points mean.
EXPECTED = {
    # The maximum, because a check may fall into the minute of a start.
    "maintenance-on": ([OURS + "MaintenanceActive"], "1 of 1 x 60 s: Maximum > 0", LASTING),
    # Two checks fall into ten minutes, so checks that keep failing are one alarm.
    "switch-failed": ([SWITCHER + "Errors", OURS + "CheckFailed"], f"1 of 10 x 60 s: {SUM} > 0", EVENT),
    "event-ignored": ([OURS + "EventIgnored"], "1 of 1 x 60 s: Maximum > 0", EVENT),
    # A queue without traffic writes its first points after up to 15 minutes.
    "event-lost": (
        [SWITCHER + "AsyncEventsDropped", QUEUE + "NumberOfMessagesSent"],
        f"1 of 20 x 60 s: {SUM} > 0",
        EVENT,
    ),
    # One check ends what is overdue, the second one shows whether it did.
    "maintenance-overdue": ([OURS + "MaintenanceOverdue"], "2 of 2 x 300 s: Maximum > 0", LASTING),
    # A day, and the hour in which the window began.
    "still-on": ([OURS + "Unlimited"], "25 of 25 x 3600 s: Maximum > 0", LASTING),
    # Half an hour, so single lost checks do not count.
    "check-missing": ([OURS + "MaintenanceActive"], "6 of 6 x 300 s: FILL(checks, 0) of SampleCount < 1", "breaching"),
    "not-ready": ([OURS + "NotReady"], "1 of 1 x 300 s: Maximum > 0", LASTING),
    "responder-failing": (
        [RESPONDER + "Errors", RESPONDER + "Throttles", GROUP + "LambdaInternalError"],
        f"1 of 5 x 60 s: {SUM} > 0",
        EVENT,
    ),
    "responder-user-errors": ([GROUP + "LambdaUserError"], "1 of 1 x 60 s: Sum > 0", EVENT),
}
# They report events; the others also report that something is over.
WITHOUT_END = {"switch-failed", "event-ignored", "event-lost"}
OPERATORS = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}
ALARMS = {
    resource["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): resource["Properties"]
    for resource in expanded_template()["Resources"].values()
    if resource["Type"] == "AWS::CloudWatch::Alarm"
}


@pytest.mark.parametrize("name", sorted(ALARMS.keys() | EXPECTED.keys()))
def test_alarms_are_raised_by_what_is_listed(name: str) -> None:
    alarm = ALARMS[name]
    *stats, expression = alarm.get("Metrics", [{}])
    watched = [stat["MetricStat"] | stat["MetricStat"]["Metric"] for stat in stats] or [alarm]
    ((statistic, period),) = {(each.get("Stat", alarm.get("Statistic")), each["Period"]) for each in watched}
    value = f"{expression['Expression']} of {statistic}" if expression else statistic
    periods = alarm["EvaluationPeriods"]
    points = f"{alarm.get('DatapointsToAlarm', periods)} of {periods} x {period} s"
    raised = f"{points}: {value} {OPERATORS[alarm['ComparisonOperator']]} {alarm['Threshold']}"

    assert ([_metric(each) for each in watched], raised, alarm["TreatMissingData"]) == EXPECTED[name]
    topic = [{"Ref": "NoticesTopic"}]
    assert (alarm["AlarmActions"], alarm.get("OKActions")) == (topic, None if name in WITHOUT_END else topic)
    assert "scripts/maintenance " in str(alarm["AlarmDescription"])


def test_the_switcher_writes_what_alarms_watch(aws: Aws, site: Site) -> None:
    site.start()
    site.stack.invoke({"type": "check"}).answer  # noqa: B018 (fails when the check did)
    group = site.stack.output("SwitcherLogGroupName")
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern='"_aws"')
    lines = [json.loads(event["message"])["_aws"] for event in pages.search("events[]")]
    groups = [each for line in lines for each in line["CloudWatchMetrics"] if ["FunctionName"] in each["Dimensions"]]
    written = {f"{each['Namespace']} {metric['Name']}" for each in groups for metric in each["Metrics"]}

    watched = {metric for metrics, *_ in EXPECTED.values() for metric in metrics if metric.startswith(OURS)}
    assert {metric.replace("FunctionName SwitcherFunction ", "") for metric in watched} <= written


def test_failed_events_are_kept_as_they_came(aws: Aws, site: Site) -> None:
    # The guide of Lambda, on destinations: the record holds the event as requestPayload.
    event, sqs, queue = {"type": "end"}, aws.client("sqs"), site.stack.resources["UndeliveredQueue"]
    with site.stack.configured(site.stack.switcher, ACTIVE_PRIORITY="first"):
        aws.client("lambda").invoke(
            FunctionName=site.stack.switcher, InvocationType="Event", Payload=json.dumps(event).encode()
        )
        received = until("the event is kept", lambda: sqs.receive_message(QueueUrl=queue).get("Messages"), within=30)

    kept = json.loads(received[0]["Body"])
    assert kept["requestPayload"] == event
    assert "ACTIVE_PRIORITY" in kept["responsePayload"]["errorMessage"]


def _metric(watched: dict[str, Any]) -> str:
    """Return namespace, dimension, the resource that is its value, and name."""
    (dimension,) = watched["Dimensions"]
    (resource,) = dimension["Value"].values()
    owner = resource if isinstance(resource, str) else resource[0]
    return f"{watched['Namespace']} {dimension['Name']} {owner} {watched['MetricName']}"
