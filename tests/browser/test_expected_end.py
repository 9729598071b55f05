"""What the load balancer publishes at the status address: the expected end and the operators' message."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PAGE, PREVIEW, STATUS, Visit, Visitor, try_again

# Where the page shows it, and what it says else.
SHOWN = "[aria-live]"
USUAL = "The service is down for maintenance."
UNTIL = "2026-11-25T20:00:00Z"
LONGER = "It takes longer:\nback tomorrow"
HTML = "<img src=x onerror=\"document.title='evil'\"><b>&lt;b&gt;"

Answer = dict[str, Any]


def _active(until: object, message: object = None) -> Answer:
    """Return what the switcher publishes in a window."""
    return {"body": json.dumps({"state": "active", "until": until, "message": message})}


def _publish(visitor: Visitor, answer: Answer) -> None:
    visitor.context.route(f"**{STATUS}", lambda route: route.fulfill(**answer))


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
@pytest.mark.usefixtures("closed_shop")
def test_the_end_has_the_visitors_time_and_language(
    visit: Visit, path: str, locale: str, zone: str, now: str, expected: str
) -> None:
    visitor = visit(locale=locale, timezone_id=zone)
    _publish(visitor, _active(UNTIL))
    visitor.context.clock.set_fixed_time(f"2026-11-{now}:00Z")

    tab = visitor.open(path)

    expect(tab.locator(SHOWN)).to_have_text(expected)
    assert visitor.complaints == []


# What is published, and the message and the end that the page then shows.
NEWS: list[tuple[Answer, str, str]] = [
    (_active(UNTIL, "Back soon"), "Back soon", "We expect to be back at 8:00 PM."),
    (_active("2026-11-26T20:00:00Z", LONGER), LONGER, "We expect to be back on Thursday, November 26 at 8:00 PM."),
    ({"body": '{"state":"resting","until":null,"message":null}'}, "", ""),
    (_active("2026-11-25T18:59:59Z", "The end has passed"), "The end has passed", ""),
    (_active("soon", "No time"), "No time", ""),
    (_active(32503680000000, "Another kind of time"), "Another kind of time", ""),
    (_active(UNTIL, {"no": 1}), "", "We expect to be back at 8:00 PM."),
    (_active(None, HTML), HTML, ""),
]
# What changes nothing.
OTHERS: list[Answer] = [
    {"status": 404, "body": "Not Found"},
    {"status": 500, "body": '{"state":"active","message":"no"}'},
    {"content_type": "text/html", "body": "<h1>Shop</h1>"},
    {"body": '{"state":"active","message":"no"'},
    {"body": "null"},
    {"body": '{"message":"Service Unavailable","until":"2999-01-01T00:00:00Z"}'},
    {"body": '{"state":["active"],"message":"no"}'},
    {"body": '{"state":"partial","message":"no"}'},
]


@pytest.mark.usefixtures("closed_shop")
def test_only_news_is_shown(visit: Visit) -> None:
    visitor = visit(timezone_id="UTC")
    visitor.context.clock.set_fixed_time("2026-11-25T19:00:00Z")
    _publish(visitor, OTHERS[0])
    tab, said = visitor.open(PAGE), []
    # A function of its own, because Playwright puts an attribute on it.
    tab.expose_function("say", lambda text: said.append(text))
    tab.locator(SHOWN).evaluate(
        "news => new MutationObserver(() => say(news.textContent)).observe(news, {childList: true, subtree: true})"
    )

    for news, message, end in NEWS:
        for answer in (*OTHERS, news):
            _publish(visitor, answer)
            # This asks at once.
            with tab.expect_request(f"**{STATUS}"):
                try_again(tab)
        expect(tab.locator(SHOWN)).to_have_text(message + end)
        expect(tab.get_by_text(USUAL)).to_be_visible(visible=not message)

    assert len(said) == len(NEWS)
    assert tab.title() != "evil"


@pytest.mark.parametrize(
    ("until", "chance", "seconds"),
    [
        # From the end, and else from half of the usual pause, to as much later as half of it.
        ("2026-11-25T19:01:40Z", 0, 100),
        ("2026-11-25T19:01:40Z", 0.99, 42_868),
        ("2026-11-26T19:00:00Z", 0, 43_200),
        ("2026-11-26T19:00:00Z", 0.99, 85_968),
    ],
)
@pytest.mark.usefixtures("slow_shop")
def test_pages_ask_at_different_times(visit: Visit, until: str, chance: float, seconds: int) -> None:
    visitor = visit()
    visitor.context.add_init_script(f"Math.random = () => {chance}")
    visitor.context.clock.install(time="2026-11-25T19:00:00Z")
    _publish(visitor, _active(until))
    tab = visitor.open(PREVIEW)
    expect(tab.locator(SHOWN)).to_contain_text("We expect to be back")
    tab.clock.pause_at("2026-11-25T19:01:00Z")
    asked = len(visitor.requests)

    tab.clock.run_for((seconds - 62) * 1000)
    assert len(visitor.requests) == asked
    # Short of the ten seconds after which the page gives up.
    with tab.expect_response(f"**{STATUS}"):
        tab.clock.run_for(9000)
