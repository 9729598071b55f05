"""CloudWatch's rules for alarms, from its guide's pages on alarm evaluation, missing data and math expressions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from tests.harness.template import expanded_template

Point = tuple[float, float]  # when, in minutes, and which value
STATISTICS = {"Maximum": max, "Minimum": min, "Sum": sum, "SampleCount": len}
BREACHES = {"GreaterThanThreshold": float.__gt__, "LessThanThreshold": float.__lt__}


@dataclass(frozen=True)
class Conditions:
    """What the guide leaves open."""

    beyond: int  # periods that are read beyond the evaluated ones
    late: float  # minutes until a point can be read
    fills_nothing: bool  # whether FILL fills in where there is no point at all


@dataclass(frozen=True)
class Alarm:
    """A metric alarm: its properties in the template, what it watches, the period in minutes, and whether by FILL."""

    properties: dict[str, Any]
    metrics: frozenset[tuple[str, str]]
    statistic: str
    period: int
    filled: bool

    def states(self, points: Sequence[Point], minutes: int, conditions: Conditions) -> list[tuple[int, str]]:
        """Return each state and the minute in which it begins; the alarm is evaluated in every minute."""
        ordered, judged = sorted(points), [(0, "INSUFFICIENT_DATA")]
        for now in range(1, minutes + 1):
            judged.append((now, self.judge(self._newest_first(ordered, now, conditions), judged[-1][1])))
        return [next(same) for _, same in groupby(judged, key=lambda entry: entry[1])]

    def judge(self, newest_first: Sequence[float | None], state: str) -> str:
        """Return the state that follows from the values of the periods."""
        evaluated, missing = self.properties["EvaluationPeriods"], self.properties["TreatMissingData"]
        needed, threshold = self.properties.get("DatapointsToAlarm", evaluated), float(self.properties["Threshold"])
        existing = [value for value in newest_first if value is not None][:evaluated]
        breaching = sum(BREACHES[self.properties["ComparisonOperator"]](float(each), threshold) for each in existing)
        if missing == "breaching":
            breaching += evaluated - len(existing)
        elif missing == "ignore" and len(existing) < evaluated and breaching < needed and breaching == len(existing):
            return state
        return "ALARM" if breaching >= needed else "OK"

    def _newest_first(self, ordered: Sequence[Point], now: int, conditions: Conditions) -> list[float | None]:
        periods: list[list[float]] = [[] for _ in range(self.properties["EvaluationPeriods"] + conditions.beyond)]
        first, behind = (bisect_left(ordered, (at,)) for at in (now - len(periods) * self.period, now))
        for at, value in ordered[first:behind]:
            if at + conditions.late <= now:
                periods[ceil((now - at) / self.period) - 1].append(value)
        missing = 0.0 if self.filled and (conditions.fills_nothing or any(periods)) else None
        return [STATISTICS[self.statistic](period) if period else missing for period in periods]


def alarms_of_the_template() -> dict[str, Alarm]:
    """Return the alarms by their names, without the stack's. The points of several metrics add up."""
    found = {}
    for resource in expanded_template()["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            properties = resource["Properties"]
            stats = [each["MetricStat"] for each in properties.get("Metrics", [])[:-1]]
            watched = [{**stat, **stat["Metric"], "Statistic": stat["Stat"]} for stat in stats] or [properties]
            metrics = frozenset((each["Namespace"], each["MetricName"]) for each in watched)
            name = properties["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
            found[name] = Alarm(properties, metrics, watched[0]["Statistic"], watched[0]["Period"] // 60, bool(stats))
    return found
