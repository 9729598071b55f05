"""`make dist`: a deployment from its folder needs no compiler."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tests.harness.aws import Aws, host_architecture
from tests.harness.load_balancer import LoadBalancer
from tests.harness.paths import EVENTS, ROOT
from tests.harness.sam import Sam
from tests.harness.stack import deploy


def dist(built: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / "dist.py", built, host_architecture(), folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_folder_deploys_without_a_build(aws: Aws, sam: Sam, tmp_path: Path) -> None:
    done = dist(sam.build_dir, tmp_path)
    assert done.returncode == 0, done.stderr
    for archive in tmp_path.glob("*.zip"):
        (program,) = ZipFile(archive).infolist()
        # Lambda starts this name, if it may be run: in a zip, the upper half holds the mode.
        assert (program.filename, program.external_attr >> 16 & 0o111) == ("bootstrap", 0o111)

    listener = LoadBalancer(aws, "dist", {}).listener(port=80, rules={})
    stack = deploy(aws, Sam(aws, tmp_path), "dist", {"ListenerArn": listener.arn, "DefaultAction": "404"})

    assert stack.start()["outcome"] == "changed"
    assert stack.invoke(EVENTS / "alb-b.json", function=stack.responder).answer["statusCode"] == 503


def test_silent_functions_are_not_packed(sam: Sam, tmp_path: Path) -> None:
    built = tmp_path / "built"
    (built / "ResponderFunction").mkdir(parents=True)
    (built / "template.yaml").write_text((sam.build_dir / "template.yaml").read_text())
    (built / "ResponderFunction" / "bootstrap").symlink_to("/bin/true")

    done = dist(built, tmp_path / "dist")

    assert "ResponderFunction/bootstrap answered alb-a.json with b'nothing'" in done.stderr
    assert not list((tmp_path / "dist").glob("*.zip"))
