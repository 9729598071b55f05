"""Whether an alarm reaches a subscriber."""

from __future__ import annotations

import pytest

from scripts.operators.context import subscribed
from scripts.operators.findings import Level

TOPIC = "arn:aws:sns:eu-central-1:123456789012:shop"
CONFIRMED, PENDING, DELETED = f"{TOPIC}:1", "PendingConfirmation", "Deleted"


@pytest.mark.parametrize(
    ("arns", "level", "advice"),
    [
        ((PENDING, CONFIRMED), Level.GOOD, ""),
        ((), Level.FIRST, "deploy with NotificationEmail, or subscribe a chat"),
        ((PENDING, DELETED), Level.FIRST, "0@example.com (email) has to confirm it"),
        # CloudFormation still has this subscription, so a deployment would not make it anew.
        ((DELETED,), Level.FIRST, f"`aws sns subscribe --region eu-central-1 --topic-arn {TOPIC} --protocol email"),
        ((DELETED,), Level.FIRST, "--token TOKEN --authenticate-on-unsubscribe true`"),
    ],
)
def test_the_advice_fits_the_subscriptions(arns: tuple[str, ...], level: Level, advice: str) -> None:
    subscriptions = [
        {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": f"{number}@example.com"}
        for number, arn in enumerate(arns)
    ]

    finding = subscribed(TOPIC, subscriptions)

    assert finding.level == level
    assert advice in finding.todo
