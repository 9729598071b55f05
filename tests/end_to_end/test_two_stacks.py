"""Two sites of one listener, each with a stack: any order of starts and ends, and the other site stays open."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.site import Site
from tests.harness.stack import Stack, delete, deploy_like

DOMAIN = "sites.alb.localhost"
PREVIEW = "/maintenance-preview"
# By stack: its priorities and host names, and the sites that these match.
STACKS = {
    "shop": ({"ActivePriority": "1", "StandInPriority": "49997", "RestingPriority": "49998"}, ["shop", "www.shop"]),
    "blog": ({"ActivePriority": "2", "StandInPriority": "49999", "RestingPriority": "50000"}, ["blog"]),
}
HOSTS = {"shop": f"shop.{DOMAIN},ww?.shop.{DOMAIN}", "blog": f"blog.{DOMAIN}"}
OPEN = ["testers.shop", "wiki"]


@pytest.fixture(scope="module")
def listener(aws: Aws, servers: dict[str, int]) -> Listener:
    listener = LoadBalancer(aws, "sites", servers).listener(port=80, rules={4: ("/a*", "front-end")}, default="bff")
    listener.add_rule(3, "/a*", "api", host=f"blog.{DOMAIN}")
    return listener


def test_any_order_of_starts_and_ends(aws: Aws, deployed_site: Site, listener: Listener) -> None:
    untouched, open_answers = listener.rules(), answers(listener)
    common = {"ListenerArn": listener.arn, "DefaultAction": listener.load_balancer.target_group("bff")}
    stacks: dict[str, Stack] = {}
    for name, (priorities, _) in STACKS.items():
        given = {**common, "MaintenanceHosts": HOSTS[name], **priorities}
        preview = {"PreviewPath": PREVIEW} if name == "shop" else {}
        stacks[name] = deploy_like(aws, deployed_site.stack, f"{name}-site", given | preview)
    at_rest = listener.rules()
    assert answers(listener) == open_answers
    assert listener.request(PREVIEW, site="shop").status == 503
    assert listener.request(PREVIEW, site="blog").body == f"bff serves {PREVIEW}"

    for starts in permutations(stacks):
        for ends in permutations(stacks):
            closed = set()
            for event, name in [*(("start", name) for name in starts), *(("end", name) for name in ends)]:
                getattr(stacks[name], event)()
                closed ^= set(STACKS[name][1])
                assert {site for site in open_answers if listener.request("/a", site=site).status == 303} == closed
            assert listener.rules() == at_rest
    assert answers(listener) == open_answers

    # Deleted in a window, a stack opens its site and leaves the other as it is.
    stacks["shop"].start()
    stacks["blog"].start()
    delete(aws, stacks["shop"])
    assert [listener.request("/a", site=site).status for site in ("shop", "blog")] == [200, 303]
    delete(aws, stacks["blog"])
    assert listener.rules() == untouched
    assert answers(listener) == open_answers


def answers(listener: Listener) -> dict[str, list[str]]:
    """Return what each site answers to visitors."""
    sites = [*OPEN, *(site for _, sites in STACKS.values() for site in sites)]
    return {site: [listener.request(path, site=site).body for path in ("/a", "/elsewhere")] for site in sites}
