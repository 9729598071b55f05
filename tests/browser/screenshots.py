"""Takes the picture of the built-in page that the documentation shows: `make screenshots`."""

from base64 import b64encode
from datetime import datetime, timezone
from typing import Any

from tests.browser.visitor import Visit
from tests.harness.paths import ROOT
from tests.harness.site import Site

PICTURE = ROOT / "docs" / "images" / "maintenance-page.png"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "device_scale_factor": 2, "is_mobile": True}
# What the page can look like, at one glance.
VISITORS: list[dict[str, Any]] = [
    {"locale": "en-US", "timezone_id": "UTC"},
    {"locale": "ko-KR", "timezone_id": "Asia/Seoul", "color_scheme": "dark"},
    {"locale": "ja-JP", "timezone_id": "Asia/Tokyo"},
]
# The page says when it tries again: the same in every run, so that only a changed page changes the picture.
NOW = datetime(2025, 3, 2, 22, 10, tzinfo=timezone.utc)
STYLE = """
    body { display: flex; gap: 24px; margin: 0; padding: 24px; width: fit-content; background: #8d96a3; }
    img { width: 300px; border-radius: 24px; }
"""


def test_take_the_picture(closed_shop: Site, visit: Visit) -> None:
    """Put the page of each visitor beside the others'."""
    images, stack = "", closed_shop.stack
    with stack.configured(stack.responder, SITE_NAME="", STATUS_PAGE_URL="", STATUS_PATH=""):
        for options in VISITORS:
            visitor = visit(**PHONE, **options)
            visitor.context.clock.set_fixed_time(NOW)
            page = b64encode(visitor.open().screenshot()).decode()
            images += f'<img src="data:image/png;base64,{page}">'
    tab = visit(device_scale_factor=1.5).open("about:blank")
    tab.set_content(f"<!doctype html><style>{STYLE}</style><body>{images}")
    tab.locator("body").screenshot(path=PICTURE)
