"""MiniStack, the emulated AWS, as a local process behind the guard."""

import contextlib
import platform
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness.aws import ACCOUNT, REGION, Aws
from tests.harness.paths import LOGS, ROOT
from tests.harness.processes import ToolFailedError, child, tail
from tests.harness.wait import until


@contextlib.contextmanager
def ministack(home: Path) -> Iterator[Aws]:
    """Run MiniStack on a free port until the block ends, with all of its files below `home`."""
    if platform.system() != "Linux":
        raise ToolFailedError("MiniStack runs the functions, which are Linux programs, without a container: use Linux")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        aws = Aws(port=probe.getsockname()[1])
    log = LOGS / "ministack.log"
    with child(
        [sys.executable, "-m", "tests.harness.guard"], env=_environment(aws, home), log=log, cwd=home
    ) as process:

        def answers() -> bool:
            if process.poll() is not None:
                raise ToolFailedError(f"MiniStack did not start:\n{tail(log)}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", aws.port)):
                return True
            return False

        until("MiniStack answers", answers, within=60)
        yield aws


def _environment(aws: Aws, home: Path) -> dict[str, str]:
    # The functions inherit this environment; on AWS no file is named in theirs. With this HOME there is none anyway.
    files = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    return {name: value for name, value in aws.environment.items() if name not in files} | {
        "PYTHONPATH": str(ROOT),
        "GATEWAY_PORT": str(aws.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # Check every call against the caller's IAM policies: the functions may do what the template grants, no more.
        "AUTH": "true",
        # Its state, its copies of the functions and its PID file belong to this run.
        "HOME": str(home),
        "TMPDIR": str(home),
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        # Leave the user's Docker alone, and open no other port.
        "DOCKER_HOST": f"unix://{home}/no-docker.sock",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
