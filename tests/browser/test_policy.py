"""What the page is not allowed to do, it neither needs nor gets."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WANTED, Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

PAGE = "/a/maintenance?from=/a/orders/7"


def test_the_page_needs_nothing_else(closed_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab, _ = visitor.open(closed_shop.origin + PAGE)

    # Its style applies, and its script has run.
    expect(tab.locator("main")).not_to_have_css("border-radius", "0px")
    tab.wait_for_event("requestfinished", lambda request: request.method == "HEAD")

    assert visitor.complaints == []
    # The page, which is also where asking for the place leads, and the icon that it has in itself.
    assert set(visitor.requests) - {"data:,"} == {f"{closed_shop.origin}{PAGE}", f"{closed_shop.origin}/a/orders/7"}


@pytest.mark.parametrize(("own", "shown"), [(True, 1), (False, 0)], ids=["its own", "another site's"])
def test_only_own_frames_show_the_page(
    open_shop: Site, elsewhere: Backend, visit: Visit, own: bool, shown: int
) -> None:
    tab, _ = visit().open((open_shop.origin if own else elsewhere.origin("evil")) + "/a")
    open_shop.start()

    with tab.expect_response(lambda answer: answer.status == 503):
        frame = "url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))"
        tab.evaluate(frame, open_shop.origin + WANTED)

    expect(tab.frame_locator("iframe").locator("body")).to_have_count(1)
    expect(tab.frame_locator("iframe").locator("main")).to_have_count(shown)
