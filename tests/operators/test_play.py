"""The emulated AWS of a `make play`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from scripts.operators import play
from scripts.operators.failures import WrongUse


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the file that `make play` writes."""
    monkeypatch.setattr(
        os, "environ", {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_LAMBDA": "https://x", "HOME": "/"}
    )
    monkeypatch.setattr(play, "PLAYS", tmp_path / "play.json")
    return play.PLAYS


def test_no_setting_leads_to_a_real_account(plays: Path) -> None:
    given = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "key"}
    plays.write_text(json.dumps({"environment": given, "stack": "shop"}))

    play.enter()

    seen = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    assert seen == given | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    assert os.environ["MAINTENANCE_STACK"] == "shop"


def test_without_a_play_it_is_wrong_use(plays: Path) -> None:
    with pytest.raises(WrongUse, match="--play: nothing plays; accepted: while `make play` runs"):
        play.enter()

    assert not plays.exists()
