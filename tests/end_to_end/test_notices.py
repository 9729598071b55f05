"""What the team hears of: every switch that nobody waited for, once, in a sentence; and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.harness.aws import Aws
from tests.harness.emulator_gaps import deliver_result
from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.wait import until


@dataclass(frozen=True)
class Notices:
    """The topic's notices, as a subscriber gets them, for events that are sent as the schedules send them."""

    aws: Aws
    site: Site
    queue: str

    def after(self, event: object) -> str:
        """Send an event and return the notice that follows."""
        self._send(event)
        return self.next()

    def next(self) -> str:
        """Wait for the next notice."""
        return until("a notice", self._receive, within=10)

    def silent_after(self, event: object) -> bool:
        """Send an event, then one that is told for certain: whether that one's notice is the first."""
        self._send(event)
        return "FAILED" in self.after({"type": "unknown"})

    def _send(self, event: object) -> None:
        deliver_result(self.aws, self.site.stack.switcher, event, self.site.stack.invoke(event))

    def _receive(self) -> str:
        sqs = self.aws.client("sqs")
        received = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=1, WaitTimeSeconds=1)
        for message in received.get("Messages", []):
            sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
            return message["Body"]
        return ""


@pytest.fixture
def notices(aws: Aws, site: Site) -> Iterator[Notices]:
    """Subscribe to the topic."""
    sqs, sns = aws.client("sqs"), aws.client("sns")
    queue = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = site.stack.output("NoticesTopicArn")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(_writable_by(topic, arn))})
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    yield Notices(aws, site, queue)
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


def test_the_begin_and_the_end_are_told(notices: Notices) -> None:
    assert "shop is in maintenance" in notices.after({"type": "start"})
    assert "shop is no longer in maintenance" in notices.after({"type": "end"})


def test_an_event_that_came_too_late_is_told(notices: Notices) -> None:
    notice = notices.after({"type": "start", "scheduledAt": "2026-01-01T00:00:00Z"})

    assert "an event of type start" in notice
    assert "came too late and was ignored" in notice


@pytest.mark.parametrize(
    "event", [{"type": "check"}, {"type": "end"}, {"type": "status"}, {"type": "start", "dryRun": True}], ids=json.dumps
)
def test_what_changes_nothing_is_not_told(notices: Notices, event: object) -> None:
    assert notices.silent_after(event)


FAILING = {
    "a bad event": {"type": "strat"},
    "an envelope with a bad event": json.loads((EVENTS / "start-from-eventbridge.json").read_text())
    | {"detail": {"type": "strat"}},
}


@pytest.mark.parametrize("event", FAILING.values(), ids=FAILING.keys())
def test_a_failure_is_told_with_where_to_look(notices: Notices, event: object) -> None:
    notice = notices.after(event)

    assert "shop: a switch FAILED" in notice
    assert "RetriesExhausted BadEvent" in notice
    assert "/aws/lambda/shop-priority-switcher" in notice


def test_an_alarm_is_told_too(aws: Aws, notices: Notices) -> None:
    aws.client("cloudwatch").set_alarm_state(
        AlarmName="shop-switch-failed", StateValue="ALARM", StateReason="as if a switch had failed"
    )

    assert json.loads(notices.next())["AlarmName"] == "shop-switch-failed"


def test_lambda_repeats_a_failed_event_twice_and_keeps_a_throttled_one_for_six_hours(aws: Aws, site: Site) -> None:
    config = aws.client("lambda").get_function_event_invoke_config(
        FunctionName=site.stack.switcher, Qualifier="$LATEST"
    )

    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 21600)


def _writable_by(topic: str, queue: str) -> object:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
