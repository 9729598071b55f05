"""The operators' own command, in a terminal of their own and against a deployed stack."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Terminal
from tests.harness.aws import ACCOUNT, REGION, Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import ROOT
from tests.harness.site import RULES, Site
from tests.harness.stack import delete, deploy_like


def test_a_window_is_started_looked_at_and_ended(aws: Aws, site: Site, terminal: Terminal) -> None:
    """Wait for traffic with its real pauses, some seconds: that the real responder's answers are the awaited ones."""
    url = f"{aws.endpoint}/_alb/{site.listener.load_balancer.name}/a"
    started = terminal("start", "--stack", "shop", "--minutes", "90", "--reason", "DB upgrade", "--url", url)
    status = terminal("status", "--stack", "shop")
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
    assert re.search(r"\nnext start +none, the stack has no schedule for it\n", status.stdout)
    assert re.search(r"\nresponder +can answer \(healthy\)\n", status.stdout)
    assert re.search(rf"\nalarms +nobody would hear of one: {site.stack.output('NoticesTopicArn')}", status.stdout)
    # Logs are for failures.
    assert not status.stderr
    assert "✓ end: changed" in ended.stdout
    assert "HTTP:80 of shop is NOT IN MAINTENANCE" in ended.stdout
    assert f"✓ {url} answers: 200 without X-Maintenance-Mode: on" in ended.stdout
    assert not site.during_maintenance()


def test_a_reason_is_sent_as_it_was_typed(site: Site, terminal: Terminal) -> None:
    started = terminal("start", "--stack", "shop", "--no-end", "--reason", "$500 'off' \"all\" $(id) 점검 [red]")

    assert r'"reason": "$500 \'off\' \"all\" $(id) 점검 [red]"'.replace("\\'", "'") in started.stdout
    # What a tag cannot hold is the function's to say: it has got every character.
    assert site.listener.tags(site.stack.rule_arn)["maintenance-mode:reason"] == "_500 _off_ _all_ __id_ 점검 _red_"


def test_a_dry_run_shows_the_rules_as_the_load_balancer_asks_them(site: Site, terminal: Terminal) -> None:
    shown = terminal("start", "--stack", "shop", "--no-end", "--dry-run").stdout

    assert "a dry run" in shown
    table = [line.split() for line in shown.splitlines() if "path-pattern" in line]
    assert [(row[0], row[row.index("path-pattern:") + 1]) for row in table[:3]] == [
        ("1", "/a*"),
        ("2", "/b*"),
        ("3", "/c*"),
    ]
    assert table[-1][0] == "50000"
    assert "NOT IN MAINTENANCE, and this start would have it closed until somebody ends it" in shown
    assert "50000 → 1" in shown
    assert "1 → 2" in shown
    assert not site.during_maintenance()


def test_a_start_that_would_shorten_the_window_is_said_to_change_nothing(site: Site, terminal: Terminal) -> None:
    terminal("start", "--stack", "shop", "--minutes", "120")
    until = site.listener.tags(site.stack.rule_arn)["maintenance-mode:until"]

    rehearsed = terminal("start", "--stack", "shop", "--minutes", "30", "--dry-run").stdout
    shorter = terminal("start", "--stack", "shop", "--minutes", "30").stdout

    assert f"IN MAINTENANCE, and this start would keep it closed until {until}" in rehearsed
    assert "! window-kept: " in shorter
    assert "Visitors notice" not in shorter
    assert site.listener.tags(site.stack.rule_arn)["maintenance-mode:until"] == until


def test_a_machine_gets_one_object_and_a_code(site: Site, terminal: Terminal) -> None:
    shop = ("--stack", site.stack.name, "--json")
    at_rest = terminal("status", *shop, "--check")
    started = terminal("start", *shop, "--minutes", "90", "--message", "Back soon")
    closed = terminal("status", *shop, "--check", "--verbose")

    assert (at_rest.returncode, started.returncode, closed.returncode) == (0, 0, 3)
    assert json.loads(at_rest.stdout)["standing"] == "open"
    said = json.loads(closed.stdout)
    assert (said["standing"], said["stack"], said["account"]) == ("closed", "shop", "123456789012")
    assert said["listeners"][0]["name"] == "HTTP:80 of shop"
    assert said["beside"]["responder"] == {"level": "good", "text": "can answer (healthy)", "todo": ""}
    assert json.loads(started.stdout)["listeners"][0]["moves"]
    # Where it goes is said before it is sent, and asked for, the log is shown: both beside the answer.
    assert 'shop in account 123456789012, eu-central-1: {"type": "start"' in started.stderr
    assert '"message":"event done"' in closed.stderr


def test_schedules_are_told_with_their_next_run(
    aws: Aws, site: Site, servers: dict[str, int], terminal: Terminal
) -> None:
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


def test_a_reader_that_has_seen_enough_leaves_no_traceback(aws: Aws, site: Site) -> None:
    command = f"'{ROOT / 'scripts' / 'maintenance'}' status --stack {site.stack.name} | head -n 1"
    read = subprocess.run(["sh", "-c", command], env=aws.environment, capture_output=True, text=True, check=True)

    assert read.stdout == "NOT IN MAINTENANCE\n"
    assert not read.stderr


def test_the_permissions_of_the_runbook_are_enough_for_the_night(aws: Aws, site: Site, terminal: Terminal) -> None:
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
    # Without what is only looked at besides, the rest is shown.
    half_blind = terminal("status", "--stack", site.stack.name, **aws.acting_as("half-blind", statements[:2]))

    assert [run.returncode for run in done] == [0, 0, 0, 0], [run.stderr for run in done]
    assert "not known" not in done[1].stdout
    assert half_blind.returncode == 0
    assert half_blind.stdout.startswith("NOT IN MAINTENANCE\n")
    unknown = "is not known: AWS refused"
    assert f"whether it can answer {unknown} DescribeTargetHealth (AccessDenied" in half_blind.stdout
    assert f"whether anybody would hear of one {unknown} ListSubscriptionsByTopic" in half_blind.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("start", "--minute", "5"), "No such option: --minute"),
        (
            ("start", "--minutes", "ninety"),
            '"ninety" is no length of a window; accepted: a whole number from 1 to 43200',
        ),
        (("start", "--minutes", "5", "--no-end"), "--minutes 5 and --no-end say different things; accepted: one of"),
        (("start", "--dry-run=1"), "Option '--dry-run' does not take a value"),
        (("start", "--minutes", "5", "--minutes", "500"), "--minutes is given 2 times; accepted: once"),
        (("end", "--url", "shop.example.com"), '"shop.example.com" is no address to ask: it begins with neither'),
        (("end", "--url", "https://shop .example.com"), "contains invalid character ' '; accepted: https://"),
        (("end", "--url", "https://shop.example.com", "--dry-run"), "a dry run switches nothing to wait for"),
        (("report", "--hours", "0"), "0 is not in the range 1<=x<="),
        (("end", "now"), "Got unexpected extra argument (now)"),
        (("start",), "this start has no end"),
    ],
)
def test_wrong_use_is_refused_and_starts_nothing(
    site: Site, terminal: Terminal, words: tuple[str, ...], sentence: str
) -> None:
    refused = terminal(*words, "--stack", "shop")

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert not refused.stdout
    assert not site.during_maintenance()


def test_what_the_function_refuses_fails_in_the_terminal_too(site: Site, terminal: Terminal) -> None:
    refused = terminal("start", "--stack", "shop", "--until", "tomorrow")

    assert refused.returncode == 1
    assert 'until is "tomorrow": not a time; accepted: an RFC 3339 time' in refused.stderr
    # The end of the function's log, which nobody should have to look for now.
    assert "event failed" in refused.stderr
    assert not site.during_maintenance()


def test_a_stack_with_a_longest_window_needs_no_end_and_knows_no_endless_one(
    aws: Aws, site: Site, servers: dict[str, int], terminal: Terminal
) -> None:
    listener = LoadBalancer(aws, "limited", servers).listener(port=80, rules=RULES)
    parameters = {"ListenerArn": listener.arn, "DefaultAction": "404", "MaxDurationMinutes": "30"}
    stack = deploy_like(aws, site.stack, "limited", parameters)
    try:
        endless = terminal("start", "--stack", "limited", "--no-end")
        started = terminal("start", "--stack", "limited")

        assert endless.returncode == 2
        assert "ends every window after 30 minutes (MaxDurationMinutes)" in endless.stderr
        assert started.returncode == 0, started.stderr
        assert "Visitors notice within about ten seconds; --url" in started.stdout
        assert "maintenance-mode:until" in listener.tags(stack.rule_arn)
    finally:
        delete(aws, stack)


@pytest.mark.parametrize(
    ("stack", "changes", "code", "sentence"),
    [
        ("shop", {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, 1, "no credentials for AWS"),
        ("shop", {"AWS_REGION": None, "AWS_DEFAULT_REGION": None}, 2, "accepted: --region eu-central-1"),
        ("shop", {"AWS_PROFILE": "ops"}, 2, "The config profile (ops) could not be found"),
        ("shop", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, 1, "Could not connect to the endpoint URL"),
        ("shop", {"AWS_ENDPOINT_URL": "nowhere"}, 1, "Invalid endpoint: nowhere"),
        ("ship", {}, 1, '--stack is "ship": there is no such stack in eu-central-1'),
        ("another", {}, 1, '--stack is "another": it has no output NoticesTopicArn and no SwitcherFunctionName'),
    ],
)
def test_trouble_on_the_way_to_the_function_is_a_sentence(
    aws: Aws, terminal: Terminal, stack: str, changes: dict[str, str | None], code: int, sentence: str
) -> None:
    if stack == "another":
        topic = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
        aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=topic)
    failed = terminal("status", "--stack", stack, **changes)

    assert failed.returncode == code
    assert failed.stderr.startswith("✗ ")
    assert sentence in failed.stderr
    assert not failed.stdout


def test_an_interrupted_command_says_that_it_may_have_been_heard(aws: Aws) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        environment = aws.environment | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        # Tests that run in the background are deaf to interrupts, and their children inherit that.
        interruptible = ["env", "--default-signal=INT", ROOT / "scripts" / "maintenance", "status"]
        with subprocess.Popen(interruptible, env=environment, stderr=subprocess.PIPE, text=True) as command:
            connection, _ = silent.accept()
            with connection:
                command.send_signal(signal.SIGINT)
                _, said = command.communicate(timeout=30)

    assert command.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said


def test_the_first_run_and_one_after_new_tools_install_them_beside_the_output(tmp_path: Path) -> None:
    installed = tmp_path / ".tools" / "venv" / "installed"
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "tests").mkdir()
    listed = tmp_path / "tests" / "requirements.txt"
    listed.touch()
    # In place of an installation: the tools that run this.
    (tmp_path / "Makefile").write_text(
        "tools:\n"
        "\t@echo installing\n"
        "\t@mkdir -p .tools/venv\n"
        f"\t@ln -sf {sys.prefix}/bin {sys.prefix}/lib {sys.prefix}/pyvenv.cfg .tools/venv\n"
        "\t@touch .tools/venv/installed\n"
    )

    def run() -> subprocess.CompletedProcess[str]:
        command = [tmp_path / "scripts" / "maintenance", "--help"]
        return subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)

    first, second = run(), run()
    os.utime(installed, (1, 1))
    after_new_tools = run()

    assert "installing" in first.stderr
    assert not second.stderr
    assert "installing" in after_new_tools.stderr
    assert first.stdout == second.stdout == after_new_tools.stdout
