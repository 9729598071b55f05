"""Stacks and load balancers as the tests need them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness.aws import Aws
from tests.harness.backends import backends
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.sam import Sam
from tests.harness.stack import Stack, deploy

RULES = {1: ("/a*", "front-end"), 2: ("/b*", "bff"), 3: ("/c*", "api")}


@dataclass(frozen=True)
class Site:
    """A load balancer with one listener, and the template deployed beside it."""

    listener: Listener
    stack: Stack

    def state(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return all that a switch may change: every rule's priority and the maintenance rule's tags."""
        return self.listener.order(), self.listener.tags(self.stack.rule_arn)

    def during_maintenance(self) -> bool:
        """Whether the maintenance rule comes first."""
        return self.listener.rules()[0].arn == self.stack.rule_arn


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, int]]:
    """Yield the ports of the system's three servers."""
    with backends("front-end", "bff", "api") as ports:
        yield ports


@pytest.fixture(scope="session")
def deployed_site(aws: Aws, servers: dict[str, int], sam: Sam) -> Site:
    """Deploy once for all tests that change nothing but the rules."""
    listener = LoadBalancer(aws, "shop", servers).listener(port=80, rules=RULES)
    return Site(listener, deploy(aws, sam, "shop", {"ListenerArn": listener.arn}))


@pytest.fixture
def site(deployed_site: Site) -> Iterator[Site]:
    """Yield a site at rest; a test may leave it in maintenance."""
    assert not deployed_site.during_maintenance()
    yield deployed_site
    deployed_site.stack.invoke(EVENTS / "end.json")


@pytest.fixture
def site_in_maintenance(site: Site) -> Site:
    """Return the site after a start."""
    site.stack.invoke(EVENTS / "start.json").answer  # noqa: B018 (fails when the start did)
    assert site.during_maintenance()
    return site


@pytest.fixture(scope="session")
def bootstrap(sam: Sam) -> dict[str, Path]:
    """Return the built program of each function."""
    return {
        "priority-switcher": sam.build_dir / "SwitcherFunction" / "bootstrap",
        "maintenance-responder": sam.build_dir / "ResponderFunction" / "bootstrap",
    }
