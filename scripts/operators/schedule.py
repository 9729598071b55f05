"""The next run of the stack's own schedules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import boto3
from aws_croniter import AwsCroniter

from .invocation import client
from .times import span

EVENTS = {"StartMaintenanceSchedule": "start", "EndMaintenanceSchedule": "end"}


@dataclass(frozen=True)
class Schedule:
    """A schedule of EventBridge Scheduler."""

    expression: str
    zone: str
    enabled: bool

    def upcoming(self, now: datetime) -> datetime | None:
        """Return the next run; none if there is no further one.

        Raises ValueError or LookupError for what the libraries do not know, such as `LW`, a month's last weekday.
        """
        place = ZoneInfo(self.zone)
        kind, _, inner = self.expression.removesuffix(")").partition("(")
        if kind == "at":
            at = datetime.fromisoformat(inner).replace(tzinfo=place)
            return at if at > now else None
        if kind != "cron":
            raise ValueError(f"{self.expression} is neither cron(...) nor at(...)")
        # A day of the week that is `L` alone is Saturday, which the library does not know.
        cron = AwsCroniter(re.sub(r"\bL( \S+)$", r"SAT\1", inner))
        # The library knows no time zones: it gets the local time, called UTC.
        local: datetime | None = now.astimezone(place).replace(tzinfo=timezone.utc)
        while local := cron.get_next(local)[0]:
            found = local.replace(tzinfo=place)
            # Scheduler skips a time that spring leaves out; of one that comes twice in autumn it takes the first.
            exists = found.astimezone(timezone.utc).astimezone(place).replace(tzinfo=timezone.utc) == local
            if exists and found.astimezone(timezone.utc) > now:
                return found
        return None

    def described(self, now: datetime) -> str:
        """Return the next run in one line."""
        itself = f"{self.expression} in {self.zone}"
        if not self.enabled:
            return f"none, the schedule is switched off: {itself}"
        try:
            upcoming = self.upcoming(now)
        except (ValueError, LookupError):
            return f"by {itself}"
        if upcoming is None:
            return f"never again by {itself}"
        return f"{upcoming:%a %Y-%m-%d %H:%M} {self.zone}, in {span(upcoming - now)}, by {itself}"


def read(session: boto3.Session, stack: str) -> dict[str, Schedule]:
    """Read the schedules of a stack by their event, `start` or `end`."""
    resources = client(session, "cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    found = {}
    for resource in resources:
        if event := EVENTS.get(resource["LogicalResourceId"]):
            described = client(session, "scheduler").get_schedule(Name=resource["PhysicalResourceId"])
            zone = described.get("ScheduleExpressionTimezone", "UTC")
            found[event] = Schedule(described["ScheduleExpression"], zone, described["State"] == "ENABLED")
    return found
