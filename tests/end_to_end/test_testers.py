"""Testers look before the public comes back: the runbook's ways to let them in, while everybody else is turned away.

A host name of their own is tried where one site of several is closed.
"""

from __future__ import annotations

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS, ROOT
from tests.harness.site import Site
from tests.harness.stack import deploy_like

PATHS = ["/a/cart", "/b/orders", "/c/items"]
SERVED = ["front-end serves /a/cart", "bff serves /b/orders", "api serves /c/items"]
RULES = {11: ("/a*", "front-end"), 12: ("/b*", "bff"), 13: ("/c*", "api")}
# Every address of 127.0.0.0/8 is this machine.
OFFICE, HOME = "127.0.0.2", "127.0.0.1"
SECRET = {"X-Maintenance-Tester": "0123456789abcdef"}


def test_the_offices_address_and_the_secret_header_lead_to_the_application_and_nothing_else_does(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    listener = LoadBalancer(aws, "tested", servers).listener(port=80, rules=RULES)
    _deploy_example(aws, listener)
    parameters = {"ListenerArn": listener.arn, "DefaultAction": "404", "ActivePriority": "10"}
    stack = deploy_like(aws, deployed_site.stack, "tested", parameters)
    at_rest = listener.order()
    assert _bodies(listener) == SERVED

    stack.invoke(EVENTS / "start.json").answer  # noqa: B018 (fails when the start did)
    assert _bodies(listener, address=OFFICE) == SERVED
    assert _bodies(listener, headers=SECRET) == SERVED
    for turned_away in ({}, {"X-Maintenance-Tester": "0123456789abcde"}, {"X-Forwarded-For": OFFICE}):
        assert [listener.request(path, headers=turned_away).status for path in PATHS] == [303, 503, 503]

    stack.invoke(EVENTS / "end.json").answer  # noqa: B018 (fails when the end did)
    assert _bodies(listener) == SERVED
    assert listener.order() == at_rest


def test_a_listener_on_another_port_that_the_stack_does_not_know_stays_open(
    aws: Aws, servers: dict[str, int], deployed_site: Site
) -> None:
    balancer = LoadBalancer(aws, "ported", servers)
    public, testers = (balancer.listener(port=port, rules=RULES) for port in (443, 8443))
    parameters = {"ListenerArn": public.arn, "DefaultAction": "404"}
    stack = deploy_like(aws, deployed_site.stack, "ported", parameters)

    stack.invoke(EVENTS / "start.json").answer  # noqa: B018 (fails when the start did)

    assert [public.request(path).status for path in PATHS] == [303, 503, 503]
    assert _bodies(testers) == SERVED


def _deploy_example(aws: Aws, listener: Listener) -> None:
    groups = {"FrontEnd": "front-end", "Bff": "bff", "Api": "api"}
    given = {
        "ListenerArn": listener.arn,
        "TesterAddresses": f"203.0.113.0/24,{OFFICE}/32",
        "TesterHeaderValue": SECRET["X-Maintenance-Tester"],
        **{f"{name}TargetGroupArn": listener.load_balancer.target_group(backend) for name, backend in groups.items()},
    }
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName="testers",
        TemplateBody=(ROOT / "examples" / "testers.yaml").read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="testers", WaiterConfig={"Delay": 1})


def _bodies(listener: Listener, *, address: str = HOME, headers: dict[str, str] | None = None) -> list[str]:
    return [listener.request(path, address=address, headers=headers).body for path in PATHS]
