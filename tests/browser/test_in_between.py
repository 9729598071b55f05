"""What is between a visitor and the load balancer: rewriters, stored copies and gates."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Request, Route, expect

from tests.browser.conftest import SHOP, WANTED, Visit
from tests.browser.visitor import Visitor
from tests.harness.site import Site

PAGE = "/a/maintenance?from=/a/orders/7%3Fx%3D1"
ROCKET = '<script src="/rocket-loader.min.js" data-cf-settings="5d0c77aa21-|49" defer></script>'
REWRITERS = {
    # It leaves scripts with the attribute alone.
    "rocket loader": lambda html: html.replace("<script>", '<script type="5d0c77aa21-text/javascript">') + ROCKET,
    # The policy then refuses the script.
    "minifier": lambda html: html.replace('"use strict";', '"use strict"'),
}


@pytest.mark.parametrize(("rewriter", "says"), [("rocket loader", "again at"), ("minifier", "again within")])
def test_a_rewritten_page_takes_visitors_back(closed_shop: Site, visit: Visit, rewriter: str, says: str) -> None:
    visitor = visit()
    copy = _copy(visitor, closed_shop.origin + PAGE)
    rewritten = {**copy, "body": REWRITERS[rewriter](copy["body"])}
    visitor.context.route(f"**{PAGE}", lambda route: route.fulfill(**rewritten))

    tab, _ = visitor.open(closed_shop.origin + PAGE)
    # At once: the refresh loads the page as it is.
    assert says in tab.get_by_role("status").inner_text()
    assert any("violates" in complaint for complaint in visitor.complaints)

    closed_shop.end()

    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)


def test_the_script_cancels_the_refresh(closed_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab, _ = visitor.open(closed_shop.origin + WANTED)
    pages = _pages(visitor.context)

    # The refresh would come after four seconds; between two of these is at least one.
    for _ in range(7):
        tab.wait_for_event("requestfinished", lambda request: request.method == "HEAD")

    assert pages == []


def test_a_stored_copy_waits_for_a_click(closed_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab, _ = visitor.open(closed_shop.origin + WANTED)
    copy = _copy(visit(), closed_shop.origin + PAGE)
    pages = _pages(visitor.context)

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(**copy)
        else:
            route.continue_()

    visitor.context.route(f"**{WANTED}", answer)
    closed_shop.end()

    expect(tab.get_by_role("status")).to_contain_text("a stored copy of this page")
    for _ in range(3):
        tab.wait_for_event("response", lambda answer: answer.request.method == "HEAD")
    assert len(pages) == 1
    visitor.context.unroute(f"**{WANTED}")
    tab.get_by_role("link", name="Try again now").click()

    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)


@pytest.mark.parametrize("status", [401, 403])
def test_a_gate_is_asked_with_cookies(closed_shop: Site, visit: Visit, status: int) -> None:
    visitor = visit()
    visitor.context.add_cookies([{"name": "pass", "value": "1", "url": closed_shop.origin}])
    tab, _ = visitor.open(closed_shop.origin + WANTED)
    pages = _pages(visitor.context)

    def guard(route: Route) -> None:
        if "pass=1" in route.request.all_headers().get("cookie", ""):
            route.continue_()
        else:
            route.fulfill(status=status)

    visitor.context.route(f"**{WANTED}", guard)
    for _ in range(2):
        tab.wait_for_event("response", lambda answer: answer.status == 503)
    assert pages == []

    closed_shop.end()

    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)


def _copy(visitor: Visitor, url: str) -> dict[str, Any]:
    """Return what a route needs to answer with this page."""
    tab, answer = visitor.open(url)
    copy = {"status": answer.status, "headers": answer.headers, "body": answer.text()}
    tab.close()
    return copy


def _pages(context: BrowserContext) -> list[Request]:
    """Return what becomes the list of the pages that are asked for from now on."""
    pages: list[Request] = []
    context.on("request", lambda request: pages.append(request) if request.is_navigation_request() else None)
    return pages
