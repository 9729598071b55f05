"""Who hears of an alarm."""

from __future__ import annotations

from botocore.client import BaseClient

from .failures import Failure, sentences


def warning(sns: BaseClient, topic: str) -> str | None:
    """Say that nobody would hear of what a topic tells, or that it is not known; none where somebody does."""
    try:
        with sentences():
            pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
            found = [subscription for page in pages for subscription in page["Subscriptions"]]
    except Failure as failure:
        return f"whether anybody would hear of an alarm is not known: {failure.message}"
    # Anything but an ARN is a word of why it gets nothing: PendingConfirmation, or Deleted by its subscriber.
    if any(subscription["SubscriptionArn"].startswith("arn:") for subscription in found):
        return None
    pending = " and ".join(
        f"{subscription['Endpoint']} ({subscription['Protocol']})"
        for subscription in found
        if subscription["SubscriptionArn"] == "PendingConfirmation"
    )
    helps = f"{pending} has to confirm it" if pending else "deploy with NotificationEmail, or subscribe a chat"
    return f"nobody would hear of an alarm: {topic} has no confirmed subscription; {helps}"
