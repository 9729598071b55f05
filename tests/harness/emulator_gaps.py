"""What MiniStack does not do and AWS does: made up for here, and nowhere in the template or the functions.

Gaps that need nothing: MiniStack's schedules deliver `<aws.scheduler.scheduled-time>` as it is written. Its metric
filters count nothing, it reads no metrics out of log lines, and its alarms look only when a metric is put by hand. Its
CloudFormation gives schedules no time zone.
"""

from __future__ import annotations

import json
import time

from samcli.yamlhelper import yaml_dump, yaml_parse

from tests.harness.aws import Aws


def register_target(aws: Aws, target_group: str, function: str) -> None:
    """Register the function: MiniStack's CloudFormation ignores the targets of a target group."""
    aws.client("elbv2").register_targets(TargetGroupArn=target_group, Targets=[{"Id": function}])


def without_metric_math(template: str) -> str:
    """Let alarms on an expression watch the expression's first metric: MiniStack's CloudFormation refuses others."""
    parsed = yaml_parse(template)
    for resource in parsed["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in properties:
            watched = properties.pop("Metrics")[0]["MetricStat"]
            properties |= {**watched["Metric"], "Statistic": watched["Stat"], "Period": watched["Period"]}
    return yaml_dump(parsed)


def run_query(aws: Aws, group: str, text: str) -> list[dict[str, str]]:
    """Run a query of Logs Insights over the last hour, and return its rows without empty fields."""
    logs, now = aws.client("logs"), int(time.time())
    query = logs.start_query(logGroupName=group, queryString=text, startTime=now - 3600, endTime=now + 60)["queryId"]
    # MiniStack has the results at once.
    rows = logs.get_query_results(queryId=query)["results"]
    return [{cell["field"]: cell["value"] for cell in row if cell["value"]} for row in rows]


def widen_resources(aws: Aws, role: str, kind: str = ":listener-rule/") -> None:
    """Let the role do to any resource what its policies let it do to ones of this kind, and no other action.

    MiniStack checks which actions a role may call, but takes a call that names a resource for one on every resource.
    """
    iam = aws.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policies = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    statements = [statement for policy in policies for statement in policy["Statement"]]
    of_rules = [each for each in statements if kind in json.dumps(each["Resource"])]
    widened = {"Version": "2012-10-17", "Statement": [{**each, "Resource": "*"} for each in of_rules]}
    iam.put_role_policy(RoleName=role, PolicyName="any-resource-in-the-emulator", PolicyDocument=json.dumps(widened))
