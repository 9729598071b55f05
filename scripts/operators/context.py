"""Schedules, responder health and alarm subscribers. One that cannot be read is named; the others are shown."""

import shlex
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cache, partial
from typing import Any

import boto3

from .failures import Failure, sentences
from .findings import Finding, first, good, note
from .invocation import Switcher, client
from .listener import name_of, region_of
from .times import next_run


def read(session: boto3.Session, switcher: Switcher, now: datetime) -> dict[str, Finding]:
    """Return the next start and end, whether the responder can answer, and whether alarms reach a subscriber."""
    return {
        "next start": _known(partial(_next, session, switcher, "Start", now)),
        "next end": _known(partial(_next, session, switcher, "End", now)),
        "responder": _known(partial(_responder, session, switcher)),
        "alarms": _known(partial(_subscribers, session, switcher)),
    }


def names(session: boto3.Session, arns: list[str]) -> dict[str, str]:
    """Return names such as `HTTPS:443 of shop` by listener ARN; the ARN's own parts if AWS cannot be asked."""
    named = {arn: arn.partition(":listener/")[2] for arn in arns}
    with suppress(Failure), sentences():
        for one in client(session, "elbv2").describe_listeners(ListenerArns=arns)["Listeners"]:
            named[one["ListenerArn"]] = name_of(one["ListenerArn"], one["Protocol"], one["Port"])
    return named


def _known(ask: Callable[[], Finding]) -> Finding:
    try:
        with sentences():
            return ask()
    except Failure as failure:
        return note(f"not known: {failure.message}")


@cache
def _resources(session: boto3.Session, stack: str) -> dict[str, str]:
    described = client(session, "cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in described}


def _next(session: boto3.Session, switcher: Switcher, event: str, now: datetime) -> Finding:
    """Say when a schedule of the stack runs next, as it is now: it may have been switched off by hand."""
    if not switcher.parameters.get(f"{event}Schedule"):
        return good("none, the stack has no schedule")
    name = _resources(session, switcher.stack)[f"{event}MaintenanceSchedule"]
    given = client(session, "scheduler").get_schedule(Name=name)
    expression, zone = given["ScheduleExpression"], given.get("ScheduleExpressionTimezone", "UTC")
    if given["State"] != "ENABLED":
        return note(f"none, the schedule is switched off: {expression} in {zone}")
    return good(next_run(expression, zone, now))


def _responder(session: boto3.Session, switcher: Switcher) -> Finding:
    group = switcher.output("ResponderTargetGroupArn")
    targets = client(session, "elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    health = [one["TargetHealth"] for one in targets] or [{"State": "unused", "Reason": "no target is registered"}]
    if any(one["State"] == "healthy" for one in health):
        return good("can answer (healthy)")
    reason = ", ".join(health[0][key] for key in ("State", "Reason", "Description") if health[0].get(key))
    if health[0]["State"] in ("unhealthy", "unused"):
        return first(f"cannot answer ({reason})", "the alarm not-ready says what to do")
    return note(f"whether it can answer is not known yet ({reason})")


def _subscribers(session: boto3.Session, switcher: Switcher) -> Finding:
    """Say whether an alarm reaches a subscriber, and how to subscribe (again)."""
    topic = switcher.output("NoticesTopicArn")
    by_state: dict[str, list[dict[str, Any]]] = {}
    pages = client(session, "sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    for one in pages.search("Subscriptions[]"):
        # Anything but an ARN is the reason why it gets nothing.
        by_state.setdefault(one["SubscriptionArn"].partition(":")[0], []).append(one)
    if confirmed := len(by_state.get("arn", [])):
        return good(f"reach {confirmed} confirmed subscription{'s' * (confirmed > 1)}")
    text = f"reach no subscriber: {topic.rpartition(':')[2]} has no confirmed subscription"
    if pending := by_state.get("PendingConfirmation"):
        who = " and ".join(f"{one['Endpoint']} ({one['Protocol']})" for one in pending)
        return first(text, f"{who} has to confirm it")
    if deleted := by_state.get("Deleted"):
        # A deployment would change nothing: for CloudFormation the subscription is still there.
        endpoint, place = deleted[0]["Endpoint"], ["--region", region_of(topic), "--topic-arn", topic]
        given = ["--protocol", deleted[0]["Protocol"], "--notification-endpoint", endpoint]
        text += f"; {endpoint} was unsubscribed, often by a mail scanner that follows links"
        confirm = ["confirm-subscription", *place, "--token", "TOKEN", "--authenticate-on-unsubscribe", "true"]
        commands = (["subscribe", *place, *given], confirm)
        todo = "subscribe it, then confirm with the token of the mail's link, so that no scanner can unsubscribe it"
        return first(text, todo, tuple(shlex.join(["aws", "sns", *words]) for words in commands))
    return first(text, "deploy with NotificationEmail, or subscribe a chat")
