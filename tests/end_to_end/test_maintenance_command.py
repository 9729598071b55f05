"""The operators' command in a terminal, against a deployed stack."""

import json
import re
from functools import partial

from tests.end_to_end.conftest import Terminal
from tests.harness.aws import ACCOUNT, REGION, Aws
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.wait import until


def test_a_window_with_the_runbooks_permissions(aws: Aws, site: Site, terminal: Terminal) -> None:
    """Wait for traffic with its real pauses, some seconds: the awaited answers are the real responder's."""
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    written = re.search(r"### Who may do what\n.*?```json\n(.*?)```", runbook, re.S)[1]
    for placeholder, value in (("REGION", REGION), ("ACCOUNT", ACCOUNT), ("maintenance-mode", site.stack.name)):
        written = written.replace(placeholder, value)
    statements = json.loads(written)["Statement"]
    operate = partial(terminal, MAINTENANCE_STACK=site.stack.name, **aws.acting_as("operator", statements))
    url = f"{aws.endpoint}/_alb/{site.listener.load_balancer.name}/a"

    started = operate("start", "--minutes", "90", "--reason", "DB upgrade", "--url", url)
    status = operate("status")
    shorter = operate("start", "--minutes", "30")
    tags = site.listener.tags(site.stack.rule_arn)
    for method, path in (("GET", "/b/orders"), ("GET", "/b/orders?token=secret"), ("POST", "/b/orders")):
        site.listener.request(path, method=method)
    until("the last one is logged", lambda: "POST" in str(site.stack.responder_log()), within=30)
    reported = operate("report")
    ended = operate("end", "--url", url)
    # Without the optional permissions the rest is shown.
    half_blind = terminal("status", "--stack", site.stack.name, **aws.acting_as("half-blind", statements[:2]))

    assert started.returncode == 0, started.stderr
    assert "✓ start: changed" in started.stdout
    assert f"✓ {url} answers: 303 with X-Maintenance-Mode: on" in started.stdout
    assert tags["maintenance-mode:reason"] == "DB upgrade"
    assert "\n\nHTTP:80 of shop is IN MAINTENANCE\n" in status.stdout
    assert re.search(rf"\nuntil +{tags['maintenance-mode:until']}, 1 h \d+ min left\n", status.stdout)
    assert re.search(r"\nresponder +can answer \(healthy\)\nalarms +reach no subscriber: ", status.stdout)
    assert not status.stderr
    assert (shorter.returncode, "! window-kept: " in shorter.stdout) == (1, True)
    rows = [line.split() for line in reported.stdout.splitlines() if "/b/orders" in line]
    assert [(row[0], row[1], row[3]) for row in rows] == [("2", "GET", "/b/orders"), ("1", "POST", "/b/orders")]
    assert re.search(r"\n\d+ +redirect *\n", reported.stdout)
    assert "✓ end: changed" in ended.stdout
    assert f"✓ {url} answers: 200 without X-Maintenance-Mode: on" in ended.stdout
    assert not site.during_maintenance()
    assert half_blind.stdout.startswith("NOT IN MAINTENANCE\n")
    for name, operation in (("responder", "DescribeTargetHealth"), ("alarms", "ListSubscriptionsByTopic")):
        assert re.search(rf"\n{name} +not known: AWS refused: .* {operation} ", half_blind.stdout)
