"""Waiting until visitors meet what was switched."""

from __future__ import annotations

import time
from dataclasses import dataclass

import requests

from . import tables
from .failures import Failure

HEADER = "X-Maintenance-Mode"
# One answer is that of one node of the load balancer only.
IN_A_ROW = 5


@dataclass(frozen=True)
class Seen:
    """What one visitor meets."""

    text: str
    # Whether the responder answered; none where that cannot be told.
    closed: bool | None


def look(url: str) -> Seen:
    """Ask once, over a connection of its own: one that is kept leads to the same node again."""
    try:
        with requests.get(url, allow_redirects=False, stream=True, timeout=5) as answered:
            status, closed = answered.status_code, answered.headers.get(HEADER) == "on"
    except (requests.RequestException, ValueError) as error:  # the latter for a name that cannot be looked up
        cause = error.args[0] if error.args else error
        return Seen(f"no answer: {getattr(cause, 'reason', cause)}", closed=None)
    text = f"{status} {'with' if closed else 'without'} {HEADER}: on"
    # The load balancer's own 502 is what visitors get of a responder that fails, and of an application that does.
    return Seen(text, closed=None if status == 502 and not closed else closed)


def wait(url: str, *, closed: bool, every: float = 1.0, at_most: float = 120.0) -> Seen:
    """Wait until all of some answers in a row, `every` so many seconds, are as switched; return the last of them.

    The load balancer gathers rule changes for some ten seconds before its traffic follows, says a maintainer of AWS
    Load Balancer Controller (its pull request 4039); `at_most` is in seconds, too.
    """
    until = time.monotonic() + at_most
    in_a_row = 0
    with tables.progress() as tell:
        while True:
            seen = look(url)
            in_a_row = in_a_row + 1 if seen.closed is closed else 0
            tell(f"{url}: {in_a_row} of {IN_A_ROW} answers in a row are as switched; the last: {seen.text}")
            if in_a_row == IN_A_ROW:
                return seen
            if time.monotonic() + every > until:
                raise Failure(
                    f"the rules are switched, but after {at_most:g} seconds {url} is not yet "
                    f"{'closed' if closed else 'open'}; seen last: {seen.text}; `status` shows which rule serves it"
                )
            time.sleep(every)
