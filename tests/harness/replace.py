"""How the modules that complete MiniStack put their functions in place of its own."""

from collections.abc import Callable
from functools import partial
from typing import Any


def in_place_of(functions: dict[str, Any], name: str) -> Callable[[Callable], None]:
    """Put the decorated function in the place of this one, which it gets as its first argument."""
    return lambda function: functions.update({name: partial(function, functions[name])})
