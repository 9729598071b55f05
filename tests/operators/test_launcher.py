"""The command's launcher and the tools that it installs, in a checkout with one package of the test's own."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.paths import ROOT

# Settings of pip that say where to install; all of them would lead away from the checkout's own environment.
ELSEWHERE = {"PIP_USER": "1", "PIP_TARGET": "/nowhere", "PIP_ROOT": "/nowhere", "PIP_PYTHON": "/nowhere"}
CONFIG = "[install]\nuser = true\nprefix = /nowhere\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout whose tools have been installed by the first run."""
    root = tmp_path_factory.mktemp("checkout")
    wheel, text = root / "tiny-1-py3-none-any.whl", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n"
    files = {"tiny.py": "", "tiny-1.dist-info/METADATA": text, "tiny-1.dist-info/WHEEL": "Wheel-Version: 1.0\n"}
    files["tiny-1.dist-info/RECORD"] = "".join(f"{name},{_digest(content)},\n" for name, content in files.items())
    with zipfile.ZipFile(wheel, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    (root / "tests").mkdir()
    hashed = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (root / "tests" / "requirements.txt").write_text(f"tiny @ {wheel.as_uri()} --hash=sha256:{hashed}\n")
    (root / "scripts" / "operators").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", root)
    shutil.copy(ROOT / "scripts" / "maintenance", root / "scripts")
    (root / "scripts" / "operators" / "__main__.py").write_text("import sys, tiny\nprint(sys.argv[1:])\n")
    (root / "pip.conf").write_text(CONFIG)
    settings = {**ELSEWHERE, "PIP_CONFIG_FILE": str(root / "pip.conf"), "PYTHONHOME": "/nowhere"}
    assert "Installing" in run(root / "scripts" / "maintenance", **settings).stderr
    return root


def _digest(text: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def run(launcher: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher from another folder; that it prints its words shows that the package imports."""
    environment = {**os.environ, **settings}
    done = subprocess.run([launcher, "a b", "c"], cwd="/", env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "['a b', 'c']\n"
    return done


def test_an_installed_command_runs_through_links(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "absolute").symlink_to(checkout / "scripts" / "maintenance")
    (tmp_path / "relative").symlink_to("absolute")

    # A folder of that name in CDPATH must not be taken for the checkout.
    assert not run(tmp_path / "relative", CDPATH="/", PYTHONPATH=str(tmp_path)).stderr


def older(root: Path) -> None:
    os.utime(root / ".tools" / "venv" / "installed", (1, 1))


def without_interpreter(root: Path) -> None:
    (root / ".tools" / "venv" / "bin" / "python").unlink()


def in_place(_: Path) -> None:
    """Leave it as it is."""


@pytest.mark.parametrize(
    ("moves", "damage", "expected"),
    [(False, in_place, False), (True, in_place, True), (False, older, True), (False, without_interpreter, True)],
)
def test_damaged_tools_are_installed_anew(
    checkout: Path, tmp_path: Path, moves: bool, damage: Callable[[Path], None], expected: bool
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(checkout, root, symlinks=True)
    if not moves:
        (root / ".tools" / "venv" / "installed").write_text(f"{root.resolve()}/.tools/venv\n")
    damage(root)

    planned = subprocess.run(["make", "-n", "-C", root, "tools"], capture_output=True, text=True, check=True)

    assert ("pip" in planned.stdout) is expected
