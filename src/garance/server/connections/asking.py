"""A polled source asked without a node, to see what it says: plainly, at its pace (essai d'une relève).

Such a connector has two settings, `url` and `every_s`. Its address is the operator's choice; no redirect is followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2

from garance.connectors.lines import Pauses, Standing, deliver
from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES, Connector, Frame, Outlet, Sender

TIMEOUT_S = 10.0
PLAIN = {"accept-encoding": "identity"}
"""Nothing compressed: what is read is bounded as it comes."""


async def ask_plainly(
    connector: Connector,
    settings: Mapping[str, Any],
    outlet: Outlet,
    client: httpx2.AsyncClient | None = None,
    pauses: Pauses | None = None,
) -> NoReturn:
    """Ask the address of the settings every so often until cancelled; refuses `connector-setting-wrong` (no address).

    A source that does not answer is asked again less and less often; its fall and its return are each said once.
    """
    url, every_s = str(settings.get("url") or ""), float(settings.get("every_s") or 60.0)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("connector-setting-wrong", field="url")
    sender, standing, waits = Sender(name=parts.hostname), Standing(outlet), pauses or Pauses()
    async with client or httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as asking:
        while True:
            try:
                frame = await _ask(asking, url)
            except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError) as problem:
                standing.lost(type(problem).__name__)
                await asyncio.sleep(max(waits.next_s(), every_s))
                continue
            except Refused as why:
                outlet.refuse(Frame(), sender, why)
            else:
                standing.up()
                waits.reset()
                deliver(connector, frame, sender, outlet)
            await asyncio.sleep(every_s)


async def _ask(client: httpx2.AsyncClient, url: str) -> Frame:
    """What that address says now; refuses `frame-too-large` without reading it whole."""
    async with asyncio.timeout(2 * TIMEOUT_S), client.stream("GET", url, headers=PLAIN) as answer:
        answer.raise_for_status()
        parts, size = [], 0
        async for part in answer.aiter_raw():
            size += len(part)
            if size > MAX_FRAME_BYTES:
                raise Refused("frame-too-large", detail={"limit": MAX_FRAME_BYTES})
            parts.append(part)
        return Frame(data=b"".join(parts), content_type=answer.headers.get("content-type", ""))
