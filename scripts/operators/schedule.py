"""When the stack's own schedules start and end maintenance next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import boto3
from aws_croniter import AwsCroniter

from .invocation import client
from .standing import span

SCHEDULES = {"StartMaintenanceSchedule": "start", "EndMaintenanceSchedule": "end"}


@dataclass(frozen=True)
class Schedule:
    """A schedule of EventBridge Scheduler."""

    expression: str
    zone: str
    enabled: bool

    def upcoming(self, now: datetime) -> datetime | None:
        """Return when it runs next; none if never again.

        Raises ValueError or KeyError for what the libraries do not know, such as `LW`, a month's last weekday.
        """
        place = ZoneInfo(self.zone)
        kind, _, inner = self.expression.removesuffix(")").partition("(")
        if kind == "at":
            at = datetime.fromisoformat(inner).replace(tzinfo=place)
            return at if at > now else None
        if kind != "cron":
            raise ValueError(f"{self.expression} is neither cron(...) nor at(...)")
        # The library knows no time zones: it counts on the clock on the wall, called UTC.
        wall: datetime | None = now.astimezone(place).replace(tzinfo=timezone.utc)
        while wall := AwsCroniter(inner).get_next(wall)[0]:
            found = wall.replace(tzinfo=place)
            # Where clocks go forward, a time may not exist, and Scheduler skips it; where they go back, it was before.
            exists = found.astimezone(timezone.utc).astimezone(place).replace(tzinfo=timezone.utc) == wall
            if exists and found.astimezone(timezone.utc) > now:
                return found
        return None

    def told(self, now: datetime) -> str:
        """Say when it runs next."""
        itself = f"{self.expression} in {self.zone}"
        if not self.enabled:
            return f"none, the schedule is switched off: {itself}"
        try:
            upcoming = self.upcoming(now)
        except (ValueError, KeyError):
            return f"by {itself}"
        if upcoming is None:
            return f"never again by {itself}"
        return f"{upcoming:%a %Y-%m-%d %H:%M} {self.zone}, in {span(upcoming - now)}, by {itself}"


def read(session: boto3.Session, resources: dict[str, str]) -> dict[str, Schedule]:
    """Read the schedules of a stack by what they do, `start` or `end`."""
    scheduler = client(session, "scheduler")
    found = {}
    for logical, does in SCHEDULES.items():
        if logical in resources:
            described = scheduler.get_schedule(Name=resources[logical])
            zone = described.get("ScheduleExpressionTimezone", "UTC")
            found[does] = Schedule(described["ScheduleExpression"], zone, described["State"] == "ENABLED")
    return found
