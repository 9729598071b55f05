"""The emulated AWS of a `make play`."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from scripts.operators import play
from scripts.operators.failures import WrongUse

GIVEN = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "key"}


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the lock of a play that has written its file."""
    monkeypatch.setattr(
        os, "environ", {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_LAMBDA": "https://x", "HOME": "/"}
    )
    monkeypatch.setattr(play, "PLAYS", tmp_path / "play.json")
    play.PLAYS.write_text(json.dumps({"environment": GIVEN, "stack": "shop"}))
    return tmp_path / "play.lock"


def test_no_setting_leads_to_a_real_account(lock: Path) -> None:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        play.enter()

    seen = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    assert seen == GIVEN | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    assert os.environ["MAINTENANCE_STACK"] == "shop"


@pytest.mark.parametrize("crashed", [True, False])
def test_without_a_play_it_is_wrong_use(lock: Path, crashed: bool) -> None:
    if crashed:
        lock.touch()

    with pytest.raises(WrongUse, match="--play: no `make play` is ready"):
        play.enter()
