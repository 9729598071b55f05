"""A deleted maintenance rule: the runbook's ways to close all the same, and to bring the rule back."""

from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import EVENTS, ROOT
from tests.harness.site import RULES, Site
from tests.harness.stack import delete, deploy_like

# The runbook's heading, which the function's error names.
SECTION = "A deleted rule"


def test_the_runbook_closes_and_brings_back(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    listener = LoadBalancer(aws, "deleted-rule", servers).listener(port=80, rules=RULES)
    untouched = listener.rules()
    stack = deploy_like(aws, deployed_site.stack, "deleted-rule", {"ListenerArn": listener.arn, "DefaultAction": "404"})
    elb = aws.client("elbv2")
    elb.delete_rule(RuleArn=stack.rule_arn)

    assert SECTION in stack.invoke(EVENTS / "start.json").error
    assert f"## {SECTION}\n" in (ROOT / "docs" / "runbook.md").read_text()

    # By hand.
    placeholder = {"RuleArn": stack.resources["PlaceholderRule"], "Priority": 50000}
    elb.set_rule_priorities(RulePriorities=[placeholder])
    by_hand = elb.create_rule(
        ListenerArn=listener.arn,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": stack.output("ResponderTargetGroupArn")}],
    )["Rules"][0]["RuleArn"]
    assert listener.request("/b").headers["x-maintenance-mode"] == "on"
    elb.delete_rule(RuleArn=by_hand)

    # For the next deployment there is room again.
    delete(aws, stack)
    assert listener.rules() == untouched
