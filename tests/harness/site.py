"""A load balancer with one listener, and the template deployed beside it."""

from dataclasses import dataclass

from tests.harness.load_balancer import Listener
from tests.harness.stack import Stack

# The README's layout, with the active priority free.
RULES = {2: ("/a*", "front-end"), 3: ("/b*", "bff"), 4: ("/c*", "api")}


@dataclass(frozen=True)
class Site:
    """A system that goes into maintenance."""

    listener: Listener
    stack: Stack

    @property
    def origin(self) -> str:
        return f"http://{self.listener.host}"

    def state(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return all that a switch may change: every rule's priority and the maintenance rule's tags."""
        return self.listener.order(), self.listener.tags(self.stack.rule_arn)

    def during_maintenance(self) -> bool:
        """Whether the maintenance rule comes first."""
        return self.listener.rules()[0].arn == self.stack.rule_arn

    def start(self) -> None:
        self.stack.start()
        assert self.during_maintenance()

    def end(self) -> None:
        self.stack.end()
        assert not self.during_maintenance()
