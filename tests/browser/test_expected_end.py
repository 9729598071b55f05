"""What the load balancer publishes at `STATUS_PATH`: the expected end and the operators' message."""

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
USUAL = "The service is down for maintenance."
UNTIL = "2026-11-25T20:00:00Z"

Answer = dict[str, Any]


class Published:
    """The answers at the address: each once, the last one on and on."""

    def __init__(self, visitor: Visitor, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked = 0
        visitor.context.route(f"**{STATUS}", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked += 1
        route.fulfill(**(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]))


def _active(until: str | None, message: str | None) -> Answer:
    """Return what the switcher publishes in a window."""
    status = {"state": "active", "since": "2026-11-24T22:00:00Z", "until": until, "message": message}
    return {"content_type": "application/json", "body": json.dumps(status)}


@pytest.fixture
def status_shop(closed_shop: Site) -> Iterator[Site]:
    """Yield the shop in maintenance with a page that asks for the status, and with a preview of it."""
    with closed_shop.stack.configured(closed_shop.stack.responder, STATUS_PATH=STATUS, PREVIEW_PATH=PREVIEW):
        yield closed_shop


@pytest.mark.parametrize(
    ("path", "locale", "zone", "now", "expected"),
    [
        (PAGE, "en-US", "America/New_York", "25T19:00", "We expect to be back at 3:00 PM."),
        (PAGE, "ko-KR", "Asia/Seoul", "25T19:00", "오전 5:00에 재개될 예정입니다."),
        (PAGE, "ja-JP", "Asia/Tokyo", "25T14:59", "11月26日木曜日 5:00に再開する予定です。"),
        (PAGE, "de-DE", "Europe/Berlin", "24T22:59", "Voraussichtlich am Mittwoch, 25. November um 21:00 wieder da."),
        (PREVIEW, "en-US", "Asia/Seoul", "25T10:00", "We expect to be back on Thursday, November 26 at 5:00 AM."),
    ],
)
def test_the_end_has_the_visitors_time_and_language(
    status_shop: Site, visit: Visit, path: str, locale: str, zone: str, now: str, expected: str
) -> None:
    visitor = visit(locale=locale, timezone_id=zone)
    Published(visitor, _active(UNTIL, None))
    visitor.context.clock.set_fixed_time(f"2026-11-{now}:00Z")

    tab, _ = visitor.open(status_shop.origin + path)

    # Chromium puts a narrow space before AM and PM.
    expect(_news(tab)).to_have_text(re.sub(" (?=[AP]M)", "\N{NARROW NO-BREAK SPACE}", expected))
    assert visitor.complaints == []


def test_the_message_replaces_the_usual_one(status_shop: Site, visit: Visit) -> None:
    visitor = visit()
    published = Published(visitor, _active(UNTIL, "Back soon"))
    visitor.context.clock.set_fixed_time("2026-11-25T19:00:00Z")
    tab, _ = visitor.open(status_shop.origin + PAGE)
    expect(_news(tab)).to_contain_text("Back soonWe expect to be back at")
    expect(tab.get_by_text(USUAL)).to_be_hidden()

    published.answers = [_active("2026-11-26T20:00:00Z", "It takes longer:\nback tomorrow")]
    expect(_news(tab)).to_contain_text("It takes longer:\nback tomorrowWe expect to be back on")

    # An end that has passed is none.
    visitor.context.clock.set_fixed_time("2026-11-26T20:00:01Z")
    expect(_news(tab)).to_have_text("It takes longer:\nback tomorrow")

    published.answers = [{"body": '{"state":"resting","until":null,"message":null}'}]
    expect(_news(tab)).to_have_text("")
    expect(tab.get_by_text(USUAL)).to_be_visible()


@pytest.mark.parametrize(
    ("until", "chance", "seconds"),
    [("19:01:40", 0, 100), ("19:01:40", 0.99, 248), ("20:00:00", 0, 150), ("20:00:00", 0.99, 298)],
    ids=["first after the end", "last after the end", "first before the end", "last before the end"],
)
def test_pages_ask_at_different_times(status_shop: Site, visit: Visit, until: str, chance: float, seconds: int) -> None:
    visitor = visit()
    visitor.context.add_init_script(f"Math.random = () => {chance}")
    visitor.context.clock.install(time="2026-11-25T19:00:00Z")
    published = Published(visitor, _active(f"2026-11-25T{until}Z", None))
    with status_shop.stack.configured(status_shop.stack.responder, RETRY_AFTER_SECONDS="300"):
        tab, _ = visitor.open(status_shop.origin + PREVIEW)
        expect(_news(tab)).to_contain_text("We expect to be back")
        tab.clock.pause_at("2026-11-25T19:01:00Z")

        tab.clock.run_for((seconds - 62) * 1000)
        assert published.asked == 1
        # Short of the ten seconds after which the page gives up.
        with tab.expect_response(f"**{STATUS}"):
            tab.clock.run_for(9000)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"state":"active","until":"soon","message":"Back soon"}', "Back soon"),
        ('{"state":"active","until":32503680000000,"message":"Back soon"}', "Back soon"),
        ('{"state":"active","until":"2999-01-01T00:00:00Z","message":{"no":1}}', re.compile("^We expect .*AM.$")),
        (
            json.dumps({"state": "active", "message": "<img src=x onerror=\"document.title='evil'\"><b>&lt;b&gt;"}),
            "<img src=x onerror=\"document.title='evil'\"><b>&lt;b&gt;",
        ),
    ],
    ids=["no time", "another kind of time", "another kind of message", "HTML"],
)
def test_odd_values_do_no_harm(status_shop: Site, visit: Visit, body: str, words: str | re.Pattern[str]) -> None:
    visitor = visit(timezone_id="UTC")
    Published(visitor, {"body": body})

    tab, _ = visitor.open(status_shop.origin + PAGE)

    expect(_news(tab)).to_have_text(words)
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
    {"body": '{"state":"partial","message":"no"}'},
    {"status": 302, "headers": {"Location": PREVIEW}},
]


def test_other_answers_change_nothing(status_shop: Site, visit: Visit) -> None:
    visitor = visit()
    published = Published(visitor, *OTHERS, _active(None, "Back soon"), *OTHERS, _active(None, "Back now"))
    tab, _ = visitor.open(status_shop.origin + PAGE)
    said: list[str] = []
    # A function of its own, because Playwright puts an attribute on it.
    tab.expose_function("say", lambda text: said.append(text))
    _news(tab).evaluate(
        "news => new MutationObserver(() => say(news.textContent)).observe(news, {childList: true, subtree: true})"
    )

    while len(published.answers) > 1:
        # This asks at once.
        with tab.expect_request(f"**{STATUS}"):
            tab.get_by_role("link").click()
    expect(_news(tab)).to_have_text("Back now")

    assert said == ["Back soon", "Back now"]


def _news(tab: Page) -> Locator:
    return tab.locator("[aria-live]")
