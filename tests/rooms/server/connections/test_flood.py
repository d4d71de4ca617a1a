"""One source going mad never slows another: what it says beyond measure is set aside or let go, alone."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
import pytest
from support.running_node import RunningNode, opened_node

from garance.kernel.clock import SystemClock
from garance.kernel.identity import new_id

TOKEN = "un jeton de seize lettres"
CLOCK = SystemClock()
FLOOD_PER_S = 10_000
SAYS_PER_S = 10
TRIES = 7


def messages(turn: int) -> bytes:
    """A thousand positions of one source, each at a time and a place of its own."""
    at = CLOCK.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return "".join(
        f'<event version="2.0" uid="MAD" type="a-f-G-U-C" how="m-g" time="{at}" start="{at}" '
        f'stale="2036-01-01T00:00:00Z">'
        f'<point lat="45.{turn:03}{rank:03}" lon="-0.96" hae="9" ce="9" le="9"/><detail/></event>'
        for rank in range(FLOOD_PER_S // SAYS_PER_S)
    ).encode()


async def flood(port: int, said: list[int]) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for turn in range(10_000):
            writer.write(messages(turn % 1000))
            said.append(FLOOD_PER_S // SAYS_PER_S)
            await writer.drain()
            await asyncio.sleep(1 / SAYS_PER_S)
    finally:
        writer.transport.abort()


async def attach(node: RunningNode, web: httpx2.AsyncClient, connection: str) -> None:
    body = {"feed": new_id(), "connection": connection, "name": connection}
    asked = {"id": new_id(), "situation": node.situation, "role": node.grant, "body": body}
    (await web.post("/api/v1/commands/feeds.attach", json=asked, headers=node.headers)).raise_for_status()


async def samples(node: RunningNode, web: httpx2.AsyncClient, series: str) -> int:
    path = f"/api/v1/situations/{node.situation}/samples"
    answer = await web.get(path, params={"series": series}, headers=node.headers)
    return len(answer.raise_for_status().json()["samples"])


async def pushed(node: RunningNode, web: httpx2.AsyncClient, turn: int) -> None:
    secret = base64.b64encode(f"vsav-1:{TOKEN}".encode()).decode()
    headers = {"authorization": f"Basic {secret}", "x-limit-u": "vsav-1", "x-limit-d": "phone"}
    said: dict[str, Any] = {"_type": "location", "lat": 45.94 + turn / 1e5, "lon": -0.96, "tid": "v1"}
    said["tst"] = int(CLOCK.now().timestamp())
    await web.post("/api/v1/connections/telephones/frames", json=said, headers=headers)


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_source_gone_mad_slows_nobody_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    connections = {
        "tak": {"connector": "tak", "port": port},
        "telephones": {"connector": "owntracks", "token": TOKEN},
    }
    async with opened_node(tmp_path, connections=connections) as node, httpx2.AsyncClient(base_url=node.url) as web:
        await attach(node, web, "tak")
        await attach(node, web, "telephones")
        await pushed(node, web, 0)
        series = ""
        while not series:
            shown = (await web.get(f"/api/v1/situations/{node.situation}/picture", headers=node.headers)).json()
            series = shown["series"][0]["id"] if shown["series"] else ""
        said: list[int] = []
        mad = asyncio.create_task(flood(port, said))
        await asyncio.sleep(2)
        waits_s = []
        for turn in range(1, TRIES + 1):
            before, begun = await samples(node, web, series), time.monotonic()
            await pushed(node, web, turn)
            while await samples(node, web, series) == before:  # noqa: ASYNC110 - the node is looked at from outside
                await asyncio.sleep(0.02)
            waits_s.append(time.monotonic() - begun)
            await asyncio.sleep(1.1)
        health = (await web.get("/api/v1/connections", headers=node.headers)).json()["items"]
        mad.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await mad
        told = {one["name"]: one["health"] for one in health}
        assert median(waits_s) < 1.0, (waits_s, told["tak"]["per_minute"])
        assert told["tak"]["heard"] > FLOOD_PER_S, said
        assert told["tak"]["kept"] < told["tak"]["heard"] / 10
