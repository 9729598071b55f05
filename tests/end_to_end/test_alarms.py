"""What the team hears of, and when: the alarms by CloudWatch's own rules, and the way from an alarm to a subscriber."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
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

# Alarms that tell of single events: their metrics have points only then, or zeros for whatever else went well.
OF_EVENTS = [
    "switch-failed",
    "event-ignored",
    "event-dropped",
    "event-not-kept",
    "responder-errors",
    "responder-throttled",
    "responder-user-errors",
    "responder-internal-errors",
]

# Metrics that have points, zeros, when nothing goes on.
WRITTEN_AT_REST = {
    ("AWS/Lambda", "Errors"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    ("MaintenanceMode", "MaintenanceActive"),
    ("MaintenanceMode", "MaintenanceOverdue"),
    ("MaintenanceMode", "ResponderCannotAnswer"),
}


def checks(since: float, before: float, value: float = 0) -> list[Point]:
    """One point in five minutes, as the check writes it."""
    return [(since + 5 * index, value) for index in range(math.ceil((before - since) / 5))]


def told(name: str, points: Iterable[Point], minutes: int) -> list[tuple[int, str]]:
    """Return what an alarm tells of, and the minute, which alone may depend on what the guide leaves open."""
    histories = [ALARMS[name].states(list(points), minutes, conditions) for conditions in EVERY_CONDITION]
    alike = {tuple(state for _, state in history if state in ALARMS[name].told) for history in histories}
    assert len(alike) == 1, histories
    latest = [max(minute for minute, _ in same) for same in zip(*histories, strict=True)]
    return [
        (minute, state) for minute, (_, state) in zip(latest, histories[0], strict=True) if state in ALARMS[name].told
    ]


def sequence(name: str, points: Iterable[Point], minutes: int) -> list[str]:
    return [state for _, state in told(name, points, minutes)]


# The guide's own examples, newest point on the right; 0 is within the threshold, X is not, - is missing.
IN_THE_GUIDE = [
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
]


@pytest.mark.parametrize(("to_alarm", "points", "ignore", "breaching", "not_breaching"), IN_THE_GUIDE)
def test_the_rules_here_are_those_of_the_guide(
    to_alarm: int, points: str, ignore: str, breaching: str, not_breaching: str
) -> None:
    alarm = replace(ALARMS["maintenance-on"], evaluated=3, to_alarm=to_alarm)
    newest_first = [{"0": 0.0, "X": 1.0, "-": None}[point] for point in reversed(points.split())]

    judged = [
        replace(alarm, missing=missing).judge(newest_first, "retained")
        for missing in ("ignore", "breaching", "notBreaching")
    ]

    assert judged == [ignore, breaching, not_breaching]


def test_each_alarm_tells_when_it_begins_and_the_lasting_ones_when_they_are_over() -> None:
    once = {"switch-failed", "event-ignored", "event-dropped", "event-not-kept"}

    assert {name: alarm.told for name, alarm in ALARMS.items()} == {
        name: {"ALARM"} if name in once else {"ALARM", "OK"} for name in ALARMS
    }


@pytest.mark.parametrize("name", ALARMS)
def test_a_deployment_and_days_of_rest_raise_nothing_but_that_no_check_has_been_yet(name: str) -> None:
    at_rest = checks(1.3, 2 * DAY) if ALARMS[name].metric in WRITTEN_AT_REST else []

    told_of = ["ALARM", "OK"] if name == "check-missing" else ["OK"]
    assert sequence(name, at_rest, 2 * DAY) == [state for state in told_of if state in ALARMS[name].told]


@pytest.mark.parametrize("start", [20.1, 21.4, 24.9])
@pytest.mark.parametrize("end", [45.4, 46.2, 49.9])
def test_begin_and_end_are_told_within_minutes(start: float, end: float) -> None:
    points = [*checks(1, 20), (start, 1), *checks(25, 45, 1), (45, 1), (end, 0), *checks(50, 120)]

    begun, ended = told("maintenance-on", points, 120)[-2:]

    assert (begun[1], ended[1]) == ("ALARM", "OK")
    assert begun[0] - start < 3
    # A check before the end, in the same minute, holds the alarm until the next check.
    assert ended[0] - end < (3 if end > 46 else 8)


def test_a_start_that_is_taken_back_in_the_same_minute_is_told_too() -> None:
    points = [*checks(1, 20), (22.1, 1), (22.8, 0), *checks(26, 60)]

    assert sequence("maintenance-on", points, HOUR) == ["OK", "ALARM", "OK"]


def test_without_checks_nobody_is_told_that_maintenance_or_its_delay_is_over() -> None:
    assert sequence("maintenance-on", [*checks(1, 20), (22, 1)], DAY) == ["OK", "ALARM"]
    assert sequence("maintenance-overdue", [*checks(1, 20), *checks(21, 40, 1)], DAY) == ["OK", "ALARM"]
    assert sequence("responder-cannot-answer", [*checks(1, 20), *checks(21, 40, 1)], DAY) == ["OK", "ALARM"]
    assert sequence("still-on", [*checks(1, 20), *checks(21, 26 * HOUR, 1)], 2 * DAY) == ["OK", "ALARM"]


def test_maintenance_is_overdue_when_the_second_check_in_a_row_could_not_end_it() -> None:
    assert sequence("maintenance-overdue", [*checks(1, 20), (21, 1), *checks(26, 60)], HOUR) == ["OK"]

    twice = [*checks(1, 20), (21, 1), (26, 1), *checks(31, 60)]
    ((_, _), (raised, _), (_, over)) = told("maintenance-overdue", twice, HOUR)
    assert raised - 26 < 3
    assert over == "OK"


def test_checks_that_stay_away_are_told_of_after_half_an_hour_and_so_is_their_return() -> None:
    points = [*checks(1, HOUR), *checks(3 * HOUR, 4 * HOUR)]

    *_, raised, over = told("check-missing", points, 4 * HOUR)

    assert (raised[1], over[1]) == ("ALARM", "OK")
    assert 25 <= raised[0] - 56 <= 32
    assert over[0] - 3 * HOUR < 5


def test_checks_that_never_begin_are_told_of() -> None:
    assert sequence("check-missing", [], HOUR) == ["ALARM"]


@pytest.mark.parametrize("jitter", [0.0, 0.4, 0.9])
def test_late_and_single_lost_checks_are_not_told_of(jitter: float) -> None:
    points = [
        (at + jitter * (index % 3), value)
        for index, (at, value) in enumerate(checks(1, DAY))
        if index % 50 not in (7, 8)
    ]

    # At the deployment it depends on which comes first, the look at the alarm or the check.
    for conditions in EVERY_CONDITION:
        assert all(
            minute < 5 or state == "OK" for minute, state in ALARMS["check-missing"].states(points, DAY, conditions)
        )


def test_a_window_that_goes_on_is_told_of_after_its_hours_and_nightly_ones_never() -> None:
    hours = ALARMS["still-on"].evaluated
    on_and_on = [*checks(1, 100), *checks(101, 100 + (hours + 4) * HOUR, 1), *checks(102 + (hours + 4) * HOUR, 3 * DAY)]

    (_, raised, over) = told("still-on", on_and_on, 2 * DAY)

    assert (raised[1], over[1]) == ("ALARM", "OK")
    assert abs(raised[0] - (100 + hours * HOUR)) < 10
    assert over[0] - (100 + (hours + 4) * HOUR) < 10

    nightly = [(at, float(at % DAY < 6 * HOUR)) for at, _ in checks(1, 3 * DAY)]
    assert sequence("still-on", nightly, 3 * DAY) == ["OK"]


@pytest.mark.parametrize("name", OF_EVENTS)
def test_each_of_two_events_is_told(name: str) -> None:
    assert sequence(name, [(61.2, 1), (122.7, 2)], 3 * HOUR).count("ALARM") == 2


def test_a_late_event_is_told_again_after_others_were_obeyed() -> None:
    assert sequence("event-ignored", [(10, 1), (40, 0), (70, 1)], 2 * HOUR) == ["ALARM", "ALARM"]


def test_what_lies_in_the_queue_is_told_of_until_it_is_purged() -> None:
    lying = [(at, 1.0) for at in range(100, 700)]

    assert sequence("event-undelivered", lying, DAY) == ["OK", "ALARM", "OK"]


@pytest.fixture
def heard(aws: Aws, site: Site) -> Iterator[Callable[[], str]]:
    """Subscribe to the topic; the callable waits for the next message."""
    sqs, sns = aws.client("sqs"), aws.client("sns")
    queue = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = site.stack.output("NoticesTopicArn")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    yield lambda: until("a message", lambda: received(aws, queue), within=10)
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


def received(aws: Aws, queue: str) -> str:
    """Take a message out of a queue, if there is one."""
    sqs = aws.client("sqs")
    for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1, WaitTimeSeconds=1).get("Messages", []):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return message["Body"]
    return ""


def test_begin_and_end_arrive_with_what_they_mean(aws: Aws, heard: Callable[[], str]) -> None:
    for state in ("ALARM", "OK"):
        aws.client("cloudwatch").set_alarm_state(
            AlarmName="shop-maintenance-on", StateValue=state, StateReason="as if it had begun or ended"
        )
        notice = json.loads(heard())
        assert (notice["AlarmName"], notice["NewStateValue"]) == ("shop-maintenance-on", state)
        assert "send end" in notice["AlarmDescription"]


def test_an_event_that_fails_for_good_is_kept_as_it_came(aws: Aws, site: Site) -> None:
    # The guide of Lambda, on destinations: the record holds the event as requestPayload.
    event = {"type": "start", "minutes": 30, "reason": "DB upgrade"}
    with site.stack.configured(site.stack.switcher, ACTIVE_PRIORITY="first"):
        aws.client("lambda").invoke(
            FunctionName=site.stack.switcher, InvocationType="Event", Payload=json.dumps(event).encode()
        )
        queue = site.stack.resources["UndeliveredQueue"]
        kept = json.loads(until("the event is kept", lambda: received(aws, queue), within=30))

    assert kept["requestPayload"] == event
    assert "ACTIVE_PRIORITY" in kept["responsePayload"]["errorMessage"]
    site.stack.invoke(kept["requestPayload"]).answer  # noqa: B018 (fails when the start did)
    assert site.during_maintenance()


def test_lambda_repeats_a_failed_event_twice_and_keeps_a_throttled_one_for_six_hours(aws: Aws, site: Site) -> None:
    config = aws.client("lambda").get_function_event_invoke_config(
        FunctionName=site.stack.switcher, Qualifier="$LATEST"
    )

    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 21600)
