"""Sets the scene, tells the story and clears everything away again: `make demo`."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from tests.demo.console import DemoConsole
from tests.demo.story import NotAsPromisedError, Story
from tests.harness.backends import backends
from tests.harness.load_balancer import LoadBalancer
from tests.harness.ministack import ministack
from tests.harness.processes import ToolFailedError
from tests.harness.sam import Sam
from tests.harness.site import RULES

# However the demo is ended, what it started must be ended too.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the demo and return the exit status."""
    for ending in ENDINGS:
        signal.signal(ending, _interrupt)
    console = DemoConsole()
    started = time.monotonic()
    console.rule("Maintenance mode for an Application Load Balancer: the main job on an emulated AWS")
    try:
        with tempfile.TemporaryDirectory(prefix="maintenance-demo-") as home:
            _run(console, Path(home))
    except KeyboardInterrupt:
        console.print()
        console.bad("Interrupted; everything that was started has been ended")
        return 130
    except (NotAsPromisedError, ToolFailedError, TimeoutError) as error:
        console.print()
        console.bad(str(error))
        return 1
    console.print()
    console.print(f"Done in {time.monotonic() - started:.0f} s.")
    return 0


def _run(console: DemoConsole, home: Path) -> None:
    console.heading("0  Setting the scene")
    with contextlib.ExitStack() as running:
        with console.step("MiniStack, the emulated AWS, starts on a free port of this machine"):
            aws = running.enter_context(ministack(home))
        with console.step("Three HTTP servers, and a load balancer with rules for /a*, /b*, /c* at 1, 2, 3"):
            servers = running.enter_context(backends("front-end", "bff", "api"))
            listener = LoadBalancer(aws, "shop", servers).listener(port=80, rules=RULES)
        sam = Sam(aws, debug=os.environ.get("BUILD_MODE") == "debug")
        with console.step("sam build: both functions in Rust, optimised (some minutes the first time)"):
            sam.build()
        Story(console, aws, sam, listener).tell()
        console.print()
        with console.step("Everything that was started is ended"):
            running.close()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: a second one would cut the clearing away short.
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
