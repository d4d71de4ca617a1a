"""A source that is asked now and then: heard, lost once, back once, never read without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from support.outlets import Heard, running

from garance.connectors.adsb.connector import open_connector
from garance.connectors.lines import Pauses
from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES
from garance.server.connections.asking import ask_plainly

SKY = b'{"now": 1717664320, "aircraft": [{"hex": "39ac45", "lat": 43.6, "lon": 1.4, "seen_pos": 1}]}'


class Receiver:
    """A receiver on the network: what it answers next."""

    def __init__(self) -> None:
        self.status, self.body, self.asked = "200 OK", SKY, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
        writer.write(f"{head}Location: http://192.0.2.1/\r\nConnection: close\r\n\r\n".encode() + self.body)
        try:
            await writer.drain()
        except OSError:
            pass  # who asks had enough
        writer.close()


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    one = Receiver()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    try:
        yield one, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/data/aircraft.json"
    finally:
        server.close()
        await asyncio.wait_for(server.wait_closed(), 5)


def quick() -> Pauses:
    return Pauses(lambda: 0.0, first_s=0.01, most_s=0.05)


async def test_what_a_receiver_says_is_heard_each_time() -> None:
    heard = Heard()
    async with receiver() as (one, url), running(ask_plainly(open_connector({}), {"url": url, "every_s": 0.02}, heard)):
        await heard.until(lambda: len(heard.observations) >= 2)
        assert {seen.uid for seen in heard.observations} == {"39ac45"}
        assert one.asked >= 2
    assert (heard.links, {sender.name for sender in heard.senders}) == (["up"], {"127.0.0.1"})


async def test_a_receiver_in_trouble_is_lost_once_and_back_once() -> None:
    heard = Heard()
    async with receiver() as (one, url):
        one.status = "302 Found"
        async with running(ask_plainly(open_connector({}), {"url": url, "every_s": 0.02}, heard, pauses=quick())):
            await heard.until(lambda: len(heard.links) == 1)
            while one.asked < 3:  # noqa: ASYNC110 - the receiver is looked at from outside
                await asyncio.sleep(0.01)
            one.status = "200 OK"
            await heard.until(lambda: len(heard.observations) >= 1)
    assert heard.links == ["lost HTTPStatusError", "up"], "a redirect is not followed"


async def test_what_is_too_long_or_nonsense_is_refused_and_asked_again() -> None:
    heard = Heard()
    async with receiver() as (one, url):
        one.body = b" " * (MAX_FRAME_BYTES + 1)
        async with running(ask_plainly(open_connector({}), {"url": url, "every_s": 0.02}, heard)):
            await heard.until(lambda: heard.refused[-1:] == ["frame-too-large"])
            one.body = b"<html>"
            await heard.until(lambda: heard.refused[-1:] == ["json-malformed"])


@pytest.mark.parametrize("url", ["", "aircraft.json", "file:///etc/passwd", "http://"])
async def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="connector-setting-wrong"):
        await ask_plainly(open_connector({}), {"url": url}, Heard())
