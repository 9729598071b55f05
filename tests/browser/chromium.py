"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.harness.aws import isolated_environment
from tests.harness.processes import ToolFailedError

# A name below localhost is this machine; no other name is one, so whatever a page tries, nothing leaves the machine.
_NAMES = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules={_NAMES}",
    # The same letter shapes on every machine, with or without a display.
    "--font-render-hinting=none",
)


@contextlib.contextmanager
def chromium(home: Path) -> Iterator[Browser]:
    """Run a headless Chromium with a fresh profile until the block ends."""
    program = shutil.which("chromium")
    if program is None:
        raise ToolFailedError("chromium is not installed: run tests/browser/install-chromium.sh")
    environment = {name: value for name, value in isolated_environment(home).items() if not name.startswith("AWS_")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=list(_FLAGS),
            # Chromium's sandbox refuses to run as root, as CI does; all pages here are our own.
            chromium_sandbox=False,
            env=environment | {"HOME": str(home)},
        )
        try:
            yield browser
        finally:
            browser.close()
