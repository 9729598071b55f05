"""Packs what `sam build` has made for a processor as `make dist` needs it: a template and a zip for each function.

`sam deploy` and `aws cloudformation package` take them without a compiler. Each function first has to answer an event.
"""

import os
import subprocess
import sys
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from samcli.yamlhelper import yaml_dump, yaml_parse

EVENTS = Path(__file__).resolve().parents[1] / "events"
# Python's name of the processor, and Debian's.
NAMES = {"arm64": ("aarch64", "arm64"), "x86_64": ("x86_64", "amd64")}
# An event for each function, and a part of its answer. The switcher has to ask AWS, which refuses everything here.
ASKED = {"ResponderFunction": ("alb-a", b'"statusCode":303'), "SwitcherFunction": ("status", b"AccessDenied")}
REFUSAL = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not here</Message></Error></ErrorResponse>"
NEEDED = "ACCESS_KEY_ID SECRET_ACCESS_KEY LAMBDA_FUNCTION_NAME LAMBDA_FUNCTION_VERSION LAMBDA_FUNCTION_MEMORY_SIZE"
RULE = "arn:aws:elasticloadbalancing:nowhere:123456789012:listener-rule/app/shop/1/1/1"
VARIABLES = {"AWS_REGION": "nowhere", "MAINTENANCE_RULE_ARNS": RULE, **{f"AWS_{name}": "1" for name in NEEDED.split()}}


def runner(architecture: str) -> list[str]:
    """Return what runs programs of this processor; install it if it is missing."""
    machine, debian = NAMES[architecture]
    if machine == os.uname().machine:
        return []
    program, library, package = f"/usr/bin/qemu-{machine}", f"/usr/{machine}-linux-gnu", f"libc6-{debian}-cross"
    if not (Path(program).exists() and Path(library).exists()):
        apt = [*([] if os.geteuid() == 0 else ["sudo", "-n"]), "apt-get", "--quiet"]
        subprocess.run([*apt, "update"], check=True)
        subprocess.run([*apt, "install", "--yes", "--no-install-recommends", "qemu-user", package], check=True)
    return [program, "-L", library]


def answer(command: list[str], event: bytes) -> bytes:
    """Run a function with one event, between Lambda's Runtime API and an AWS that refuses everything."""
    answers, calls = [], []

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(200, event)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            (calls if self.path == "/" else answers).append(body)
            self._reply(202 if answers else 403, REFUSAL)

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response_only(status)
            self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
            self.send_header("Lambda-Runtime-Deadline-Ms", str(2**41))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:1:function:f")
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Api) as server:
        server.timeout, api = 1, f"127.0.0.1:{server.server_port}"
        given = VARIABLES | {"AWS_LAMBDA_RUNTIME_API": api, "AWS_ENDPOINT_URL": f"http://{api}"}
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
        got = answer([*runner(architecture), str(program)], (EVENTS / f"{event}.json").read_bytes())
        if expected not in got:
            sys.exit(f"✗ {program} answered {event}.json with {got!r}; expected: {expected!r}")
        with zipfile.ZipFile(folder / f"{function}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(program, "bootstrap")
        template["Resources"][function]["Properties"]["CodeUri"] = f"{function}.zip"
    (folder / "template.yaml").write_text(yaml_dump(template))
    print(f"✓ {folder}: both functions have answered", flush=True)


if __name__ == "__main__":
    pack(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
