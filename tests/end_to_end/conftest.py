"""Stacks and load balancers as the tests need them."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness.aws import Aws
from tests.harness.backends import backends
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import ROOT
from tests.harness.sam import Sam
from tests.harness.site import RULES, Site
from tests.harness.stack import deploy, deploy_like

Terminal = Callable[..., subprocess.CompletedProcess[str]]
NewSite = Callable[..., Site]


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, int]]:
    with backends("front-end", "bff", "api") as ports:
        yield ports


@pytest.fixture(scope="session")
def deployed_site(aws: Aws, servers: dict[str, int], sam: Sam) -> Site:
    """Deploy once for all tests that change nothing but the rules."""
    listener = LoadBalancer(aws, "shop", servers).listener(port=80, rules=RULES)
    return Site(listener, deploy(aws, sam, "shop", {"ListenerArn": listener.arn, "DefaultAction": "404"}))


@pytest.fixture(scope="session")
def new_site(aws: Aws, servers: dict[str, int], deployed_site: Site) -> NewSite:
    """Return what makes another site, from its name and the template's parameters."""

    def make(name: str, **parameters: str) -> Site:
        listener = LoadBalancer(aws, name, servers).listener(port=80, rules=RULES)
        given = {"ListenerArn": listener.arn, "DefaultAction": "404", **parameters}
        return Site(listener, deploy_like(aws, deployed_site.stack, name, given))

    return make


@pytest.fixture
def site(deployed_site: Site) -> Iterator[Site]:
    """Yield a site at rest; a test may leave it in maintenance."""
    assert not deployed_site.during_maintenance()
    yield deployed_site
    deployed_site.end()


@pytest.fixture
def terminal(aws: Aws, tmp_path: Path) -> Terminal:
    """Return what runs the operators' command through a link, in a folder outside of the checkout."""
    link = tmp_path / "maintenance"
    link.symlink_to(ROOT / "scripts" / "maintenance")

    def run(*words: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in (aws.environment | changes).items() if value is not None}
        done = subprocess.run(
            [link, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        return done

    return run
