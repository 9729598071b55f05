"""The emulated AWS of a `make play`, in place of AWS."""

import fcntl
import json
import os
from pathlib import Path

from . import printing
from .failures import WrongUse

# Written by `make play`, which holds the lock beside it as long as it runs; a crash leaves the file.
PLAYS = Path(__file__).resolve().parents[2] / ".tools" / "play.json"


def enter() -> None:
    """Let this process and its children use the emulated account and no other."""
    if not _runs() or not PLAYS.exists():
        raise WrongUse("--play: no `make play` is ready; accepted: while one runs in another terminal")
    playing = json.loads(PLAYS.read_text())
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    # A proxy of the user's must not get the calls to this machine.
    directly = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    os.environ.update(nowhere | directly | playing["environment"] | {"MAINTENANCE_STACK": playing["stack"]})
    printing.TYPED["play"] = "--play"


def _runs() -> bool:
    with PLAYS.with_suffix(".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
