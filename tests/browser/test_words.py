"""What operators can have the page say."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SHOP, Visit
from tests.harness.site import Site

PAGE = "/a/maintenance?from=/a/orders/7"
STATUS_PAGE = "https://status.example/shop?lang=all&x=1"


@pytest.mark.parametrize(
    ("locale", "text"), [("en-US", "Current status"), ("ko-KR", "서비스 상태 보기"), ("ja-JP", "稼働状況を見る")]
)
def test_a_second_link_leads_to_the_status_page(closed_shop: Site, visit: Visit, locale: str, text: str) -> None:
    stack = closed_shop.stack
    with stack.configured(stack.responder, STATUS_PAGE_URL=STATUS_PAGE):
        visitor = visit(locale=locale)
        tab, _ = visitor.open(closed_shop.origin + PAGE)

        expect(tab.get_by_role("link", name=text)).to_have_attribute("href", STATUS_PAGE)
        assert visitor.complaints == []
        with tab.expect_request(STATUS_PAGE):
            tab.get_by_role("link", name=text).click()


def test_the_buttons_speak_the_language_of_own_texts(closed_shop: Site, visit: Visit) -> None:
    stack = closed_shop.stack
    own = {"PAGE_TITLE": "점검 안내", "PAGE_MESSAGE": "곧 돌아오겠습니다.", "PAGE_LANGUAGE": "ko"}
    with stack.configured(stack.responder, **own):
        tab, _ = visit(locale="en-US").open(closed_shop.origin + PAGE)

        expect(tab.get_by_role("heading", level=1)).to_have_text("점검 안내")
        expect(tab.locator("html")).to_have_attribute("lang", "ko")
        expect(tab.get_by_role("link", name="지금 다시 시도")).to_be_visible()


def test_a_preview_says_so_and_stays(closed_shop: Site, visit: Visit) -> None:
    stack = closed_shop.stack
    with stack.configured(stack.responder, PREVIEW_PATH="/a/preview"):
        visitor = visit()
        tab = visitor.context.new_page()
        tab.clock.install()
        preview = f"{closed_shop.origin}/a/preview"
        tab.goto(preview)
        expect(tab.get_by_role("note")).to_contain_text("Preview")
        closed_shop.end()

        tab.clock.run_for("01:00:00")

        assert set(visitor.requests) - {"data:,"} == {preview}
        expect(tab.get_by_role("heading", level=1)).not_to_have_text(SHOP)
        # Whoever has looked at it can go on from there.
        tab.get_by_role("link", name="Try again now").click()
        expect(tab).to_have_url(f"{closed_shop.origin}/a")
