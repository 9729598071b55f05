"""What the page is not allowed to do, it neither needs nor gets."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PAGE, STATUS, WANTED, Visit, await_checks
from tests.harness.backends import Backend
from tests.harness.site import Site


def test_the_page_needs_nothing_else(closed_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab = visitor.open(PAGE)

    # Its style applies, and its scripts have run.
    expect(tab.locator("main")).not_to_have_css("border-radius", "0px")
    await_checks(tab, 1)

    assert visitor.complaints == []
    # Itself with its icon, the status, and the place that it asks for.
    paths = {request.url.removeprefix(closed_shop.origin) for request in visitor.requests}
    assert paths - {"data:,"} == {PAGE, STATUS, WANTED}


@pytest.mark.parametrize("own", [True, False])
def test_only_own_frames_show_the_page(open_shop: Site, elsewhere: Backend, visit: Visit, own: bool) -> None:
    tab = visit().open((open_shop.origin if own else elsewhere.origin("evil")) + "/a")
    open_shop.start()

    with tab.expect_response(lambda answer: answer.status == 503):
        frame = "url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))"
        tab.evaluate(frame, open_shop.origin + WANTED)

    expect(tab.frame_locator("iframe").locator("body")).to_have_count(1)
    expect(tab.frame_locator("iframe").locator("main")).to_have_count(int(own))
