"""The page lets visitors back in: by itself, and without scripts more plainly. Meanwhile the bar shows their place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SHOP, Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

WANTED = "/a/orders/7?x=1"
TITLES = {
    "en-US": "We\N{RIGHT SINGLE QUOTATION MARK}ll be back soon",
    "ko-KR": "서비스 점검 중입니다",
    "ja-JP": "メンテナンス中です",
}


@pytest.mark.parametrize("locale", TITLES)
def test_visitors_read_the_page_in_their_language_and_are_brought_back(
    closed_shop: Site, visit: Visit, locale: str
) -> None:
    visitor = visit(locale=locale)
    tab, answer = visitor.open(closed_shop.origin + WANTED)

    assert (answer.status, answer.url) == (503, f"{closed_shop.origin}/a/maintenance?from=/a/orders/7%3Fx%3D1")
    expect(tab.locator("html")).to_have_attribute("lang", locale[:2])
    expect(tab.get_by_role("heading", level=1)).to_have_text(TITLES[locale])
    expect(tab).to_have_title(TITLES[locale])

    closed_shop.end()

    _expect_to_be_back(tab, closed_shop)
    assert visitor.complaints == []


def test_nobody_is_brought_back_before_the_end(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(closed_shop.origin + WANTED)

    # The page asks, is told that it is still maintenance, and asks again.
    for _ in range(2):
        tab.wait_for_event("requestfinished", lambda request: request.method == "HEAD" and request.url.endswith(WANTED))

    _expect_to_wait(tab)


def test_without_scripts_the_page_reloads_itself_back(closed_shop: Site, visit: Visit) -> None:
    visitor = visit(java_script_enabled=False)
    tab, answer = visitor.open(closed_shop.origin + WANTED)
    assert answer.status == 503

    # During maintenance the reload leads to the page again.
    tab.wait_for_event("requestfinished", lambda request: request.url.endswith(WANTED))
    _expect_to_wait(tab)
    closed_shop.end()

    _expect_to_be_back(tab, closed_shop)
    assert visitor.complaints == []


def test_visitors_with_and_without_scripts_come_back_side_by_side(closed_shop: Site, visit: Visit) -> None:
    tabs = [visit(java_script_enabled=scripts).open(closed_shop.origin + WANTED)[0] for scripts in (True, False)]

    closed_shop.end()

    for tab in tabs:
        _expect_to_be_back(tab, closed_shop)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_link_leads_back(unhurried_shop: Site, visit: Visit, scripts: bool) -> None:
    tab, _ = visit(java_script_enabled=scripts).open(unhurried_shop.origin + WANTED)
    unhurried_shop.end()

    tab.get_by_role("link", name="Try again now").click()

    _expect_to_be_back(tab, unhurried_shop)


def test_the_link_says_during_maintenance_that_it_was_too_early(unhurried_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab, _ = visitor.open(unhurried_shop.origin + WANTED)
    status = tab.get_by_role("status")
    expect(status).to_contain_text("tries again at")

    tab.get_by_role("link", name="Try again now").click()

    expect(status).to_contain_text("Still unavailable.")
    expect(status).to_contain_text("tries again at")
    assert visitor.complaints == []


def test_without_scripts_the_link_leads_to_the_page_again_during_maintenance(
    unhurried_shop: Site, visit: Visit
) -> None:
    tab, answer = visit(java_script_enabled=False).open(unhurried_shop.origin + WANTED)

    with tab.expect_response(answer.url):
        tab.get_by_role("link", name="Try again now").click()

    _expect_to_wait(tab)


def test_a_reload_asks_for_what_was_wanted(unhurried_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(unhurried_shop.origin + WANTED)
    # What a visitor bookmarks or passes on.
    expect(tab).to_have_url(unhurried_shop.origin + WANTED)

    again = tab.reload()
    assert again is not None
    assert again.status == 503
    _expect_to_wait(tab)

    unhurried_shop.end()
    tab.reload()

    _expect_to_be_back(tab, unhurried_shop)


def test_the_place_within_a_page_is_kept(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(f"{closed_shop.origin}{WANTED}#notes")

    closed_shop.end()

    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
    assert tab.url == f"{closed_shop.origin}{WANTED}#notes"


def test_afterwards_the_back_button_does_not_lead_to_the_page(open_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(f"{open_shop.origin}/a/cart")
    open_shop.start()
    tab.goto(open_shop.origin + WANTED)
    open_shop.end()
    _expect_to_be_back(tab, open_shop)

    tab.go_back()

    expect(tab).to_have_url(f"{open_shop.origin}/a/cart")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_nobody_is_sent_to_a_system_that_is_still_starting(
    closed_shop: Site, front_end: Backend, visit: Visit, status: int
) -> None:
    tab, _ = visit().open(closed_shop.origin + WANTED)

    with front_end.answering(status):
        closed_shop.end()
        refused = tab.wait_for_event("response", lambda answer: "x-maintenance-mode" not in answer.headers)
        assert refused.status == status
        # It asks once more rather than go there.
        tab.wait_for_event("response", lambda answer: answer.request.method == "HEAD")

    _expect_to_be_back(tab, closed_shop)


def test_a_place_that_is_no_longer_there_is_no_maintenance(closed_shop: Site, front_end: Backend, visit: Visit) -> None:
    tab, _ = visit().open(closed_shop.origin + WANTED)

    with front_end.answering(404):
        closed_shop.end()
        _expect_to_be_back(tab, closed_shop)


def test_a_visitor_who_was_offline_is_brought_back_on_coming_online(unhurried_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab, _ = visitor.open(unhurried_shop.origin + WANTED)
    visitor.context.set_offline(True)
    unhurried_shop.end()
    _expect_to_wait(tab)

    visitor.context.set_offline(False)

    _expect_to_be_back(tab, unhurried_shop)


def test_a_system_that_sends_visitors_to_sign_in_elsewhere_is_back(
    closed_shop: Site, front_end: Backend, visit: Visit, elsewhere: Backend
) -> None:
    tab, _ = visit().open(closed_shop.origin + WANTED)
    sign_in = f"{elsewhere.origin('accounts')}/sign-in"

    with front_end.answering(302, location=sign_in):
        closed_shop.end()
        tab.wait_for_url(sign_in)


@pytest.fixture
def unhurried_shop(closed_shop: Site) -> Iterator[Site]:
    """Yield the shop in maintenance with a page that does not try by itself while a test lasts."""
    with closed_shop.stack.configured(closed_shop.stack.responder, RETRY_AFTER_SECONDS="86400"):
        yield closed_shop


def _expect_to_wait(tab: Page) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text(TITLES["en-US"])


def _expect_to_be_back(tab: Page, shop: Site) -> None:
    expect(tab).to_have_url(shop.origin + WANTED)
    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
