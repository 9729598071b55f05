"""The command's launcher and the tools that it installs, in a checkout with one package of the test's own."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.harness.paths import ROOT

# Settings of pip that say where to install; all of them would lead away from the checkout's own environment.
ELSEWHERE = {"PIP_USER": "1", "PIP_TARGET": "/nowhere", "PIP_ROOT": "/nowhere", "PIP_PYTHON": "/nowhere"}
METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n"
PACKAGE = {"tiny.py": "", "tiny-1.dist-info/METADATA": METADATA, "tiny-1.dist-info/WHEEL": "Wheel-Version: 1.0\n"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout whose tools have been installed by the first run."""
    root = tmp_path_factory.mktemp("checkout")
    wheel = root / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        for name, content in PACKAGE.items():
            made.writestr(name, content)
        made.writestr("tiny-1.dist-info/RECORD", "".join(f"{name},,\n" for name in PACKAGE))
    for folder in ("tests", "scripts/operators"):
        (root / folder).mkdir(parents=True)
    hashed = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (root / "tests" / "requirements.txt").write_text(f"tiny @ {wheel.as_uri()} --hash=sha256:{hashed}\n")
    shutil.copy(ROOT / "Makefile", root)
    shutil.copy(ROOT / "scripts" / "maintenance", root / "scripts")
    (root / "scripts" / "operators" / "__main__.py").write_text("import sys, tiny\nprint(sys.argv[1:])\n")
    (root / "pip.conf").write_text("[install]\nuser = true\nprefix = /nowhere\n")
    settings = {**ELSEWHERE, "PIP_CONFIG_FILE": str(root / "pip.conf"), "PYTHONHOME": "/nowhere"}
    assert "Installing" in run(root / "scripts" / "maintenance", **settings).stderr
    return root


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
    subprocess.run(["sh", "-c", f"'{tmp_path}/relative' >&- 2>&-"], check=True)


@pytest.mark.parametrize("damage", ["none", "moved", "older than the list", "without interpreter"])
def test_damaged_tools_are_installed_anew(checkout: Path, tmp_path: Path, damage: str) -> None:
    root, tools = tmp_path / "copy", tmp_path / "copy" / ".tools" / "venv"
    shutil.copytree(checkout, root, symlinks=True)
    if damage != "moved":
        (tools / "installed").write_text(f"{tools.resolve()}\n")
    if damage == "older than the list":
        os.utime(tools / "installed", (1, 1))
    if damage == "without interpreter":
        (tools / "bin" / "python").unlink()

    planned = subprocess.run(["make", "-n", "-C", root, "tools"], capture_output=True, text=True, check=True)

    assert ("pip" in planned.stdout) is (damage != "none")
