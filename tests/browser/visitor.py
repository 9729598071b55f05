"""A visitor of the shop with a browser, what they see, and what goes wrong in it."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

# What the shop's own pages say, one of them, and where it leads during maintenance.
SHOP = "the shop"
WANTED = "/a/orders/7?x=1"
PAGE = "/a/maintenance?from=/a/orders/7%3Fx%3D1"
PREVIEW = "/a/preview"
STATUS = "/b/status.json"


class Visitor:
    """A browser profile of its own, with any number of tabs."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        # In the order in which it happened.
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        context.on("request", lambda request: self.requests.append(request))
        context.on("requestfailed", self._on_failure)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def open(self, url: str = WANTED) -> Page:
        """Open a URL, or a path of the shop, in a new tab."""
        tab = self.context.new_page()
        tab.goto(url)
        return tab

    def navigations(self) -> list[Request]:
        """Return the requests for pages; a redirect makes two."""
        return [request for request in self.requests if request.is_navigation_request()]

    def _on_failure(self, request: Request) -> None:
        # A page that leaves while it asks aborts that.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.method} {request.url}: {request.failure}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # The page asks again and again and is answered 503, which Chromium notes each time.
        if message.type in ("error", "warning") and "responded with a status of 503 " not in message.text:
            self.complaints.append(message.text)


# Makes a visitor from the options of a browser context, such as locale and viewport.
Visit = Callable[..., Visitor]


def await_checks(tab: Page, *statuses: int) -> None:
    """Wait until the page has asked for its place and was answered with each of these, one after the other."""
    for wanted in [("HEAD", status) for status in statuses]:
        tab.wait_for_event("response", lambda answer, wanted=wanted: (answer.request.method, answer.status) == wanted)


def try_again(tab: Page) -> None:
    tab.get_by_role("link", name="Try again now").click()


def expect_to_wait(tab: Page) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text("We\N{RIGHT SINGLE QUOTATION MARK}ll be back soon")


def expect_to_be_back(tab: Page, place: str = WANTED) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text(SHOP)
    expect(tab).to_have_url(place)
