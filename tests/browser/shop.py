"""A shop behind a load balancer, with the template deployed beside it: what the browser visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.browser.servers import Server
from tests.harness.aws import Aws
from tests.harness.load_balancer import Listener, LoadBalancer
from tests.harness.paths import EVENTS
from tests.harness.sam import Sam
from tests.harness.stack import Stack, deploy

NAME = "boutique"


@dataclass(frozen=True)
class Shop:
    """The system that goes into maintenance."""

    origin: str
    stack: Stack
    listener: Listener
    front_end: Server

    def start_maintenance(self) -> None:
        """Move the maintenance rule to the front, as its schedule does."""
        self.stack.invoke(EVENTS / "start.json").answer  # noqa: B018 (fails when the start did)
        assert self.in_maintenance()

    def end_maintenance(self) -> None:
        """Move it back."""
        self.stack.invoke(EVENTS / "end.json").answer  # noqa: B018 (fails when the end did)
        assert not self.in_maintenance()

    def in_maintenance(self) -> bool:
        """Whether the maintenance rule comes first."""
        return self.listener.rules()[0].arn == self.stack.rule_arn


def deploy_shop(aws: Aws, sam: Sam, front_end: Server, parameters: Mapping[str, str]) -> Shop:
    """Set up the load balancer and deploy the template."""
    balancer = LoadBalancer(aws, NAME, {"front-end": front_end.port})
    # Browsers name the port that they connect to in Host, and MiniStack looks for a listener with that number.
    listener = balancer.listener(port=aws.port, rules={1: ("/b*", "front-end"), 2: ("/*", "front-end")})
    stack = deploy(aws, sam, NAME, {"ListenerArn": listener.arn, **parameters})
    return Shop(f"http://{NAME}.alb.localhost:{aws.port}", stack, listener, front_end)
