"""MiniStack behind a guard, so that no web page in the developer's browser can use it.

MiniStack answers every CORS preflight with `*`, takes any account number for its root user and runs functions natively.
So without the guard any web page could run programs as the developer. The guard wraps MiniStack's ASGI application in
the same process, so no port is open without it. The modules that it imports from here add what MiniStack lacks.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from ministack import app as emulator
from ministack.core import lambda_runtime
from ministack.core.responses import set_request_client_ip, set_request_region
from ministack.core.router import extract_access_key_id
from ministack.core.sigv4 import decode_header_value
from ministack.services import alb, sts

# Each puts its functions in place of MiniStack's.
from tests.harness import gaps, insights, sdk_calls  # noqa: F401

PORT, KEY = (os.environ[name] for name in ("GATEWAY_PORT", "AWS_ACCESS_KEY_ID"))
HOSTS = (f"127.0.0.1:{PORT}", f"localhost:{PORT}")
# Browsers send one of these with a page's requests, clients of AWS's API none.
FROM_A_PAGE = {"origin", "sec-fetch-site", "sec-fetch-mode"}
_application = emulator.app

Scope, Headers, Query = dict[str, Any], dict[str, str], dict[str, list[str]]


async def guard(scope: Scope, receive: Callable, send: Callable) -> None:
    """Let visitors reach their load balancer only, and the API only with this run's key."""
    if scope["type"] == "lifespan":
        return await _application(scope, receive, send)
    if scope["type"] != "http":
        return await send({"type": "websocket.close", "code": 1008})
    headers = {name.decode("latin-1").lower(): decode_header_value(value) for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    if _is_for_load_balancer(scope["path"], headers.get("host", "")):
        return await _ask_load_balancer(scope, headers, query, receive, send)
    if refusal := _refusal(headers, query):
        return await emulator._send_response(send, 403, {"Content-Type": "text/plain"}, f"refused: {refusal}\n")
    return await _application(scope, receive, send)


def _refusal(headers: Headers, query: Query) -> str:
    if headers.get("host") not in HOSTS:
        return "this host is not the emulator's"
    if headers.keys() & FROM_A_PAGE:
        return "no page may ask the emulator"
    given = extract_access_key_id(headers, query)
    # MiniStack checks the signature of its own sessions, such as a function's, but not the root user's.
    if not hmac.compare_digest(given.encode(), KEY.encode()) and given not in sts._sessions:
        return "this access key is not the one of this run"
    return ""


def _is_for_load_balancer(path: str, host: str) -> bool:
    if host in HOSTS:
        return path.startswith("/_alb/")
    return host.partition(":")[0].endswith(".alb.localhost") and alb.find_lb_for_host(host) is not None


async def _ask_load_balancer(scope: Scope, headers: Headers, query: Query, receive: Callable, send: Callable) -> None:
    """Answer as the load balancer would, also on paths that MiniStack keeps for itself on every host."""
    set_request_region(None)
    set_request_client_ip(scope["client"][0])
    method, path, raw = scope["method"], scope["path"], (scope[part].decode() for part in ("query_string", "raw_path"))
    body = await emulator._read_request_body(receive, method, headers)
    response = await emulator._handle_alb_request(headers["host"], path, method, headers, body, query, *raw)
    unknown = (404, {"Content-Type": "text/plain"}, "there is no such load balancer\n")
    await emulator._send_if_handled(emulator._with_date_header(send), response or unknown, receive)


if __name__ == "__main__":
    # MiniStack computes the functions' keys from public names only.
    lambda_runtime.hashlib = SimpleNamespace(sha256=lambda data: hashlib.sha256(KEY.encode() + data))
    emulator.app = guard
    emulator.main()
