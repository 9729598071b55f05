"""Where the demo and the play happen: an emulated AWS with a system behind a load balancer."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

from tests.demo.console import DemoConsole
from tests.harness.aws import Aws
from tests.harness.backends import backends
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.ministack import ministack
from tests.harness.processes import ToolFailedError, end_with_parent, run_folder
from tests.harness.sam import Sam
from tests.harness.site import RULES

# However a run is ended, what it started must be ended too.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotAsPromisedError(Exception):
    """Something that was shown or asked for is not so."""


@dataclass(frozen=True)
class Scene:
    """What stands before anything of ours is deployed, and the functions, built."""

    aws: Aws
    sam: Sam
    listener: Listener


@contextlib.contextmanager
def scene(console: DemoConsole, *, page: str = "", port: int | None = None, free_above: int = 0) -> Iterator[Scene]:
    """Set the scene and clear it away; the listener's port is the one that browsers connect to, unless given."""
    rules = {priority + free_above: rule for priority, rule in RULES.items()}
    with contextlib.ExitStack() as running:
        home = running.enter_context(run_folder())
        with console.step("MiniStack, the emulated AWS, starts on a free port of this machine"):
            aws = running.enter_context(ministack(home))
        at = ", ".join(str(priority) for priority in rules)
        with console.step(f"Three HTTP servers, and a load balancer with rules for /a*, /b*, /c* at {at}"):
            servers = running.enter_context(backends("front-end", "bff", "api", page=page))
            listener = LoadBalancer(aws, "shop", servers).listener(port=port or aws.port, rules=rules)
        sam = Sam(aws)
        with console.step("sam build: both functions in Rust (some minutes the first time)"):
            sam.build()
        yield Scene(aws, sam, listener)
        console.print()
        with console.step("Everything that was started is ended"):
            running.close()


def perform(console: DemoConsole, act: Callable[[], None]) -> int:
    """Do it, let a signal end it in good order, say what went wrong, and return the exit status."""
    end_with_parent()
    for ending in ENDINGS:
        signal.signal(ending, _interrupt)
    try:
        act()
    except KeyboardInterrupt:
        console.print()
        console.bad("Interrupted; everything that was started has been ended")
        return 130
    except (NotAsPromisedError, ToolFailedError, TimeoutError) as error:
        console.print()
        console.bad(str(error))
        return 1
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: a second one would cut the clearing away short.
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt
