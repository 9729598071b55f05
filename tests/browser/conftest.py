"""One browser and one shop for all tests in here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import chromium
from tests.browser.visitor import Visitor
from tests.harness.aws import Aws
from tests.harness.backends import Backend
from tests.harness.load_balancer import LoadBalancer
from tests.harness.sam import Sam
from tests.harness.site import Site
from tests.harness.stack import deploy

# How long the browser may take for anything: far more than it needs, for a machine with other work.
PATIENCE_MS = 20_000
# The page is to ask quickly, so that the tests are quick.
RETRY_AFTER_SECONDS = 2
# What the shop's own pages say, and one of them.
SHOP = "the shop"
WANTED = "/a/orders/7?x=1"

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Yield the browser."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def front_end() -> Iterator[Backend]:
    """Yield the server that the shop consists of."""
    with Backend(SHOP).serving() as server:
        yield server


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Backend]:
    """Yield a server that is not the shop's: the origins of its names are other origins."""
    with Backend("elsewhere").serving() as server:
        yield server


@pytest.fixture(scope="session")
def deployed_shop(aws: Aws, sam: Sam, front_end: Backend, elsewhere: Backend) -> Site:
    """Return the shop, in whatever state the last test has left it."""
    balancer = LoadBalancer(aws, "boutique", {"front-end": front_end.port})
    # Browsers name the port that they connect to in Host, and MiniStack looks for a listener with that number.
    listener = balancer.listener(port=aws.port, rules={2: ("/a*", "front-end"), 3: ("/b*", "front-end")})
    parameters = {
        "ListenerArn": listener.arn,
        "DefaultAction": "404",
        "RetryAfterSeconds": str(RETRY_AFTER_SECONDS),
        "CorsAllowedOrigins": elsewhere.origin("app"),
    }
    return Site(listener, deploy(aws, sam, "boutique", parameters))


@pytest.fixture
def open_shop(deployed_shop: Site) -> Site:
    """Return the shop at rest; a test may start maintenance."""
    if deployed_shop.during_maintenance():
        deployed_shop.end()
    return deployed_shop


@pytest.fixture
def closed_shop(deployed_shop: Site) -> Site:
    """Return the shop in maintenance; a test may end that."""
    if not deployed_shop.during_maintenance():
        deployed_shop.start()
    return deployed_shop


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Yield what makes visitors, from the options of a browser context such as locale and viewport."""
    with contextlib.ExitStack() as leaving:

        def arrive(**options: object) -> Visitor:
            context = browser.new_context(**options)
            leaving.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            return Visitor(context)

        yield arrive
