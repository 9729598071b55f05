"""What the alarms report, and when, by CloudWatch's own rules; and the events that they report as lost."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.harness.alarms import Conditions, Point, alarms_of_the_template
from tests.harness.aws import Aws
from tests.harness.site import Site
from tests.harness.wait import until

ALARMS = alarms_of_the_template()
EVERY_CONDITION = [
    Conditions(beyond=beyond, late=late, fills_nothing=fills_nothing)
    for beyond in (2, 12)
    for late in (0.2, 1.5)
    for fills_nothing in (True, False)
]
HOUR, DAY = 60, 24 * 60

OURS, LAMBDA, ELB = "MaintenanceMode", "AWS/Lambda", "AWS/ApplicationELB"
# Name → the metrics that it watches, and the states that it reports: those that last are also reported when they end.
EXPECTED = {
    "maintenance-on": ({(OURS, "MaintenanceActive")}, {"ALARM", "OK"}),
    "switch-failed": ({(LAMBDA, "Errors"), (OURS, "CheckFailed")}, {"ALARM"}),
    "event-ignored": ({(OURS, "EventIgnored")}, {"ALARM"}),
    "event-lost": ({(LAMBDA, "AsyncEventsDropped"), ("AWS/SQS", "NumberOfMessagesSent")}, {"ALARM"}),
    "maintenance-overdue": ({(OURS, "MaintenanceOverdue")}, {"ALARM", "OK"}),
    "still-on": ({(OURS, "Unlimited")}, {"ALARM", "OK"}),
    "check-missing": ({(OURS, "MaintenanceActive")}, {"ALARM", "OK"}),
    "not-ready": ({(OURS, "NotReady")}, {"ALARM", "OK"}),
    "responder-failing": (
        {(LAMBDA, "Errors"), (LAMBDA, "Throttles"), (ELB, "LambdaInternalError")},
        {"ALARM", "OK"},
    ),
    "responder-user-errors": ({(ELB, "LambdaUserError")}, {"ALARM", "OK"}),
}
# Alarms on single events, and the minutes after which their points may still arrive.
OF_EVENTS = {
    "switch-failed": 5,
    "event-ignored": 1,
    "event-lost": 15,
    "responder-failing": 3,
    "responder-user-errors": 1,
}


def checks(since: float, before: float, value: float = 0) -> list[Point]:
    """One point in five minutes, as the check writes it."""
    return [(since + 5 * index, value) for index in range(math.ceil((before - since) / 5))]


def reported(name: str, points: Iterable[Point], minutes: int) -> list[tuple[int, str]]:
    """Return what an alarm reports, and the minute, which alone may depend on what the guide leaves open."""
    _, states = EXPECTED[name]
    histories = [ALARMS[name].states(list(points), minutes, conditions) for conditions in EVERY_CONDITION]
    alike = {tuple(state for _, state in history if state in states) for history in histories}
    assert len(alike) == 1, histories
    latest = [max(minute for minute, _ in same) for same in zip(*histories, strict=True)]
    return [(minute, state) for minute, (_, state) in zip(latest, histories[0], strict=True) if state in states]


def sequence(name: str, points: Iterable[Point], minutes: int) -> list[str]:
    return [state for _, state in reported(name, points, minutes)]


# The guide's own examples, newest point on the right; 0 is within the threshold, X is not, - is missing.
@pytest.mark.parametrize(
    ("to_alarm", "points", "ignore", "breaching", "not_breaching"),
    [
        (3, "0 - X - X", "OK", "OK", "OK"),
        (3, "0 - - - -", "OK", "OK", "OK"),
        (3, "- - - - -", "retained", "ALARM", "OK"),
        (3, "0 X X - X", "ALARM", "ALARM", "ALARM"),
        (3, "- - X - -", "retained", "ALARM", "OK"),
        (2, "0 - X - X", "ALARM", "ALARM", "ALARM"),
        (2, "0 0 X 0 X", "ALARM", "ALARM", "ALARM"),
        (2, "0 - X - -", "OK", "ALARM", "OK"),
        (2, "- - - - 0", "OK", "ALARM", "OK"),
        (2, "- - - X -", "retained", "ALARM", "OK"),
    ],
)
def test_alarm_rules_are_those_of_the_guide(
    to_alarm: int, points: str, ignore: str, breaching: str, not_breaching: str
) -> None:
    newest_first = [{"0": 0.0, "X": 1.0, "-": None}[point] for point in reversed(points.split())]

    for missing, expected in (("ignore", ignore), ("breaching", breaching), ("notBreaching", not_breaching)):
        changed = {"EvaluationPeriods": 3, "DatapointsToAlarm": to_alarm, "TreatMissingData": missing}
        alarm = replace(ALARMS["maintenance-on"], properties=ALARMS["maintenance-on"].properties | changed)
        assert alarm.judge(newest_first, "retained") == expected


def test_alarms_watch_and_report_what_is_expected() -> None:
    actions = {"ALARM": "AlarmActions", "OK": "OKActions"}
    reports = {
        name: {state for state, key in actions.items() if alarm.properties.get(key) == [{"Ref": "NoticesTopic"}]}
        for name, alarm in ALARMS.items()
    }

    assert {name: (alarm.metrics, reports[name]) for name, alarm in ALARMS.items()} == EXPECTED


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_texts_have_the_command(name: str) -> None:
    assert "scripts/maintenance " in str(ALARMS[name].properties["AlarmDescription"])


@pytest.mark.parametrize("name", ALARMS)
def test_deployment_and_rest_raise_nothing_but_check_missing(name: str) -> None:
    at_rest = checks(1.3, 2 * DAY) if any(namespace == OURS for namespace, _ in EXPECTED[name][0]) else []

    expected = ["ALARM", "OK"] if name == "check-missing" else ["OK"]
    assert sequence(name, at_rest, 2 * DAY) == [state for state in expected if state in EXPECTED[name][1]]


@pytest.mark.parametrize("start", [20.1, 21.4, 24.9])
@pytest.mark.parametrize("end", [45.4, 46.2, 49.9])
def test_begin_and_end_are_reported_within_minutes(start: float, end: float) -> None:
    points = [*checks(1, 20), (start, 1), *checks(25, 45, 1), (45, 1), (end, 0), *checks(50, 120)]

    begun, ended = reported("maintenance-on", points, 120)[-2:]

    assert (begun[1], ended[1]) == ("ALARM", "OK")
    assert begun[0] - start < 3
    # A check before the end, in the same minute, holds the alarm until the next check.
    assert ended[0] - end < (3 if end > 46 else 8)


def test_start_and_end_in_one_minute_are_reported() -> None:
    points = [*checks(1, 20), (22.1, 1), (22.8, 0), *checks(26, 60)]

    assert sequence("maintenance-on", points, HOUR) == ["OK", "ALARM", "OK"]


@pytest.mark.parametrize(
    ("name", "hours"), [("maintenance-on", 1), ("maintenance-overdue", 1), ("not-ready", 1), ("still-on", 26)]
)
def test_lasting_alarms_stay_raised_without_checks(name: str, hours: int) -> None:
    assert sequence(name, [*checks(1, 20), *checks(21, hours * HOUR, 1)], 2 * DAY) == ["OK", "ALARM"]


def test_overdue_is_reported_at_the_second_check() -> None:
    once = [*checks(1, 20), (21, 1), *checks(26, 60)]
    twice = [*checks(1, 20), (21, 1), (26, 1), *checks(31, 60)]

    assert sequence("maintenance-overdue", once, HOUR) == ["OK"]
    (_, (raised, _), (_, over)) = reported("maintenance-overdue", twice, HOUR)
    assert raised - 26 < 3
    assert over == "OK"


def test_missing_checks_are_reported_after_half_an_hour() -> None:
    *_, raised, over = reported("check-missing", [*checks(1, HOUR), *checks(3 * HOUR, 4 * HOUR)], 4 * HOUR)

    assert (raised[1], over[1]) == ("ALARM", "OK")
    assert 25 <= raised[0] - 56 <= 32
    assert over[0] - 3 * HOUR < 5
    assert sequence("check-missing", [], HOUR) == ["ALARM"]


@pytest.mark.parametrize("jitter", [0.0, 0.4, 0.9])
def test_late_and_single_lost_checks_are_not_reported(jitter: float) -> None:
    every = enumerate(checks(1, DAY))
    points = [(at + jitter * (index % 3), value) for index, (at, value) in every if index % 50 not in (7, 8)]

    # At the deployment it depends on which comes first, the alarm's evaluation or the check.
    for conditions in EVERY_CONDITION:
        states = ALARMS["check-missing"].states(points, DAY, conditions)
        assert all(minute < 5 or state == "OK" for minute, state in states)


def test_unlimited_windows_are_reported_after_a_day() -> None:
    points = [*checks(1, 100), *checks(101, 100 + 28 * HOUR, 1), *checks(102 + 28 * HOUR, 3 * DAY)]
    of_an_open_listener = checks(1, 3 * DAY)

    (_, raised, over) = reported("still-on", [*points, *of_an_open_listener], 2 * DAY)

    assert (raised[1], over[1]) == ("ALARM", "OK")
    assert abs(raised[0] - (100 + DAY)) < 10
    assert over[0] - (100 + 28 * HOUR) < HOUR + 10


@pytest.mark.parametrize(("name", "late"), OF_EVENTS.items())
def test_each_event_is_reported_also_late(name: str, late: float) -> None:
    points = [(61.2, 1.0), (122.7, 2.0)]

    assert sequence(name, points, 3 * HOUR).count("ALARM") == 2
    states = ALARMS[name].states(points, 3 * HOUR, Conditions(beyond=2, late=late, fills_nothing=True))
    assert [state for _, state in states].count("ALARM") == 2


def test_failing_checks_are_one_alarm() -> None:
    assert sequence("switch-failed", [*checks(1, 20), *checks(21, 90, 1), *checks(91, 120)], 2 * HOUR) == ["ALARM"]


def test_late_events_are_reported_after_obeyed_ones() -> None:
    assert sequence("event-ignored", [(10, 1), (40, 0), (70, 1)], 2 * HOUR) == ["ALARM", "ALARM"]


def test_failed_events_are_kept_as_they_came(aws: Aws, site: Site) -> None:
    # The guide of Lambda, on destinations: the record holds the event as requestPayload.
    event = {"type": "start", "minutes": 30, "reason": "DB upgrade"}
    with site.stack.configured(site.stack.switcher, ACTIVE_PRIORITY="first"):
        aws.client("lambda").invoke(
            FunctionName=site.stack.switcher, InvocationType="Event", Payload=json.dumps(event).encode()
        )
        kept = json.loads(until("the event is kept", lambda: _received(aws, site), within=30))

    assert kept["requestPayload"] == event
    assert "ACTIVE_PRIORITY" in kept["responsePayload"]["errorMessage"]
    site.stack.invoke(kept["requestPayload"]).answer  # noqa: B018 (fails when the start did)
    assert site.during_maintenance()


def _received(aws: Aws, site: Site) -> str:
    sqs, queue = aws.client("sqs"), site.stack.resources["UndeliveredQueue"]
    for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return message["Body"]
    return ""
