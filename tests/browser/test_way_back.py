"""The page takes visitors back: by itself, and without scripts more plainly. Meanwhile the bar shows their place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SHOP, WANTED, Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

TITLE = "We\N{RIGHT SINGLE QUOTATION MARK}ll be back soon"


def test_visitors_are_taken_back_after_the_end(closed_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab, answer = visitor.open(closed_shop.origin + WANTED)
    assert (answer.status, answer.url) == (503, f"{closed_shop.origin}/a/maintenance?from=/a/orders/7%3Fx%3D1")

    # It asks, hears that it is still maintenance, and asks again.
    for _ in range(2):
        tab.wait_for_event("requestfinished", lambda request: request.method == "HEAD" and request.url.endswith(WANTED))
    _expect_to_wait(tab)
    closed_shop.end()

    _expect_to_be_back(tab, closed_shop)
    assert visitor.complaints == []


def test_without_scripts_the_page_reloads(closed_shop: Site, visit: Visit) -> None:
    visitor = visit(java_script_enabled=False)
    tab, _ = visitor.open(closed_shop.origin + WANTED)

    # During maintenance the reload leads to the page again.
    tab.wait_for_event("requestfinished", lambda request: request.url.endswith(WANTED))
    _expect_to_wait(tab)
    closed_shop.end()

    _expect_to_be_back(tab, closed_shop)
    assert visitor.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_link_leads_back(slow_shop: Site, visit: Visit, scripts: bool) -> None:
    tab, _ = visit(java_script_enabled=scripts).open(slow_shop.origin + WANTED)
    slow_shop.end()

    tab.get_by_role("link", name="Try again now").click()

    _expect_to_be_back(tab, slow_shop)


def test_still_unavailable_can_be_read(slow_shop: Site, visit: Visit) -> None:
    visitor = visit()
    visitor.context.clock.install(time="2026-03-02T22:10:00Z")
    tab, _ = visitor.open(slow_shop.origin + WANTED)
    tab.clock.pause_at("2026-03-02T22:20:00Z")
    status = tab.get_by_role("status")

    tab.get_by_role("link", name="Try again now").click()

    expect(status).to_have_text("Still unavailable.")
    # Another check says nothing meanwhile.
    tab.evaluate("dispatchEvent(new Event('online'))")
    tab.clock.run_for(4900)
    expect(status).to_have_text("Still unavailable.")
    tab.clock.run_for(200)
    expect(status).to_contain_text("checks again at")
    assert visitor.complaints == []


def test_a_reload_asks_for_the_place(slow_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(slow_shop.origin + WANTED)
    # What a visitor bookmarks or passes on.
    expect(tab).to_have_url(slow_shop.origin + WANTED)

    again = tab.reload()
    assert again is not None
    assert again.status == 503
    _expect_to_wait(tab)

    slow_shop.end()
    tab.reload()

    _expect_to_be_back(tab, slow_shop)


def test_the_fragment_is_kept(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(f"{closed_shop.origin}{WANTED}#notes")

    closed_shop.end()

    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
    assert tab.url == f"{closed_shop.origin}{WANTED}#notes"


def test_the_back_button_skips_the_page(open_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(f"{open_shop.origin}/a/cart")
    open_shop.start()
    tab.goto(open_shop.origin + WANTED)
    open_shop.end()
    _expect_to_be_back(tab, open_shop)

    tab.go_back()

    expect(tab).to_have_url(f"{open_shop.origin}/a/cart")


def test_a_starting_system_is_not_back(closed_shop: Site, front_end: Backend, visit: Visit) -> None:
    tab, _ = visit().open(closed_shop.origin + WANTED)

    with front_end.answering(503):
        closed_shop.end()
        for status in (429, 502, 503, 504):
            front_end.status = status
            tab.wait_for_event("response", lambda answer, status=status: answer.status == status)

    _expect_to_be_back(tab, closed_shop)


def test_a_missing_place_is_no_maintenance(closed_shop: Site, front_end: Backend, visit: Visit) -> None:
    tab, _ = visit().open(closed_shop.origin + WANTED)

    with front_end.answering(404):
        closed_shop.end()
        _expect_to_be_back(tab, closed_shop)


def test_coming_online_checks_at_once(slow_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab, _ = visitor.open(slow_shop.origin + WANTED)
    visitor.context.set_offline(True)
    slow_shop.end()
    _expect_to_wait(tab)

    visitor.context.set_offline(False)

    _expect_to_be_back(tab, slow_shop)


def test_a_sign_in_elsewhere_counts_as_back(
    closed_shop: Site, front_end: Backend, visit: Visit, elsewhere: Backend
) -> None:
    tab, _ = visit().open(closed_shop.origin + WANTED)
    sign_in = f"{elsewhere.origin('accounts')}/sign-in"

    with front_end.answering(302, location=sign_in):
        closed_shop.end()
        tab.wait_for_url(sign_in)


@pytest.mark.parametrize(
    ("url", "place"), [("/a/maintenance", "/a"), ("/a/maintenance?from=/b/new", "/b/new")], ids=["by hand", "JSON"]
)
def test_a_reload_never_shows_json(closed_shop: Site, visit: Visit, url: str, place: str) -> None:
    tab, _ = visit().open(closed_shop.origin + url)

    tab.reload()
    _expect_to_wait(tab)
    closed_shop.end()

    _expect_to_be_back(tab, closed_shop, place)


def test_a_preview_stays(closed_shop: Site, visit: Visit) -> None:
    with closed_shop.stack.configured(closed_shop.stack.responder, PREVIEW_PATH="/a/preview"):
        visitor = visit()
        visitor.context.clock.install()
        tab, _ = visitor.open(f"{closed_shop.origin}/a/preview")
        closed_shop.end()

        tab.clock.run_for("01:00:00")

        assert set(visitor.requests) - {"data:,"} == {f"{closed_shop.origin}/a/preview"}
        tab.get_by_role("link", name="Try again now").click()
        _expect_to_be_back(tab, closed_shop, "/a")


@pytest.fixture
def slow_shop(closed_shop: Site) -> Iterator[Site]:
    """Yield the shop in maintenance with a page that does not check by itself while a test lasts."""
    with closed_shop.stack.configured(closed_shop.stack.responder, RETRY_AFTER_SECONDS="86400"):
        yield closed_shop


def _expect_to_wait(tab: Page) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text(TITLE)


def _expect_to_be_back(tab: Page, shop: Site, place: str = WANTED) -> None:
    expect(tab).to_have_url(shop.origin + place)
    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
