"""`make play`, in a terminal of its own, and what is left when it or a test run is ended."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.play import PLAYS, STATUS_PATH
from tests.harness.paths import LOGS, ROOT
from tests.harness.processes import child, tail
from tests.harness.wait import until

ADDRESS = re.compile(r"http://(\S+)(/a)\n")
# A run with the emulated AWS and a tool that has a child of its own.
RUN = """
import signal
from tests.harness.ministack import ministack
from tests.harness.paths import LOGS
from tests.harness.processes import child
from tests.harness.watchdog import run_folder

with run_folder() as home, ministack(home) as aws:
    with child(["sh", "-c", "sleep 1000 & wait"], env=aws.environment, log=LOGS / "tool.log", cwd=home):
        print("runs", flush=True)
        signal.pause()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment that marks every process of a run and holds all that it leaves behind."""
    return {**os.environ, "TMPDIR": str(tmp_path)}


def await_nothing_left(folder: Path) -> None:
    """Wait until no process and no file of a run is there any more."""

    def left() -> list[str]:
        running = [str(process) for process in Path("/proc").glob("[0-9]*") if _is_of(process, folder)]
        return running + [str(file) for file in folder.iterdir()]

    until("nothing is left", lambda: not left(), within=30)


def _is_of(process: Path, folder: Path) -> bool:
    try:
        return str(folder).encode() in (process / "environ").read_bytes()
    except OSError:
        return False


@pytest.mark.usefixtures("sam")
def test_one_sees_maintenance_come_and_go_in_ones_own_browser(environment: dict[str, str], tmp_path: Path) -> None:
    """Play it whole, some twenty seconds: that what it prints can be followed, and that Ctrl-C leaves nothing."""
    until("nobody else plays", lambda: not PLAYS.exists(), within=60)
    log = LOGS / "play.log"
    with child([sys.executable, "-m", "tests.demo.play"], env=environment, log=log, cwd=ROOT) as process:

        def invited() -> re.Match[str] | None:
            assert process.poll() is None, tail(log)
            return ADDRESS.search(log.read_text()) if "What the functions log" in log.read_text() else None

        host, path = until("the address is told", invited, within=300).groups()
        assert "The shop is open" in page(host, path)[1]
        assert stat.S_IMODE(PLAYS.stat().st_mode) == 0o600

        operate("start", "--minutes", "30", "--message", "Back soon")
        assert page(host, path)[0] == 303
        assert '"message":"Back soon"' in page(host, STATUS_PATH)[1]
        assert "IN MAINTENANCE" in operate("status")
        until("the request is shown", lambda: "GET /a  outcome=redirect" in log.read_text(), within=30)
        operate("end")
        assert page(host, path)[0] == 200

        port = json.loads(PLAYS.read_text())["environment"]["AWS_ENDPOINT_URL"].rpartition(":")[2]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, tail(log)
    await_nothing_left(tmp_path)
    assert not PLAYS.exists()
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", int(port))) != 0


def page(host: str, path: str) -> tuple[int, str]:
    """Ask for a page as a browser does, and return status and text."""
    connection = http.client.HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=30)
    try:
        connection.request("GET", path, headers={"Host": host, "Accept": "text/html", "Sec-Fetch-Site": "none"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def operate(*words: str) -> str:
    """Type one of the commands that were told."""
    command = [str(ROOT / "scripts" / "maintenance"), "--play", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_nothing_is_left_of_a_run_that_is_killed(environment: dict[str, str], tmp_path: Path) -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    assert run.stdout.readline() == "runs\n"
    assert list(tmp_path.iterdir())

    run.kill()
    run.wait()

    await_nothing_left(tmp_path)
