"""The operators' command in a terminal, against a deployed stack."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess

import pytest

from tests.end_to_end.conftest import Terminal
from tests.harness.aws import ACCOUNT, REGION, Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import ROOT
from tests.harness.site import RULES, Site
from tests.harness.stack import delete, deploy_like


def test_a_window_is_started_shown_and_ended(aws: Aws, site: Site, terminal: Terminal) -> None:
    """Wait for traffic with its real pauses, some seconds: the awaited answers are the real responder's."""
    url = f"{aws.endpoint}/_alb/{site.listener.load_balancer.name}/a"
    started = terminal("start", "--stack", "shop", "--minutes", "90", "--reason", "DB upgrade", "--url", url)
    status = terminal("status", "--stack", "shop")
    shorter = terminal("start", "--stack", "shop", "--minutes", "30")
    tags = site.listener.tags(site.stack.rule_arn)
    ended = terminal("end", "--stack", "shop", "--url", url)

    assert started.returncode == 0, started.stderr
    assert "✓ start: changed" in started.stdout
    assert f"✓ {url} answers: 303 with X-Maintenance-Mode: on" in started.stdout
    assert tags["maintenance-mode:reason"] == "DB upgrade"
    first, second, *_ = status.stdout.splitlines()
    assert first == "IN MAINTENANCE"
    assert second.split() == ["stack", "shop", "in", "account", "123456789012,", "eu-central-1"]
    assert "\nHTTP:80 of shop is IN MAINTENANCE\n" in status.stdout
    assert re.search(rf"\nuntil +{tags['maintenance-mode:until']}, 1 h \d+ min left\n", status.stdout)
    assert re.search(r"\nnext start +none, the stack has no schedule\n", status.stdout)
    assert re.search(r"\nresponder +can answer \(healthy\)\n", status.stdout)
    assert re.search(r"\nalarms +reach no subscriber: ", status.stdout)
    assert not status.stderr
    assert shorter.returncode == 1
    assert "! window-kept: " in shorter.stdout
    assert "✓ end: changed" in ended.stdout
    assert f"✓ {url} answers: 200 without X-Maintenance-Mode: on" in ended.stdout
    assert not site.during_maintenance()


@pytest.mark.parametrize("lost", ["> /dev/full", ">&- 2>&-", "| true"])
def test_an_event_is_sent_without_output(aws: Aws, site_in_maintenance: Site, lost: str) -> None:
    command = f"'{ROOT / 'scripts' / 'maintenance'}' end --stack {site_in_maintenance.stack.name} {lost}"
    ended = subprocess.run(["sh", "-c", command], env=aws.environment, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert not site_in_maintenance.during_maintenance()


def test_the_next_run_of_a_schedule_is_shown(aws: Aws, site: Site, servers: dict[str, int], terminal: Terminal) -> None:
    listener = LoadBalancer(aws, "weekly", servers).listener(port=80, rules=RULES)
    given = {"ListenerArn": listener.arn, "DefaultAction": "404", "MaxDurationMinutes": "60"}
    stack = deploy_like(aws, site.stack, "weekly", {**given, "StartSchedule": "cron(0 22 ? * SUN *)"})
    try:
        # MiniStack's CloudFormation gives a schedule no time zone.
        scheduler = aws.client("scheduler")
        made = scheduler.get_schedule(Name=stack.resources["StartMaintenanceSchedule"])
        kept = {key: made[key] for key in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
        scheduler.update_schedule(**kept, ScheduleExpressionTimezone="Asia/Seoul")
        shown = terminal("status", "--stack", "weekly").stdout

        assert re.search(r"\nnext start +Sun \d{4}-\d\d-\d\d 22:00 Asia/Seoul, in .+, by cron\(0 22 ", shown)
    finally:
        delete(aws, stack)


def test_the_runbooks_permissions_are_enough(aws: Aws, site: Site, terminal: Terminal) -> None:
    written = re.search(r"### Who may do what\n.*?```json\n(.*?)```", (ROOT / "docs" / "runbook.md").read_text(), re.S)[
        1
    ]
    for placeholder, value in (("REGION", REGION), ("ACCOUNT", ACCOUNT), ("maintenance-mode", site.stack.name)):
        written = written.replace(placeholder, value)
    statements = json.loads(written)["Statement"]
    operator = aws.acting_as("operator", statements)
    done = [
        terminal(*words, "--stack", site.stack.name, **operator)
        for words in (("start", "--minutes", "90"), ("status",), ("report",), ("end",))
    ]
    # Without the optional permissions the rest is shown.
    half_blind = terminal("status", "--stack", site.stack.name, **aws.acting_as("half-blind", statements[:2]))

    assert [run.returncode for run in done] == [0, 0, 0, 0], [run.stderr for run in done]
    assert "not known" not in done[1].stdout
    assert half_blind.returncode == 0
    assert half_blind.stdout.startswith("NOT IN MAINTENANCE\n")
    unknown = "is not known: AWS refused"
    assert f"whether it can answer {unknown} DescribeTargetHealth (AccessDenied" in half_blind.stdout
    assert f"whether an alarm reaches a subscriber {unknown} ListSubscriptionsByTopic" in half_blind.stdout


def test_a_refusal_of_the_function_fails(site: Site, terminal: Terminal) -> None:
    refused = terminal("message", "Nearly done", "--stack", site.stack.name)
    with_log = terminal("message", "Nearly done", "--stack", site.stack.name, "--verbose")

    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert refused.stderr.startswith("✗ ")
    assert "a message can be published in a window only" in refused.stderr
    assert "event failed" in with_log.stderr


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ("ship", '--stack is "ship": there is no such stack in eu-central-1'),
        ("another", '--stack is "another": it has no output SwitcherFunctionName (its status is'),
    ],
)
def test_another_stack_is_refused(aws: Aws, terminal: Terminal, stack: str, sentence: str) -> None:
    if stack == "another":
        topic = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
        aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=topic)
    failed = terminal("status", "--stack", stack)

    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith(f"✗ {sentence}")


def test_an_interruption_is_no_traceback(aws: Aws) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        environment = aws.environment | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        # Background processes ignore interrupts, and their children inherit that.
        interruptible = ["env", "--default-signal=INT", ROOT / "scripts" / "maintenance", "status"]
        with subprocess.Popen(interruptible, env=environment, stderr=subprocess.PIPE, text=True) as command:
            connection, _ = silent.accept()
            with connection:
                command.send_signal(signal.SIGINT)
                _, said = command.communicate(timeout=30)

    assert command.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
