"""The command line: what can be given, and what is refused before anything is sent."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlsplit

import boto3
import click
import requests

from . import deletion, invocation, play, reading, report, standing, surroundings, tables, traffic
from .failures import Failure, WrongUse, sentences
from .findings import advise
from .invocation import Switcher
from .listener import parse_pair

COMPLETION = "_MAINTENANCE_COMPLETE"
LONGEST_MINUTES = 43_200
ENDS = "--minutes 120, --until 2026-03-02T05:00:00Z or --no-end"


class Text(click.ParamType):
    """Text as it was typed; what is no text cannot be sent."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse bytes that the terminal's encoding has no characters for."""
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fail(f"{value!r} is no text in UTF-8; accepted: any other text", param, ctx)
        return value


class Minutes(click.ParamType):
    """The length of a window."""

    name = "minutes"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Accept what the function accepts, and no other way to write a number."""
        if not re.fullmatch("[1-9][0-9]{0,4}", value) or int(value) > LONGEST_MINUTES:
            accepted = f"a whole number from 1 to {LONGEST_MINUTES}"
            self.fail(f'"{value}" is no length of a window; accepted: {accepted}', param, ctx)
        return int(value)


class Url(click.ParamType):
    """An address that a visitor could use."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what could never be asked, before anything is switched."""
        try:
            if urlsplit(value).scheme not in ("http", "https"):
                raise ValueError("it begins with neither https:// nor http://")
            requests.Request("GET", value).prepare()
        except ValueError as error:  # requests' own errors are such, too
            self.fail(f'"{value}" is no address to ask: {error}; accepted: https://www.example.com/', param, ctx)
        return value


class Command(click.Command):
    """A command whose options are given once: of two values one would be lost."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an option that is there twice."""
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for param in given:
            if given.count(param) > 1 and not param.is_eager:
                raise click.UsageError(f"{param.opts[0]} is given {given.count(param)} times; accepted: once", ctx)
        return super().parse_args(ctx, args)


@dataclass
class Asked:
    """What the options say that all subcommands share."""

    profile: str | None
    as_json: bool
    verbose: bool
    stack: str = ""
    region: str | None = None

    @cached_property
    def session(self) -> boto3.Session:
        """Act as whom it says, where it says."""
        return boto3.Session(region_name=self.region, profile_name=self.profile)

    @cached_property
    def switcher(self) -> Switcher:
        """The deployment that is meant."""
        return invocation.find(self.session, self.stack)

    def send(self, event: dict[str, Any]) -> dict[str, Any]:
        """Send one event; returns the answer, whose listeners have the names that operators know."""
        answered = self.switcher.invoke(self.session, event, verbose=self.verbose)
        named = surroundings.names(self.session, [listener["listenerArn"] for listener in answered["listeners"]])
        listeners = [{"name": named[listener["listenerArn"]], **listener} for listener in answered["listeners"]]
        place = {"stack": self.switcher.stack, "account": self.switcher.account, "region": self.switcher.region}
        return {**place, **answered, "listeners": listeners}

    def say(self, answer: dict[str, Any], show: Callable[[], None]) -> None:
        """Print an answer for a machine as one object, or for people."""
        if self.as_json:
            click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            show()

    def note(self, text: str) -> None:
        """Print a line beside the answer: where errors go, if that is for a machine."""
        tables.line(text, to_stderr=self.as_json)


def _play(_: click.Context, __: click.Parameter, plays: bool) -> None:
    if plays:
        play.enter()


STACK = click.option(
    "--stack",
    envvar="MAINTENANCE_STACK",
    default="maintenance-mode",
    show_default=True,
    metavar="NAME",
    help="The stack that `sam deploy` made; else the environment's MAINTENANCE_STACK. Example: shop-maintenance",
)
REGION = click.option(
    "--region", metavar="REGION", help="Its region; else the environment's or the profile's. Example: eu-central-1"
)
PROFILE = click.option(
    "--profile", metavar="NAME", help="The profile of ~/.aws/config to act as; else the environment's. Example: ops"
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object, and nothing else.")
VERBOSE = click.option(
    "--verbose", is_flag=True, help="Show the end of the function's log in any case, not only when it failed."
)
PLAY = click.option(
    "--play",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_play,
    help="Speak to what `make play` runs in another terminal, and not to AWS.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
URL = click.option(
    "--url",
    type=Url(),
    metavar="URL",
    help="Wait until visitors of this address meet it, at most two minutes. Example: https://www.example.com/",
)


def shared(*options: Callable[..., Any]) -> Callable[..., Callable[..., Any]]:
    """Add options that subcommands share, and hand over what they say as one."""

    def add(command: Callable[..., int | None]) -> Callable[..., int | None]:
        @wraps(command)
        def call(**given: Any) -> int | None:  # noqa: ANN401 (whatever the options are)
            said = {field.name: given.pop(field.name) for field in fields(Asked) if field.name in given}
            return command(Asked(**said), **given)

        for option in reversed((*options, PROFILE, JSON, VERBOSE, PLAY)):
            call = option(call)
        return call

    return add


deployed = shared(STACK, REGION)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@PLAY
def maintenance() -> None:
    """Put a system behind a load balancer into maintenance mode, and bring it back.

    Ends with 0 when it is done, 1 when it failed, 2 when it was called wrongly and 130 when it was interrupted; with 3
    and 4 only for status --check.
    """


maintenance.command_class = Command


@maintenance.command()
@click.argument("listener_arn", metavar="LISTENER-ARN", type=Text())
@click.argument("second_arn", metavar="[SECOND-ARN]", type=Text(), required=False)
@shared()
def preflight(asked: Asked, listener_arn: str, second_arn: str | None) -> int:
    """Look at a listener before anything is deployed, and show how to deploy; changes nothing.

    LISTENER-ARN is the listener that is to go into maintenance, usually the one on 443, and SECOND-ARN another one of
    the same load balancer, usually the one on 80. `aws elbv2 describe-listeners` shows them, as does the console.
    Needs elasticloadbalancing:Describe*. Ends with 1 when something has to be done first.

    Example: scripts/maintenance preflight
    arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2
    """
    arns = parse_pair(listener_arn, second_arn)
    asked.region = arns[0].region
    balancer, listeners = reading.read(asked.session, arns)
    advice = advise(balancer, listeners)
    asked.say(advice.json, lambda: tables.advice(advice, listeners, asked.profile))
    return 0 if advice.ready else 1


@maintenance.command()
@deployed
@click.option("--check", is_flag=True, help="End with 0 if it is open, 3 if it is closed, 4 if it should not be.")
def status(asked: Asked, check: bool) -> int:
    """Show how the system stands, what comes next and the rules; changes nothing.

    With --check it ends with 0 if the system is open, 3 if it is in maintenance, and 4 if visitors are turned away
    although nobody means it: the window is overdue, or the resting rule catches them. 1 and 2 are as always.
    """
    now = datetime.now(timezone.utc)
    answered = asked.send({"type": "status"})
    stands = standing.worst(answered["listeners"], now)
    beside = surroundings.read(asked.session, asked.switcher, now)
    told = {"standing": stands.word, **answered, "beside": {name: one.json for name, one in beside.items()}}
    asked.say(told, lambda: tables.status(answered, asked.switcher, beside, now))
    return stands.code if check else 0


@maintenance.command()
@deployed
@click.option(
    "--minutes", type=Minutes(), metavar="N", help="End by itself after so many minutes, 1 to 43200. Example: 120"
)
@click.option(
    "--until", type=Text(), metavar="TIME", help="End by itself at this time, RFC 3339. Example: 2026-03-02T05:00:00Z"
)
@click.option("--no-end", is_flag=True, help="Do not end by itself, but when somebody ends it.")
@click.option("--reason", type=Text(), metavar="TEXT", help="What it is for; kept as a tag. Example: 'DB upgrade'")
@click.option(
    "--message", type=Text(), metavar="TEXT", help="For visitors, told by the status rule. Example: 'Back by 7'"
)
@URL
@DRY_RUN
def start(
    asked: Asked,
    minutes: int | None,
    until: str | None,
    no_end: bool,
    reason: str | None,
    message: str | None,
    url: str | None,
    dry_run: bool,
) -> None:
    """Start maintenance, or make the window longer that is running. One of --minutes, --until and --no-end is needed.

    With a stack whose MaxDurationMinutes is above 0 none of them is needed, and --no-end is refused.
    """
    ends = [
        f"{option} {value}" if value is not True else option
        for option, value in (("--minutes", minutes), ("--until", until), ("--no-end", no_end))
        if value not in (None, False)
    ]
    if len(ends) > 1:
        raise WrongUse(f"{' and '.join(ends)} say different things; accepted: one of {ENDS}")
    longest = asked.switcher.longest_minutes
    if not ends and not longest:
        raise WrongUse(
            f"this start has no end, and the stack {asked.stack} has no longest window (MaxDurationMinutes is 0): the "
            f"system would stay closed until somebody ends it; accepted: one of {ENDS}"
        )
    if no_end and longest:
        raise WrongUse(
            f"--no-end: the stack {asked.stack} ends every window after {longest} minutes (MaxDurationMinutes); "
            "accepted: --minutes or --until up to that, or none of them for all of it"
        )
    event = {"type": "start", "minutes": minutes, "until": until, "reason": reason, "message": message}
    given = {field: value for field, value in event.items() if value is not None}
    _switch(asked, given, url=url, dry_run=dry_run)


@maintenance.command()
@deployed
@URL
@DRY_RUN
def end(asked: Asked, url: str | None, dry_run: bool) -> None:
    """End maintenance: every rule goes back to its own number."""
    _switch(asked, {"type": "end"}, url=url, dry_run=dry_run)


@maintenance.command(name="report")
@deployed
@click.option(
    "--hours",
    type=click.IntRange(1, 24 * 366),
    metavar="N",
    help="So many hours back; else the present window, or 24 hours if there is none. Example: 8",
)
def report_(asked: Asked, hours: int | None) -> None:
    """Show who knocked: requests by outcome, the paths most asked for, the hosts, and the busiest minute.

    It reads the responder's log with CloudWatch Logs Insights, four times, which AWS charges by the gigabyte.
    """
    now = datetime.now(timezone.utc)
    begin = now - timedelta(hours=hours or 24)
    if hours is None:
        listeners = asked.send({"type": "status"})["listeners"]
        begin = min((standing.time(one["since"]) for one in listeners if one["since"]), default=begin)
    group = asked.switcher.output("ResponderLogGroupName")
    with tables.progress() as tell:
        found = report.ask(asked.session, group, begin, now, tell)
    made = report.make(group, begin, now, found)
    asked.say(made.json, lambda: tables.report(made))


@maintenance.command()
@deployed
@click.option("--yes", is_flag=True, help="Do not ask for the stack's name first.")
def delete(asked: Asked, yes: bool) -> None:
    """Delete the stack, at rest; refused in a window, and while nobody knows.

    The rules that made room would stay on their shifted numbers for good. It says what would be left, and asks.
    """
    switcher = asked.switcher

    def ask() -> dict[str, Any]:
        return asked.send({"type": "status"})

    deletion.refuse_unless_settled(ask, switcher)
    left = deletion.kept(asked.session, switcher)
    asked.note(
        f"{switcher.place} is at rest. What is deleted: its rules, its functions, its schedules and alarms, the "
        "subscriptions to them, and events that lie undelivered.\n"
        f"What is left: {', '.join(left) or 'nothing of the stack'}; and what was uploaded to deploy it."
    )
    if not yes:
        if click.prompt("Type the stack's name to delete it", err=True) != switcher.stack:
            raise Failure(f"nothing was deleted: that is not {switcher.stack}")
        # The question may have stood there for long.
        deletion.refuse_unless_settled(ask, switcher)
    with tables.progress() as tell:
        deletion.delete(asked.session, switcher, tell)
    asked.say(
        {"stack": switcher.stack, "deleted": True, "left": left}, lambda: tables.good(f"✓ {switcher.stack} is deleted")
    )


def _switch(asked: Asked, event: dict[str, Any], *, url: str | None, dry_run: bool) -> None:
    if dry_run and url:
        raise WrongUse("--url and --dry-run: a dry run switches nothing to wait for; accepted: one of them")
    sent = {**event, "dryRun": True} if dry_run else event
    asked.note(f"{asked.switcher.place}: {json.dumps(sent, ensure_ascii=False)}\n")
    answered = asked.send(sent)
    if not asked.as_json:
        # What is switched is said before anything is waited for.
        tables.answer(answered, asked.switcher, datetime.now(timezone.utc))
    seen = traffic.wait(url, closed=event["type"] == "start") if url else None
    asked.say({**answered, "visitors": seen and seen.text}, lambda: _visitors(url, seen, answered))


def _visitors(url: str | None, seen: traffic.Seen | None, answered: dict[str, Any]) -> None:
    """Print what visitors meet, or how to know."""
    if seen:
        tables.good(f"\n✓ {url} answers: {seen.text}, {traffic.IN_A_ROW} times in a row")
    elif not answered["dryRun"] and any(listener["moves"] for listener in answered["listeners"]):
        tables.line("\nVisitors notice within about ten seconds; --url https://… waits for it.")


def run() -> int:
    """Carry out the command line; returns the exit code."""
    # A terminal that cannot show a character must not keep the command from its work.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    # The shell asks for completion under the name that it was told, without the folder.
    name = "maintenance" if COMPLETION in os.environ else "scripts/maintenance"
    try:
        with sentences():
            return maintenance.main(prog_name=name, complete_var=COMPLETION, standalone_mode=False) or 0
    except click.Abort:
        click.secho("✗ interrupted; what was sent may have been done all the same: `status` tells", err=True, fg="red")
        return 130
    except click.ClickException as failure:
        failure.show()
        return failure.exit_code
