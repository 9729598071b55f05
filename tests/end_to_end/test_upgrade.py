"""A stack of version 0.1.0 becomes one of this version, at rest."""

from __future__ import annotations

import gzip
from pathlib import Path

from samcli.yamlhelper import yaml_dump, yaml_parse

from tests.harness.aws import Aws
from tests.harness.emulator_gaps import without_metric_math
from tests.harness.load_balancer import LoadBalancer
from tests.harness.site import RULES, Site
from tests.harness.stack import deploy_like, deploy_template

# The last template whose switcher moved the application's rules.
OLD = Path(__file__).with_name("template-0.1.0.yaml.gz")
PREVIEW = "/maintenance-preview"
# Tags that only the old switcher read.
TAGS = {"maintenance-mode:home-priority": "7", "maintenance-mode:displaced": "3: 0a1b2c"}


def test_an_old_stack_is_updated_in_place(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    listener = LoadBalancer(aws, "upgraded", servers).listener(port=80, rules=RULES)
    foreign = [rule.arn for rule in listener.rules()]
    given = {"ListenerArn": listener.arn, "DefaultAction": "404", "PreviewPath": PREVIEW}
    template = old_template(deployed_site.stack.template)
    old = deploy_template(aws, template, "upgraded", given | {"PreviewPriority": "5"})
    elb = aws.client("elbv2")
    elb.add_tags(ResourceArns=[old.rule_arn], Tags=[{"Key": key, "Value": value} for key, value in TAGS.items()])

    stack = deploy_like(aws, deployed_site.stack, "upgraded", given)

    assert stack.rule_arn == old.rule_arn
    at_rest = listener.order()
    assert at_rest[stack.resources["PlaceholderRule"]] == "1"
    ours = {stack.resources[rule] for rule in ("MaintenanceRule", "PlaceholderRule", "StandInRule")}
    assert at_rest.keys() == {*foreign, *ours}
    assert listener.request(PREVIEW).status == 503
    stack.start()
    assert listener.request("/b").status == 503
    stack.end()
    assert listener.order() == at_rest


def old_template(deployed: str) -> str:
    """Return the old template with this version's code."""
    old, new = yaml_parse(gzip.decompress(OLD.read_bytes()).decode()), yaml_parse(deployed)
    for function in ("SwitcherFunction", "ResponderFunction"):
        old["Resources"][function]["Properties"]["CodeUri"] = new["Resources"][function]["Properties"]["CodeUri"]
    return without_metric_math(yaml_dump(old))
