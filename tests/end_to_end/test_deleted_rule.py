"""A maintenance rule that somebody deleted: the runbook's ways to close all the same, and to bring the rule back.

The logs tell of it also when the stack is gone and another one has its name.
"""

from __future__ import annotations

from typing import Any

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS, ROOT
from tests.harness.site import Site
from tests.harness.stack import Stack, delete, deploy_like

ACTIVE = 10
APPLICATION = {11: ("/a*", "front-end"), 12: ("/b*", "bff")}
# The runbook's heading, to which the function's error sends its reader.
SECTION = "A deleted maintenance rule"


def test_a_system_whose_maintenance_rule_was_deleted_is_closed_by_hand_and_then_by_a_stack_deployed_anew(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    name = "deleted-rule"
    listener = LoadBalancer(aws, name, servers).listener(port=80, rules=APPLICATION, default="front-end")
    untouched = listener.rules()
    parameters = {
        "ListenerArn": listener.arn,
        "DefaultAction": listener.load_balancer.target_group("front-end"),
        "ActivePriority": str(ACTIVE),
    }
    stack = deploy_like(aws, deployed_site.stack, name, parameters)
    elb = aws.client("elbv2")
    elb.delete_rule(RuleArn=stack.rule_arn)

    refused = stack.invoke(EVENTS / "start.json")
    assert SECTION in refused.error
    assert f"## {SECTION}\n" in (ROOT / "docs" / "runbook.md").read_text()
    assert listener.request("/a").status == 200

    by_hand = _create_rule(elb, listener, stack)
    assert listener.request("/a").headers["x-maintenance-mode"] == "on"
    elb.delete_rule(RuleArn=by_hand)

    delete(aws, stack)
    assert listener.rules() == untouched
    anew = deploy_like(aws, deployed_site.stack, name, parameters)
    assert anew.output("SwitcherLogGroupName") != stack.output("SwitcherLogGroupName")
    assert SECTION in stack.switcher_log()
    anew.invoke(EVENTS / "start.json").answer  # noqa: B018 (fails when the start did)
    assert listener.request("/a").headers["x-maintenance-mode"] == "on"
    anew.invoke(EVENTS / "end.json").answer  # noqa: B018 (fails when the end did)
    assert listener.request("/a").status == 200


def _create_rule(elb: Any, listener: Listener, stack: Stack) -> str:  # noqa: ANN401 (boto3 makes its classes at run time)
    """Make the rule of the runbook's command."""
    return elb.create_rule(
        ListenerArn=listener.arn,
        Priority=ACTIVE,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": stack.output("ResponderTargetGroupArn")}],
    )["Rules"][0]["RuleArn"]
