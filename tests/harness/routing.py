"""What MiniStack's load balancers lack to route by: host names of the sites', and visitors' addresses."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from ministack.core.responses import get_request_client_ip
from ministack.services import alb

_find_lb_for_host = alb.find_lb_for_host
_match_condition = alb._match_condition


def find_lb_for_host(host: str) -> Mapping[str, Any] | None:
    """Find a load balancer also by the names below the one by which MiniStack knows it."""
    return _find_lb_for_host(host) or _find_lb_for_host(".".join(host.partition(":")[0].split(".")[-3:]))


def match_condition(condition: Mapping[str, Any], *request: Any) -> bool:  # noqa: ANN401 (handed on as it came)
    """Match a condition, that on the address too, which MiniStack takes for met by everybody."""
    if condition["Field"] != "source-ip":
        return _match_condition(condition, *request)
    visitor = ip_address(get_request_client_ip())
    return any(visitor in ip_network(value) for value in condition["Values"])


def complete() -> None:
    """Let MiniStack use these two in place of its own."""
    alb.find_lb_for_host, alb._match_condition = find_lb_for_host, match_condition
