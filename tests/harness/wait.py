"""Waiting for conditions."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(what: str, probe: Callable[[], T], *, within: float, every: float = 0.1) -> T:
    """Return the first truthy result of `probe`; fail with `what` and the last result when time is up."""
    deadline = time.monotonic() + within
    while True:
        result = probe()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not so within {within:g} s (last seen: {result!r})")
        time.sleep(every)
