"""Browser apps of other origins see maintenance for what it is: any app by default, or those of listed origins."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.visitor import Visit
from tests.harness.backends import Backend
from tests.harness.site import Site

# What an app does with its API: the answer, or the error that it gets instead.
ASK = """([url, options]) => fetch(url, options).then(
    ({ status, headers }) => [status, headers.get("Retry-After"), headers.get("X-Maintenance-Mode")],
    (error) => error.name,
)"""
SEEN = [503, "2", "on"]
# Before the last three, and not before the others, the browser asks whether it may send them.
REQUESTS: dict[str, dict[str, Any]] = {
    "GET": {},
    "GET with cookies": {"credentials": "include"},
    "POST of a form": {"method": "POST", "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": "a"},
    "PUT of JSON": {"method": "PUT", "headers": {"Content-Type": "application/json"}, "body": "{}"},
    "GET with a token": {"headers": {"Authorization": "Bearer s3cret", "X-Request-Id": "7"}},
    "DELETE with cookies": {"method": "DELETE", "credentials": "include"},
}


def test_only_listed_origins_see_it(closed_shop: Site, elsewhere: Backend, visit: Visit) -> None:
    app, other = (visit().open(elsewhere.origin(name) + "/a") for name in ("app", "other"))

    for path in ("/b/orders", "/a/orders"):
        assert _ask(app, closed_shop.origin + path) == dict.fromkeys(REQUESTS, SEEN)
        assert _ask(other, closed_shop.origin + path) == dict.fromkeys(REQUESTS, "TypeError")


def test_by_default_all_see_it_without_cookies(closed_shop: Site, elsewhere: Backend, visit: Visit) -> None:
    tab = visit().open(elsewhere.origin("other") + "/a")

    with closed_shop.stack.configured(closed_shop.stack.responder, CORS_ALLOWED_ORIGINS=""):
        seen = _ask(tab, f"{closed_shop.origin}/b/orders")

    assert seen == {name: "TypeError" if "cookies" in name else SEEN for name in REQUESTS}


def _ask(tab: Page, url: str) -> dict[str, Any]:
    return {name: tab.evaluate(ASK, [url, options]) for name, options in REQUESTS.items()}
