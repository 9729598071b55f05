"""One browser and one shop for all tests in here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import chromium
from tests.browser.servers import Server
from tests.browser.shop import Shop, deploy_shop
from tests.browser.visitor import Visitor
from tests.harness.aws import Aws
from tests.harness.sam import Sam

# How long the browser may take for anything: far more than it needs, for a machine with other work.
PATIENCE_MS = 20_000
# The page is to ask quickly, so that the tests are quick.
RETRY_AFTER_SECONDS = 2

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Yield the browser."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Server]:
    """Yield a server that is not the shop's: the origins of its names are other origins."""
    with Server("elsewhere").serving() as server:
        yield server


@pytest.fixture(scope="session")
def deployed_shop(aws: Aws, sam: Sam, elsewhere: Server) -> Iterator[Shop]:
    """Yield the shop, in whatever state the last test has left it."""
    parameters = {"RetryAfterSeconds": str(RETRY_AFTER_SECONDS), "CorsAllowedOrigins": elsewhere.origin("app")}
    with Server("the shop").serving() as front_end:
        yield deploy_shop(aws, sam, front_end, parameters)


@pytest.fixture
def open_shop(deployed_shop: Shop) -> Shop:
    """Return the shop at rest; a test may start maintenance."""
    if deployed_shop.in_maintenance():
        deployed_shop.end_maintenance()
    return deployed_shop


@pytest.fixture
def closed_shop(deployed_shop: Shop) -> Shop:
    """Return the shop in maintenance; a test may end that."""
    if not deployed_shop.in_maintenance():
        deployed_shop.start_maintenance()
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
