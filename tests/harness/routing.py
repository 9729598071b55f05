"""What MiniStack's load balancers lack: the sites' host names, conditions on visitors' addresses, and right XML."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any
from xml.sax.saxutils import escape

from ministack.core.responses import get_request_client_ip
from ministack.services import alb

_find_lb_for_host, _match_condition, _action_xml = alb.find_lb_for_host, alb._match_condition, alb._action_xml


def find_lb_for_host(host: str) -> Mapping[str, Any] | None:
    """Find a load balancer also by the names below the one by which MiniStack knows it."""
    return _find_lb_for_host(host) or _find_lb_for_host(".".join(host.partition(":")[0].split(".")[-3:]))


def match_condition(condition: Mapping[str, Any], *request: Any) -> bool:  # noqa: ANN401 (handed on as it came)
    """Match a condition, also one on the address, which MiniStack takes for met by all visitors."""
    if condition["Field"] != "source-ip":
        return _match_condition(condition, *request)
    visitor = ip_address(get_request_client_ip())
    return any(visitor in ip_network(value) for value in condition["Values"])


def action_xml(action: Mapping[str, Any]) -> str:
    """Describe an action, with a fixed response that may hold any text: MiniStack's own breaks the whole answer."""
    fixed = {name: escape(value) for name, value in action.get("FixedResponseConfig", {}).items()}
    return _action_xml({**action, "FixedResponseConfig": fixed} if fixed else action)


def complete() -> None:
    """Let MiniStack use these three in place of its own."""
    alb.find_lb_for_host, alb._match_condition, alb._action_xml = find_lb_for_host, match_condition, action_xml
