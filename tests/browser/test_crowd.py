"""How 10,000 open pages come back: the page's own timing rules, played with a clock of their own.

The figures stand in the reference: `make e2e PYTEST_ARGS="-s -k crowd"` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.harness.paths import ROOT
from tests.harness.site import Site

PAGES = 10_000
RETRY_AFTER_SECONDS = 300
CROWD = (ROOT / "tests" / "browser" / "crowd.js").read_text()


@dataclass(frozen=True)
class Window:
    """When the pages are opened, evenly, and when maintenance ends: seconds since its start.

    The bounds are in seconds after the end, and in requests per second for each hundred of the pages.
    """

    opened: tuple[int, int]
    end: int
    half_are_back: int
    nine_of_ten_are_back: int
    application: float
    responder: float


WINDOWS = {
    "opened all through two hours": Window((0, 7200), 7200, 120, 225, application=1.5, responder=1.5),
    "opened in the first minute": Window((0, 60), 3600, 120, 225, application=1.5, responder=8),
    "opened in the last minute": Window((3540, 3600), 3600, 30, 60, application=8, responder=8),
}


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_a_crowd_comes_back_in_time(
    closed_shop: Site, visit: Visit, window: Window, request: pytest.FixtureRequest
) -> None:
    stack = closed_shop.stack
    first, last = window.opened
    opened = [first + (last - first) * page / PAGES for page in range(PAGES)]
    with stack.configured(stack.responder, RETRY_AFTER_SECONDS=str(RETRY_AFTER_SECONDS)):
        # The page's policy forbids to run its script a second time.
        tab, _ = visit(bypass_csp=True).open(f"{closed_shop.origin}/a/orders/7")
        played: dict[str, Any] = tab.evaluate(CROWD, {"opened": opened, "end": window.end})

    back = sorted(played["back"])
    half, most, last = back[PAGES // 2 - 1], back[PAGES * 9 // 10 - 1], back[-1]
    peaks = {server: max(requests.values()) for server, requests in played["perSecond"].items()}
    print(
        f"\n{PAGES} pages {request.node.callspec.id}: half are back in {half:.0f} s, 90 % in {most:.0f} s, "
        f"all in {last:.0f} s. Requests per second: at most {peaks['application']} to the application, "
        f"{peaks['responder']} to the responder."
    )
    assert len(back) == PAGES
    assert half <= window.half_are_back
    assert most <= window.nine_of_ten_are_back
    assert last <= RETRY_AFTER_SECONDS
    assert peaks["application"] <= PAGES / 100 * window.application
    assert peaks["responder"] <= PAGES / 100 * window.responder
