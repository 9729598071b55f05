"""The page can be read on a small screen, in large letters, by ear, by keyboard, in light and dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import PAGE, PREVIEW, Visit

# WCAG 2.2, success criterion 1.4.10: no scrolling in two directions at this width.
NARROW = {"width": 320, "height": 568}
EDGES = """() => [...document.querySelectorAll("html, main, main > :not(svg), a")].flatMap(part => {
    const { left, right } = part.getBoundingClientRect();
    return [left, right, part.scrollWidth];
})"""

pytestmark = pytest.mark.usefixtures("closed_shop")


def test_a_screen_reader_finds_its_way(visit: Visit) -> None:
    tab = visit().open(PAGE)

    heading = tab.get_by_role("heading")
    expect(heading).to_have_count(1)
    expect(tab).to_have_title(f"{heading.inner_text()} \N{EN DASH} Shop")
    # Everything is in the landmark, and the time of the next check is announced.
    assert tab.get_by_role("main").inner_text() == tab.locator("body").inner_text()
    expect(tab.get_by_role("main").get_by_role("status")).to_have_count(1)
    expect(tab.get_by_role("link")).to_have_count(2)


def test_the_button_has_a_border_in_forced_colors(visit: Visit) -> None:
    tab = visit(forced_colors="active").open(PAGE)

    expect(tab.locator("#return")).to_have_css("border-top-style", "solid")


@pytest.mark.parametrize("locale", ["en-US", "ko-KR", "ja-JP"])
@pytest.mark.parametrize("letters", ["16px", "32px"], ids=["usual letters", "letters of twice the size"])
def test_narrow_screens_need_no_sideways_scrolling(visit: Visit, locale: str, letters: str) -> None:
    tab = visit(locale=locale, viewport=NARROW).open(PREVIEW)
    tab.locator("html").evaluate("(html, size) => { html.style.fontSize = size }", letters)

    edges = tab.evaluate(EDGES)

    assert min(edges) >= 0
    assert max(edges) <= NARROW["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(visit: Visit, scheme: str) -> None:
    tab = visit(color_scheme=scheme).open(PREVIEW)

    page, card = (_luminance(tab, part, "backgroundColor") for part in ("body", "main"))
    assert (page > 0.5) == (card > 0.5) == (scheme == "light")
    for text in ("#site", "h1", "h1 + p", "[role=status]", "a:not(#return)", "#return", "[role=note]"):
        behind = _luminance(tab, text, "backgroundColor") if text in ("#return", "[role=note]") else card
        darker, lighter = sorted([_luminance(tab, text, "color"), behind])
        # WCAG 2.2, success criterion 1.4.3 (AA).
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, text


def test_links_and_letters_are_large(visit: Visit) -> None:
    tab = visit(has_touch=True, is_mobile=True, viewport=NARROW).open(PAGE)

    for part in ("p", "[role=status]", "a"):
        assert float(_style(tab, part, "fontSize").removesuffix("px")) >= 16
    for link in tab.get_by_role("link").all():
        box = link.bounding_box()
        assert box
        # What the makers of telephones ask for; WCAG 2.2 asks for 24 (success criterion 2.5.8).
        assert min(box["width"], box["height"]) >= 44
        # The focus is shown.
        expect(link).to_have_css("outline-style", "none")
        tab.keyboard.press("Tab")
        expect(link).to_be_focused()
        expect(link).to_have_css("outline-style", "solid")


def _style(tab: Page, selector: str, name: str) -> str:
    return tab.locator(selector).first.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def _luminance(tab: Page, selector: str, name: str) -> float:
    """Return the relative luminance of a color: <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>."""
    channels = [float(value) / 255 for value in _style(tab, selector, name).strip("rgb()").split(",")]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
