"""MiniStack behind a guard: a page in the developer's browser finds the port, but not the way in.

MiniStack answers every preflight with `*`, takes any account number for its root user and runs functions natively, so
without the guard any web page could run programs as the developer. The guard is a layer of ASGI around MiniStack's own
application, in the same process: nothing listens that is not guarded.

What MiniStack lacks and only its inside can give, such as `stats` in Logs Insights, is put in place in this process too
before it serves: each part in a module of its own, by its function `complete`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from ministack import app as emulator
from ministack.core import lambda_runtime
from ministack.core.responses import set_request_client_ip, set_request_region
from ministack.core.router import extract_access_key_id
from ministack.core.sigv4 import decode_header_value
from ministack.services import alb, sts

from tests.harness import insights, routing, sdk_calls

App = Callable[[Mapping[str, Any], Callable, Callable], Any]

# By these a browser tells that a page asks; no client of AWS's API is one.
_FROM_A_BROWSER = ("origin", "sec-fetch-site", "sec-fetch-mode")


def guarded(application: App) -> App:
    """Let through the load balancers' visitors, to the load balancer alone, and who knows this run's key."""
    port, key = os.environ["GATEWAY_PORT"], os.environ["AWS_ACCESS_KEY_ID"]
    hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def guard(scope: Mapping[str, Any], receive: Callable, send: Callable) -> None:
        if scope["type"] == "lifespan":
            await application(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif (headers := _headers(scope)) and _is_for_a_load_balancer(scope["path"], headers, hosts):
            await _ask_the_load_balancer(scope, headers, receive, send)
        elif refusal := _refusal(scope, headers, hosts, key):
            await emulator._send_response(send, 403, {"Content-Type": "text/plain"}, f"refused: {refusal}\n")
        else:
            await application(scope, receive, send)

    return guard


def _refusal(scope: Mapping[str, Any], headers: Mapping[str, str], hosts: tuple[str, ...], key: str) -> str:
    if headers.get("host") not in hosts:
        return "this host is not the emulator's"
    if any(name in headers for name in _FROM_A_BROWSER):
        return "no page may ask the emulator"
    given = extract_access_key_id(headers, _query(scope))
    # A session is one that MiniStack has made, such as a function's; unlike the root user's, it checks its signature.
    if not hmac.compare_digest(given.encode(), key.encode()) and given not in sts._sessions:
        return "this access key is not the one of this run"
    return ""


def _is_for_a_load_balancer(path: str, headers: Mapping[str, str], hosts: tuple[str, ...]) -> bool:
    host = headers.get("host", "")
    if host in hosts:
        return path.startswith("/_alb/")
    return host.partition(":")[0].endswith(".alb.localhost") and alb.find_lb_for_host(host) is not None


async def _ask_the_load_balancer(
    scope: Mapping[str, Any], headers: dict[str, str], receive: Callable, send: Callable
) -> None:
    """Answer as the load balancer would, for paths too that MiniStack keeps for itself on every host."""
    set_request_region(None)
    set_request_client_ip(scope["client"][0])
    body = await emulator._read_request_body(receive, scope["method"], headers)
    response = await emulator._handle_alb_request(
        headers["host"],
        scope["path"],
        scope["method"],
        headers,
        body,
        _query(scope),
        scope["query_string"].decode(),
        scope["raw_path"].decode(),
    )
    unknown = (404, {"Content-Type": "text/plain"}, "there is no such load balancer\n")
    await emulator._send_if_handled(emulator._with_date_header(send), response or unknown, receive)


def _query(scope: Mapping[str, Any]) -> dict[str, list[str]]:
    return parse_qs(scope["query_string"].decode(), keep_blank_values=True)


def _headers(scope: Mapping[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1").lower(), decode_header_value(value)
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _let_nobody_compute_the_functions_keys() -> None:
    # MiniStack makes them of the function's and its role's names, which anybody can know.
    salt = os.environ["AWS_ACCESS_KEY_ID"].encode()
    lambda_runtime.hashlib = SimpleNamespace(sha256=lambda data: hashlib.sha256(salt + data))


if __name__ == "__main__":
    for part in (insights, routing, sdk_calls):
        part.complete()
    _let_nobody_compute_the_functions_keys()
    emulator.app = guarded(emulator.app)
    emulator.main()
