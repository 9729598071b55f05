"""A link on another site gets nothing asked with the visitor's cookies, and the page leaves on a click alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PAGE, WANTED, Visit, await_checks, expect_to_be_back, expect_to_wait, try_again
from tests.harness.backends import Backend
from tests.harness.site import Site


@pytest.mark.parametrize("link", [PAGE, WANTED], ids=["to the page", "to the place"])
def test_foreign_links_send_no_cookies(closed_shop: Site, elsewhere: Backend, visit: Visit, link: str) -> None:
    visitor = visit()
    # Only the shop's own pages send it.
    cookie = {"name": "session", "value": "1", "sameSite": "Strict", "url": closed_shop.origin}
    visitor.context.add_cookies([cookie])
    tab = visitor.open(elsewhere.origin("evil") + "/a")
    tab.evaluate("url => location.assign(url)", closed_shop.origin + link)
    expect(tab.get_by_role("status")).to_contain_text("checks again at")

    closed_shop.end()

    expect(tab.get_by_role("status")).to_have_text("We\N{RIGHT SINGLE QUOTATION MARK}re back. Continue below.")
    # It asks again rather than leave.
    await_checks(tab, 200)
    expect_to_wait(tab)
    assert not any("cookie" in request.all_headers() for request in visitor.requests)

    try_again(tab)

    expect_to_be_back(tab)
    assert "cookie" in visitor.navigations()[-1].all_headers()
