"""Packs what `sam build` has made into a folder that deploys without a compiler, once each function has answered."""

import os
import subprocess
import sys
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from samcli.yamlhelper import yaml_dump, yaml_parse

ROOT = Path(__file__).resolve().parents[1]
# Python's name of the processor, and Debian's.
NAMES = {"arm64": ("aarch64", "arm64"), "x86_64": ("x86_64", "amd64")}
# An event for each function, and a part of its answer: without its rules, the switcher says which setting it lacks.
ASKED = {"ResponderFunction": ("alb-a", b'"statusCode":303'), "SwitcherFunction": ("status", b"MAINTENANCE_RULE_ARNS")}
VARIABLES = {f"AWS_LAMBDA_FUNCTION_{name}": "1" for name in ("NAME", "VERSION", "MEMORY_SIZE")}
INVOCATION = {"Aws-Request-Id": "1", "Deadline-Ms": "9999999999999", "Invoked-Function-Arn": "arn:aws:lambda"}


def runner(architecture: str) -> list[str]:
    """Return what runs programs of this processor; install it if it is missing."""
    machine, debian = NAMES[architecture]
    if machine == os.uname().machine:
        return []
    program, library = f"/usr/bin/qemu-{machine}", f"/usr/{machine}-linux-gnu"
    if not (Path(program).exists() and Path(library).exists()):
        subprocess.run([ROOT / "scripts" / "install-packages.sh", "qemu-user", f"libc6-{debian}-cross"], check=True)
    return [program, "-L", library]


def answer(command: list[str], event: bytes) -> bytes:
    """Run a function with one event under Lambda's Runtime API."""
    answers = []

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            for name, value in INVOCATION.items():
                self.send_header(f"Lambda-Runtime-{name}", value)
            self.end_headers()
            self.wfile.write(event)

        def do_POST(self) -> None:
            answers.append(self.rfile.read(int(self.headers["Content-Length"])))

    with HTTPServer(("127.0.0.1", 0), Api) as server:
        server.timeout, api = 1, f"127.0.0.1:{server.server_port}"
        given = VARIABLES | {"AWS_LAMBDA_RUNTIME_API": api}
        with subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL) as process:
            for _ in range(60):  # requests, or seconds without one
                if not answers and process.poll() is None:
                    server.handle_request()
            process.kill()
    return answers[0] if answers else b"nothing"


def pack(built: Path, architecture: str, folder: Path) -> None:
    """Write the folder for a processor."""
    template = yaml_parse((built / "template.yaml").read_text())
    del template["Globals"]["Function"]["CodeUri"]
    template["Parameters"]["Architecture"] |= {"Default": architecture, "AllowedValues": [architecture]}
    folder.mkdir(parents=True, exist_ok=True)
    for function, (event, expected) in ASKED.items():
        program = built.resolve() / function / "bootstrap"
        got = answer([*runner(architecture), str(program)], (ROOT / "events" / f"{event}.json").read_bytes())
        if expected not in got:
            sys.exit(f"✗ {program} answered {event}.json with {got!r}; expected: {expected!r}")
        with zipfile.ZipFile(folder / f"{function}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(program, "bootstrap")
        template["Resources"][function]["Properties"]["CodeUri"] = f"{function}.zip"
    (folder / "template.yaml").write_text(yaml_dump(template))
    print(f"✓ {folder}: both functions have answered", flush=True)


if __name__ == "__main__":
    pack(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
