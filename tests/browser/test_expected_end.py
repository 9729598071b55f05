"""What the load balancer tells at `STATUS_PATH`: the expected end and the operators' words, also those of the night."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.harness.site import Site

PAGE = "/a/maintenance?from=/a/orders/7"
PREVIEW = "/a/preview"
STATUS = "/maintenance-status.json"
USUAL = "The service is down for maintenance at the moment. We apologize for the inconvenience."
UNTIL = "2026-11-25T20:00:00Z"

Answer = dict[str, Any]


class Told:
    """What stands at the address, as the load balancer would answer it: each answer once, the last one on and on."""

    def __init__(self, visitor: Visitor, *answers: Answer) -> None:
        self.answers = list(answers)
        visitor.context.route(f"**{STATUS}", self._answer)

    def _answer(self, route: Route) -> None:
        route.fulfill(**(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]))


def _saying(until: str | None, message: str | None) -> Answer:
    """Return what the switcher writes there in a window."""
    told = {"state": "active", "since": "2026-11-24T22:00:00Z", "until": until, "message": message}
    return {"content_type": "application/json", "body": json.dumps(told)}


@pytest.fixture
def told_shop(closed_shop: Site) -> Iterator[Site]:
    """Yield the shop in maintenance with a page that asks for the status, and with a preview of it."""
    with closed_shop.stack.configured(closed_shop.stack.responder, STATUS_PATH=STATUS, PREVIEW_PATH=PREVIEW):
        yield closed_shop


@pytest.mark.parametrize(
    ("path", "locale", "zone", "now", "expected"),
    [
        (PAGE, "en-US", "America/New_York", "25T19:00", "Expected back at 3:00 PM."),
        (PAGE, "ko-KR", "Asia/Seoul", "25T19:00", "오전 5:00에 재개될 예정입니다."),
        (PAGE, "ja-JP", "Asia/Tokyo", "25T14:59", "11月26日木曜日 5:00に再開する予定です。"),
        (PAGE, "de-DE", "Europe/Berlin", "24T22:59", "Voraussichtlich am Mittwoch, 25. November um 21:00 wieder da."),
        (PREVIEW, "en-US", "Asia/Seoul", "25T10:00", "Expected back on Thursday, November 26 at 5:00 AM."),
    ],
)
def test_visitors_read_the_expected_end_in_their_time_and_language(
    told_shop: Site, visit: Visit, path: str, locale: str, zone: str, now: str, expected: str
) -> None:
    visitor = visit(locale=locale, timezone_id=zone)
    Told(visitor, _saying(UNTIL, None))
    visitor.context.clock.set_fixed_time(f"2026-11-{now}:00Z")

    tab, _ = visitor.open(told_shop.origin + path)

    # Chromium puts a narrow space before AM and PM.
    expect(_words(tab)).to_have_text(re.sub(" (?=[AP]M)", "\N{NARROW NO-BREAK SPACE}", expected))
    assert visitor.complaints == []


def test_the_words_of_the_night_take_the_place_of_the_usual_ones_and_change_with_it(
    told_shop: Site, visit: Visit
) -> None:
    visitor = visit()
    told = Told(visitor, _saying(UNTIL, "Back soon"))
    visitor.context.clock.set_fixed_time("2026-11-25T19:00:00Z")
    tab, _ = visitor.open(told_shop.origin + PAGE)
    expect(_words(tab)).to_contain_text("Back soonExpected back at")
    expect(tab.get_by_text(USUAL)).to_be_hidden()

    told.answers = [_saying("2026-11-26T20:00:00Z", "It takes longer:\nback tomorrow")]
    expect(_words(tab)).to_contain_text("It takes longer:\nback tomorrowExpected back on")

    # An end that has passed is none.
    visitor.context.clock.set_fixed_time("2026-11-26T20:00:01Z")
    expect(_words(tab)).to_have_text("It takes longer:\nback tomorrow")

    told.answers = [_saying(None, None)]
    expect(_words(tab)).to_have_text("")
    expect(tab.get_by_text(USUAL)).to_be_visible()


def test_whatever_the_message_holds_it_is_text(told_shop: Site, visit: Visit) -> None:
    message = "<img src=x onerror=\"document.title='evil'\"><script>document.title='evil'</script>&lt;b&gt;"
    visitor = visit()
    Told(visitor, _saying(None, message))

    tab, _ = visitor.open(told_shop.origin + PAGE)

    expect(_words(tab)).to_have_text(message)
    assert tab.title() != "evil"
    assert visitor.complaints == []


OTHERS: list[Answer] = [
    {"status": 404, "body": "Not Found"},
    {"status": 500, "body": '{"state":"active","message":"no"}'},
    {"content_type": "text/html", "body": "<h1>Shop</h1>"},
    {"body": '{"state":"active","message":"no"'},
    {"body": "null"},
    {"body": '{"message":"Service Unavailable","until":"2999-01-01T00:00:00Z"}'},
    {"body": '{"state":["active"],"message":"no"}'},
    {"status": 302, "headers": {"Location": PREVIEW}},
]


def test_what_is_not_the_status_leaves_the_page_as_it_was(told_shop: Site, visit: Visit) -> None:
    visitor = visit()
    told = Told(visitor, *OTHERS, _saying(None, "Back soon"), *OTHERS, _saying(None, "Back now"))
    tab, _ = visitor.open(told_shop.origin + PAGE)
    said: list[str] = []
    # A function of its own, because Playwright puts an attribute on it.
    tab.expose_function("say", lambda text: said.append(text))
    _words(tab).evaluate(
        "words => new MutationObserver(() => say(words.textContent)).observe(words, {childList: true, subtree: true})"
    )

    while len(told.answers) > 1:
        # This looks at once.
        with tab.expect_request(f"**{STATUS}"):
            tab.get_by_role("link").click()
    expect(_words(tab)).to_have_text("Back now")

    assert said == ["Back soon", "Back now"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"state":"active","until":"soon","message":"Back soon"}', "Back soon"),
        ('{"state":"active","until":32503680000000,"message":"Back soon"}', "Back soon"),
        (
            '{"state":"active","until":"2999-01-01T00:00:00Z","message":{"no":1}}',
            re.compile("^Expected back on .*AM.$"),
        ),
    ],
)
def test_what_cannot_be_told_is_left_out(
    told_shop: Site, visit: Visit, body: str, words: str | re.Pattern[str]
) -> None:
    visitor = visit(timezone_id="UTC")
    Told(visitor, {"body": body})

    tab, _ = visitor.open(told_shop.origin + PAGE)

    expect(_words(tab)).to_have_text(words)


def _words(tab: Page) -> Locator:
    return tab.locator("[aria-live]")
