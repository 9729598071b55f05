"""The scene of the demo and the play: an emulated AWS with a system behind a load balancer."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

from tests.demo.console import DemoConsole
from tests.harness.aws import Aws
from tests.harness.backends import backends
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.ministack import ministack
from tests.harness.paths import ROOT
from tests.harness.processes import ToolFailedError, end_with_parent, run_folder
from tests.harness.sam import Sam

# A run removes what it started, also when one of these ends it.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ARN = re.compile(r"arn:\S*/")
RULES = {1: ("/a*", "front-end"), 2: ("/b*", "bff"), 3: ("/c*", "api")}


class NotAsPromisedError(Exception):
    """A promise of the demo is not kept, or a request of its user cannot be met."""


@dataclass(frozen=True)
class Scene:
    """The system before a deployment, and the functions, built."""

    aws: Aws
    sam: Sam
    listener: Listener


@contextlib.contextmanager
def scene(console: DemoConsole, *, page: str = "", port: int | None = None) -> Iterator[Scene]:
    """Set the scene and remove it; the listener's port is the one that browsers connect to, unless given."""
    with contextlib.ExitStack() as running:
        home = running.enter_context(run_folder())
        with console.step("MiniStack, the emulated AWS, starts on a free port of this machine"):
            aws = running.enter_context(ministack(home))
        with console.step("Three HTTP servers, and a load balancer with rules for /a*, /b*, /c* at 1, 2, 3"):
            servers = running.enter_context(backends("front-end", "bff", "api", page=page))
            listener = LoadBalancer(aws, "shop", servers).listener(port=port or aws.port, rules=RULES)
        sam = Sam(aws)
        with console.step("sam build: both functions in Rust (some minutes the first time)"):
            sam.build()
        yield Scene(aws, sam, listener)
        console.print()
        with console.step("Everything that was started is ended"):
            running.close()


def make_room(console: DemoConsole, stage: Scene, *options: str) -> None:
    """Run preflight, the command that it prints, and preflight again."""

    def preflight() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "scripts" / "operators"), "preflight", stage.listener.arn, *options]
        return subprocess.run(command, env=stage.aws.environment, capture_output=True, text=True, check=False)

    with console.step(" ".join(["scripts/maintenance preflight LISTENER-ARN", *options])):
        command = stage.listener.make_room(preflight().stdout)
    console.print(f"\n  It prints the command that makes room, which is run now:\n\n  {re.sub(ARN, '…/', command)}\n")
    if (again := preflight()).returncode:
        raise NotAsPromisedError(f"preflight is not content: {again.stdout}{again.stderr}")
    console.good("Preflight is content, and prints the command that deploys")


def perform(console: DemoConsole, act: Callable[[], None]) -> int:
    """Do it, print what failed, and return the exit status."""
    end_with_parent()
    for ending in ENDINGS:
        signal.signal(ending, _interrupt)
    try:
        act()
    except KeyboardInterrupt:
        console.bad("Interrupted; everything that was started has been ended")
        return 130
    except (NotAsPromisedError, ToolFailedError, TimeoutError) as error:
        console.bad(str(error))
        return 1
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # A second signal would interrupt the removal.
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt
