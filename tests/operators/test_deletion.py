"""When a stack may be deleted."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.operators.deletion import unsettled

DRIFT = {"code": "drift", "message": "the tags say maintenance"}


def listener(state: str, *warnings: dict[str, str]) -> dict[str, Any]:
    return {"name": "HTTPS:443 of shop", "state": state, "warnings": list(warnings)}


@pytest.mark.parametrize(
    ("listeners", "reason"),
    [
        ([listener("resting", {"code": "no-healthy-target", "message": "none"})], None),
        ([listener("resting"), listener("active")], "HTTPS:443 of shop is active, and rules that made room would stay"),
        ([listener("partial")], "HTTPS:443 of shop is partial"),
        # Opened by hand: only an end takes the rules back that made room, while the record is there.
        ([listener("resting", DRIFT)], "HTTPS:443 of shop: the tags say maintenance"),
    ],
)
def test_only_at_rest_and_with_nothing_left_to_take_back(listeners: list[dict[str, Any]], reason: str | None) -> None:
    said = unsettled(listeners)

    assert said is None if reason is None else said.startswith(reason)
