"""Speaking to what `make play` runs, rather than to AWS."""

from __future__ import annotations

import json
import os
from pathlib import Path

from .failures import WrongUse

# Made by `make play` while it runs.
PLAYS = Path(__file__).resolve().parents[2] / ".tools" / "play.json"


def enter() -> None:
    """Let this process and its children see the emulated account and no other."""
    try:
        playing = json.loads(PLAYS.read_text())
    except FileNotFoundError as error:
        raise WrongUse("--play: nothing plays; accepted: while `make play` runs in another terminal") from error
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    # A proxy of the user's must not get the calls to this machine.
    directly = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    os.environ.update(nowhere | directly | playing["environment"] | {"MAINTENANCE_STACK": playing["stack"]})
