"""One browser and one shop for all tests in here."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.visitor import PREVIEW, SHOP, STATUS, Visit, Visitor
from tests.harness.aws import Aws
from tests.harness.backends import Backend
from tests.harness.load_balancer import LoadBalancer
from tests.harness.sam import Sam
from tests.harness.site import Site
from tests.harness.stack import deploy

FLAGS = [
    "--disable-gpu",
    "--no-proxy-server",
    # A name below localhost is this machine, and no other name is one: whatever a page tries, nothing leaves it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
    # The same letter shapes on every machine, with or without a display.
    "--font-render-hinting=none",
]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Yield Debian's Chromium with a fresh profile."""
    program = shutil.which("chromium")
    assert program, "chromium is not installed: run scripts/install-packages.sh chromium"
    # Far more than it needs, for a machine with other work.
    expect.set_options(timeout=20_000)
    environment = {**os.environ, "HOME": str(tmp_path_factory.mktemp("chromium"))}
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=FLAGS, env=environment) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def front_end() -> Iterator[Backend]:
    with Backend(SHOP).serving() as server:
        yield server


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Backend]:
    """Yield a server that is not the shop's: the origins of its names are other origins."""
    with Backend("elsewhere").serving() as server:
        yield server


@pytest.fixture(scope="session")
def deployed_shop(aws: Aws, sam: Sam, front_end: Backend, elsewhere: Backend) -> Iterator[Site]:
    """Yield the shop, in whatever state the last test has left it, with a page that has all it can have."""
    balancer = LoadBalancer(aws, "boutique", {"front-end": front_end.server_port})
    # Browsers name the port that they connect to in Host, and MiniStack looks for a listener with that number.
    listener = balancer.listener(port=aws.port, rules={2: ("/a*", "front-end"), 3: ("/b*", "front-end")})
    parameters = {
        "ListenerArn": listener.arn,
        "DefaultAction": "404",
        # The page is to ask quickly, so that the tests are quick.
        "RetryAfterSeconds": "2",
        "CorsAllowedOrigins": elsewhere.origin("app"),
        "SiteName": "Shop",
        "StatusPageUrl": "https://status.example",
        "PreviewPath": PREVIEW,
    }
    shop = Site(listener, deploy(aws, sam, "boutique", parameters))
    # The application answers there: the tests publish the status themselves.
    with shop.stack.configured(shop.stack.responder, STATUS_PATH=STATUS):
        yield shop


@pytest.fixture
def open_shop(deployed_shop: Site) -> Site:
    """Return the shop at rest; a test may start maintenance."""
    deployed_shop.end()
    return deployed_shop


@pytest.fixture
def closed_shop(deployed_shop: Site) -> Site:
    """Return the shop in maintenance; a test may end that."""
    deployed_shop.start()
    return deployed_shop


@pytest.fixture
def slow_shop(closed_shop: Site) -> Iterator[Site]:
    """Yield the shop in maintenance with a page that does not check by itself while a test lasts."""
    with closed_shop.stack.configured(closed_shop.stack.responder, RETRY_AFTER_SECONDS="86400"):
        yield closed_shop


@pytest.fixture
def visit(browser: Browser, deployed_shop: Site) -> Iterator[Visit]:
    yield lambda **options: Visitor(browser.new_context(base_url=deployed_shop.origin, **options))
    for context in browser.contexts:
        context.close()
