"""Times as people write and read them, and the next run of a schedule."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from aws_croniter import AwsCroniter

from .failures import WrongUse

ACCEPTED = '06:00, "2026-03-02 06:00" or 2026-03-02T05:00:00Z'


def read(text: str) -> datetime:
    """Read a time of the switcher's answer."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def until(text: str, zone: tzinfo | None, now: datetime) -> str:
    """Return a later time in RFC 3339; without a date it is the next such time, without an offset one of `zone`.

    No zone is the machine's. Raises WrongUse for what is no later time.
    """
    is_time = re.fullmatch(r"\d\d:\d\d(:\d\d)?", text)
    try:
        found = read(f"{now.astimezone(zone):%Y-%m-%d} {text}" if is_time else text)
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        if is_time:
            found += timedelta(days=found.astimezone(timezone.utc) <= now)
        in_utc = found.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise WrongUse(f'--until is "{text}"; accepted: {ACCEPTED}') from error
    if in_utc <= now:
        raise WrongUse(f'--until is "{text}": {shown(in_utc, zone)} is past; accepted: a later time')
    if in_utc.astimezone(found.tzinfo).replace(tzinfo=None) != found.replace(tzinfo=None):
        raise WrongUse(f'--until is "{text}": the clocks skip that time; accepted: an hour later')
    return utc(in_utc)


def shown(time: datetime, zone: tzinfo | None) -> str:
    """Return a time in UTC and in `zone`, or the machine's."""
    here = time.astimezone(zone)
    return f"{utc(time)} ({here:%a %H:%M} {zone or here.tzname()})" if here.utcoffset() else utc(time)


def span(length: timedelta) -> str:
    """Return a length in its two largest units; one below zero, by clocks that differ, is none."""
    minutes = max(0, int(length.total_seconds())) // 60
    units = {"d": minutes // 1440, "h": minutes // 60 % 24, "min": minutes % 60}
    return " ".join([f"{count} {unit}" for unit, count in units.items() if count][:2]) or "less than a minute"


def utc(time: datetime) -> str:
    """Return a time in RFC 3339, in UTC and whole seconds."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def next_run(expression: str, zone: str, now: datetime) -> str:
    """Return the next run in one line; the expression alone where the libraries do not know it."""
    itself = f"by {expression} in {zone}"
    try:
        upcoming = _next(expression, ZoneInfo(zone), now)
    except (ValueError, LookupError):  # such as `LW`, a month's last weekday
        return itself
    if upcoming is None:
        return f"never again {itself}"
    return f"{upcoming:%a %Y-%m-%d %H:%M} {zone}, in {span(upcoming - now)}, {itself}"


def _next(expression: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    kind, _, inner = expression.removesuffix(")").partition("(")
    if kind == "at":
        at = datetime.fromisoformat(inner).replace(tzinfo=zone)
        return at if at > now else None
    # A day of the week that is `L` alone is Saturday, which the library does not know.
    cron = AwsCroniter(re.sub(r"\bL( \S+)$", r"SAT\1", inner))
    # The library knows no time zones: it gets the local time, called UTC.
    local: datetime | None = now.astimezone(zone).replace(tzinfo=timezone.utc)
    while local := cron.get_next(local)[0]:
        found = local.replace(tzinfo=zone)
        # Scheduler skips a time that spring leaves out; of one that comes twice in autumn it takes the first.
        exists = found.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=timezone.utc) == local
        if exists and found.astimezone(timezone.utc) > now:
            return found
    return None
