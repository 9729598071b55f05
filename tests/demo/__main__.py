"""Sets the scene, tells the story and removes everything again: `make demo`."""

from __future__ import annotations

import sys
import time

from tests.demo.console import DemoConsole
from tests.demo.scene import perform, scene
from tests.demo.story import Story


def main() -> int:
    """Run the demo and return the exit status."""
    console, started = DemoConsole(), time.monotonic()
    console.rule("Maintenance mode for an Application Load Balancer: the main job on an emulated AWS")

    def act() -> None:
        console.heading("0  The scene")
        with scene(console, port=80) as stage:
            Story(console, stage).tell()
        console.print(f"\nDone in {time.monotonic() - started:.0f} s. To see it in your own browser: make play")

    return perform(console, act)


if __name__ == "__main__":
    sys.exit(main())
