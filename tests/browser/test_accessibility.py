"""The page can be read on a small screen, in large letters, by ear, by keyboard, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.harness.site import Site

PAGE = "/a/maintenance?from=/a/orders/7"
# The page with all that it can hold.
PREVIEW = "/a/preview"
# WCAG 2.2, success criterion 1.4.10: no scrolling in two directions at this width.
NARROWEST = 320


@pytest.fixture
def closed_shop(closed_shop: Site) -> Iterator[Site]:
    """Yield the shop with a page that has two links and a name, and with a preview of it."""
    full = {"SITE_NAME": "Shop", "STATUS_PAGE_URL": "https://status.example", "PREVIEW_PATH": PREVIEW}
    with closed_shop.stack.configured(closed_shop.stack.responder, **full):
        yield closed_shop


def test_a_screen_reader_finds_its_way(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(closed_shop.origin + PAGE)

    heading = tab.get_by_role("heading", level=1)
    expect(tab.get_by_role("heading")).to_have_count(1)
    expect(tab).to_have_title(f"{heading.inner_text()} \N{EN DASH} Shop")
    # Everything is in the landmark, and the time of the next check is announced.
    assert tab.get_by_role("main").inner_text() == tab.locator("body").inner_text()
    expect(tab.get_by_role("main").get_by_role("status")).to_have_count(1)
    expect(tab.get_by_role("link")).to_have_count(2)


def test_the_button_has_a_border_in_forced_colors(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit(forced_colors="active").open(closed_shop.origin + PAGE)

    expect(tab.locator("#return")).to_have_css("border-top-style", "solid")


@pytest.mark.parametrize("locale", ["en-US", "ko-KR", "ja-JP"])
@pytest.mark.parametrize("letters", ["16px", "32px"], ids=["usual letters", "letters of twice the size"])
def test_narrow_screens_need_no_sideways_scrolling(closed_shop: Site, visit: Visit, locale: str, letters: str) -> None:
    tab, _ = visit(locale=locale, viewport={"width": NARROWEST, "height": 568}).open(closed_shop.origin + PREVIEW)
    tab.locator("html").evaluate("(html, size) => { html.style.fontSize = size }", letters)

    widths = tab.evaluate(
        "() => [document.documentElement, ...document.body.querySelectorAll('main, main *')].map(e => e.scrollWidth)"
    )
    assert max(widths) <= NARROWEST
    for part in (*tab.locator("main > :not(svg):visible").all(), *tab.get_by_role("link").all()):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROWEST


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(closed_shop: Site, visit: Visit, scheme: str) -> None:
    tab, _ = visit(color_scheme=scheme).open(closed_shop.origin + PREVIEW)

    page = _luminance(tab, "body", "backgroundColor")
    card = _luminance(tab, "main", "backgroundColor")
    assert (page > 0.5) == (card > 0.5) == (scheme == "light")
    # WCAG 2.2, success criterion 1.4.3 (AA).
    for text in ("#site", "h1", "h1 + p", "[role=status]", "a:not(#return)"):
        assert _contrast(_luminance(tab, text, "color"), card) >= 4.5
    for text in ("#return", "[role=note]"):
        assert _contrast(_luminance(tab, text, "color"), _luminance(tab, text, "backgroundColor")) >= 4.5


def test_links_are_large_and_show_the_focus(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit(has_touch=True, viewport={"width": NARROWEST, "height": 568}).open(closed_shop.origin + PAGE)

    for link in tab.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        # What the makers of telephones ask for; WCAG 2.2 asks for 24 (success criterion 2.5.8).
        assert min(box["width"], box["height"]) >= 44

        expect(link).to_have_css("outline-style", "none")
        tab.keyboard.press("Tab")
        expect(link).to_be_focused()
        expect(link).to_have_css("outline-style", "solid")


def test_letters_are_large_on_a_telephone(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit(viewport={"width": NARROWEST, "height": 568}, is_mobile=True).open(closed_shop.origin + PAGE)

    for part in ("p", "[role=status]", "a"):
        assert float(_style(tab, part, "fontSize").removesuffix("px")) >= 16


def _style(tab: Page, selector: str, name: str) -> str:
    return tab.locator(selector).first.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def _luminance(tab: Page, selector: str, name: str) -> float:
    """Return the relative luminance of a color: <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>."""
    channels = [float(value) / 255 for value in _style(tab, selector, name).strip("rgb()").split(",")]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
