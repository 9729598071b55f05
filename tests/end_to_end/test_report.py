"""The report of the requests during maintenance."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import Terminal
from tests.harness.aws import Aws
from tests.harness.load_balancer import LoadBalancer
from tests.harness.site import RULES, Site
from tests.harness.stack import delete, deploy_like


@pytest.fixture
def quiet(aws: Aws, deployed_site: Site, servers: dict[str, int]) -> Iterator[Site]:
    """Yield a site of the test's own, without any requests."""
    listener = LoadBalancer(aws, "quiet", servers).listener(port=80, rules=RULES)
    stack = deploy_like(aws, deployed_site.stack, "quiet", {"ListenerArn": listener.arn, "DefaultAction": "404"})
    yield Site(listener, stack)
    delete(aws, stack)


def test_a_report_counts_the_windows_requests(quiet: Site, terminal: Terminal) -> None:
    before = terminal("report", "--stack", quiet.stack.name)
    quiet.start()
    for path in ("/b/orders", "/b/orders?token=secret", "/a"):
        quiet.listener.request(path)
    quiet.listener.request("/b/orders", method="POST")
    quiet.stack.await_responder_log(4)

    for_machine = terminal("report", "--stack", quiet.stack.name, "--json").stdout
    shown = terminal("report", "--stack", quiet.stack.name, "--hours", "1").stdout

    assert before.returncode == 0
    assert before.stdout.startswith("No requests between ")
    report = json.loads(for_machine)
    assert (report["requests"], report["log_group"]) == (4, quiet.stack.output("ResponderLogGroupName"))
    assert {(row["outcome"], row["requests"]) for row in report["outcomes"]} == {("unavailable", 3), ("redirect", 1)}
    assert report["begin"] <= report["first"] <= report["last"] <= report["end"]
    rows = [line.split() for line in shown.splitlines() if "/b/orders" in line]
    assert [(row[0], row[1], row[3]) for row in rows] == [("2", "GET", "/b/orders"), ("1", "POST", "/b/orders")]
    assert "secret" not in shown
