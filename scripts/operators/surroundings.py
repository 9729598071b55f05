"""What a person wants to know beside the answer. What cannot be read is said, and keeps back nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import boto3

from . import schedule, subscribers
from .failures import Failure, sentences
from .findings import Finding, Level
from .invocation import Switcher, client

T = TypeVar("T")


def read(session: boto3.Session, switcher: Switcher, now: datetime) -> dict[str, Finding]:
    """Return what there is to say of the next start and end, the responder and the alarms."""
    return {
        **_schedules(session, switcher, now),
        "responder": _responder(session, switcher),
        "alarms": subscribers.hearing(client(session, "sns"), switcher.topic),
    }


def names(session: boto3.Session, arns: list[str]) -> dict[str, str]:
    """Return what operators call listeners, such as `HTTPS:443 of shop`, by ARN; part of the ARN if that is unknown."""
    elb = client(session, "elbv2")
    described = _attempt(lambda: elb.describe_listeners(ListenerArns=arns)["Listeners"])
    known = {} if isinstance(described, Failure) else {one["ListenerArn"]: one for one in described}
    return {arn: _name(arn, known.get(arn)) for arn in arns}


def _name(arn: str, described: dict[str, Any] | None) -> str:
    _, balancer, _, own = arn.rsplit("/", 3)
    return f"{described['Protocol']}:{described['Port']} of {balancer}" if described else f"{own} of {balancer}"


def _schedules(session: boto3.Session, switcher: Switcher, now: datetime) -> dict[str, Finding]:
    read = _attempt(lambda: schedule.read(session, switcher.resources(session)))
    said = {}
    for does in schedule.SCHEDULES.values():
        if isinstance(read, Failure):
            finding = Finding(Level.NOTE, f"not known: {read.message}")
        elif does in read:
            finding = Finding(Level.GOOD if read[does].enabled else Level.NOTE, read[does].told(now))
        else:
            finding = Finding(Level.GOOD, "none, the stack has no schedule for it")
        said[f"next {does}"] = finding
    return said


def _responder(session: boto3.Session, switcher: Switcher) -> Finding:
    elb = client(session, "elbv2")
    group = switcher.output("ResponderTargetGroupArn")
    described = _attempt(lambda: elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"])
    if isinstance(described, Failure):
        return Finding(Level.NOTE, f"whether it can answer is not known: {described.message}")
    states = [one["TargetHealth"] for one in described] or [{"State": "unused", "Reason": "no target is registered"}]
    if any(health["State"] == "healthy" for health in states):
        return Finding(Level.GOOD, "can answer (healthy)")
    said = ", ".join(states[0][key] for key in ("State", "Reason", "Description") if states[0].get(key))
    if states[0]["State"] in ("unhealthy", "unused"):
        return Finding(Level.FIRST, f"cannot answer ({said})", "the alarm responder-cannot-answer says what to do")
    return Finding(Level.NOTE, f"whether it can answer is not known yet ({said})")


def _attempt(ask: Callable[[], T]) -> T | Failure:
    """Return an answer of AWS's, or why there is none."""
    try:
        with sentences():
            return ask()
    except Failure as failure:
        return failure
