"""Two listeners of one load balancer go into maintenance, and come back, with one call."""

from __future__ import annotations

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.site import Site
from tests.harness.stack import Stack, deploy_like


@pytest.fixture(scope="module")
def listeners(aws: Aws, servers: dict[str, int]) -> list[Listener]:
    balancer = LoadBalancer(aws, "mall", servers)
    return [
        balancer.listener(port=80, rules={1: ("/a*", "front-end"), 2: ("/b*", "bff")}),
        # Another order, so that one listener's numbers cannot pass for the other's.
        balancer.listener(port=8080, rules={1: ("/c*", "api"), 5: ("/b*", "bff"), 6: ("/a*", "front-end")}),
    ]


@pytest.fixture(scope="module")
def stack(aws: Aws, deployed_site: Site, listeners: list[Listener]) -> Stack:
    first, second = listeners
    parameters = {
        "ListenerArn": first.arn,
        "DefaultAction": "404",
        "SecondListenerArn": second.arn,
        "SecondDefaultAction": "404",
    }
    return deploy_like(aws, deployed_site.stack, "mall", parameters)


def test_both_listeners_are_switched_and_restored_in_one_call(stack: Stack, listeners: list[Listener]) -> None:
    before = [listener.order() for listener in listeners]

    started = stack.invoke(EVENTS / "start.json").answer
    during = [[(rule.priority, rule.path) for rule in listener.rules()] for listener in listeners]
    answers = [listener.request("/b").status for listener in listeners]
    ended = stack.invoke(EVENTS / "end.json").answer

    assert during == [
        [("1", "/*"), ("2", "/a*"), ("3", "/b*"), ("49999", "/*"), ("default", "(any)")],
        [("1", "/*"), ("2", "/c*"), ("5", "/b*"), ("6", "/a*"), ("49999", "/*"), ("default", "(any)")],
    ]
    assert answers == [503, 503]
    assert [listener.order() for listener in listeners] == before
    for answer in (started, ended):
        assert answer["outcome"] == "changed"
        assert {listener["listenerArn"] for listener in answer["listeners"]} == {listener.arn for listener in listeners}


def test_traffic_is_normal_again_on_both(stack: Stack, listeners: list[Listener]) -> None:
    stack.invoke(EVENTS / "start.json")
    stack.invoke(EVENTS / "end.json")

    assert [listener.request("/b").body for listener in listeners] == ["bff serves /b", "bff serves /b"]
