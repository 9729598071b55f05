"""A stack of version 0.1.0 becomes one of this version, at rest."""

import gzip
from pathlib import Path

from samcli.yamlhelper import yaml_dump, yaml_parse

from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.sam import Sam
from tests.harness.site import RULES, Site
from tests.harness.stack import deploy, deploy_like

# The last template whose switcher moved the application's rules.
OLD = Path(__file__).with_name("template-0.1.0.yaml.gz")
PREVIEW = "/maintenance-preview"


def test_an_old_stack_is_updated_in_place(
    aws: Aws, servers: dict[str, int], deployed_site: Site, tmp_path: Path
) -> None:
    # The old template with this version's code.
    template, new = yaml_parse(gzip.decompress(OLD.read_bytes()).decode()), yaml_parse(deployed_site.stack.template)
    for function in ("SwitcherFunction", "ResponderFunction"):
        code = new["Resources"][function]["Properties"]["CodeUri"]
        template["Resources"][function]["Properties"]["CodeUri"] = code
    (tmp_path / "template.yaml").write_text(yaml_dump(template))
    listener = LoadBalancer(aws, "upgraded", servers).listener(port=80, rules=RULES)
    foreign = [rule.arn for rule in listener.rules()]
    given = {"ListenerArn": listener.arn, "DefaultAction": "404", "PreviewPath": PREVIEW}
    rule = deploy(aws, Sam(aws, tmp_path), "upgraded", given | {"PreviewPriority": "5"}).rule_arn

    stack = deploy_like(aws, deployed_site.stack, "upgraded", given)

    assert stack.rule_arn == rule
    at_rest = listener.order()
    assert at_rest[stack.resources["PlaceholderRule"]] == "1"
    ours = {stack.resources[rule] for rule in ("MaintenanceRule", "PlaceholderRule", "StandInRule")}
    assert at_rest.keys() == {*foreign, *ours}
    assert listener.request(PREVIEW).status == 503
    stack.start()
    assert listener.request("/b").status == 503
    stack.end()
    assert listener.order() == at_rest
