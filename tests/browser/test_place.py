"""There is a place for everybody, also for those who cannot be sent back to exactly what they asked for."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SHOP, Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

# As in the page that a visitor has open when the maintenance starts.
FORM = '<form method="post" action="/a/orders/send?step=2"><input name="wish" value="tea"><button>Send</button></form>'
SPELLINGS = [
    "/a/maintenance",
    "/a/maintenance/",
    "/a//maintenance",
    "/a/./maintenance",
    "/a%2Fmaintenance",
    "/a/m%61intenance",
    "/a/maintenance%2f",
]


@pytest.mark.parametrize(
    ("policy", "place"),
    [("same-origin", "/a/orders/new?draft=3"), ("no-referrer", "/a/orders/send")],
    ids=["that tells the page", "that tells nothing"],
)
def test_a_form_sent_in_the_window_leads_back_to_its_page_or_to_the_path_it_was_sent_to(
    open_shop: Site, visit: Visit, policy: str, place: str
) -> None:
    tab, _ = visit().open(f"{open_shop.origin}/a/orders/new?draft=3")
    tab.evaluate("""([policy, form]) => {
        document.head.append(Object.assign(document.createElement("meta"), { name: "referrer", content: policy }));
        document.body.innerHTML = form;
    }""", [policy, FORM])  # fmt: skip
    open_shop.start()

    tab.get_by_role("button").click()
    expect(tab.get_by_role("link", name="Try again now")).to_be_visible()
    open_shop.end()

    _expect_to_be_back(tab, open_shop.origin + place)


def test_whoever_opens_the_page_by_hand_comes_home(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(f"{closed_shop.origin}/a/maintenance")
    # A reload after the end is not to ask for a page that is nobody's.
    expect(tab).to_have_url(f"{closed_shop.origin}/a")

    closed_shop.end()

    _expect_to_be_back(tab, f"{closed_shop.origin}/a")


def test_in_the_window_a_reload_leads_to_the_page_even_if_the_place_gets_json(closed_shop: Site, visit: Visit) -> None:
    tab, _ = visit().open(f"{closed_shop.origin}/a/maintenance?from=/b/orders/new")

    tab.reload()
    expect(tab.get_by_role("link", name="Try again now")).to_be_visible()
    closed_shop.end()

    _expect_to_be_back(tab, f"{closed_shop.origin}/b/orders/new")


def test_no_spelling_of_the_page_is_a_place_to_go_back_to(closed_shop: Site, visit: Visit) -> None:
    visitor = visit()
    tab = visitor.context.new_page()
    links = {}

    for spelling in SPELLINGS:
        for path in (spelling, f"/a/maintenance?from={spelling}", f"/a/maintenance?from={spelling}%3Ffrom=/a/x"):
            tab.goto(closed_shop.origin + path)
            links[path] = tab.get_by_role("link", name="Try again now").evaluate("link => link.href")

    assert {path: link for path, link in links.items() if link != f"{closed_shop.origin}/a"} == {}


@pytest.mark.parametrize(
    "place", ["/a/search?tag=red&tag=blue", "/a/report?f%5Bregion%5D%5B%5D=eu&f%5Bregion%5D%5B%5D=us"]
)
def test_a_name_that_is_repeated_in_the_query_comes_back_with_all_of_its_values(
    closed_shop: Site, front_end: Backend, visit: Visit, place: str
) -> None:
    tab, _ = visit().open(closed_shop.origin + place)
    front_end.asked.clear()

    closed_shop.end()

    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
    # MiniStack gives the query decoded to the function, so that brackets come back without their percent signs.
    assert {_read(path) for path in front_end.asked} == {_read(place)}


def test_with_navigations_everybody_who_asks_for_a_page_is_brought_back_and_programs_get_json(
    closed_shop: Site, visit: Visit
) -> None:
    stack, place = closed_shop.stack, f"{closed_shop.origin}/b/orders?x=1"
    with stack.configured(stack.responder, REDIRECT_BROWSERS="navigations"):
        tab, _ = visit().open(place)
        kind = tab.evaluate("url => fetch(url).then(answer => answer.headers.get('Content-Type'))", place)
        assert kind == "application/json"

        closed_shop.end()

        _expect_to_be_back(tab, place)


def _read(path: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    parts = urlsplit(path)
    return parts.path, tuple(parse_qsl(parts.query))


def _expect_to_be_back(tab: Page, place: str) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
    assert tab.url == place
