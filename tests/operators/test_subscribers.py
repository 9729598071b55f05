"""Whether anybody would hear of an alarm."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from scripts.operators import subscribers
from scripts.operators.findings import Finding, Level

TOPIC = "arn:aws:sns:eu-central-1:123456789012:shop"
CONFIRMED, PENDING, DELETED = f"{TOPIC}:1", "PendingConfirmation", "Deleted"


def hearing(*arns: str, refused: str = "") -> Finding:
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
        return subscribers.hearing(sns, TOPIC)


def test_one_confirmed_subscription_is_enough() -> None:
    assert hearing(PENDING, CONFIRMED) == Finding(Level.GOOD, "heard by 1 confirmed subscription")


@pytest.mark.parametrize(
    ("arns", "helps"),
    [
        ((), "deploy with NotificationEmail, or subscribe a chat"),
        ((DELETED,), "deploy with NotificationEmail, or subscribe a chat"),
        ((PENDING, DELETED), "0@example.com (email) has to confirm it"),
    ],
)
def test_without_one_nobody_would_hear(arns: tuple[str, ...], helps: str) -> None:
    said = f"nobody would hear of one: {TOPIC} has no confirmed subscription"

    assert hearing(*arns) == Finding(Level.FIRST, said, helps)


def test_what_must_not_be_asked_is_not_known() -> None:
    said = hearing(refused="AuthorizationError").text

    assert "whether anybody would hear of one is not known" in said
    assert "AWS refused ListSubscriptionsByTopic (AuthorizationError)" in said
    assert "the caller needs a policy that allows it" in said
