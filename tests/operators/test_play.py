"""The emulated AWS of a `make play`."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from scripts.operators import play
from scripts.operators.failures import WrongUse

GIVEN = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "key"}
NONE = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
# A proxy of the user's must not get the calls to this machine.
NONE |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")


@pytest.mark.parametrize("state", ["running", "crashed", "never run"])
def test_play_leads_to_no_real_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, state: str) -> None:
    mine = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_LAMBDA": "https://x", "HOME": "/"}
    monkeypatch.setattr(os, "environ", dict(mine))
    monkeypatch.setattr(play, "PLAYS", tmp_path / "play.json")
    play.PLAYS.write_text(json.dumps({"environment": GIVEN, "stack": "shop"}))
    with (tmp_path / ("other" if state == "never run" else "play.lock")).open("w") as lock:
        if state == "running":
            fcntl.flock(lock, fcntl.LOCK_EX)
            play.enter()
            assert {**os.environ} == GIVEN | NONE | {"HOME": "/", "MAINTENANCE_STACK": "shop"}
        else:
            with pytest.raises(WrongUse, match="--play: no `make play` is ready"):
                play.enter()
            assert os.environ == mine
