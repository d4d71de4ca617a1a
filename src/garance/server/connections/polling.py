"""A source that is asked over HTTP now and then, never for what it has already given (interrogation périodique)."""

from __future__ import annotations

import asyncio
import random
from urllib.parse import urlsplit

from garance.kernel.refusal import Refused
from garance.ports.connector import Connector, Frame, Outlet, Polled, Sender
from garance.server.connections.outside import Got, Outside, check_address

LONGEST_PAUSE_S = 300.0
LONGEST_WAIT_S = 3_600.0
"""The longest that a source which asks for patience is believed."""
NOT_MODIFIED, FINE = 304, 200


async def poll(polled: Polled, connector: Connector, outlet: Outlet, outside: Outside) -> None:
    """Ask until cancelled: at its pace while it answers, less and less often while it does not.

    A request is never begun before the one before it has ended. Refuses `connector-setting-wrong` at once.
    """
    check_address(polled.address, setting="url")
    place = urlsplit(polled.address)
    sender, last, failures = Sender(name=place.hostname or ""), Got(status=0, data=b""), 0
    while True:
        pause_s = polled.every_s
        try:
            got = await outside.get(polled.address, tag=last.tag, modified=last.modified)
            if got.status not in (FINE, NOT_MODIFIED):
                pause_s = max(pause_s, asked_to_wait_s(got))
                raise Refused("address-unreachable", detail={"why": f"HTTP {got.status}"})
            outlet.up()
            failures = 0
            if got.status == FINE:
                last = got
                _take(connector, outlet, Frame(data=got.data, content_type=got.content_type, name=place.path), sender)
        except Refused as why:
            failures += 1
            outlet.lost(str((why.detail or {}).get("why", why.code)))
        await asyncio.sleep(pause_after_s(pause_s, failures))


def _take(connector: Connector, outlet: Outlet, frame: Frame, sender: Sender) -> None:
    try:
        outlet.take(connector.decode(frame), sender)
    except Refused as why:
        outlet.refuse(frame, sender, why)


def pause_after_s(pause_s: float, failures: int) -> float:
    """How long to wait before asking again: twice as long after each failure, never all sources at once."""
    if failures == 0:
        return pause_s
    longer = max(pause_s, min(pause_s * 2.0 ** min(failures, 10), LONGEST_PAUSE_S))
    return longer * random.uniform(1.0, 1.25)  # noqa: S311 - spreads requests, hides nothing


def asked_to_wait_s(got: Got) -> float:
    """The patience that the source asks for (`Retry-After`, in seconds), within reason; none when it asks for none."""
    return min(float(got.retry_after), LONGEST_WAIT_S) if got.retry_after.isascii() and got.retry_after.isdigit() else 0
