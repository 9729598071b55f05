"""A link on another site gets nothing asked with the visitor's cookies, and the page leaves on a click alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import SHOP, Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

CHOSEN = "/a/orders/7?delete=all"
# What only the shop's own pages send.
STRICT = {"name": "session", "value": "5ecret", "sameSite": "Strict"}


@pytest.mark.parametrize("link", [f"/a/maintenance?from={CHOSEN}", CHOSEN], ids=["to the page", "to the place"])
def test_foreign_links_send_no_cookies(closed_shop: Site, elsewhere: Backend, visit: Visit, link: str) -> None:
    visitor = visit()
    visitor.context.add_cookies([{**STRICT, "url": closed_shop.origin}])
    asked: list[Request] = []
    visitor.context.on("request", lambda request: asked.append(request))
    tab, _ = visitor.open(elsewhere.origin("evil") + "/a")
    tab.evaluate("url => location.assign(url)", closed_shop.origin + link)
    expect(tab.get_by_role("status")).to_contain_text("checks again at")

    closed_shop.end()

    expect(tab.get_by_role("status")).to_have_text("We\N{RIGHT SINGLE QUOTATION MARK}re back. Continue below.")
    # It asks again rather than leave.
    tab.wait_for_event("response", lambda answer: answer.request.method == "HEAD")
    expect(tab.get_by_role("heading", level=1)).not_to_have_text(SHOP)
    assert not any(_has_the_cookie(request) for request in asked)

    tab.get_by_role("link").click()

    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
    assert tab.url == closed_shop.origin + CHOSEN
    assert _has_the_cookie(asked[-1])


def _has_the_cookie(request: Request) -> bool:
    return STRICT["value"] in request.all_headers().get("cookie", "")
