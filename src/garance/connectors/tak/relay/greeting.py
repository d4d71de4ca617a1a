"""A newcomer is shown what stands here, as fast as it reads and no faster (accueil)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from garance.connectors.tak.relay.clients import Client
from garance.connectors.tak.relay.relay import Relay

AT_ONCE = 50
WAIT_S = 0.05


async def greet(relay: Relay, client: Client, xml: Iterable[bytes]) -> None:
    """Say these messages (root elements) to that client alone, in order, until it leaves."""
    for number, message in enumerate(xml, 1):
        link = relay.link_of(client)
        while link is not None and link.is_slow:
            await asyncio.sleep(WAIT_S)
            link = relay.link_of(client)
        if link is None or link.reason:
            return
        relay.tell(link, message)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
