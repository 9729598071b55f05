"""`make play`, and what a run leaves behind when it is ended."""

import contextlib
import http.client
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.play import PLAYS, STATUS_PATH
from tests.harness.paths import LOGS, ROOT
from tests.harness.processes import child, tail
from tests.harness.wait import until

PLAY = [sys.executable, "-m", "tests.demo.play"]
ADDRESS = re.compile(r"http://(\S+)/a\n")
RUN = """
import signal
from tests.harness.ministack import ministack
from tests.harness.paths import LOGS
from tests.harness.processes import child, run_folder

with run_folder() as home, ministack(home) as aws:
    with child(["sleep", "1000"], env=aws.environment, log=LOGS / "tool.log", cwd=home):
        print("runs", flush=True)
        signal.pause()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment that marks every process of a run."""
    return {**os.environ, "TMPDIR": str(tmp_path)}


def processes(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append(process.name)
    return found


@pytest.mark.usefixtures("sam")
def test_play_opens_closes_and_leaves_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    # As a crash leaves it.
    PLAYS.write_text("{}")
    log = LOGS / "play.log"
    with child(PLAY, env={**environment, "PARAMETERS": "HomePath=/b"}, log=log, cwd=ROOT) as process:

        def invited() -> re.Match[str] | None:
            assert process.poll() is None, tail(log)
            return ADDRESS.search(log.read_text()) if "What the functions log" in log.read_text() else None

        host = until("the address is shown", invited, within=300)[1]
        assert "The shop is open" in page(host, "/a")[1]
        assert stat.S_IMODE(PLAYS.stat().st_mode) == 0o600
        second = subprocess.run(PLAY, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (second.returncode, "another `make play` is running" in second.stdout) == (1, True)

        operate("start", "--minutes", "30", "--message", "Back soon")
        assert page(host, "/a")[0] == 303
        assert '"message":"Back soon"' in page(host, STATUS_PATH)[1]
        until("the request is shown", lambda: "GET /a  outcome=redirect" in log.read_text(), within=30)
        operate("end")
        assert page(host, "/a")[0] == 200

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, tail(log)
    until("no process is left", lambda: not processes(tmp_path), within=30)
    assert not PLAYS.exists()
    assert not list(tmp_path.iterdir())


def page(host: str, path: str) -> tuple[int, str]:
    """Ask for a page as a browser does, and return status and text."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]))) as connection:
        connection.request("GET", path, headers={"Host": host, "Accept": "text/html", "Sec-Fetch-Site": "none"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def operate(*words: str) -> None:
    """Run one of the commands that play prints; no setting leads it to a real account."""
    mine = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:9", "http_proxy": "no"}
    command = [ROOT / "scripts" / "maintenance", "--play", *words]
    subprocess.run(command, env=os.environ | mine, capture_output=True, check=True)


def test_no_process_outlives_a_killed_run(environment: dict[str, str], tmp_path: Path) -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    assert run.stdout.readline() == "runs\n"
    assert len(processes(tmp_path)) == 3

    run.kill()
    run.wait()

    until("no process is left", lambda: not processes(tmp_path), within=30)
