"""What is between a visitor and the load balancer: rewriters, stored copies and gates."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import PAGE, WANTED, Visit, await_checks, expect_to_be_back, try_again
from tests.harness.site import Site

ROCKET = '<script src="/rocket-loader.min.js" data-cf-settings="5d0c77aa21-|49" defer></script>'
REWRITERS = {
    # It leaves scripts with the attribute alone.
    "rocket loader": lambda html: html.replace("<script>", '<script type="5d0c77aa21-text/javascript">') + ROCKET,
    # The policy then refuses the script.
    "minifier": lambda html: html.replace('"use strict";', '"use strict"'),
}


@pytest.mark.parametrize(("rewriter", "says"), [("rocket loader", "again at"), ("minifier", "again within")])
def test_a_rewritten_page_takes_visitors_back(closed_shop: Site, visit: Visit, rewriter: str, says: str) -> None:
    visitor, copy = visit(), vars(closed_shop.listener.request(PAGE))
    rewritten = {**copy, "body": REWRITERS[rewriter](copy["body"])}
    visitor.context.route(f"**{PAGE}", lambda route: route.fulfill(**rewritten))

    tab = visitor.open(PAGE)
    # At once: the refresh loads the page as it is.
    assert says in tab.get_by_role("status").inner_text()
    assert any("violates" in complaint for complaint in visitor.complaints)

    closed_shop.end()

    expect_to_be_back(tab)


@pytest.mark.usefixtures("closed_shop")
def test_the_script_cancels_the_refresh(visit: Visit) -> None:
    visitor = visit()
    tab = visitor.open()

    # The refresh would come after four seconds; from the second on, each takes at least one.
    await_checks(tab, *[503] * 5)

    assert len(visitor.navigations()) == 2


def pass_five_minutes(tab: Page) -> None:
    """Set back when the page has left."""
    tab.evaluate("sessionStorage.setItem('maintenance-mode-left', Date.now() - 300000)")


@pytest.mark.parametrize("leave", [try_again, pass_five_minutes])
def test_a_stored_copy_waits(closed_shop: Site, visit: Visit, leave: Callable[[Page], None]) -> None:
    visitor, copy = visit(), vars(closed_shop.listener.request(PAGE))
    tab = visitor.open()
    visitor.context.route(
        f"**{WANTED}", lambda route: route.fulfill(**copy) if route.request.method == "GET" else route.continue_()
    )
    closed_shop.end()

    expect(tab.get_by_role("status")).to_contain_text("a stored copy of this page")
    await_checks(tab, *[200] * 3)
    assert len(visitor.navigations()) == 3
    visitor.context.unroute_all()
    leave(tab)

    expect_to_be_back(tab)


@pytest.mark.parametrize("status", [401, 403])
def test_a_gate_is_asked_with_cookies(closed_shop: Site, visit: Visit, status: int) -> None:
    visitor = visit()
    visitor.context.add_cookies([{"name": "pass", "value": "1", "url": closed_shop.origin}])
    tab = visitor.open()

    visitor.context.route(
        f"**{WANTED}",
        lambda route: route.continue_() if "cookie" in route.request.all_headers() else route.fulfill(status=status),
    )
    await_checks(tab, 503, 503)
    assert len(visitor.navigations()) == 2

    closed_shop.end()

    expect_to_be_back(tab)
