"""The command line: its options, and what is refused before anything is sent."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta, timezone
from functools import cached_property, wraps
from typing import Any

import boto3
import click
from click.core import ParameterSource

from . import context, invocation, listener_status, play, printing, report, tables, times, traffic
from .failures import WrongUse, sentences
from .findings import advise
from .invocation import Switcher
from .listener import LAST, parse_pair, read, region_of

ENDS = "--minutes 120, --until 06:00 or --no-end"


@dataclass
class Asked:
    """The options that subcommands share."""

    profile: str | None
    as_json: bool
    verbose: bool
    stack: str = ""
    region: str | None = None
    rules: bool = False

    @cached_property
    def session(self) -> boto3.Session:
        """The account and region to ask."""
        return boto3.Session(region_name=self.region, profile_name=self.profile)

    @cached_property
    def switcher(self) -> Switcher:
        """The deployed switcher."""
        is_given = click.get_current_context().get_parameter_source("region") == ParameterSource.COMMANDLINE
        # An endpoint of one's own, such as an emulated AWS, is in no region of AWS's.
        if invocation.SAMCONFIG.exists() and not is_given and "AWS_ENDPOINT_URL" not in os.environ:
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


def _play(_: click.Context, __: click.Parameter, plays: bool) -> None:
    if plays:
        play.enter()


def _address(_: click.Context, __: click.Parameter, url: str | None) -> str | None:
    try:
        return url and traffic.target(url).url
    except ValueError as error:
        raise click.BadParameter(f'"{url}": {error}; accepted: https://www.example.com/') from error


STACK = click.option(
    "--stack",
    envvar="MAINTENANCE_STACK",
    default="maintenance-mode",
    show_default=True,
    show_envvar=True,
    metavar="NAME",
)
REGION = click.option(
    "--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], show_envvar=True, help="Else the profile's."
)
PROFILE = click.option("--profile", metavar="NAME", help="The profile of ~/.aws/config; else the environment's.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object, and nothing else.")
VERBOSE = click.option("--verbose", is_flag=True, help="Show the end of the function's log, too.")
PLAY = click.option(
    "--play",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_play,
    help="Use the emulated AWS of a `make play` in another terminal.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
RULES = click.option("--rules", is_flag=True, help="Show all rules, not only those that move and their neighbours.")
URL = click.option(
    "--url", callback=_address, metavar="URL", help="Wait until visitors of this address meet it, two minutes at most."
)


def shared(*options: Callable[..., Any]) -> Callable[..., Callable[..., Any]]:
    """Add options that subcommands share, and hand them over as one."""

    def add(command: Callable[..., int | None]) -> Callable[..., int | None]:
        @wraps(command)
        def call(**given: Any) -> int | None:  # noqa: ANN401 (whatever the options are)
            source = click.get_current_context().get_parameter_source
            typed = [name for name in ("stack", "region", "profile") if source(name) == ParameterSource.COMMANDLINE]
            printing.PLACE[:] = [word for name in typed for word in (f"--{name}", shlex.quote(given[name]))]
            known = {field.name: given.pop(field.name) for field in fields(Asked) if field.name in given}
            return command(Asked(**known), **given)

        for option in reversed((*options, PROFILE, JSON, VERBOSE, PLAY)):
            call = option(call)
        return call

    return add


deployed = shared(STACK, REGION)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@PLAY
def maintenance() -> None:
    """Put a system behind a load balancer into maintenance mode, and open it again.

    Exit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted; 3 to 5 only from status --check.
    """


@maintenance.command()
@click.argument("listener_arn", metavar="LISTENER-ARN")
@click.argument("second_arn", metavar="[SECOND-ARN]", required=False)
@click.option("--active-priority", type=click.IntRange(1, LAST - 2), help="Rules above it stay live; else what fits.")
@click.option("--status-path", metavar="PATH", help="Publish the state there, also if rules have to move for it.")
@shared()
def preflight(
    asked: Asked, listener_arn: str, second_arn: str | None, active_priority: int | None, status_path: str | None
) -> int:
    """Look at a listener before a deployment, and print the command that deploys; changes nothing.

    LISTENER-ARN is the listener that is to go into maintenance, usually the one on 443, and SECOND-ARN another one of
    the same load balancer, usually the one on 80. `aws elbv2 describe-listeners` shows them, as does the console.
    Needs elasticloadbalancing:Describe*. Ends with 1 when something has to be done first.
    """
    if status_path and active_priority == 1:
        raise WrongUse("--active-priority 1 has no place above it for --status-path; accepted: 2 or more")
    arns = parse_pair(listener_arn, second_arn)
    asked.region = region_of(arns[0])
    chosen, others, quota = read(asked.session, arns)
    advice = advise(chosen, others, quota, active_priority, status_path)
    asked.say(advice.json, lambda: tables.advice(advice, chosen, asked.profile))
    return 0 if advice.ready else 1


@maintenance.command()
@deployed
@RULES
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
    asked.say(for_machine, lambda: tables.status(answered, asked.switcher, beside, now, every_rule=asked.rules))
    return worst.code if check else 0


@maintenance.command()
@deployed
@click.option("--minutes", type=click.IntRange(1, 43_200), help="End after so many minutes. Example: 120")
@click.option("--until", metavar="TIME", help=f"End at this time: {times.ACCEPTED}.")
@click.option("--no-end", is_flag=True, help="End only when an end is sent.")
@click.option("--reason", metavar="TEXT", help="Why; kept as a tag. Example: 'DB upgrade'")
@click.option("--message", metavar="TEXT", help="For visitors, published by the status rule. Example: 'Back by 7'")
@URL
@DRY_RUN
@RULES
def start(asked: Asked, no_end: bool, url: str | None, dry_run: bool, **given: Any) -> int:  # noqa: ANN401
    """Start maintenance, or extend the window that is running. One of --minutes, --until and --no-end is needed.

    With a stack whose MaxDurationMinutes is above 0 none of them is needed, and --no-end is refused. It ends with 1
    if another process undid the switch, or if the window is kept because it would become shorter.
    """
    ends = [f"--{name}" for name in ("minutes", "until") if given[name] is not None] + ["--no-end"] * no_end
    if len(ends) > 1:
        raise WrongUse(f"{' and '.join(ends)} contradict each other; accepted: one of {ENDS}")
    longest = asked.switcher.longest_minutes
    if not ends and not longest:
        raise WrongUse(
            f"the start has no end, and the stack {asked.stack} has no longest window (MaxDurationMinutes is 0), so "
            f"the system would stay closed until an end is sent; accepted: one of {ENDS}"
        )
    if no_end and longest:
        raise WrongUse(
            f"--no-end: the stack {asked.stack} ends every window after {longest} minutes (MaxDurationMinutes); "
            "accepted: --minutes or --until up to that, or none of them for all of it"
        )
    if given["until"] is not None:
        given["until"] = times.until(given["until"], asked.switcher.zone, datetime.now(timezone.utc))
    event = {"type": "start", **{field: value for field, value in given.items() if value is not None}}
    return _switch(asked, event, url=url, dry_run=dry_run)


@maintenance.command()
@deployed
@URL
@DRY_RUN
@RULES
def end(asked: Asked, url: str | None, dry_run: bool) -> int:
    """End maintenance: both rules go back to their own numbers. It ends with 1 if another process undid the switch."""
    return _switch(asked, {"type": "end"}, url=url, dry_run=dry_run)


@maintenance.command()
@deployed
@click.argument("text", required=False)
@click.option("--clear", is_flag=True, help="Remove the message.")
def message(asked: Asked, text: str | None, clear: bool) -> int:
    """Change the message for visitors in a window, and nothing else. It needs a status rule (StatusPath)."""
    if clear == (text is not None):
        raise WrongUse('a message is needed, or --clear; accepted: one of "Nearly done" and --clear')
    return _switch(asked, {"type": "message", "message": text}, url=None, dry_run=False)


@maintenance.command(name="report")
@deployed
@click.option("--hours", type=click.IntRange(1, 24 * 366), help="Hours to look back; else this or the last window.")
def report_(asked: Asked, hours: int | None) -> None:
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
        found = report.ask(asked.session, group, begin, end)
    made = report.make(group, begin, end, found)
    asked.say(made, lambda: tables.report(made))


def _switch(asked: Asked, event: dict[str, Any], *, url: str | None, dry_run: bool) -> int:
    if dry_run and url:
        raise WrongUse("--url and --dry-run: a dry run switches nothing to wait for; accepted: one of them")
    sent = {**event, "dryRun": True} if dry_run else event
    # Account and region come before anything is sent.
    printing.line(f"{asked.switcher.place}: {json.dumps(sent, ensure_ascii=False)}", to_stderr=asked.as_json)
    printing.line(to_stderr=asked.as_json)
    answered = asked.send(sent)
    is_done, now = tables.done(answered), datetime.now(timezone.utc)
    if not asked.as_json:
        # What is switched is printed before anything is waited for.
        tables.headline(answered, now)
        tables.listeners(answered, asked.switcher, now, every_rule=asked.rules)
        printing.line()
    seen = None

    def show() -> None:
        if seen:
            printing.line(f"✓ {url} answers: {seen.text}, {traffic.IN_A_ROW} times in a row", "bold green")
        elif not (dry_run or url) and any(listener["moves"] for listener in answered["listeners"]):
            printing.line("Visitors notice within about ten seconds; --url https://… waits for it.")
        tables.headline(answered, now)

    try:
        seen = traffic.wait(url, closed=event["type"] == "start") if url and is_done else None
    finally:
        # What is switched is switched, also if the wait for it fails.
        asked.say({**answered, "visitors": seen and seen.text}, show)
    return 0 if is_done else 1


def run() -> int:
    """Run the command line; returns the exit code."""
    printing.prepare()
    try:
        with sentences():
            return maintenance.main(prog_name="scripts/maintenance", standalone_mode=False) or 0
    except click.Abort:
        printing.line(
            "✗ interrupted; an event may have been received: look at `scripts/maintenance status`",
            "red",
            to_stderr=True,
        )
        return 130
    except click.ClickException as failure:
        failure.show()
        return failure.exit_code
