"""Measures both functions and writes the figures into RESULTS.md; `make bench` builds what is measured and calls this.

Every program runs in a process of its own under a local Lambda Runtime API; the switchers call the tests' strict load
balancer. Instructions are valgrind's count, which does not depend on what else the machine does.
"""

import contextlib
import datetime
import http.client
import json
import os
import platform
import queue
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import botocore
import trustme

BENCH, BUILDS = Path(__file__).parent, Path(sys.argv[1])
RESULTS = BENCH / "RESULTS.md"
FIGURES = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- end of the figures -->)", re.DOTALL)
START, END, SINGLE = ((BENCH.parent / "events" / f"{name}.json").read_bytes() for name in ("start", "end", "alb-b"))
# As the template's target group sends it, with all values of a name.
MULTI = {"multiValueHeaders": {name: [value] for name, value in json.loads(SINGLE)["headers"].items()}, "headers": None}
REQUEST = json.dumps(json.loads(SINGLE) | MULTI).encode()
DELAY = 20  # milliseconds of each call where round trips are counted
LIMIT = 300  # seconds for an invocation: enough for Python inside valgrind
Command = Sequence[str]


class Api(BaseHTTPRequestHandler):
    """An HTTP server that keeps connections and does not delay small answers."""

    protocol_version, disable_nagle_algorithm, wbufsize = "HTTP/1.1", True, -1

    def body(self) -> bytes:
        """Read the request's body."""
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def answer(self, status: int, body: bytes, headers: dict[str, object]) -> None:
        """Answer a request."""
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        """Serve until the client is gone."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextlib.contextmanager
def serving(handler: type[Api], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port until the block ends; yields host and port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def running(
    command: Command, variables: dict[str, str], tool: Command = ()
) -> Iterator[tuple[subprocess.Popen, Callable[[bytes], float]]]:
    """Run a function; yields its process, and what invokes it and returns the seconds since the process' start.

    The Runtime API is that of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
    """
    events: queue.Queue[bytes] = queue.Queue()
    answers: queue.Queue[tuple[float, str, bytes]] = queue.Queue()

    class Runtime(Api):
        def do_GET(self) -> None:
            headers = {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Deadline-Ms": int(time.time() + LIMIT) * 1000,
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:bench",
                "Lambda-Runtime-Trace-Id": "Root=1-5bdb40ca-556d8b0c50dc66f0511bf520;Sampled=0",
            }
            self.answer(200, events.get(), headers)

        def do_POST(self) -> None:
            answers.put((time.perf_counter(), self.path, self.body()))
            self.answer(202, b"", {})

    def invoke(event: bytes) -> float:
        events.put(event)
        at, path, body = answers.get(timeout=LIMIT)
        if not path.endswith("/response"):
            raise RuntimeError(f"{command}: {path} with {body!r} in answer to {event[:100]!r}")
        return at - started

    with serving(Runtime) as api:
        # Nothing of this machine's environment; the log is not kept.
        given = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(BENCH / "naive"),
            "AWS_LAMBDA_RUNTIME_API": api,
        }
        given |= {"AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_FUNCTION_VERSION": "1"}
        given |= {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_REGION": "eu-central-1"}
        given |= {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
        started = time.perf_counter()
        process = subprocess.Popen([*tool, *command], env=given | variables, stdout=subprocess.DEVNULL)
        try:
            yield process, invoke
        finally:
            process.kill()
            process.wait()
            events.put(b"")  # for the request that waits


@contextlib.contextmanager
def load_balancer(*, delay: int = 0, over_tls: bool = False) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a listener of six rules; yields the endpoint, and the variables that lead a switcher to it."""
    command = [BUILDS / "strict-elb", str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        said = json.loads(process.stdout.readline())
        rules = {f"{kind}_RULE_ARNS": said[f"{kind.lower()}_rules"][0] for kind in ("MAINTENANCE", "PLACEHOLDER")}
        plain = contextlib.nullcontext({"AWS_ENDPOINT_URL": said["endpoint"]})
        with tls(said["endpoint"]) if over_tls else plain as address:
            yield said["endpoint"], rules | address
        process.stdin.close()


@contextlib.contextmanager
def tls(endpoint: str) -> Iterator[dict[str, str]]:
    """Put TLS in front of an endpoint; yields the variables that lead a client there."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    class Relay(Api):
        def do_POST(self) -> None:
            onward = http.client.HTTPConnection(endpoint.rpartition("/")[2])
            onward.request("POST", "/", self.body(), dict(self.headers))
            answer = onward.getresponse()
            self.answer(answer.status, answer.read(), {"Content-Type": answer.headers["Content-Type"]})

    with tempfile.NamedTemporaryFile(suffix=".pem") as trusted, serving(Relay, context) as address:
        # A list as long as the system's: reading it is part of a start.
        trusted.write(Path(botocore.__file__).with_name("cacert.pem").read_bytes() + authority.cert_pem.bytes())
        trusted.flush()
        yield {"AWS_ENDPOINT_URL": f"https://{address}", "SSL_CERT_FILE": trusted.name, "AWS_CA_BUNDLE": trusted.name}


def instructions(command: Command, events: Sequence[bytes], variables: dict[str, str]) -> int:
    """Count all that a program executes from its start until it has answered these events and sleeps."""
    with tempfile.NamedTemporaryFile() as counts:
        tool = ["valgrind", "--tool=callgrind", "--log-file=/dev/null", f"--callgrind-out-file={counts.name}"]
        with running(command, variables, tool) as (process, invoke):
            for event in events:
                invoke(event)
            while Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0] != "S":
                time.sleep(0.01)
            process.terminate()
            process.wait()
        return int(re.findall(r"^totals: (\d+)", Path(counts.name).read_text(), re.MULTILINE)[-1])


def request_instructions(command: Command) -> tuple[float, float]:
    """Count thousands for each request, and for the first answer from cold."""
    repeats = 20 if command[0] == sys.executable else 200
    cold = instructions(command, [REQUEST], {})
    return (instructions(command, [REQUEST] * (1 + repeats), {}) - cold) / repeats / 1e3, cold / 1e3


def run(command: Command, events: Sequence[bytes], variables: dict[str, str]) -> tuple[float, float]:
    """Return the milliseconds to the first answer from cold, and the most MB that the process held."""
    with running(command, variables) as (process, invoke):
        cold, *_ = [invoke(event) for event in events]
        status = Path(f"/proc/{process.pid}/status").read_text()
        return cold * 1e3, int(re.findall(r"VmHWM:\s*(\d+) kB", status)[0]) * 1024 / 1e6


def switch(command: Command, over_tls: bool) -> tuple[float, float]:
    """Start maintenance from cold, then end it."""
    with load_balancer(over_tls=over_tls) as (_, variables):
        return run(command, [START, END], variables)


def calls(command: Command) -> list[str]:
    """Count the calls and the round trips of a start and of an end."""
    found, direct = [], urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with load_balancer(delay=DELAY) as (endpoint, variables), running(command, variables) as (_, invoke):
        for event in (START, END):
            invoke(event)
            said = json.load(direct.open(f"{endpoint}/calls"))
            assert "SetRulePriorities" in said["calls"], said
            found.append(f"{len(said['calls'])} in {said['round_trips']}")
    return found


def in_turn(rounds: int, commands: Sequence[Command], once: Callable) -> list[list[float]]:
    """Return the medians of each figure by program; in turns, other work of the machine falls on all alike."""
    # The first round only fills the machine's caches.
    turns = [[once(command) for command in commands] for _ in range(1 + rounds)][1:]
    medians = [map(median, zip(*of_one, strict=True)) for of_one in zip(*turns, strict=True)]
    return [list(figure) for figure in zip(*medians, strict=True)]


def row(what: str, values: Sequence[float], most: float | None = None, least: float | None = None) -> list[str]:
    """Write ours, the bare runtime's and Python's value, ours ÷ the bare runtime's, Python's ÷ ours, and the target."""
    ours, *bare, naive = values
    ratios = [ours / bare[0] if bare else None, naive / ours]
    ok = ratios[0] <= most if most else ratios[1] >= least if least else True
    limit = f"this ÷ bare ≤ {most:g}" if most else f"Python ÷ this ≥ {least:g}" if least else ""
    cells = [ours, bare[0] if bare else None, naive, *ratios]
    written = ["" if cell is None else f"{cell:,.0f}" if cell >= 100 else f"{cell:.3g}" for cell in cells]
    return [what, *written, limit if ok else f"**not met**: {limit}"]


def main() -> None:
    """Measure, and write it down."""
    rust = {name: (str(BUILDS / name),) for name in ("maintenance-responder", "bare-runtime", "priority-switcher")}
    python = {name: (sys.executable, "-m", "awslambdaric", f"{name}.handler") for name in ("responder", "switcher")}
    responders = [rust["maintenance-responder"], rust["bare-runtime"], python["responder"]]
    switchers = [rust["priority-switcher"], python["switcher"]]
    cold, memory = in_turn(30, responders, partial(run, events=[REQUEST] * 50, variables={}))
    plain, _ = in_turn(15, switchers, partial(switch, over_tls=False))
    secure, held = in_turn(15, switchers, partial(switch, over_tls=True))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        warm, first = zip(*pool.map(request_instructions, responders), strict=True)
    size = Path(switchers[0][0]).stat().st_size / 1e6
    ours, theirs = map(calls, switchers)
    most = max(int(count.split()[0]) for count in ours)
    head = ["", "this project", "bare runtime", "Python", "this ÷ bare", "Python ÷ this", "target"]
    rows = [
        row(f"responder: instructions per request of {len(REQUEST)} bytes, thousands", warm, most=1.75),
        row("responder: cold instructions, thousands", first, most=1.6),
        row("responder: cold, ms", cold),
        row("responder: peak memory, MB", memory, most=1.4),
        row("switcher: cold over HTTP, ms", plain, least=20),
        row("switcher: cold over TLS, ms", secure, least=10),
        row("switcher: peak memory over TLS, MB", held, least=5),
        ["switcher: binary, MB", f"{size:.3g}", "", "", "", "", "≤ 8" if size <= 8 else "**not met**: ≤ 8"],
        ["switcher: calls of a start, in round trips", ours[0], "", theirs[0], "", "", ""],
        ["switcher: calls of an end, in round trips", ours[1], "", theirs[1], "", "", ""],
        ["switcher: most calls", str(most), "", "", "", "", "≤ 6" if most <= 6 else "**not met**: ≤ 6"],
    ]
    lines = "".join(f"| {' | '.join(line)} |\n" for line in (head, ["---"] * len(head), *rows))
    where = (
        f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, {os.cpu_count()} cores, Linux {platform.release()}, "
        f"{subprocess.check_output(['rustc', '--version'], text=True).strip()}, Python {platform.python_version()}."
    )
    RESULTS.write_text(FIGURES.sub(lambda _: f"\n{where}\n\n{lines}\n", RESULTS.read_text()))
    print(lines)


main()
