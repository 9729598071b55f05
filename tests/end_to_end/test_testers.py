"""Testers see the application in a window, by the rules of `examples/testers.yaml`."""

from __future__ import annotations

import re

from samcli.yamlhelper import yaml_parse

from tests.harness.aws import Aws
from tests.harness.examples import deploy_example
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.stack import deploy_like

PATHS = ["/a/cart", "/b/orders", "/c/items"]
SERVED = ["front-end serves /a/cart", "bff serves /b/orders", "api serves /c/items"]
RULES = {11: ("/a*", "front-end"), 12: ("/b*", "bff"), 13: ("/c*", "api")}
# Every address of 127.0.0.0/8 is this machine.
OFFICE, HOME = "127.0.0.2", "127.0.0.1"
NAME, SECRET = "X-Maintenance-Tester", "0123456789abcdef"


def test_address_and_header_lead_to_the_application(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    listener = LoadBalancer(aws, "tested", servers).listener(port=80, rules=RULES)
    groups = {"FrontEnd": "front-end", "Bff": "bff", "Api": "api"}
    arns = {f"{name}TargetGroupArn": listener.load_balancer.target_group(backend) for name, backend in groups.items()}
    testers = {"TesterAddresses": f"203.0.113.0/24,{OFFICE}/32", "TesterHeaderValue": SECRET}
    deploy_example(aws, "testers", ListenerArn=listener.arn, **arns, **testers)
    given = {"ListenerArn": listener.arn, "DefaultAction": "404", "ActivePriority": "10"}
    deploy_like(aws, deployed_site.stack, "tested", given).start()

    for address, headers in ((OFFICE, {}), (HOME, {NAME: SECRET})):
        assert [listener.request(path, address=address, headers=headers).body for path in PATHS] == SERVED
    for headers in ({}, {NAME: SECRET[:-1]}, {"X-Forwarded-For": OFFICE}):
        assert [listener.request(path, headers=headers).status for path in PATHS] == [303, 503, 503]


def test_all_addresses_are_no_testers() -> None:
    form = yaml_parse((ROOT / "examples" / "testers.yaml").read_text())["Parameters"]["TesterAddresses"]
    found = [bool(re.fullmatch(form["AllowedPattern"], f"203.0.113.7/{bits}")) for bits in ("32", "0", "00", "8,::/0")]
    assert found == [True, False, False, False]
