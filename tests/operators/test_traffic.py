"""Waiting for a switch."""

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, repeat
from unittest import mock

import pytest

from scripts.operators import traffic
from scripts.operators.failures import Failure
from scripts.operators.traffic import Seen, look, wait

Serve, Looks = Callable[[str], tuple[str, list[str]]], Callable[..., int]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Yield what serves one answer, and drips an unfinished one for ever; it returns its host and what is asked."""
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost,no-such-name.invalid")
    asked: list[str] = []

    def answer(server: socket.socket, text: str) -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(65_536).decode(errors="replace"))
                connection.sendall(text.replace("\n", "\r\n").encode())
                while text and not text.endswith("\n\n"):
                    connection.sendall(b"x: y\r\n")
                    time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def begin(text: str) -> tuple[str, list[str]]:
            threading.Thread(target=answer, args=(server, text), daemon=True).start()
            return f"127.0.0.1:{server.getsockname()[1]}", asked

        yield begin


ON = "X-Maintenance-Mode: on"


@pytest.mark.parametrize(
    ("answer", "closed", "text"),
    [
        (f"HTTP/1.1 503 x\n{ON.lower()}\n\n", True, f"503 with {ON}"),
        (f"HTTP/1.1 303 x\n{ON}\nLocation: /b\n\n", True, f"303 with {ON}"),
        ("HTTP/1.1 503 x\nX-Maintenance-Mode: off\n\n", False, f"503 without {ON}"),
        ("HTTP/1.1 301 x\nLocation: /b\n\n", False, f"301 without {ON}"),
        # Neither a responder's failure nor a lost connection is an open system.
        ("HTTP/1.1 502 x\n\n", None, f"502 without {ON}"),
        ("", None, "no answer: "),
        ("HTTP/1.1 200 x\n", None, "no answer within 0.5 seconds"),
    ],
)
def test_one_answer_shows_who_answers(serve: Serve, answer: str, closed: bool | None, text: str) -> None:
    seen = look(f"http://{serve(answer)[0]}/", within=0.5)

    assert (seen.closed, seen.text[: len(text)]) == (closed, text)
    assert seen.answered is not text.startswith("no answer")


def test_names_below_localhost_are_this_machine(serve: Serve) -> None:
    host, asked = serve(f"HTTP/1.1 503 x\n{ON}\n\n")
    named = host.replace("127.0.0.1", "shop.alb.localhost")

    assert look(f"http://{named}/").closed
    assert f"\r\nHost: {named}\r\n" in asked[0]


UNREACHABLE = ["http://127.0.0.1:9/", "http://no-such-name.invalid/", "https://HERE/"]


@pytest.mark.parametrize(
    ("url", "proxy"), [*((url, "") for url in UNREACHABLE), ("http://shop.example.com/", "proxy:3128")]
)
def test_what_cannot_be_reached_is_no_answer(serve: Serve, url: str, proxy: str) -> None:
    with mock.patch.dict(os.environ, http_proxy=proxy):
        seen = look(url.replace("HERE", serve("HTTP/1.1 200 OK\n\n")[0]))

    assert (seen.closed, seen.answered, seen.text[:11]) == (None, False, "no answer: ")


URL = "https://shop.example.com/"
CLOSED, OPEN = Seen("503", closed=True), Seen("200", closed=False)
BROKEN, LOST = Seen("502", closed=None), Seen("no answer", closed=None, answered=False)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Return what waits with these answers, the last one for ever, and returns how often it looked."""

    def waited(*answers: Seen, closed: bool, at_most: float = 30) -> int:
        given, seen = chain(answers, repeat(answers[-1])), []
        monkeypatch.setattr(traffic, "look", lambda _: seen.append(next(given)) or seen[-1])
        assert wait(URL, closed=closed, every=0.001, at_most=at_most).closed is closed
        return len(seen)

    return waited


@pytest.mark.parametrize(
    ("closed", "answers", "expected"),
    [
        (True, [CLOSED], 5),
        (True, [OPEN, LOST, BROKEN, CLOSED], 8),
        (True, [*[CLOSED] * 4, OPEN, CLOSED], 10),
        (False, [CLOSED, OPEN], 6),
        (False, [*[OPEN] * 4, BROKEN, OPEN], 10),
        (True, [*[LOST] * 9, OPEN, *[LOST] * 9, CLOSED], 24),
    ],
)
def test_five_answers_in_a_row_end_it(looks: Looks, closed: bool, answers: list[Seen], expected: int) -> None:
    assert looks(*answers, closed=closed) == expected


@pytest.mark.parametrize(
    ("answer", "at_most", "sentence"),
    [
        (OPEN, 0, f"after 0 seconds {URL} is not yet closed: 200; `scripts/maintenance status`"),
        (BROKEN, 0, "is not yet closed: 502; `scripts/maintenance status`"),
        # After ten looks, and not at the end of the time.
        *((LOST, at_most, f"{URL} cannot be seen from here: no answer") for at_most in (0, 30)),
    ],
)
def test_a_lost_wait_names_the_last_answer(looks: Looks, answer: Seen, at_most: float, sentence: str) -> None:
    with pytest.raises(Failure, match=f"the rules are switched, but .*{re.escape(sentence)}"):
        looks(answer, closed=True, at_most=at_most)
