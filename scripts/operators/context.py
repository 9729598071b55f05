"""Schedules, responder health and alarm subscribers. One that cannot be read is named; the others are shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import boto3

from . import schedule
from .failures import Failure, sentences
from .findings import Finding, Level
from .invocation import Switcher, client
from .listener import region_of

T = TypeVar("T")


def read(session: boto3.Session, switcher: Switcher, now: datetime) -> dict[str, Finding]:
    """Return the next start and end, whether the responder can answer, and whether alarms reach a subscriber."""
    return {
        **_schedules(session, switcher, now),
        "responder": _responder(session, switcher.output("ResponderTargetGroupArn")),
        "alarms": _subscribers(session, switcher.output("NoticesTopicArn")),
    }


def names(session: boto3.Session, arns: list[str]) -> dict[str, str]:
    """Return names such as `HTTPS:443 of shop` by listener ARN; the ARN's own parts if AWS cannot be asked."""
    read = _attempt(lambda: client(session, "elbv2").describe_listeners(ListenerArns=arns)["Listeners"])
    described = [] if isinstance(read, Failure) else read
    ports = {one["ListenerArn"]: f"{one['Protocol']}:{one['Port']}" for one in described}
    parts = {arn: arn.rsplit("/", 3) for arn in arns}
    return {arn: f"{ports.get(arn, own)} of {balancer}" for arn, (_, balancer, _, own) in parts.items()}


def _schedules(session: boto3.Session, switcher: Switcher, now: datetime) -> dict[str, Finding]:
    read = _attempt(lambda: schedule.read(session, switcher.stack))
    found = {f"next {event}": Finding(Level.GOOD, "none, the stack has no schedule") for event in ("start", "end")}
    if isinstance(read, Failure):
        return dict.fromkeys(found, Finding(Level.NOTE, f"not known: {read.message}"))
    for event, known in read.items():
        found[f"next {event}"] = Finding(Level.GOOD if known.enabled else Level.NOTE, known.described(now))
    return found


def _responder(session: boto3.Session, group: str) -> Finding:
    elb = client(session, "elbv2")
    read = _attempt(lambda: elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"])
    if isinstance(read, Failure):
        return Finding(Level.NOTE, f"whether it can answer is not known: {read.message}")
    health = [one["TargetHealth"] for one in read] or [{"State": "unused", "Reason": "no target is registered"}]
    if any(one["State"] == "healthy" for one in health):
        return Finding(Level.GOOD, "can answer (healthy)")
    reason = ", ".join(health[0][key] for key in ("State", "Reason", "Description") if health[0].get(key))
    if health[0]["State"] in ("unhealthy", "unused"):
        return Finding(Level.FIRST, f"cannot answer ({reason})", "the alarm not-ready says what to do")
    return Finding(Level.NOTE, f"whether it can answer is not known yet ({reason})")


def _subscribers(session: boto3.Session, topic: str) -> Finding:
    sns = client(session, "sns")
    pages = _attempt(lambda: list(sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)))
    if isinstance(pages, Failure):
        return Finding(Level.NOTE, f"whether an alarm reaches a subscriber is not known: {pages.message}")
    return subscribed(topic, [subscription for page in pages for subscription in page["Subscriptions"]])


def subscribed(topic: str, subscriptions: list[dict[str, Any]]) -> Finding:
    """Judge whether an alarm reaches a subscriber, and say how to subscribe (again)."""
    # Anything but an ARN is the reason why it gets nothing.
    by_state: dict[str, list[dict[str, Any]]] = {}
    for one in subscriptions:
        by_state.setdefault(one["SubscriptionArn"].partition(":")[0], []).append(one)
    if confirmed := len(by_state.get("arn", [])):
        return Finding(Level.GOOD, f"reach {confirmed} confirmed subscription{'s' * (confirmed > 1)}")
    text = f"reach no subscriber: {topic.rpartition(':')[2]} has no confirmed subscription"
    if pending := by_state.get("PendingConfirmation"):
        who = " and ".join(f"{one['Endpoint']} ({one['Protocol']})" for one in pending)
        return Finding(Level.FIRST, text, f"{who} has to confirm it")
    if deleted := by_state.get("Deleted"):
        # A deployment would change nothing: for CloudFormation the subscription is still there.
        place = f"--region {region_of(topic)} --topic-arn {topic}"
        given = f"--protocol {deleted[0]['Protocol']} --notification-endpoint {deleted[0]['Endpoint']}"
        return Finding(
            Level.FIRST,
            f"{text}; {deleted[0]['Endpoint']} was unsubscribed, often by a mail scanner that follows links",
            f"`aws sns subscribe {place} {given}`, then with the token of the mail's link `aws sns "
            f"confirm-subscription {place} --token TOKEN --authenticate-on-unsubscribe true`",
        )
    return Finding(Level.FIRST, text, "deploy with NotificationEmail, or subscribe a chat")


def _attempt(ask: Callable[[], T]) -> T | Failure:
    """Return AWS's answer, or why there is none."""
    try:
        with sentences():
            return ask()
    except Failure as failure:
        return failure
