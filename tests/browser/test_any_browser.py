"""Visitors come back with any browser in use, whatever it lacks or throws."""

from playwright.sync_api import expect

from tests.browser.visitor import SHOP, WANTED, Visit
from tests.harness.site import Site

THROW = "() => { throw new Error('as some browser does') }"
FAIL_AT_FIRST = "let left = 3; const real = fetch; window.fetch = (...asked) => (left-- > 0 ? %s : real(...asked));"
# What runs before the page's scripts. Each stands for a browser: Safari 15 is the first.
BROWSERS = {
    "without AbortSignal.timeout": "delete AbortSignal.timeout",
    "without URL": "delete window.URL",
    "without Intl": "delete window.Intl",
    "with a clock that cannot be told": f"""
        Intl.DateTimeFormat = {THROW};
        for (const name of ["toLocaleTimeString", "toLocaleString"]) Date.prototype[name] = {THROW};
    """,
    "with an address bar that cannot be changed": f"history.replaceState = {THROW}",
    "with a fetch that throws at first": FAIL_AT_FIRST % f"({THROW})()",
    "with a fetch that rejects at first": FAIL_AT_FIRST % "Promise.reject(new TypeError('not now'))",
    "with a fetch that knows no signal": """
        const real = fetch;
        window.fetch = (url, { signal, ...asked }) => real(url, asked);
    """,
}


def test_visitors_come_back_with_any_browser(closed_shop: Site, visit: Visit) -> None:
    tabs = {}
    for browser, lacking in BROWSERS.items():
        visitor = visit()
        visitor.context.add_init_script(f"{{ {lacking} }}")
        tabs[browser] = visitor.open()

    closed_shop.end()

    for browser, tab in tabs.items():
        expect(tab.get_by_role("heading", level=1), browser).to_have_text(SHOP)
        assert tab.url == closed_shop.origin + WANTED, browser
