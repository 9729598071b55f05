"""Browser apps of other origins see maintenance for what it is: any app by default, or those of listed origins."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import RETRY_AFTER_SECONDS, Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

# What an app does with its API: the answer, or the error that it gets instead.
ASK = """
async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return {
      status: answer.status,
      retryAfter: answer.headers.get("Retry-After"),
      maintenance: answer.headers.get("X-Maintenance-Mode"),
      body: answer.headers.get("Content-Type") === "application/json" ? await answer.json() : null,
    };
  } catch (error) {
    return { error: error.name };
  }
}
"""
SEEN = {"status": 503, "retryAfter": str(RETRY_AFTER_SECONDS), "maintenance": "on"}
JSON = {**SEEN, "body": {"message": "Service Unavailable"}}
# The first kind is sent at once; before the others the browser asks whether it may.
SIMPLE: dict[str, dict[str, Any]] = {
    "GET": {},
    "GET with cookies": {"credentials": "include"},
    "POST of a form": {"method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": "a"},
}
PREFLIGHTED: dict[str, dict[str, Any]] = {
    "PUT of JSON": {"method": "PUT", "headers": {"Content-Type": "application/json"}, "body": "{}"},
    "GET with a token": {"headers": {"Authorization": "Bearer s3cret", "X-Request-Id": "7"}},
    "DELETE with cookies": {"method": "DELETE", "credentials": "include"},
}


@pytest.mark.parametrize("options", SIMPLE.values(), ids=SIMPLE)
def test_a_listed_origin_sees_the_503_and_when_to_ask_again(
    closed_shop: Site, app: Page, options: dict[str, Any]
) -> None:
    assert _ask(app, f"{closed_shop.origin}/b/orders", options) == JSON


@pytest.mark.parametrize("options", PREFLIGHTED.values(), ids=PREFLIGHTED)
def test_a_listed_origin_sees_it_after_a_preflight_too(closed_shop: Site, app: Page, options: dict[str, Any]) -> None:
    # Playwright itself tells nothing of preflights.
    answers: list[dict[str, Any]] = []
    network = app.context.new_cdp_session(app)
    # A function of its own, because Playwright puts an attribute on it.
    network.on("Network.responseReceived", lambda answer: answers.append(answer))
    network.send("Network.enable")

    assert _ask(app, f"{closed_shop.origin}/b/orders", options) == JSON

    preflights = [answer["response"]["status"] for answer in answers if answer["type"] == "Preflight"]
    assert preflights == [204]


@pytest.mark.parametrize("options", [SIMPLE["GET"], PREFLIGHTED["GET with a token"]], ids=["simple", "preflighted"])
def test_a_listed_origin_sees_it_through_the_redirect(closed_shop: Site, app: Page, options: dict[str, Any]) -> None:
    assert _ask(app, f"{closed_shop.origin}/a/orders", options) == {**SEEN, "body": None}


@pytest.mark.parametrize("options", [*SIMPLE.values(), *PREFLIGHTED.values()], ids=[*SIMPLE, *PREFLIGHTED])
def test_the_browser_keeps_it_from_any_other_origin(
    closed_shop: Site, elsewhere: Backend, visit: Visit, options: dict[str, Any]
) -> None:
    tab, _ = visit().open(elsewhere.origin("other") + "/a")

    assert _ask(tab, f"{closed_shop.origin}/b/orders", options) == {"error": "TypeError"}


def test_by_default_any_origin_sees_it_but_never_with_cookies(
    closed_shop: Site, elsewhere: Backend, visit: Visit
) -> None:
    tab, _ = visit().open(elsewhere.origin("other") + "/a")
    stack, url = closed_shop.stack, f"{closed_shop.origin}/b/orders"

    with stack.configured(stack.responder, CORS_ALLOWED_ORIGINS=""):
        seen = {name: _ask(tab, url, options) for name, options in {**SIMPLE, **PREFLIGHTED}.items()}

    assert seen == {name: {"error": "TypeError"} if "cookies" in name else JSON for name in seen}


@pytest.fixture
def app(elsewhere: Backend, visit: Visit) -> Page:
    """Return a tab with a page of the listed origin."""
    return visit().open(elsewhere.origin("app") + "/a")[0]


def _ask(tab: Page, url: str, options: dict[str, Any]) -> dict[str, Any]:
    return tab.evaluate(ASK, [url, options])
