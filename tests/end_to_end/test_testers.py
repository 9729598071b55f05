"""Testers see the application in a window, by the rules of `examples/testers.yaml`."""

from __future__ import annotations

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.stack import deploy_like

PATHS = ["/a/cart", "/b/orders", "/c/items"]
SERVED = ["front-end serves /a/cart", "bff serves /b/orders", "api serves /c/items"]
RULES = {11: ("/a*", "front-end"), 12: ("/b*", "bff"), 13: ("/c*", "api")}
# Every address of 127.0.0.0/8 is this machine.
OFFICE, HOME = "127.0.0.2", "127.0.0.1"
SECRET = {"X-Maintenance-Tester": "0123456789abcdef"}


def test_address_and_header_lead_to_the_application(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    listener = LoadBalancer(aws, "tested", servers).listener(port=80, rules=RULES)
    deploy_example(aws, listener)
    given = {"ListenerArn": listener.arn, "DefaultAction": "404", "ActivePriority": "10"}
    stack = deploy_like(aws, deployed_site.stack, "tested", given)
    assert bodies(listener) == SERVED

    stack.start()
    assert bodies(listener, address=OFFICE) == SERVED
    assert bodies(listener, headers=SECRET) == SERVED
    for headers in ({}, {"X-Maintenance-Tester": "0123456789abcde"}, {"X-Forwarded-For": OFFICE}):
        assert [listener.request(path, headers=headers).status for path in PATHS] == [303, 503, 503]

    stack.end()
    assert bodies(listener) == SERVED


def deploy_example(aws: Aws, listener: Listener) -> None:
    """Deploy the testers' rules for the application's target groups."""
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


def bodies(listener: Listener, *, address: str = HOME, headers: dict[str, str] | None = None) -> list[str]:
    """Return what the application's paths answer."""
    return [listener.request(path, address=address, headers=headers).body for path in PATHS]
