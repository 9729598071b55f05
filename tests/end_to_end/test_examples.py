"""The examples that start and end maintenance, and the testers' rules: deployed, or sent by their payloads."""

import json
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import ROOT
from tests.harness.site import Site
from tests.harness.stack import deploy_example, deploy_like
from tests.harness.wait import until

EXAMPLES = ROOT / "examples"
EVENTBRIDGE, SSM, TESTERS = (
    yaml_parse((EXAMPLES / f"{name}.yaml").read_text()) for name in ("eventbridge", "ssm-maintenance-window", "testers")
)
RULES = {name: each["Properties"] for name, each in EVENTBRIDGE["Resources"].items() if each["Type"].endswith("::Rule")}
(DETAIL,) = json.loads((EXAMPLES / "put-events.json").read_text())
DEPLOYMENT = {"EventBusName": "maintenance", "Source": "deployments", "Detail": "{}"}
EVENTS = [
    (DETAIL, DETAIL | {"Detail": '{"type":"end"}'}),
    (DEPLOYMENT | {"DetailType": "Deployment Begins"}, DEPLOYMENT | {"DetailType": "Deployment Ends"}),
]


def test_events_start_and_end_maintenance(aws: Aws, site: Site) -> None:
    def put(entry: dict[str, Any]) -> None:
        assert aws.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def is_later_than_the_last_end() -> bool:
        ended = site.listener.tags(site.stack.rule_arn).get("maintenance-mode:ended-at", "")
        return f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}" > ended

    deploy_example(aws, "eventbridge", SwitcherFunctionArn=site.stack.output("SwitcherFunctionArn"))
    for start, end in EVENTS:
        # EventBridge's times are whole seconds, and a start of the last end's second is stale.
        until("that second is over", is_later_than_the_last_end, within=5)
        put(start)
        until("maintenance has started", site.during_maintenance, within=15)
        put(end)
        until("maintenance has ended", lambda: not site.during_maintenance(), within=15)


@pytest.mark.parametrize("rule", RULES)
def test_events_are_retried_kept_and_dated(rule: str) -> None:
    (target,) = RULES[rule]["Targets"]
    (statement,) = EVENTBRIDGE["Resources"]["UndeliveredPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] >= 3600
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["Undelivered", "Arn"]}}
    assert {"Fn::GetAtt": [rule, "Arn"]} in statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    # Otherwise a start that is delivered late or replayed from an archive would close the system.
    if "InputTransformer" in target:
        assert target["InputTransformer"]["InputPathsMap"] == {"time": "$.time"}
        assert json.loads(target["InputTransformer"]["InputTemplate"])["scheduledAt"] == "<time>"


def test_systems_manager_waits_before_and_always_ends(site: Site) -> None:
    start, wait, work, end = SSM["Resources"]["Work"]["Properties"]["Content"]["mainSteps"]

    assert wait["inputs"] == {"Duration": "PT30S"}
    assert {step[key] for step in (wait, work) for key in ("onFailure", "onCancel")} == {f"step:{end['name']}"}
    for step, during in ((start, True), (end, False)):
        assert site.stack.invoke(json.loads(step["inputs"]["Payload"])).answer["outcome"] == "changed"
        assert site.during_maintenance() == during


def test_systems_manager_may_start_the_automation() -> None:
    (policy,) = SSM["Resources"]["TaskRole"]["Properties"]["Policies"]
    allowed = {each["Action"]: each["Resource"] for each in policy["PolicyDocument"]["Statement"]}
    kinds = [arn["Fn::Sub"].split("AccountId}:")[1].split("/")[0] for arn in allowed["ssm:StartAutomationExecution"]]
    assert kinds == ["document", "automation-definition", "automation-execution"]
    assert allowed["iam:PassRole"] == SSM["Resources"]["Work"]["Properties"]["Content"]["assumeRole"]


def test_testers_reach_the_application(aws: Aws, servers: dict[str, int], deployed_site: Site) -> None:
    paths = {"/a/cart": "front-end", "/b/orders": "bff", "/c/items": "api"}
    # Every address of 127.0.0.0/8 is this machine.
    office, home, header, secret = "127.0.0.2", "127.0.0.1", "X-Maintenance-Tester", "0123456789abcdef"
    rules = {number: (f"{path[:2]}*", backend) for number, (path, backend) in enumerate(paths.items(), 11)}
    listener = LoadBalancer(aws, "tested", servers).listener(port=80, rules=rules)
    groups = zip(("FrontEnd", "Bff", "Api"), listener.load_balancer.groups.values(), strict=True)
    given = {f"{name}TargetGroupArn": arn for name, arn in groups} | {"ListenerArn": listener.arn}
    deploy_example(aws, "testers", TesterAddresses=f"203.0.113.0/24,{office}/32", TesterHeaderValue=secret, **given)
    parameters = {"ListenerArn": listener.arn, "DefaultAction": "404", "ActivePriority": "10"}
    deploy_like(aws, deployed_site.stack, "tested", parameters).start()

    for address, headers in ((office, {}), (home, {header: secret})):
        answers = {path: listener.request(path, address=address, headers=headers).body for path in paths}
        assert answers == {path: f"{backend} serves {path}" for path, backend in paths.items()}
    for headers in ({}, {header: secret[:-1]}, {"X-Forwarded-For": office}):
        assert [listener.request(path, headers=headers).status for path in paths] == [303, 503, 503]


@pytest.mark.parametrize(("bits", "accepted"), [("32", True), ("0", False), ("00", False), ("8,::/0", False)])
def test_all_addresses_are_no_testers(bits: str, accepted: bool) -> None:
    pattern = TESTERS["Parameters"]["TesterAddresses"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, f"203.0.113.7/{bits}")) == accepted


AWS_COMMAND = """#!/bin/sh
cat >> events
echo >> events
for file; do :; done
printf %s "$ANSWER" > "$file"
echo "$ERROR"
"""
MOVED = '{"listeners":[{"state":"active","moves":[{"ruleArn":"a"}]}]}'
KEPT = '{"listeners":[{"state":"active","moves":[]}]}'
HALF = '{"listeners":[{"state":"active","moves":[{"ruleArn":"a"}]},{"state":"resting","moves":[]}]}'
START, END = '{"type":"start","minutes":60,"reason":"migration 7"}', '{"type":"end"}'


@pytest.mark.parametrize(
    ("error", "answer", "work", "on_failure", "happened", "code"),
    [
        ("None", MOVED, "echo work", "stay-closed", [START, "work", END], 0),
        ("None", MOVED, "echo work; exit 3", "stay-closed", [START, "work"], 3),
        ("None", MOVED, "echo work; exit 3", "open", [START, "work", END], 3),
        ("None", KEPT, "echo work", "open", [START, "work"], 0),
        ("None", HALF, "echo work", "stay-closed", [START], 1),
        ("Unhandled", "{}", "echo work", "open", [START], 1),
    ],
)
def test_pipeline_ends_its_own_window(
    tmp_path: Path, error: str, answer: str, work: str, on_failure: str, happened: list[str], code: int
) -> None:
    (tmp_path / "aws").write_text(AWS_COMMAND)
    (tmp_path / "aws").chmod(0o755)
    settings = {"SWITCHER": "switcher", "MINUTES": "60", "REASON": "migration 7", "WAIT_SECONDS": "0"}
    settings |= {"ON_FAILURE": on_failure, "ANSWER": answer, "ERROR": error, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    command = [EXAMPLES / "pipeline.sh", "run", "sh", "-c", f"({work}) >> events"]

    done = subprocess.run(command, cwd=tmp_path, env=settings, check=False, capture_output=True)

    assert (done.returncode, (tmp_path / "events").read_text().splitlines()) == (code, happened)
