"""The scene of the demo and the play: an emulated AWS with a system behind a load balancer."""

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial

from tests.demo.console import NotAsPromisedError, console, mark, step
from tests.harness.backends import backends
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.ministack import ministack
from tests.harness.paths import ROOT
from tests.harness.processes import ToolFailedError, end_with_parent, run_folder
from tests.harness.sam import Sam

# A run removes what it started, also when one of these ends it.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RULES = {1: ("/a*", "front-end"), 2: ("/b*", "bff"), 3: ("/c*", "api")}


@contextlib.contextmanager
def scene(page: str = "") -> Iterator[tuple[Listener, Sam]]:
    """Set the scene, with a front end of this page and both functions built, and remove it."""
    with contextlib.ExitStack() as running:
        home = running.enter_context(run_folder())
        with step("MiniStack, the emulated AWS, starts on a free port of this machine"):
            aws = running.enter_context(ministack(home))
        with step("Three HTTP servers, and a load balancer with rules for /a*, /b*, /c* at 1, 2, 3"):
            servers = running.enter_context(backends("front-end", "bff", "api", page=page))
            # The port that browsers connect to.
            listener = LoadBalancer(aws, "shop", servers).listener(port=aws.port, rules=RULES)
        sam = Sam(aws)
        with step("sam build: both functions in Rust (some minutes the first time)"):
            sam.build()
        yield listener, sam
        console.print()
        with step("Everything that was started is ended"):
            running.close()


def make_room(listener: Listener, *options: str) -> None:
    """Run preflight, the command that it prints, and preflight again."""
    words = [sys.executable, ROOT / "scripts" / "operators", "preflight", listener.arn, *options]
    environment = listener.load_balancer.aws.environment
    preflight = partial(subprocess.run, words, env=environment, capture_output=True, text=True, check=False)
    with step(" ".join(["scripts/maintenance preflight LISTENER-ARN", *options])):
        command = re.sub(r"arn:\S*/", "…/", listener.make_room(preflight().stdout))
    console.print(f"\n  It prints the command that makes room, which is run now:\n\n  {command}\n")
    if (again := preflight()).returncode:
        raise NotAsPromisedError(f"preflight is not content: {again.stdout}{again.stderr}")
    mark("✓", "green", "Preflight is content, and prints the command that deploys")


def perform(act: Callable[[], None]) -> int:
    """Do it, print what failed, and return the exit status."""
    end_with_parent()
    for ending in ENDINGS:
        signal.signal(ending, _interrupt)
    try:
        act()
    except KeyboardInterrupt:
        mark("✗", "red", "Interrupted; everything that was started has been ended")
        return 130
    except (NotAsPromisedError, ToolFailedError, TimeoutError) as error:
        mark("✗", "red", str(error))
        return 1
    return 0


def _interrupt(*_: object) -> None:
    # A second signal would interrupt the removal.
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt
