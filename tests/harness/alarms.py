"""The rules by which CloudWatch judges an alarm, as its guide documents them, for the alarms of the template.

The guide's pages are "Alarm evaluation", "Configuring how CloudWatch alarms treat missing data" and, for FILL, "Using
math expressions". No emulator judges by them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tests.harness.template import expanded_template

# When, in minutes, and which value.
Point = tuple[float, float]

STATISTICS = {"Maximum": max, "Minimum": min, "Sum": sum, "SampleCount": len}
BREACHES = {
    "GreaterThanOrEqualToThreshold": float.__ge__,
    "LessThanThreshold": float.__lt__,
}


@dataclass(frozen=True)
class Conditions:
    """What the guide leaves open."""

    # How many periods are looked at beyond EvaluationPeriods; 2 in the guide's examples.
    beyond: int
    # After how many minutes a point can be read.
    late: float
    # Whether FILL fills in where there is no point at all.
    fills_nothing: bool


@dataclass(frozen=True)
class Alarm:
    """A metric alarm of the template."""

    metric: tuple[str, str]
    statistic: str
    # In minutes.
    period: int
    evaluated: int
    to_alarm: int
    comparison: str
    threshold: float
    missing: str
    # What FILL puts in place of a missing point.
    filler: float | None
    told: frozenset[str]

    def states(self, points: Sequence[Point], minutes: int, conditions: Conditions) -> list[tuple[int, str]]:
        """Return each state that the alarm takes, and the minute in which it does; the alarm is looked at every minute.

        The alarm and its metric begin at minute 0.
        """
        ordered = sorted(points)
        judged = [(0, "INSUFFICIENT_DATA")]
        for now in range(1, minutes + 1):
            periods = self._newest_first(ordered, now, conditions)
            judged.append((now, self.judge(periods, judged[-1][1])))
        return [next(same) for _, same in groupby(judged, key=lambda entry: entry[1])]

    def judge(self, newest_first: Sequence[float | None], state: str) -> str:
        """Return the state that follows from the evaluation range."""
        existing = [value for value in newest_first if value is not None][: self.evaluated]
        breaching = sum(BREACHES[self.comparison](float(value), self.threshold) for value in existing)
        filled = self.evaluated - len(existing)
        if self.missing == "breaching":
            breaching += filled
        elif self.missing == "ignore" and filled and breaching < self.to_alarm and breaching == len(existing):
            return state
        return "ALARM" if breaching >= self.to_alarm else "OK"

    def _newest_first(self, ordered: Sequence[Point], now: int, conditions: Conditions) -> list[float | None]:
        values: list[float | None] = []
        for index in range(self.evaluated + conditions.beyond):
            end = now - index * self.period
            first, behind = bisect_left(ordered, (end - self.period,)), bisect_left(ordered, (end,))
            seen = [value for at, value in ordered[first:behind] if at + conditions.late <= now]
            values.append(STATISTICS[self.statistic](seen) if seen else None)
        if self.filler is None or not (conditions.fills_nothing or any(value is not None for value in values)):
            return values
        return [self.filler if value is None else value for value in values]


def alarms_of_the_template() -> dict[str, Alarm]:
    """Return the alarms by their names, without the stack's."""
    template = expanded_template()
    found = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            properties = resource["Properties"]
            found[properties["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")] = _alarm(
                properties, template["Parameters"]
            )
    return found


def _alarm(properties: dict[str, Any], parameters: dict[str, Any]) -> Alarm:
    watched, filler = properties, None
    if "Metrics" in properties:
        metric, expression = properties["Metrics"]
        watched = {**metric["MetricStat"]["Metric"], "Statistic": metric["MetricStat"]["Stat"]}
        watched["Period"] = metric["MetricStat"]["Period"]
        name, _, value = expression["Expression"].removeprefix("FILL(").removesuffix(")").partition(", ")
        assert name == metric["Id"]
        filler = float(value)
    evaluated = properties["EvaluationPeriods"]
    if isinstance(evaluated, dict):
        evaluated = parameters[evaluated["Ref"]]["Default"]
    acts = {"ALARM": "AlarmActions", "OK": "OKActions"}
    return Alarm(
        metric=(watched["Namespace"], watched["MetricName"]),
        statistic=watched["Statistic"],
        period=watched["Period"] // 60,
        evaluated=evaluated,
        to_alarm=properties.get("DatapointsToAlarm", evaluated),
        comparison=properties["ComparisonOperator"],
        threshold=float(properties["Threshold"]),
        missing=properties["TreatMissingData"],
        filler=filler,
        told=frozenset(
            state for state, actions in acts.items() if properties.get(actions) == [{"Ref": "NoticesTopic"}]
        ),
    )
