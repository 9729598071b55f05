"""A visitor with a browser, and what goes wrong in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

# The page asks again and again and is told 503, which Chromium notes in the console each time.
_STILL_MAINTENANCE = re.compile(r"Failed to load resource: the server responded with a status of 503 ")


@dataclass
class Visitor:
    """A browser profile of its own, with any number of tabs."""

    context: BrowserContext
    # The URL of each request, and what was complained about, in the order in which it happened.
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", self._on_request)
        self.context.on("requestfailed", self._on_failure)
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def open(self, url: str) -> tuple[Page, Response]:
        """Open a URL in a new tab and return the tab and the answer that it shows."""
        tab = self.context.new_page()
        answer = tab.goto(url)
        assert answer is not None
        return tab, answer

    def origins(self) -> set[str]:
        """Return every origin that anything was asked of."""
        parts = [urlsplit(url) for url in self.requests]
        return {f"{part.scheme}://{part.netloc}" for part in parts if part.scheme != "data"}

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _on_failure(self, request: Request) -> None:
        # A page that leaves while it asks aborts that.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.method} {request.url}: {request.failure}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _STILL_MAINTENANCE.match(message.text):
            self.complaints.append(message.text)
