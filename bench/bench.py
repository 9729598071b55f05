"""Measures both functions and writes the figures into RESULTS.md; `make bench` builds what is measured and calls this.

Every program runs in a process of its own under a local Lambda Runtime API. The switchers speak to the tests' strict
load balancer. Instructions are valgrind's count: the same on a busy machine as on an idle one.
"""

import asyncio
import contextlib
import datetime
import json
import math
import os
import platform
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import botocore
import trustme

BENCH = Path(__file__).parent
BUILDS = Path(sys.argv[1])
RESULTS = BENCH / "RESULTS.md"
FIGURES = re.compile(r"(?<=<!-- figures -->\n).*(?=<!-- end of the figures -->)", re.DOTALL)
EVENTS = BENCH.parent / "events"
START, END = ((EVENTS / name).read_text() for name in ("start.json", "end.json"))

RULES = 6  # of a listener, which all have to move: a small shop
DELAY = 20  # milliseconds that every call takes where round trips are counted
LIMIT = 300  # seconds for an invocation: enough for Python inside valgrind


@dataclass(frozen=True)
class Program:
    """One implementation of a function: the file that Lambda would get, and how it is started."""

    file: Path
    command: tuple[str, ...]
    repeats: int  # invocations from which the instructions of one are taken


def rust(name: str) -> Program:
    """Find a function of cargo's."""
    return Program(BUILDS / name, (str(BUILDS / name),), repeats=200)


def python(name: str) -> Program:
    """Find a script, which Lambda's own client for Python runs."""
    command = (sys.executable, "-m", "awslambdaric", f"{name}.handler")
    return Program(BENCH / "naive" / f"{name}.py", command, repeats=20)


class Function:
    """One process of a program, and the Runtime API that it asks for work."""

    def __init__(self, program: Program, variables: dict[str, str], tool: Iterable[str] = ()) -> None:
        self.command = [*tool, *program.command]
        self.variables = variables
        self.events: asyncio.Queue[str] = asyncio.Queue()
        self.answers: asyncio.Queue[tuple[float, str, bytes]] = asyncio.Queue()
        self.is_idle = asyncio.Event()
        self.cold = math.nan  # milliseconds from the start of the process to its first answer

    async def __aenter__(self) -> "Function":
        """Start the process, with nothing of this machine's environment; its log is not kept."""
        self.api = await asyncio.start_server(self.serve, "127.0.0.1")
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(BENCH / "naive"),
            "AWS_LAMBDA_RUNTIME_API": "{}:{}".format(*self.api.sockets[0].getsockname()),
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
        }
        self.started = time.perf_counter()
        self.process = await asyncio.create_subprocess_exec(
            *self.command, env=environment | self.variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the process."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        self.events.put_nowait("")  # who waits for it finds the connection closed
        self.api.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer as https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html says, until the function ends."""
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = re.search(r"\ncontent-length: *(\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                path = head.split()[1]
                if path.endswith("/invocation/next"):
                    self.is_idle.set()
                    event = await self.events.get()
                    self.is_idle.clear()
                    lines = [
                        "HTTP/1.1 200 OK",
                        "content-type: application/json",
                        f"content-length: {len(event)}",
                        "lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                        f"lambda-runtime-deadline-ms: {int(time.time() + LIMIT) * 1000}",
                        "lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:bench",
                        "lambda-runtime-trace-id: Root=1-5bdb40ca-556d8b0c50dc66f0511bf520;Sampled=0",
                    ]
                    writer.write(("\r\n".join(lines) + "\r\n\r\n" + event).encode())
                else:
                    self.answers.put_nowait((time.perf_counter(), path, body))
                    writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")

    async def invoke(self, event: str) -> None:
        """Wait for the answer to an event; everything but an answer is an error."""
        self.events.put_nowait(event)
        answer, end = asyncio.create_task(self.answers.get()), asyncio.create_task(self.process.wait())
        await asyncio.wait({answer, end}, timeout=LIMIT, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not answer.done():
            raise RuntimeError(f"{self.command}: no answer to {event[:100]}")
        at, path, body = answer.result()
        if not path.endswith("/response"):
            raise RuntimeError(f"{self.command}: {path} with {body!r} in answer to {event[:100]}")
        if math.isnan(self.cold):
            self.cold = (at - self.started) * 1e3

    def peak_memory(self) -> float:
        """Tell the most memory that it ever held, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status)[0]) * 1024 / 1e6

    async def rest(self) -> None:
        """Wait until it has asked for the next event, and sleeps."""
        await self.is_idle.wait()
        while Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2][0] != "S":
            await asyncio.sleep(0.01)


@dataclass(frozen=True)
class LoadBalancer:
    """The strict load balancer, and the variables that lead a switcher to it."""

    endpoint: str
    variables: dict[str, str]

    def calls(self) -> tuple[int, int]:
        """Count the calls of the last switch, and how many of them stood one behind the other."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        said = json.load(direct.open(f"{self.endpoint}/calls"))
        if "SetRulePriorities" not in said["calls"]:
            raise RuntimeError(f"nothing was switched by {said['calls']}")
        return len(said["calls"]), said["round_trips"]


@contextlib.asynccontextmanager
async def load_balancer(
    *, listeners: int = 1, rules: int = RULES, delay: int = 0, over_tls: bool = False
) -> AsyncIterator[LoadBalancer]:
    """Serve listeners to switch."""
    arguments = ["--listeners", listeners, "--rules", rules, "--delay-ms", delay]
    command = [BUILDS / "strict-elb", *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        served = json.loads(process.stdout.readline())
        endpoint, variables = served["endpoint"], {"MAINTENANCE_RULE_ARNS": ",".join(served["maintenance_rules"])}
        try:
            async with tls(endpoint) if over_tls else contextlib.nullcontext({"AWS_ENDPOINT_URL": endpoint}) as address:
                yield LoadBalancer(endpoint, variables | address)
        finally:
            process.kill()


@contextlib.asynccontextmanager
async def tls(endpoint: str) -> AsyncIterator[dict[str, str]]:
    """Put TLS in front of an endpoint; what comes of it are the variables that lead a client there."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_read, to_write = await asyncio.open_connection("127.0.0.1", int(endpoint.rpartition(":")[2]))
        await asyncio.gather(copy(reader, to_write), copy(to_read, writer), return_exceptions=True)

    with tempfile.NamedTemporaryFile(suffix=".pem") as trusted:
        # A list as long as the system's: reading it is part of a start.
        trusted.write(Path(botocore.__file__).with_name("cacert.pem").read_bytes() + authority.cert_pem.bytes())
        trusted.flush()
        server = await asyncio.start_server(relay, "127.0.0.1", ssl=context)
        address = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield {"AWS_ENDPOINT_URL": address, "SSL_CERT_FILE": trusted.name, "AWS_CA_BUNDLE": trusted.name}
        server.close()


async def instructions(program: Program, events: Sequence[str], variables: dict[str, str]) -> int:
    """Count all that a program executes from its start until it has answered these events."""
    with tempfile.NamedTemporaryFile() as counts:
        tool = ["valgrind", "--tool=callgrind", "--log-file=/dev/null", f"--callgrind-out-file={counts.name}"]
        async with Function(program, variables, tool) as function:
            for event in events:
                await function.invoke(event)
            await function.rest()
            function.process.terminate()
            await function.process.wait()
        return int(re.findall(r"^totals: (\d+)", Path(counts.name).read_text(), re.MULTILINE)[-1])


async def request_instructions(program: Program, event: str) -> tuple[int, float]:
    """Count from the start to the first answer, and for each request after that."""
    cold = await instructions(program, [event], {})
    total = await instructions(program, [event] * (1 + program.repeats), {})
    return cold, (total - cold) / program.repeats


async def switch_instructions(program: Program, over_tls: bool) -> int:
    """Count a switch from cold."""
    async with load_balancer(over_tls=over_tls) as elb:
        return await instructions(program, [START], elb.variables)


@dataclass(frozen=True)
class Run:
    """What one process showed: milliseconds, MB, and of a start and of an end the calls and their round trips."""

    cold: float
    memory: float
    calls: tuple[int, ...] = ()
    round_trips: tuple[int, ...] = ()


async def answer(program: Program) -> Run:
    """Answer one request after the other, from cold."""
    async with Function(program, {}) as function:
        for _ in range(50):
            await function.invoke(request())
        return Run(function.cold, function.peak_memory())


async def switch(program: Program, **setting: int) -> Run:
    """Start maintenance from cold, then end it."""
    async with load_balancer(**setting) as elb, Function(program, elb.variables) as function:
        counts = []
        for event in (START, END):
            await function.invoke(event)
            counts.append(elb.calls())
        return Run(function.cold, function.peak_memory(), *zip(*counts, strict=True))


async def take_turns(rounds: int, programs: list[Program], run: Callable[[Program], Awaitable[Run]]) -> list[list[Run]]:
    """Collect the runs of each program: what else the machine does falls on all alike."""
    # The first round is only to have every file in memory.
    turns = [[await run(program) for program in programs] for _ in range(1 + rounds)][1:]
    return [list(runs) for runs in zip(*turns, strict=True)]


def request(body: str = "") -> str:
    """Build an API client's request as an ALB sends it to the template's target group, with all values of a name."""
    event = json.loads((EVENTS / "alb-b.json").read_text())
    for single, multi in ("headers", "multiValueHeaders"), ("queryStringParameters", "multiValueQueryStringParameters"):
        event[multi] = {name: [value] for name, value in event.pop(single).items()}
    return json.dumps(event | {"body": body}, separators=(",", ":"))


def number(value: float) -> str:
    """Write three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def medians(runs: list[list[Run]], figure: str) -> list[float]:
    """Take each program's median."""
    return [median(getattr(run, figure) for run in some) for some in runs]


def cold_times(runs: list[list[Run]]) -> list[str]:
    """Write each program's median, and in brackets the middle half."""
    of_each = [quantiles([run.cold for run in some], n=4) for some in runs]
    return [f"{number(middle)} ({number(low)} to {number(high)})" for low, middle, high in of_each]


def row(what: str, values: Sequence[float], written: Iterable[str] = ()) -> list[str]:
    """Write the values; then ours divided by the bare runtime's, if there is one, and Python's divided by ours."""
    ours, *bare, naive = values
    ratios = [*(ours / one for one in bare), naive / ours]
    return [what, *(written or map(number, values)), *map(number, ratios)]


def table(*rows: list[str]) -> str:
    """Write a head and the rows under it."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def target(what: str, measured: float, most: float = math.inf, least: float = 0) -> list[str]:
    """Write whether a figure is at most, or at least, what it is to be."""
    limit = f"≥ {least:g}" if least else f"≤ {most:g}"
    return [what, limit, f"{measured:.2f}", "yes" if least <= measured <= most else "**no**"]


async def responder() -> tuple[str, list[list[str]]]:
    """Compare the responder with the bare runtime and with Python."""
    programs = [rust("maintenance-responder"), rust("bare-runtime"), python("responder")]
    runs = await take_turns(30, programs, answer)
    memory, sizes = medians(runs, "memory"), [program.file.stat().st_size / 1e6 for program in programs[:2]]
    large = request("b" * 60_000)
    events = [(program, event) for event in (request(), large) for program in programs]
    counts = await asyncio.gather(*(request_instructions(*one) for one in events))
    cold, warm = ([count / 1e3 for count in some] for some in zip(*counts, strict=True))
    text = table(
        ["", "this project", "bare runtime", "Python", "this ÷ bare", "Python ÷ this"],
        row(f"instructions per request of {len(request())} bytes, thousands", warm[:3]),
        row(f"instructions per request of {len(large):,} bytes, thousands", warm[3:]),
        row("cold instructions, thousands", cold[:3]),
        row("cold, ms", medians(runs, "cold"), cold_times(runs)),
        row("peak memory, MB", memory),
        ["binary, MB", *map(number, sizes), "", number(sizes[0] / sizes[1]), ""],
    )
    return text, [
        target("responder: instructions per request ÷ bare runtime", warm[0] / warm[1], most=1.5),
        target("responder: cold instructions ÷ bare runtime", cold[0] / cold[1], most=1.6),
        target("responder: peak memory ÷ bare runtime", memory[0] / memory[1], most=1.4),
    ]


async def switcher() -> tuple[str, list[list[str]]]:
    """Compare the switcher with Python."""
    programs = [rust("priority-switcher"), python("switcher")]
    http = await take_turns(15, programs, switch)
    https = await take_turns(15, programs, partial(switch, over_tls=True))
    far = await take_turns(3, programs, partial(switch, delay=DELAY))
    grown = {count: await take_turns(5, programs, partial(switch, listeners=count, rules=100)) for count in (1, 10, 50)}
    ways = [(program, over_tls) for over_tls in (False, True) for program in programs]
    counts = [count / 1e6 for count in await asyncio.gather(*(switch_instructions(*way) for way in ways))]
    cold, cold_tls, memory = medians(http, "cold"), medians(https, "cold"), medians(https, "memory")
    size = programs[0].file.stat().st_size / 1e6
    text = table(
        ["", "this project", "Python", "Python ÷ this"],
        row("cold over HTTP, ms", cold, cold_times(http)),
        row("cold over TLS, ms", cold_tls, cold_times(https)),
        row("cold instructions over HTTP, millions", counts[:2]),
        row("cold instructions over TLS, millions", counts[2:]),
        row("peak memory over HTTP, MB", medians(http, "memory")),
        row("peak memory over TLS, MB", memory),
        ["binary, MB", number(size), "", ""],
        ["calls of a start, of an end", *(f"{some[0].calls[0]}, {some[0].calls[1]}" for some in far), ""],
        ["round trips", *(f"{some[0].round_trips[0]}, {some[0].round_trips[1]}" for some in far), ""],
        row(f"cold over HTTP, {DELAY} ms a call, ms", medians(far, "cold"), cold_times(far)),
    )
    growth = table(
        ["listeners of 100 rules", "calls", "Python's", "cold over HTTP, ms", "Python's", "Python ÷ this"],
        *(
            [
                str(count),
                *(str(some[0].calls[0]) for some in runs),
                *row("", medians(runs, "cold"), cold_times(runs))[1:],
            ]
            for count, runs in grown.items()
        ),
    )
    calls = max(runs[0][0].calls[0] / count for count, runs in grown.items())
    return f"{text}\n{growth}", [
        target("switcher: Python's cold time ÷ ours, over HTTP", cold[1] / cold[0], least=20),
        target("switcher: Python's cold time ÷ ours, over TLS", cold_tls[1] / cold_tls[0], least=10),
        target("switcher: Python's peak memory ÷ ours, over TLS", memory[1] / memory[0], least=5),
        target("switcher: binary, MB", size, most=8),
        target("switcher: calls of a start ÷ listeners", calls, most=7),
    ]


def machine() -> str:
    """Tell where and with what the figures were made; nothing that names the machine."""
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    tools = [subprocess.check_output([name, "--version"], text=True).strip() for name in ("rustc", "valgrind")]
    return (
        f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, {os.cpu_count()} cores "
        f"({processor[1] if processor else platform.machine()}), Linux {platform.release()}, "
        f"load {os.getloadavg()[0]:.2f} at the beginning; {', '.join(tools)}, Python {platform.python_version()}, "
        "all else as in Cargo.lock and bench/requirements.txt.\n"
    )


async def main() -> None:
    """Measure, and write it down."""
    where = machine()
    responders, targets = await responder()
    switchers, more_targets = await switcher()
    judged = table(["target", "limit", "measured", "met"], *targets, *more_targets)
    figures = "\n".join(["", where, judged, "### Responder\n", responders, "### Switcher\n", switchers])
    RESULTS.write_text(FIGURES.sub(lambda _: f"{figures}\n", RESULTS.read_text()))
    print(figures)


asyncio.run(main())
