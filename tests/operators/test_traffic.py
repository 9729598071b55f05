"""Waiting until visitors meet what was switched, at a server that answers as a load balancer does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat

import pytest

from scripts.operators.failures import Failure
from scripts.operators.traffic import Seen, wait

CLOSED, REDIRECTED, OPEN, MOVED, BROKEN = (503, "on"), (303, "on"), (200, None), (301, None), (502, None)
# Nothing at all: the connection ends before an answer.
LOST = (0, None)

Answer = tuple[int, str | None]
Serve = Callable[..., str]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Yield what makes a server give these answers, the last one for ever; it returns the server's address."""
    # A proxy of the user's must not get the calls to this machine.
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    answers: Iterator[Answer] = iter(())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, header = next(answers)
            # A redirect leads to nothing.
            if status and self.path == "/":
                self.send_response(status)
                self.send_header("Location", "/nowhere")
                if header:
                    self.send_header("x-maintenance-mode", header)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()

    def begin(*given: Answer) -> str:
        nonlocal answers
        answers = chain(given, repeat(given[-1]))
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield begin
    server.shutdown()
    server.server_close()
    thread.join()


def patient(url: str, *, closed: bool) -> Seen:
    """Wait for as long as it takes."""
    return wait(url, closed=closed, every=0, at_most=30)


def hasty(url: str, *, closed: bool) -> Seen:
    """Wait no time at all: for one answer."""
    return wait(url, closed=closed, every=1, at_most=0)


@pytest.mark.parametrize(
    ("closed", "answers", "looks"),
    [
        (True, [CLOSED], 5),
        (True, [REDIRECTED, CLOSED], 5),
        (True, [OPEN, LOST, BROKEN, CLOSED], 8),
        (True, [*[CLOSED] * 4, OPEN, CLOSED], 10),
        (False, [CLOSED, REDIRECTED, OPEN], 7),
        (False, [OPEN, MOVED, OPEN], 5),
        # What a responder that fails, or no load balancer at all, leaves visitors with is no open system.
        (False, [*[OPEN] * 4, BROKEN, OPEN], 10),
        (False, [*[OPEN] * 4, LOST, OPEN], 10),
    ],
)
def test_it_ends_with_the_fifth_answer_in_a_row(
    serve: Serve, capsys: pytest.CaptureFixture[str], closed: bool, answers: list[Answer], looks: int
) -> None:
    seen = patient(serve(*answers), closed=closed)

    assert seen.closed is closed
    told = capsys.readouterr()
    assert not told.out
    lines = told.err.splitlines()
    assert len(lines) == looks
    assert lines[-1].startswith("http://127.0.0.1:")
    assert ": 5 of 5 answers in a row are as switched" in lines[-1]


@pytest.mark.parametrize(
    ("closed", "answer", "last"),
    [
        (True, OPEN, "is not yet closed; seen last: 200 without X-Maintenance-Mode: on"),
        (True, (503, "off"), "seen last: 503 without X-Maintenance-Mode: on"),
        (True, LOST, "seen last: no answer: "),
        (False, CLOSED, "is not yet open; seen last: 503 with X-Maintenance-Mode: on"),
        (False, BROKEN, "seen last: 502 without X-Maintenance-Mode: on"),
    ],
)
def test_when_time_is_up_it_says_what_was_seen_last(serve: Serve, closed: bool, answer: Answer, last: str) -> None:
    with pytest.raises(Failure) as failure:
        hasty(serve(answer), closed=closed)

    assert "the rules are switched, but after 0 seconds http://127.0.0.1:" in failure.value.message
    assert last in failure.value.message
    assert failure.value.exit_code == 1
