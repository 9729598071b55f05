"""The page takes visitors back: by itself, and without scripts more plainly. Meanwhile the bar shows their place."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import (
    PAGE,
    PREVIEW,
    STATUS,
    WANTED,
    Visit,
    await_checks,
    expect_to_be_back,
    expect_to_wait,
    try_again,
)
from tests.harness.backends import Backend
from tests.harness.site import Site


@pytest.mark.parametrize(("scripts", "method", "fragment"), [(True, "HEAD", "#notes"), (False, "GET", "")])
def test_visitors_are_taken_back(closed_shop: Site, visit: Visit, scripts: bool, method: str, fragment: str) -> None:
    visitor = visit(java_script_enabled=scripts)
    tab = visitor.open(WANTED + fragment)

    # It asks, learns that it is still maintenance, and asks again.
    for _ in range(2):
        tab.wait_for_event("requestfinished", lambda asked: asked.method == method and asked.url.endswith(WANTED))
    expect_to_wait(tab)
    closed_shop.end()

    expect_to_be_back(tab, WANTED + fragment)
    assert visitor.complaints == []


def test_the_link_needs_no_scripts(slow_shop: Site, visit: Visit) -> None:
    tab = visit(java_script_enabled=False).open()
    slow_shop.end()

    try_again(tab)

    expect_to_be_back(tab)


@pytest.mark.usefixtures("slow_shop")
def test_still_unavailable_can_be_read(visit: Visit) -> None:
    visitor = visit()
    visitor.context.clock.install(time="2026-03-02T22:10:00Z")
    tab = visitor.open()
    tab.clock.pause_at("2026-03-02T22:20:00Z")
    status = tab.get_by_role("status")

    try_again(tab)

    expect(status).to_have_text("Still unavailable.")
    # Another check says nothing meanwhile.
    tab.evaluate("dispatchEvent(new Event('online'))")
    tab.clock.run_for(4900)
    expect(status).to_have_text("Still unavailable.")
    tab.clock.run_for(200)
    expect(status).to_contain_text("checks again at")
    assert visitor.complaints == []


@pytest.mark.parametrize(
    ("url", "bar", "place"),
    [
        # What a visitor bookmarks or passes on.
        (WANTED, WANTED, WANTED),
        ("/a/maintenance", "/a", "/a"),
        # There the answer is JSON.
        ("/a/maintenance?from=/b/new", "/a/maintenance?from=/b/new", "/b/new"),
    ],
    ids=["redirected", "by hand", "JSON"],
)
def test_a_reload_shows_the_page(closed_shop: Site, visit: Visit, url: str, bar: str, place: str) -> None:
    tab = visit().open(url)
    expect(tab).to_have_url(bar)

    tab.reload()
    expect_to_wait(tab)
    closed_shop.end()

    expect_to_be_back(tab, place)


def test_the_back_button_skips_the_page(open_shop: Site, visit: Visit) -> None:
    tab = visit().open("/a/cart")
    open_shop.start()
    tab.goto(WANTED)
    open_shop.end()
    expect_to_be_back(tab)

    tab.go_back()

    expect(tab).to_have_url("/a/cart")


def test_a_starting_system_is_not_back(closed_shop: Site, front_end: Backend, visit: Visit) -> None:
    tab = visit().open()

    with front_end.answering(503):
        closed_shop.end()
        for status in (429, 502, 503, 504):
            front_end.status = status
            await_checks(tab, status)
        expect_to_wait(tab)
        # A place that is missing is the application's answer.
        front_end.status = 404
        expect_to_be_back(tab)


def test_coming_online_checks_at_once(slow_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab = visitor.open()
    visitor.context.set_offline(True)
    slow_shop.end()
    expect_to_wait(tab)

    visitor.context.set_offline(False)

    expect_to_be_back(tab)


def test_a_sign_in_elsewhere_counts_as_back(
    closed_shop: Site, front_end: Backend, visit: Visit, elsewhere: Backend
) -> None:
    tab = visit().open()
    sign_in = f"{elsewhere.origin('accounts')}/sign-in"

    with front_end.answering(302, location=sign_in):
        closed_shop.end()
        tab.wait_for_url(sign_in)


def test_a_preview_stays(open_shop: Site, visit: Visit) -> None:
    visitor = visit()
    visitor.context.clock.install()
    tab = visitor.open(PREVIEW)

    tab.clock.run_for("01:00:00")

    paths = {request.url.removeprefix(open_shop.origin) for request in visitor.requests}
    assert paths - {"data:,"} == {PREVIEW, STATUS}
    try_again(tab)
    expect_to_be_back(tab, "/a")


def test_the_page_needs_nothing_else(closed_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab = visitor.open(PAGE)

    # Its style applies, and its scripts have run.
    expect(tab.locator("main")).not_to_have_css("border-radius", "0px")
    await_checks(tab, 503)

    assert visitor.complaints == []
    # The icon is in the page.
    paths = {request.url.removeprefix(closed_shop.origin) for request in visitor.requests}
    assert paths - {"data:,"} == {PAGE, STATUS, WANTED}
