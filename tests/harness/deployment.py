"""What MiniStack lacks in deployments: a target group's targets, alarms on expressions, and IAM's look at the resource.

Gaps that need nothing: its schedules deliver `<aws.scheduler.scheduled-time>` as it is written, and get no time zone from
CloudFormation. Its metric filters count nothing, it reads no metrics out of log lines, and its alarms look only when a
metric is put by hand.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions
from ministack.services import alb
from ministack.services.cloudformation import provisioners

_resource_of, _make_alarm = iam_actions.extract_resource_arn, provisioners._cw_metric_alarm_record
_make_group = provisioners._elbv2_target_group_create


def complete() -> None:
    """Let MiniStack deploy as AWS does."""
    iam_actions.extract_resource_arn, provisioners._cw_metric_alarm_record = _named_resource, _alarm
    provisioners._RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::TargetGroup"]["create"] = _target_group


def _named_resource(*request: Any) -> str:  # noqa: ANN401 (handed on as it came)
    """Return the resource that a call names, also a listener rule or a launch template, which MiniStack passes over."""
    *_, parameters, region, account = request
    values = [value for several in parameters.values() for value in several]
    rules = [value for value in values if ":listener-rule/" in value]
    templates = [f"arn:aws:ec2:{region}:{account}:launch-template/{value}" for value in values if value[:3] == "lt-"]
    return next(iter(rules + templates), _resource_of(*request))


def _alarm(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Let an alarm on an expression watch the expression's first metric: MiniStack knows no expressions."""
    if "Metrics" in properties:
        watched = properties["Metrics"][0]["MetricStat"]
        properties = {**properties, **watched, **watched["Metric"], "Statistic": watched["Stat"], "Metrics": None}
    return _make_alarm(name, properties)


def _target_group(logical: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
    arn, attributes = _make_group(logical, properties, stack)
    alb._targets[arn] = properties.get("Targets", [])
    return arn, attributes
