"""Takes the pictures of the built-in page that the documentation shows: `make screenshots`."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from base64 import b64encode
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.chromium import chromium
from tests.browser.servers import Server
from tests.browser.shop import Shop, deploy_shop
from tests.harness.ministack import ministack
from tests.harness.paths import ROOT
from tests.harness.processes import ToolFailedError
from tests.harness.sam import Sam

IMAGES = ROOT / "docs" / "images"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1120, "height": 630}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "device_scale_factor": 2, "is_mobile": True}
# A picture shows when the page tries again: the same in every run, so that only a changed page changes it.
NOW = datetime(2025, 3, 2, 22, 10, tzinfo=timezone.utc)
PICTURES: dict[str, dict[str, Any]] = {
    "desktop-light": {**DESKTOP},
    "desktop-dark": {**DESKTOP, "color_scheme": "dark"},
    "phone-light": {**PHONE},
    "phone-dark": {**PHONE, "color_scheme": "dark"},
    "phone-ko-dark": {**PHONE, "locale": "ko-KR", "timezone_id": "Asia/Seoul", "color_scheme": "dark"},
    "phone-ja-light": {**PHONE, "locale": "ja-JP", "timezone_id": "Asia/Tokyo"},
}
# The picture for the README: what it can look like, at one glance.
OVERVIEW = ("phone-light", "phone-ko-dark", "phone-ja-light")
OVERVIEW_STYLE = """
    body { display: flex; gap: 24px; margin: 0; padding: 24px; background: #8d96a3; }
    img { width: 300px; border-radius: 24px; }
"""


def main() -> int:
    """Take all pictures and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="maintenance-page-") as home, contextlib.ExitStack() as running:
        try:
            aws = running.enter_context(ministack(Path(home)))
            front_end = running.enter_context(Server("the shop").serving())
            sam = Sam(aws, debug=os.environ.get("BUILD_MODE") == "debug")
            sam.build()
            shop = deploy_shop(aws, sam, front_end, {})
            shop.start_maintenance()
            browser = running.enter_context(chromium(Path(home)))
            taken = {name: _take(browser, shop, name, options) for name, options in PICTURES.items()}
            _take_overview(browser, [taken[name] for name in OVERVIEW])
        except (ToolFailedError, TimeoutError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def _take(browser: Browser, shop: Shop, name: str, options: dict[str, Any]) -> bytes:
    with contextlib.closing(browser.new_context(**{"locale": "en-US", "timezone_id": "UTC", **options})) as context:
        tab = context.new_page()
        tab.clock.set_fixed_time(NOW)
        tab.goto(f"{shop.origin}/a/orders/7")
        return _save(f"maintenance-page-{name}", tab.screenshot())


def _take_overview(browser: Browser, pictures: list[bytes]) -> None:
    sources = [f"data:image/png;base64,{b64encode(picture).decode()}" for picture in pictures]
    with contextlib.closing(browser.new_context(device_scale_factor=1.5)) as context:
        tab = context.new_page()
        images = "".join(f'<img src="{source}">' for source in sources)
        tab.set_content(f"<!doctype html><style>{OVERVIEW_STYLE}</style><body>{images}")
        # As large as its content.
        width, height = tab.evaluate(
            "() => { const last = document.body.lastChild; "
            "return [last.offsetLeft + last.offsetWidth + 24, last.offsetTop + last.offsetHeight + 24] }"
        )
        tab.set_viewport_size({"width": width, "height": height})
        _save("maintenance-page", tab.screenshot())


def _save(name: str, picture: bytes) -> bytes:
    path = IMAGES / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    print(f"{path.relative_to(ROOT)}: {len(picture) // 1024} KB")
    return picture


if __name__ == "__main__":
    sys.exit(main())
