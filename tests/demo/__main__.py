"""Sets the scene, tells the story and clears everything away again: `make demo`."""

from __future__ import annotations

import sys
import time

from tests.demo.console import DemoConsole
from tests.demo.scene import perform, scene
from tests.demo.story import Story


def main() -> int:
    """Run the demo and return the exit status."""
    console = DemoConsole()
    started = time.monotonic()
    console.rule("Maintenance mode for an Application Load Balancer: the main job on an emulated AWS")

    def act() -> None:
        console.heading("0  Setting the scene")
        with scene(console, port=80) as stage:
            Story(console, stage.aws, stage.sam, stage.listener).tell()
        console.print()
        console.print(f"Done in {time.monotonic() - started:.0f} s. To see it in your own browser: make play")

    return perform(console, act)


if __name__ == "__main__":
    sys.exit(main())
