"""The system that goes into maintenance: small web servers that answer with their names.

They serve `/a*`, `/b*` and `/c*`, as in the README, and answer everything else with 404.
"""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SERVED = ("/a", "/b", "/c")


class Backend(ThreadingHTTPServer):
    """A web server of this machine. Names below localhost make it as many origins as a test needs."""

    def __init__(self, name: str, page: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        # The path may hold anything, so it is no part of the page. The icon keeps browsers from asking for one.
        self.page = page or f'<!doctype html><html lang="en"><link rel="icon" href="data:,"><h1>{name}</h1>'
        # How it answers, which a test may change.
        self.status = 200
        self.location = ""

    def origin(self, host: str) -> str:
        return f"http://{host}.localhost:{self.server_port}"

    @contextlib.contextmanager
    def answering(self, status: int, location: str = "") -> Iterator[None]:
        self.status, self.location = status, location
        try:
            yield
        finally:
            self.status, self.location = 200, ""

    @contextlib.contextmanager
    def serving(self) -> Iterator["Backend"]:
        with self:
            threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield self
            finally:
                self.shutdown()


class Handler(BaseHTTPRequestHandler):
    """Answers for a backend."""

    server: Backend

    def do_GET(self) -> None:
        backend = self.server
        kind, text = "text/plain", f"{backend.name} serves {self.path}"
        if "text/html" in self.headers.get("Accept", ""):
            kind, text = "text/html; charset=utf-8", backend.page
        status = backend.status if backend.status != 200 or self.path.startswith(SERVED) else 404
        body = text.encode() if status in (200, 404) else b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if backend.location:
            self.send_header("Location", backend.location)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 (the server looks for this name)

    def log_message(self, *_: object) -> None:
        """Stay silent: the output belongs to the demo and the tests."""


@contextlib.contextmanager
def backends(*names: str, page: str = "") -> Iterator[dict[str, int]]:
    """Serve several backends, whose page is the given one; yields the port of each."""
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(Backend(name, page).serving()).server_port for name in names}
