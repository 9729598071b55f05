"""What the page is not allowed to do, it neither needs nor gets."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

PAGE = "/a/maintenance?from=/a/orders/7"


@pytest.mark.parametrize("locale", ["en-US", "ko-KR", "ja-JP"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_needs_nothing_from_elsewhere_and_breaks_no_rule(
    closed_shop: Site, visit: Visit, locale: str, scheme: str
) -> None:
    visitor = visit(locale=locale, color_scheme=scheme)
    tab, _ = visitor.open(closed_shop.origin + PAGE)

    # Its style applies, and its script has run.
    expect(tab.locator("main")).not_to_have_css("border-radius", "0px")
    tab.wait_for_event("requestfinished", lambda request: request.method == "HEAD")

    assert visitor.complaints == []
    assert visitor.origins() == {closed_shop.origin}
    # The page, which is also where asking for what was wanted leads, and the icon that it brings along.
    assert set(visitor.requests) - {"data:,"} == {f"{closed_shop.origin}{PAGE}", f"{closed_shop.origin}/a/orders/7"}


INTRUDERS = {
    "a script in the page": "Object.assign(document.createElement('script'), {text: 'window.intruded = true'})",
    "a script from elsewhere": "Object.assign(document.createElement('script'), {src: '{elsewhere}/intruder.js'})",
    "a style in the page": "Object.assign(document.createElement('style'), {textContent: 'main {display: none}'})",
    "an image from elsewhere": "Object.assign(document.createElement('img'), {src: '{elsewhere}/intruder.png'})",
    "a frame": "Object.assign(document.createElement('iframe'), {src: '/b'})",
}


@pytest.mark.parametrize("intruder", INTRUDERS.values(), ids=INTRUDERS)
def test_what_somebody_smuggles_into_the_page_is_refused(
    closed_shop: Site, elsewhere: Backend, visit: Visit, intruder: str
) -> None:
    tab, _ = visit().open(closed_shop.origin + PAGE)
    asked = len(elsewhere.asked)
    tab.evaluate("addEventListener('securitypolicyviolation', () => document.documentElement.id = 'refused')")

    element = intruder.replace("{elsewhere}", elsewhere.origin("evil"))
    tab.evaluate(f"document.body.append({element})")

    expect(tab.locator("html")).to_have_id("refused")
    assert tab.evaluate("window.intruded") is None
    expect(tab.locator("main")).to_be_visible()
    assert elsewhere.asked[asked:] == []


def test_the_page_cannot_ask_another_origin(closed_shop: Site, elsewhere: Backend, visit: Visit) -> None:
    tab, _ = visit().open(closed_shop.origin + PAGE)
    asked = len(elsewhere.asked)

    told = tab.evaluate("url => fetch(url).then(() => 'answered', (error) => error.name)", elsewhere.origin("evil"))

    assert told == "TypeError"
    assert elsewhere.asked[asked:] == []


def test_no_other_page_can_show_the_page_in_a_frame(closed_shop: Site, elsewhere: Backend, visit: Visit) -> None:
    tab, _ = visit().open(elsewhere.origin("evil") + "/a")

    with tab.expect_console_message(lambda message: "frame-ancestors" in message.text):
        tab.evaluate(
            "url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))",
            closed_shop.origin + PAGE,
        )

    expect(tab.frame_locator("iframe").locator("main")).to_have_count(0)
