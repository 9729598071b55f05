"""What MiniStack does not do and AWS does: made up for here, and nowhere in the template or the functions.

One more gap needs nothing: MiniStack's schedules deliver `<aws.scheduler.scheduled-time>` as it is written.
"""

from __future__ import annotations

import json

from tests.harness.aws import Aws


def register_target(aws: Aws, target_group: str, function: str) -> None:
    """Register the function: MiniStack's CloudFormation ignores the targets of a target group."""
    aws.client("elbv2").register_targets(TargetGroupArn=target_group, Targets=[{"Id": function}])


def widen_rule_resources(aws: Aws, role: str) -> None:
    """Let the role do to any resource what its policies let it do to listener rules, and no other action.

    MiniStack checks which actions a role may call, but takes a call that names rules for one on every resource.
    """
    iam = aws.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in policy["Statement"]:
            if ":listener-rule/" in json.dumps(statement["Resource"]):
                widened = {**policy, "Statement": [{**statement, "Resource": "*"}]}
                iam.put_role_policy(
                    RoleName=role, PolicyName="any-resource-in-the-emulator", PolicyDocument=json.dumps(widened)
                )
