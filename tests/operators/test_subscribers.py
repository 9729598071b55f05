"""Whether anybody would hear of an alarm."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from scripts.operators import subscribers

TOPIC = "arn:aws:sns:eu-central-1:123456789012:shop"
CONFIRMED, PENDING, DELETED = f"{TOPIC}:1", "PendingConfirmation", "Deleted"


def warning(*arns: str, refused: str = "") -> str | None:
    session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="none", region_name="eu-central-1")
    sns = session.client("sns")
    with Stubber(sns) as stubber:
        if refused:
            stubber.add_client_error("list_subscriptions_by_topic", refused)
        else:
            found = [
                {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": f"{number}@example.com"}
                for number, arn in enumerate(arns)
            ]
            stubber.add_response("list_subscriptions_by_topic", {"Subscriptions": found}, {"TopicArn": TOPIC})
        return subscribers.warning(sns, TOPIC)


def test_one_confirmed_subscription_is_enough() -> None:
    assert warning(PENDING, CONFIRMED) is None


@pytest.mark.parametrize(
    ("arns", "helps"),
    [
        ((), "deploy with NotificationEmail, or subscribe a chat"),
        ((DELETED,), "deploy with NotificationEmail, or subscribe a chat"),
        ((PENDING, DELETED), "0@example.com (email) has to confirm it"),
    ],
)
def test_without_one_nobody_would_hear(arns: tuple[str, ...], helps: str) -> None:
    assert warning(*arns) == f"nobody would hear of an alarm: {TOPIC} has no confirmed subscription; {helps}"


def test_what_must_not_be_asked_is_not_known() -> None:
    said = warning(refused="AuthorizationError")

    assert "whether anybody would hear of an alarm is not known" in said
    assert "AWS refused ListSubscriptionsByTopic (AuthorizationError)" in said
    assert "the caller needs a policy that allows it" in said
