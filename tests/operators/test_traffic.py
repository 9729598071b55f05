"""Waiting for a switch at a server that answers as a load balancer does."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat

import pytest

from scripts.operators.failures import Failure
from scripts.operators.traffic import Seen, look, wait

CLOSED, REDIRECTED, OPEN, MOVED, BROKEN = (503, "on"), (303, "on"), (200, None), (301, None), (502, None)
# Nothing at all: the connection ends before an answer.
LOST = (0, None)

Answer = tuple[int, str | None]


class Serve(ThreadingHTTPServer):
    """A server that gives these answers, the last one for ever, and keeps the hosts that it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.answers: Iterator[Answer] = iter(())

    def __call__(self, *answers: Answer) -> str:
        """Begin anew with these answers and return the address."""
        self.answers = chain(answers, repeat(answers[-1]))
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    """Answers for the server; a redirect leads to nothing."""

    def do_GET(self) -> None:  # noqa: D102
        self.server.asked.append(self.headers["Host"])
        status, header = next(self.server.answers)
        if status and self.path == "/":
            self.send_response(status)
            self.send_header("Location", "/nowhere")
            if header:
                self.send_header("x-maintenance-mode", header)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Yield a server, which no proxy of the user's is between."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost,no-such-name.invalid")
    with Serve() as made:
        threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        made.shutdown()


def patient(url: str, *, closed: bool) -> Seen:
    """Wait for as long as it takes."""
    return wait(url, closed=closed, every=0, at_most=30)


@pytest.mark.parametrize(
    ("closed", "answers", "looks"),
    [
        (True, [CLOSED], 5),
        (True, [REDIRECTED, CLOSED], 5),
        (True, [OPEN, LOST, BROKEN, CLOSED], 8),
        (True, [*[CLOSED] * 4, OPEN, CLOSED], 10),
        (False, [CLOSED, REDIRECTED, OPEN], 7),
        (False, [OPEN, MOVED, OPEN], 5),
        # Neither a responder's failure nor a lost connection is an open system.
        (False, [*[OPEN] * 4, BROKEN, OPEN], 10),
        (False, [*[OPEN] * 4, LOST, OPEN], 10),
        (True, [*[LOST] * 9, CLOSED], 14),
    ],
)
def test_five_answers_in_a_row_end_it(serve: Serve, closed: bool, answers: list[Answer], looks: int) -> None:
    seen = patient(serve(*answers), closed=closed)

    assert seen.closed is closed
    assert len(serve.asked) == looks


@pytest.mark.parametrize(
    ("closed", "answer", "last"),
    [
        (True, OPEN, "is not yet closed; seen last: 200 without X-Maintenance-Mode: on"),
        (True, (503, "off"), "seen last: 503 without X-Maintenance-Mode: on"),
        (True, LOST, "cannot be seen from here: no answer: "),
        (False, CLOSED, "is not yet open; seen last: 503 with X-Maintenance-Mode: on"),
        (False, BROKEN, "seen last: 502 without X-Maintenance-Mode: on"),
    ],
)
def test_a_late_switch_names_the_last_answer(serve: Serve, closed: bool, answer: Answer, last: str) -> None:
    with pytest.raises(Failure, match=r"the rules are switched, but .*http://localhost:") as failure:
        wait(serve(answer).replace("127.0.0.1", "localhost"), closed=closed, every=1, at_most=0)

    assert last in failure.value.message
    assert failure.value.exit_code == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://no-such-name.invalid/", "https://127.0.0.1:{port}/"])
def test_an_unreachable_address_ends_after_ten_tries(serve: Serve, url: str) -> None:
    port = serve(OPEN).rpartition(":")[2].rstrip("/")

    with pytest.raises(Failure, match="cannot be seen from here: no answer"):
        patient(url.format(port=port), closed=True)


def test_one_deadline_holds_for_a_dripping_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    connection.sendall(b"x: y\r\n")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()

        assert look(f"http://127.0.0.1:{server.getsockname()[1]}/", within=0.5).text == "no answer within 0.5 seconds"


def test_an_unusable_proxy_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setenv("http_proxy", "proxy:3128")

    assert look("http://shop.example.com/").text.startswith("no answer: Proxy URL had")


def test_names_below_localhost_are_this_machine(serve: Serve) -> None:
    seen = look(serve(CLOSED).replace("127.0.0.1", "shop.alb.localhost"))

    assert seen.closed
    assert serve.asked[0].startswith("shop.alb.localhost:")
