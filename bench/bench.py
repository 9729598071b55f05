"""Measures both functions and writes the figures into RESULTS.md; `make bench` builds what is measured and calls this.

Every program runs under a local Lambda Runtime API; the switchers call the tests' strict load balancer.
"""

import contextlib
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
# Nothing of this machine's environment.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(BENCH / "naive")}
ENVIRONMENT |= dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), "eu-central-1")
ENVIRONMENT |= dict.fromkeys(("AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "bench")
ENVIRONMENT |= {"AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"}
INVOCATION = {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
    "Lambda-Runtime-Deadline-Ms": 2**41,
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:bench",
    "Lambda-Runtime-Trace-Id": "Root=1-5bdb40ca-556d8b0c50dc66f0511bf520;Sampled=0",
}


@contextlib.contextmanager
def serving(answering: Callable, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port until the block ends; yields host and port. It keeps connections and delays nothing."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version, disable_nagle_algorithm, wbufsize = "HTTP/1.1", True, -1

        def do_POST(self) -> None:
            given = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, body, headers = answering(self.path, given, dict(self.headers))
            self.send_response(status)
            for name, value in {"Content-Length": len(body), **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 (the server looks for this name)

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def running(command: list, variables: dict[str, str]) -> Iterator[tuple[int, Callable[[bytes], float]]]:
    """Run a function; yields its process id, and what invokes it and returns the seconds since the process' start."""
    events, answers = queue.SimpleQueue(), queue.SimpleQueue()

    # https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
    def runtime(path: str, body: bytes, _: object) -> tuple:
        if path.endswith("/next"):
            return 200, events.get(), INVOCATION
        answers.put((time.perf_counter(), path, body))
        return 202, b"", {}

    def invoke(event: bytes) -> float:
        events.put(event)
        at, path, body = answers.get(timeout=300)  # seconds: enough for Python inside valgrind
        if not path.endswith("/response"):
            raise RuntimeError(f"{command}: {path} with {body!r} in answer to {event[:100]!r}")
        return at - started

    with serving(runtime) as api:
        environment = ENVIRONMENT | variables | {"AWS_LAMBDA_RUNTIME_API": api}
        started = time.perf_counter()
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                yield process.pid, invoke
            finally:
                process.terminate()


@contextlib.contextmanager
def load_balancer(delay: int = 0) -> Iterator[dict[str, str]]:
    """Serve a listener of six rules whose calls take `delay` ms; yields the variables that lead a switcher to it."""
    command = [BUILDS / "strict-elb", str(delay), "1 placeholder, 2 a, 3 b, 4 c, 5 d, 6 e, 7 f, 50000 maintenance /*"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        said = json.loads(process.stdout.readline())
        arns = {f"{name.upper()}_RULE_ARNS": said["rules"][name] for name in ("maintenance", "placeholder")}
        yield {"AWS_ENDPOINT_URL": said["endpoint"], **arns}
        process.stdin.close()


@contextlib.contextmanager
def tls(variables: dict[str, str]) -> Iterator[dict[str, str]]:
    """Put TLS in front of the load balancer; yields the variables that lead a switcher there."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def relay(_: str, body: bytes, headers: dict[str, str]) -> tuple:
        onward = http.client.HTTPConnection(variables["AWS_ENDPOINT_URL"].rpartition("/")[2])
        onward.request("POST", "/", body, headers)
        answer = onward.getresponse()
        return answer.status, answer.read(), {"Content-Type": answer.headers["Content-Type"]}

    with tempfile.NamedTemporaryFile(buffering=0) as trusted, serving(relay, context) as address:
        # A list as long as the system's: reading it is part of a start.
        trusted.write(Path(botocore.__file__).with_name("cacert.pem").read_bytes() + authority.cert_pem.bytes())
        trust = dict.fromkeys(("SSL_CERT_FILE", "AWS_CA_BUNDLE"), trusted.name)
        yield variables | trust | {"AWS_ENDPOINT_URL": f"https://{address}"}


def instructions(command: list) -> tuple[float, float]:
    """Count thousands for each request, and for the first answer from cold: all until the program sleeps again."""
    totals, repeats = [], 20 if command[0] == sys.executable else 200
    for requests in (1, 1 + repeats):
        with tempfile.NamedTemporaryFile() as counts:
            tool = ["valgrind", "--tool=callgrind", "--log-file=/dev/null", f"--callgrind-out-file={counts.name}"]
            with running([*tool, *command], {}) as (process, invoke):
                for _ in range(requests):
                    invoke(REQUEST)
                while Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "S":
                    time.sleep(0.01)
            totals.append(int(re.findall(r"^totals: (\d+)", Path(counts.name).read_text(), re.MULTILINE)[-1]))
    return (totals[1] - totals[0]) / repeats / 1e3, totals[0] / 1e3


def run(command: list, events: Sequence[bytes], variables: dict[str, str]) -> tuple[float, float]:
    """Return the milliseconds to the first answer from cold, and the most MB that the process held."""
    with running(command, variables) as (process, invoke):
        cold, *_ = [invoke(event) for event in events]
        (peak,) = re.findall(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text())
        return cold * 1e3, int(peak) * 1024 / 1e6


def switch(command: list, relay: Callable = contextlib.nullcontext) -> tuple[float, float]:
    """Start maintenance from cold, then end it."""
    with load_balancer() as variables, relay(variables) as relayed:
        return run(command, [START, END], relayed)


def calls(command: list) -> list[str]:
    """Count the calls and the round trips of a start and of an end."""
    found, direct = [], urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with load_balancer(delay=20) as variables, running(command, variables) as (_, invoke):
        for event in (START, END):
            invoke(event)
            said = json.load(direct.open(f"{variables['AWS_ENDPOINT_URL']}/calls"))
            found.append(f"{len(said['calls'])} in {said['round_trips']}")
    return found


def in_turn(rounds: int, commands: Sequence[list], once: Callable) -> Iterator[tuple[float, ...]]:
    """Return the medians of each figure by program; in turns, other work of the machine falls on all alike."""
    turns = [[once(command) for command in commands] for _ in range(1 + rounds)][1:]  # the first one fills caches
    return zip(*[map(median, zip(*runs, strict=True)) for runs in zip(*turns, strict=True)], strict=True)


def row(what: str, ours: float, bare: float = 0, naive: float = 0, most: float = 0, least: float = 0) -> list[str]:
    """Write what is not 0, with ours ÷ bare and Python's ÷ ours, of which the target is at most or at least this."""
    ratios = [ours / bare if bare else 0, naive / ours]
    limit = f"Python ÷ this ≥ {least:g}" if least else f"{'this ÷ bare ' if bare else ''}≤ {most:g}" if most else ""
    met = ratios[1] >= least if least else (ratios[0] or ours) <= (most or ours)
    cells = [f"{cell:,.0f}" if cell >= 100 else f"{cell:.3g}" if cell else "" for cell in (ours, bare, naive, *ratios)]
    return [what, *cells, limit if met else f"**not met**: {limit}"]


def main() -> None:
    """Measure, and write it down."""
    naive = (sys.executable, "-m", "awslambdaric")
    responders = [BUILDS / "maintenance-responder"], [BUILDS / "bare-runtime"], [*naive, "responder.handler"]
    switchers = [BUILDS / "priority-switcher"], [*naive, "switcher.handler"]
    cold, memory = in_turn(30, responders, partial(run, events=[REQUEST] * 50, variables={}))
    plain, _ = in_turn(15, switchers, switch)
    secure, held = in_turn(15, switchers, partial(switch, relay=tls))
    warm, first = zip(*map(instructions, responders), strict=True)
    head = ["", "this project", "bare runtime", "Python", "this ÷ bare", "Python ÷ this", "target"]
    rows = [
        row(f"responder: instructions per request of {len(REQUEST)} bytes, thousands", *warm, most=1.75),
        row("responder: cold instructions, thousands", *first, most=1.6),
        row("responder: cold, ms", *cold),
        row("responder: peak memory, MB", *memory, most=1.4),
        row("switcher: cold over HTTP, ms", plain[0], naive=plain[1], least=20),
        row("switcher: cold over TLS, ms", secure[0], naive=secure[1], least=10),
        row("switcher: peak memory over TLS, MB", held[0], naive=held[1], least=5),
        row("switcher: binary, MB", switchers[0][0].stat().st_size / 1e6, most=8),
    ]
    for event, ours, theirs in zip(("a start", "an end"), *map(calls, switchers), strict=True):
        target = "6 in 5" if ours == "6 in 5" else "**not met**: 6 in 5"
        rows.append([f"switcher: calls of {event}, in round trips", ours, "", theirs, "", "", target])
    lines = "".join(f"| {' | '.join(line)} |\n" for line in (head, ["---"] * len(head), *rows))
    machine = f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"
    figures = f"\n{time.strftime('%F')}, {machine}.\n\n{lines}\n"
    RESULTS.write_text(FIGURES.sub(lambda _: figures, RESULTS.read_text()))
    print(lines)


main()
