"""The command line: its options, and what is refused before anything is sent."""

import json
import os
import shlex
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from functools import cached_property, partial
from typing import Any

import boto3
import click
from click.core import ParameterSource

from . import context, invocation, listener_status, play, printing, report, tables, times, traffic
from .failures import Failure, WrongUse, sentences
from .findings import advise
from .invocation import Switcher
from .listener import LAST, check_pair, read, region_of

ENDS = "--minutes 120, --until 06:00 or --no-end"


class Asked:
    """The options that subcommands share, and the account and the switcher that they lead to."""

    stack = ""
    region: str | None = None
    profile: str | None = None
    url: str | None = None
    as_json = verbose = rules = dry_run = False

    @cached_property
    def session(self) -> boto3.Session:
        """The account and region to ask."""
        return boto3.Session(region_name=self.region, profile_name=self.profile)

    @cached_property
    def switcher(self) -> Switcher:
        """The deployed switcher."""
        # An endpoint of one's own, such as an emulated AWS, is in no region of AWS's.
        if invocation.SAMCONFIG.exists() and "region" not in printing.TYPED and "AWS_ENDPOINT_URL" not in os.environ:
            invocation.refuse_another_region(self.session.region_name, invocation.SAMCONFIG.read_text())
        return invocation.find(self.session, self.stack)

    def send(self, event: dict[str, Any]) -> dict[str, Any]:
        """Send one event; returns the answer with the listeners' names, and the place that it comes from."""
        answered = self.switcher.invoke(self.session, event, verbose=self.verbose)
        named = context.names(self.session, [listener["listenerArn"] for listener in answered["listeners"]])
        listeners = [{"name": named[listener["listenerArn"]], **listener} for listener in answered["listeners"]]
        place = {"stack": self.switcher.stack, "account": self.switcher.account, "region": self.switcher.region}
        return {**place, **answered, "listeners": listeners}

    def say(self, answer: dict[str, Any], show: Callable[[], None]) -> None:
        """Print an answer for a machine as one object, or for people."""
        if self.as_json:
            printing.lines(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            show()


def _keep(asked: click.Context, option: click.Parameter, value: Any) -> None:  # noqa: ANN401
    """Keep a shared option's value for the subcommand, and what was typed for the commands in its advice."""
    setattr(asked.ensure_object(Asked), option.name, value)
    if option.name == "play" and value:
        play.enter()
    elif option.name in printing.TAKEN_BY and asked.get_parameter_source(option.name) == ParameterSource.COMMANDLINE:
        printing.TYPED[option.name] = f"--{option.name} {shlex.quote(value)}"


def _address(url: str) -> str:
    try:
        return traffic.target(url).url
    except ValueError as error:
        raise click.BadParameter(f'"{url}": {error}; accepted: https://www.example.com/') from error


def kept(*names: str, **settings: Any) -> Callable[..., Any]:  # noqa: ANN401
    """Return an option that subcommands share."""
    return click.option(*names, callback=_keep, expose_value=False, **settings)


STACK = kept("--stack", envvar="MAINTENANCE_STACK", default="maintenance-mode", show_default=True, show_envvar=True)
REGION = kept("--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], show_envvar=True, help="Else the profile's.")
PROFILE = kept("--profile", metavar="NAME", help="The profile of ~/.aws/config; else the environment's.")
JSON = kept("--json", "as_json", is_flag=True, help="Print the answer as one JSON object, and nothing else.")
VERBOSE = kept("--verbose", is_flag=True, help="Show the end of the function's log, too.")
RULES = kept("--rules", is_flag=True, help="Show all rules, not only those that move and their neighbours.")
PLAY = kept("--play", is_flag=True, is_eager=True, help="Use the emulated AWS of a `make play` in another terminal.")
DRY_RUN = kept("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
URL = kept("--url", type=_address, metavar="URL", help="Wait until visitors there notice, two minutes at most.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@PLAY
def maintenance() -> None:
    """Put a system behind a load balancer into maintenance mode, and open it again.

    Exit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted; 3 to 5 only from status --check.
    """


def subcommand(*options: Callable[..., Any]) -> Callable[[Callable[..., int]], click.Command]:
    """Make a subcommand, which gets these shared options and those of all subcommands as its first argument."""

    def add(function: Callable[..., int]) -> click.Command:
        command = click.pass_obj(function)
        for option in reversed((*options, PROFILE, JSON, VERBOSE, PLAY)):
            command = option(command)
        return maintenance.command(function.__name__.strip("_"))(command)

    return add


@subcommand()
@click.argument("arns", metavar="LISTENER-ARN [SECOND-ARN]", nargs=-1, required=True)
@click.option("--active-priority", type=click.IntRange(1, LAST - 2), help="Rules above it stay live; else what fits.")
@click.option("--status-path", metavar="PATH", help="Publish the state there, also if rules have to move for it.")
def preflight(asked: Asked, arns: tuple[str, ...], active_priority: int | None, status_path: str | None) -> int:
    """Look at a listener before a deployment, and print the command that deploys; changes nothing.

    LISTENER-ARN is the listener that is to go into maintenance, usually the one on 443, and SECOND-ARN another one of
    the same load balancer, usually the one on 80. `aws elbv2 describe-listeners` shows them, as does the console.
    Needs elasticloadbalancing:Describe*. Ends with 1 when something has to be done first.
    """
    if status_path and active_priority == 1:
        raise WrongUse("--active-priority 1 has no place above it for --status-path; accepted: 2 or more")
    check_pair(*arns)
    asked.region = region_of(arns[0])
    chosen, others, quota = read(asked.session, arns)
    advice = advise(chosen, others, quota, active_priority, status_path)
    asked.say(advice.json, lambda: tables.advice(advice, chosen))
    return 0 if advice.ready else 1


@subcommand(STACK, REGION, RULES)
@click.option("--check", is_flag=True, help="End with 0, 3, 4 or 5 as described above.")
def status(asked: Asked, check: bool) -> int:
    """Show whether the system is in maintenance, what comes next and the rules; changes nothing.

    With --check it ends with 0 if the system is open and ready for a window, 3 if it is in maintenance, 4 if the
    window is overdue or visitors are turned away at rest, and 5 if it is open but not ready. 1 and 2 are as always.
    """
    now = datetime.now(timezone.utc)
    answered = asked.send({"type": "status"})
    worst = listener_status.worst(answered["listeners"], now)
    beside = context.read(asked.session, asked.switcher, now)
    for_machine = {"standing": worst.word, **answered, "beside": {name: asdict(one) for name, one in beside.items()}}
    asked.say(for_machine, lambda: tables.status(answered, asked.switcher, beside, now, every=asked.rules))
    return worst.code if check else 0


@subcommand(STACK, REGION, URL, DRY_RUN, RULES)
@click.option("--minutes", type=click.IntRange(1, 43_200), help="End after so many minutes. Example: 120")
@click.option("--until", metavar="TIME", help=f"End at this time: {times.ACCEPTED}.")
@click.option("--no-end", is_flag=True, help="End only when an end is sent.")
@click.option("--reason", metavar="TEXT", help="Why; kept as a tag. Example: 'DB upgrade'")
@click.option("--message", metavar="TEXT", help="For visitors, published by the status rule. Example: 'Back by 7'")
def start(asked: Asked, no_end: bool, **given: Any) -> int:  # noqa: ANN401
    """Start maintenance, or extend the window that is running. One of --minutes, --until and --no-end is needed.

    With a stack whose MaxDurationMinutes is above 0 none of them is needed, and --no-end is refused. It ends with 1
    if another process undid the switch, or if the window is kept because it would become shorter.
    """
    ends = [f"--{name}" for name in ("minutes", "until") if given[name] is not None] + ["--no-end"] * no_end
    if len(ends) > 1:
        raise WrongUse(f"{' and '.join(ends)} contradict each other; accepted: one of {ENDS}")
    longest = int(asked.switcher.parameters.get("MaxDurationMinutes", "0"))
    if not ends and not longest:
        unlimited = f"the start has no end, and MaxDurationMinutes of the stack {asked.stack} is 0"
        raise WrongUse(f"{unlimited}: the system would stay closed until an end is sent; accepted: one of {ENDS}")
    if no_end and longest:
        ended = f"the stack {asked.stack} ends every window after {longest} minutes (MaxDurationMinutes)"
        raise WrongUse(f"--no-end: {ended}; accepted: --minutes or --until up to that, or none of them for all of it")
    if given["until"] is not None:
        given["until"] = times.until(given["until"], asked.switcher.zone, datetime.now(timezone.utc))
    event = {"type": "start", **{field: value for field, value in given.items() if value is not None}}
    return _switch(asked, event)


@subcommand(STACK, REGION, URL, DRY_RUN, RULES)
def end(asked: Asked) -> int:
    """End maintenance: both rules go back to their own numbers. It ends with 1 if another process undid the switch."""
    return _switch(asked, {"type": "end"})


@subcommand(STACK, REGION)
@click.argument("text", required=False)
@click.option("--clear", is_flag=True, help="Remove the message.")
def message(asked: Asked, text: str | None, clear: bool) -> int:
    """Change the message for visitors in a window, and nothing else. It needs a status rule (StatusPath)."""
    if clear == (text is not None):
        raise WrongUse('a message is needed, or --clear; accepted: one of "Nearly done" and --clear')
    return _switch(asked, {"type": "message", "message": text})


@subcommand(STACK, REGION)
@click.option("--hours", type=click.IntRange(1, 24 * 366), help="Hours to look back; else this or the last window.")
def report_(asked: Asked, hours: int | None) -> int:
    """Show the requests during maintenance: by outcome, path and host, and the busiest minute.

    It reads the responder's log with CloudWatch Logs Insights, twice, which AWS charges by the gigabyte.
    """
    now = datetime.now(timezone.utc)
    if hours:
        begin, end = now - timedelta(hours=hours), now
    else:
        begin, end = report.window(asked.send({"type": "status"})["listeners"], now)
    group = asked.switcher.output("ResponderLogGroupName")
    with printing.progress() as tell:
        tell(f"reading {group}")
        made = report.read(asked.session, group, begin, end)
    asked.say(made, lambda: tables.report(made))
    return 0


def _switch(asked: Asked, event: dict[str, Any]) -> int:
    if asked.dry_run and asked.url:
        raise WrongUse("--url and --dry-run: a dry run switches nothing to wait for; accepted: one of them")
    if asked.dry_run:
        event["dryRun"] = True
    tell = partial(printing.line, to_stderr=asked.as_json)
    # Account and region come before anything is sent.
    tell(f"{asked.switcher.place}: {json.dumps(event, ensure_ascii=False)}")
    tell()
    answered = asked.send(event)
    is_done, now, seen = tables.done(answered), datetime.now(timezone.utc), None
    if not asked.as_json:
        # What is switched is printed before anything is waited for.
        tables.headline(answered, now)
        tables.listeners(answered, asked.switcher, now, every=asked.rules)
        tell()
    try:
        if asked.url and is_done:
            seen = traffic.wait(asked.url, closed=event["type"] == "start")
            tell(f"✓ {asked.url} answers: {seen.text}, {traffic.IN_A_ROW} times in a row", "bold green")
        elif not (asked.url or asked.dry_run) and any(listener["moves"] for listener in answered["listeners"]):
            tell("Visitors notice within about ten seconds; --url https://… waits for it.")
    finally:
        # What is switched is switched, also if the wait for it fails.
        asked.say({**answered, "visitors": seen and seen.text}, lambda: tables.headline(answered, now))
    return 0 if is_done else 1


def run() -> int:
    """Run the command line; returns the exit code."""
    printing.prepare()
    try:
        with sentences():
            return maintenance.main(prog_name="scripts/maintenance", standalone_mode=False)
    except click.Abort:
        received = "✗ interrupted; an event may have been received: look at `scripts/maintenance status`"
        printing.line(received, "red", to_stderr=True)
        return 130
    except Failure as failure:
        printing.line(f"✗ {failure.message}", "red", to_stderr=True)
        return failure.exit_code
    except click.ClickException as failure:
        failure.show()
        return failure.exit_code
