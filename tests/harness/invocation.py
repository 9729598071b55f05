"""What came of calling a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Invocation:
    """The outcome of one call of a function."""

    failed: bool
    payload: Any

    @property
    def answer(self) -> dict[str, Any]:
        """The function's answer; a failed invocation has none."""
        assert not self.failed, self.payload
        return self.payload

    @property
    def error(self) -> str:
        """The function's error message; a successful invocation has none."""
        assert self.failed, self.payload
        return self.payload["errorMessage"]
