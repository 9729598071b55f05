"""Who hears of an alarm."""

from __future__ import annotations

from botocore.client import BaseClient

from .failures import Failure, sentences
from .findings import Finding, Level


def hearing(sns: BaseClient, topic: str) -> Finding:
    """Say whether anybody would hear of what a topic tells."""
    try:
        with sentences():
            pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
            found = [subscription for page in pages for subscription in page["Subscriptions"]]
    except Failure as failure:
        return Finding(Level.NOTE, f"whether anybody would hear of one is not known: {failure.message}")
    # Anything but an ARN is a word of why it gets nothing: PendingConfirmation, or Deleted by its subscriber.
    confirmed = sum(subscription["SubscriptionArn"].startswith("arn:") for subscription in found)
    if confirmed:
        return Finding(Level.GOOD, f"heard by {confirmed} confirmed subscription{'s' * (confirmed > 1)}")
    pending = " and ".join(
        f"{subscription['Endpoint']} ({subscription['Protocol']})"
        for subscription in found
        if subscription["SubscriptionArn"] == "PendingConfirmation"
    )
    return Finding(
        Level.FIRST,
        f"nobody would hear of one: {topic} has no confirmed subscription",
        f"{pending} has to confirm it" if pending else "deploy with NotificationEmail, or subscribe a chat",
    )
