"""The command line: what can be given, and what is refused before anything is sent."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import click
import requests

from . import invocation, reading, subscribers, tables, traffic
from .failures import WrongUse, sentences
from .findings import advise
from .listener import parse_pair

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


PROFILE = click.option(
    "--profile", metavar="NAME", help="The profile of ~/.aws/config to act as; else the environment's. Example: ops"
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
URL = click.option(
    "--url",
    type=Url(),
    metavar="URL",
    help="Wait until visitors of this address meet it, at most two minutes. Example: https://www.example.com/",
)


def deployed(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which deployment is meant."""
    stack = click.option(
        "--stack",
        default="maintenance-mode",
        show_default=True,
        metavar="NAME",
        help="The stack that `sam deploy` made. Example: shop-maintenance",
    )
    region = click.option(
        "--region", metavar="REGION", help="Its region; else the environment's or the profile's. Example: eu-central-1"
    )
    return stack(region(PROFILE(command)))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def maintenance() -> None:
    """Put a system behind a load balancer into maintenance mode, and bring it back.

    Ends with 0 when it is done, 1 when it failed, and 2 when it was called wrongly.
    """


maintenance.command_class = Command


@maintenance.command()
@click.argument("listener_arn", metavar="LISTENER-ARN", type=Text())
@click.argument("second_arn", metavar="[SECOND-ARN]", type=Text(), required=False)
@PROFILE
def preflight(listener_arn: str, second_arn: str | None, profile: str | None) -> int:
    """Look at a listener before anything is deployed, and show how to deploy; changes nothing.

    LISTENER-ARN is the listener that is to go into maintenance, usually the one on 443, and SECOND-ARN another one of
    the same load balancer, usually the one on 80. `aws elbv2 describe-listeners` shows them, as does the console.
    Needs elasticloadbalancing:Describe*. Ends with 1 when something has to be done first.

    Example: scripts/maintenance preflight
    arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2
    """
    arns = parse_pair(listener_arn, second_arn)
    balancer, listeners = reading.read(_session(arns[0].region, profile), arns)
    advice = advise(balancer, listeners)
    tables.advice(advice, listeners, profile)
    return 0 if advice.ready else 1


@maintenance.command()
@deployed
def status(stack: str, region: str | None, profile: str | None) -> None:
    """Show the rules and the state; changes nothing."""
    session = _session(region, profile)
    switcher = invocation.find(session, stack)
    _send(session, switcher, {"type": "status"})
    if warning := subscribers.warning(invocation.client(session, "sns"), switcher.topic):
        tables.line(f"\n! {warning}", "yellow")


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
@URL
@DRY_RUN
def start(
    stack: str,
    region: str | None,
    profile: str | None,
    minutes: int | None,
    until: str | None,
    no_end: bool,
    reason: str | None,
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
    session = _session(region, profile)
    switcher = invocation.find(session, stack)
    if not ends and not switcher.longest_minutes:
        raise WrongUse(
            f"this start has no end, and the stack {stack} has no longest window (MaxDurationMinutes is 0): the system "
            f"would stay closed until somebody ends it; accepted: one of {ENDS}"
        )
    if no_end and switcher.longest_minutes:
        raise WrongUse(
            f"--no-end: the stack {stack} ends every window after {switcher.longest_minutes} minutes "
            "(MaxDurationMinutes); accepted: --minutes or --until up to that, or none of them for all of it"
        )
    event: dict[str, Any] = {"type": "start", "minutes": minutes, "until": until, "reason": reason}
    given = {field: value for field, value in event.items() if value is not None}
    _switch(session, switcher, given, url=url, dry_run=dry_run)


@maintenance.command()
@deployed
@URL
@DRY_RUN
def end(stack: str, region: str | None, profile: str | None, url: str | None, dry_run: bool) -> None:
    """End maintenance: every rule goes back to its own number."""
    session = _session(region, profile)
    _switch(session, invocation.find(session, stack), {"type": "end"}, url=url, dry_run=dry_run)


def _session(region: str | None, profile: str | None) -> boto3.Session:
    with sentences():
        return boto3.Session(region_name=region, profile_name=profile)


def _switch(
    session: boto3.Session, switcher: invocation.Switcher, event: dict[str, Any], *, url: str | None, dry_run: bool
) -> None:
    if dry_run:
        if url:
            raise WrongUse("--url and --dry-run: a dry run switches nothing to wait for; accepted: one of them")
        _send(session, switcher, {**event, "dryRun": True})
        return
    answered = _send(session, switcher, event)
    if url:
        seen = traffic.wait(url, closed=event["type"] == "start")
        tables.line(f"\n✓ {url} answers: {seen.text}, {traffic.IN_A_ROW} times in a row", "bold green")
    elif any(listener["moves"] for listener in answered["listeners"]):
        tables.line("\nVisitors notice within about ten seconds; --url https://… waits for it.")


def _send(session: boto3.Session, switcher: invocation.Switcher, event: dict[str, Any]) -> dict[str, Any]:
    place = f"{switcher.stack} in {switcher.account}, {switcher.region}"
    tables.line(f"{place}: {json.dumps(event, ensure_ascii=False)}\n")
    answered = switcher.invoke(session, event)
    tables.answer(answered)
    return answered


def run() -> int:
    """Carry out the command line; returns the exit code."""
    # A terminal that cannot show a character must not keep the command from its work.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    try:
        return maintenance.main(prog_name="scripts/maintenance", standalone_mode=False) or 0
    except click.Abort:
        click.secho("✗ interrupted; what was sent may have been done all the same: `status` tells", err=True, fg="red")
        return 130
    except click.ClickException as failure:
        failure.show()
        return failure.exit_code
