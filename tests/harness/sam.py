"""The SAM CLI, used the way the README says."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.aws import Aws, host_architecture
from tests.harness.paths import LOGS, ROOT, TOOLS
from tests.harness.processes import ToolFailedError, child, tail

MODE = os.environ.get("BUILD_MODE", "debug")


@dataclass(frozen=True)
class Sam:
    """SAM's build, deploy and remote invoke against one account; `BUILD_MODE=release` makes optimised functions."""

    aws: Aws
    # Not where SAM puts the functions for AWS, which may be for another processor.
    build_dir: Path = ROOT / ".aws-sam" / f"local-{MODE}"

    def build(self) -> None:
        """Build both functions for this machine, once for all of pytest's workers."""
        built_for = self.build_dir / "built-for"
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
        self.build_dir.mkdir(parents=True, exist_ok=True)
        with (self.build_dir.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if run and built_for.is_file() and built_for.read_text() == run:
                return
            processor = f"Architecture={host_architecture()}"
            self._run("build", f"--build-dir={self.build_dir}", f"--parameter-overrides={processor}")
            built_for.write_text(run)

    def deploy(self, stack: str, parameters: Mapping[str, str]) -> None:
        # SAM looks for its settings beside the template, where the built one has none.
        files = (f"--template-file={self.build_dir}/template.yaml", f"--config-file={ROOT}/samconfig.toml")
        given = {"Architecture": host_architecture(), **parameters}
        overrides = ["--parameter-overrides", *(f'{name}="{value}"' for name, value in given.items())]
        self._run("deploy", f"--stack-name={stack}", *files, "--no-confirm-changeset", "--no-progressbar", *overrides)

    def remote_invoke(self, stack: str, function: str, event: Path) -> dict[str, Any]:
        # Without the function's log, the last line is the answer.
        options = (f"--stack-name={stack}", f"--event-file={event}", "--parameter=LogType=None")
        return json.loads(self._run("remote", "invoke", function, *options).read_text().splitlines()[-1])

    def _run(self, *args: str) -> Path:
        """Run the CLI so that it uses this account and no other service, and return its log."""
        env = self.aws.environment | {
            "SAM_CLI_TELEMETRY": "0",
            # The Makefile has put there that no version check is due: nothing here may leave the machine.
            "__SAM_CLI_APP_DIR": str(ROOT / ".tools" / "sam"),
            # cargo-lambda and its linker come from where the SAM CLI itself comes from.
            "PATH": f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        # Without debug information, the functions are a seventh as large to upload.
        env |= {"SAM_BUILD_MODE": "debug", "CARGO_PROFILE_DEV_DEBUG": "false"} if MODE == "debug" else {}
        log = LOGS / f"sam-{args[0]}.log"
        with child([str(TOOLS / "sam"), *args], env=env, log=log, cwd=ROOT) as process:
            if code := process.wait():
                raise ToolFailedError(f"sam {' '.join(args)}\nended with status {code}:\n{tail(log)}")
        return log
