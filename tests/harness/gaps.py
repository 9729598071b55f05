"""What MiniStack lacks for load balancers and for stacks.

Gaps that need nothing: its schedules deliver `<aws.scheduler.scheduled-time>` as it is written, and get no time zone
from CloudFormation. Its metric filters count nothing, it reads no metrics out of log lines, and its alarms look only
when a metric is put by hand.
"""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any
from xml.sax.saxutils import escape

from ministack.core import iam_actions
from ministack.core.responses import get_request_client_ip
from ministack.services import alb
from ministack.services.cloudformation import provisioners

from tests.harness.replace import in_place_of

Properties = dict[str, Any]


@in_place_of(vars(alb), "find_lb_for_host")
def _load_balancer(former: Callable, host: str) -> Properties | None:
    """Find a load balancer also by the names below the one by which MiniStack knows it."""
    return former(host) or former(".".join(host.partition(":")[0].split(".")[-3:]))


@in_place_of(vars(alb), "_match_condition")
def _matches(former: Callable, condition: Properties, *request: object) -> bool:
    """Match a condition, also one on the address, which MiniStack takes for met by all visitors."""
    if condition["Field"] != "source-ip":
        return former(condition, *request)
    visitor = ip_address(get_request_client_ip())
    return any(visitor in ip_network(value) for value in condition["Values"])


@in_place_of(vars(alb), "_action_xml")
def _described(former: Callable, action: Properties) -> str:
    """Describe an action, with a fixed response that may hold any text: MiniStack's own breaks the whole answer."""
    fixed = {name: escape(value) for name, value in action.get("FixedResponseConfig", {}).items()}
    return former({**action, "FixedResponseConfig": fixed} if fixed else action)


@in_place_of(provisioners._RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::TargetGroup"], "create")
def _target_group(former: Callable, logical: str, properties: Properties, stack: str) -> tuple[str, Properties]:
    """Make a target group with its targets."""
    arn, attributes = former(logical, properties, stack)
    alb._targets[arn] = properties.get("Targets", [])
    return arn, attributes


@in_place_of(vars(provisioners), "_cw_metric_alarm_record")
def _alarm(former: Callable, name: str, properties: Properties) -> Properties:
    """Let an alarm on an expression watch the expression's first metric: MiniStack knows no expressions."""
    if "Metrics" in properties:
        watched = properties["Metrics"][0]["MetricStat"]
        properties = {**properties, **watched, **watched["Metric"], "Statistic": watched["Stat"], "Metrics": None}
    return former(name, properties)


@in_place_of(vars(iam_actions), "extract_resource_arn")
def _named_resource(former: Callable, *request: Any) -> str:  # noqa: ANN401 (handed on as it came)
    """Return the resource that a call names, also a listener rule or a launch template, which MiniStack passes over."""
    *_, parameters, region, account = request
    values = [value for several in parameters.values() for value in several]
    rules = [value for value in values if ":listener-rule/" in value]
    templates = [f"arn:aws:ec2:{region}:{account}:launch-template/{value}" for value in values if value[:3] == "lt-"]
    return next(iter(rules + templates), former(*request))
