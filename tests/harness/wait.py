"""Waiting for conditions."""

import time
from collections.abc import Callable
from typing import Any


def until(what: str, probe: Callable[[], Any], *, within: float, every: float = 0.1) -> Any:  # noqa: ANN401
    """Return the first truthy result of `probe`; fail with `what` and the last result when time is up."""
    deadline = time.monotonic() + within
    while not (result := probe()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not so within {within:g} s (last seen: {result!r})")
        time.sleep(every)
    return result
