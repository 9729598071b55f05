"""Waiting until visitors meet what was switched."""

import queue
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.request import getproxies, proxy_bypass

import truststore
import urllib3

from . import printing
from .failures import Failure

HEADER = "X-Maintenance-Mode"
# One answer comes from one node of the load balancer only.
IN_A_ROW = 5
# Looks without any answer after which there will be none.
UNSEEN_IN_A_ROW = 10


@dataclass(frozen=True)
class Seen:
    """What one visitor meets: whether the responder answered, if that can be known, and whether anything did."""

    text: str
    closed: bool | None
    answered: bool = True


def target(url: str) -> urllib3.util.Url:
    """Read an address; raises ValueError for one that no request can be sent to."""
    parsed = urllib3.util.parse_url(url)  # its own errors are ValueErrors, too
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError("it begins with neither https:// nor http://")
    return parsed


def look(url: str, *, within: float = 5.0) -> Seen:
    """Send one request; it has so many seconds from the name to the last header."""
    seen: queue.SimpleQueue[Seen] = queue.SimpleQueue()
    # A connection's own timeout begins anew with each byte.
    threading.Thread(target=lambda: seen.put(_ask(url)), daemon=True).start()
    try:
        return seen.get(timeout=within)
    except queue.Empty:
        return Seen(f"no answer within {within:g} seconds", closed=None, answered=False)


def _ask(url: str) -> Seen:
    """Use a new connection: one that is kept leads to the same node again."""
    asked = target(url)
    headers = {"Host": asked.netloc}
    proxy = None if proxy_bypass(asked.host) else getproxies().get(asked.scheme)
    if asked.host.rstrip(".").endswith(".localhost"):
        # Browsers know these names; not every system's resolver does.
        asked, proxy = asked._replace(host="127.0.0.1"), None
    try:
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # A proxy's address can be one that urllib3 refuses.
        pool = urllib3.ProxyManager(proxy, ssl_context=context) if proxy else urllib3.PoolManager(ssl_context=context)
        with pool:
            # Without retries a redirect is an answer, too.
            answered = pool.request("GET", asked.url, headers=headers, retries=False, preload_content=False, timeout=5)
            status, closed = answered.status, answered.headers.get(HEADER) == "on"
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        return Seen(f"no answer: {error}", closed=None, answered=False)
    text = f"{status} {'with' if closed else 'without'} {HEADER}: on"
    # A 502 of the load balancer itself may be the responder's failure or the application's.
    return Seen(text, closed=None if status == 502 and not closed else closed)


def wait(url: str, *, closed: bool, every: float = 1.0, at_most: float = 120.0) -> Seen:
    """Wait until some answers in a row are as switched, and return the last one; times are in seconds.

    The load balancer gathers rule changes for some ten seconds before its traffic follows, says a maintainer of AWS
    Load Balancer Controller (its pull request 4039).
    """
    until = time.monotonic() + at_most
    in_a_row = unseen = 0
    with printing.progress() as tell:
        while True:
            seen = look(url)
            in_a_row = in_a_row + 1 if seen.closed is closed else 0
            unseen = 0 if seen.answered else unseen + 1
            tell(f"{url}: {in_a_row} of {IN_A_ROW} answers in a row are as switched; the last: {seen.text}")
            if in_a_row == IN_A_ROW:
                return seen
            is_late = time.monotonic() + every > until
            if unseen == UNSEEN_IN_A_ROW or (is_late and not seen.answered):
                raise Failure(f"the rules are switched, but {url} cannot be seen from here: {seen.text}")
            if is_late:
                found = f"after {at_most:g} seconds {url} is not yet {'closed' if closed else 'open'}: {seen.text}"
                raise Failure(f"the rules are switched, but {found}; `scripts/maintenance status` shows its rule")
            time.sleep(every)
