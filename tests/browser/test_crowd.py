"""How 10,000 open pages come back: the page's own timing rules, played with a clock of their own.

The figures are in the reference: `make e2e PYTEST_ARGS="-s -k crowd"` prints them.
"""

from typing import Any

import pytest

from tests.browser.visitor import WANTED, Visit
from tests.harness.paths import ROOT
from tests.harness.site import Site

PAGES = 10_000
CROWD = (ROOT / "tests" / "browser" / "crowd.js").read_text()
# When the pages are opened, evenly, and when maintenance ends, in seconds; at most so many seconds after the end half,
# 90 % and all are back, and so many requests per second reach the application and the responder.
WINDOWS = {
    "opened all through two hours": ((0, 7200), 7200, [120, 225, 300], [150, 150]),
    "opened in the first minute": ((0, 60), 3600, [120, 225, 300], [150, 800]),
    "opened in the last minute": ((3540, 3600), 3600, [30, 60, 300], [800, 800]),
}


@pytest.mark.parametrize("opened", WINDOWS)
def test_a_crowd_comes_back_in_time(closed_shop: Site, visit: Visit, opened: str) -> None:
    (first, last), end, latest, busiest = WINDOWS[opened]
    evenly = [first + (last - first) * page / PAGES for page in range(PAGES)]
    stack = closed_shop.stack
    with stack.configured(stack.responder, RETRY_AFTER_SECONDS="300"):
        # The page's policy forbids to run its script a second time.
        tab = visit(bypass_csp=True).open(WANTED)
        played: dict[str, Any] = tab.evaluate(CROWD, {"opened": evenly, "end": end})

    seconds = sorted(played["back"])
    assert len(seconds) == PAGES
    back = [seconds[PAGES * share // 100 - 1] for share in (50, 90, 100)]
    peaks = [max(played["perSecond"][server].values()) for server in ("application", "responder")]
    print(
        f"\n{PAGES} pages {opened}: half are back in {back[0]:.0f} s, 90 % in {back[1]:.0f} s, all in {back[2]:.0f} s. "
        f"Requests per second: at most {peaks[0]} to the application, {peaks[1]} to the responder."
    )
    for figure, bound in zip([*back, *peaks], [*latest, *busiest], strict=True):
        assert figure <= bound
