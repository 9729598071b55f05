"""Who knocked, and the end of a stack, in an operator's terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

import pytest

from tests.end_to_end.conftest import Terminal
from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.site import RULES, Site
from tests.harness.stack import Stack, delete, deploy_like

NAMES = (f"brief-{number}" for number in count())


@pytest.fixture
def other(aws: Aws, deployed_site: Site, servers: dict[str, int]) -> Iterator[Site]:
    """Yield a site of the test's own, at which nobody has knocked."""
    name = next(NAMES)
    listener = LoadBalancer(aws, name, servers).listener(port=80, rules=RULES)
    parameters = {"ListenerArn": listener.arn, "DefaultAction": "404"}
    site = Site(listener, deploy_like(aws, deployed_site.stack, name, parameters))
    yield site
    if not gone(aws, site.stack):
        delete(aws, site.stack)


def gone(aws: Aws, stack: Stack) -> bool:
    """Whether a stack is no longer there."""
    pages = aws.client("cloudformation").get_paginator("list_stacks").paginate()
    found = (one for page in pages for one in page["StackSummaries"] if one["StackName"] == stack.name)
    return all(one["StackStatus"] == "DELETE_COMPLETE" for one in found)


def test_a_report_says_who_knocked_in_the_window(other: Site, terminal: Terminal) -> None:
    before = terminal("report", "--stack", other.stack.name)
    other.start()
    for path in ("/b/orders", "/b/orders?token=secret", "/a"):
        other.listener.request(path)
    other.listener.request("/b/orders", method="POST")
    other.stack.await_responder_log(4)

    told = terminal("report", "--stack", other.stack.name, "--json")
    shown = terminal("report", "--stack", other.stack.name, "--hours", "1").stdout

    assert before.returncode == 0
    assert before.stdout.startswith("Nobody knocked between ")
    report = json.loads(told.stdout)
    assert (report["requests"], report["log_group"]) == (4, other.stack.output("ResponderLogGroupName"))
    assert {(row["outcome"], row["requests"]) for row in report["outcomes"]} == {("unavailable", 3), ("redirect", 1)}
    most = report["paths"][0]
    assert (most["path"], most["method"], most["requests"]) == ("/b/orders", "GET", 2)
    assert report["begin"] <= report["first"] <= report["last"] <= report["end"]
    assert f"reading /aws/lambda/{other.stack.name}-maintenance-responder" in told.stderr
    assert [line.split()[:3] for line in shown.splitlines() if "/b/orders" in line] == [
        ["2", "GET", "/b/orders"],
        ["1", "POST", "/b/orders"],
    ]
    assert "secret" not in shown


def test_a_stack_is_deleted_at_rest_alone_and_by_its_name(aws: Aws, other: Site, terminal: Terminal) -> None:
    groups = [other.stack.output(f"{function}LogGroupName") for function in ("Responder", "Switcher")]
    other.start()
    in_a_window = terminal("delete", "--stack", other.stack.name, "--yes")
    other.end()
    mistyped = terminal("delete", "--stack", other.stack.name, typed="shop\n")
    assert not gone(aws, other.stack)
    deleted = terminal("delete", "--stack", other.stack.name, typed=f"{other.stack.name}\n")

    assert in_a_window.returncode == 1
    assert "nothing was deleted" in in_a_window.stderr
    assert f"first: scripts/maintenance end --stack {other.stack.name}" in in_a_window.stderr
    assert mistyped.returncode == 1
    assert f"nothing was deleted: that is not {other.stack.name}" in mistyped.stderr
    assert all(group in mistyped.stdout for group in groups)
    assert deleted.returncode == 0, deleted.stderr
    assert gone(aws, other.stack)
    assert len(other.listener.rules()) == len(RULES) + 1


def test_while_the_state_is_not_known_nothing_is_deleted(aws: Aws, other: Site, terminal: Terminal) -> None:
    with other.stack.configured(other.stack.switcher, ACTIVE_PRIORITY="first"):
        refused = terminal("delete", "--stack", other.stack.name, "--yes")

    assert refused.returncode == 1
    assert (
        'whether the system is in maintenance is not known: BadConfiguration: ACTIVE_PRIORITY is "first"'
        in refused.stderr
    )
    assert not gone(aws, other.stack)
