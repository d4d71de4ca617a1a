"""`pytak` and a node, both ways: in clear and encrypted, XML and protobuf; units, words and drawings."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from configparser import ConfigParser, SectionProxy
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import takproto
from support.tak_node import TakHouse, message, now, presence, tak_house, until
from support.tak_web import keys_in

from garance.connectors.tak.cot import Cot, read_xml, write_instant
from garance.connectors.tak.protobuf import read_payload, wrap_stream
from garance.connectors.tak.relay.authority import open_authority
from garance.connectors.tak.relay.splitter import Splitter

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of a library that it needs for enrolment only
    import pytak

WAIT_S = 10.0
pytestmark = pytest.mark.filterwarnings("ignore:ssl.OP_NO_:DeprecationWarning")
"""The other library sets old options of TLS."""


class Peer:
    """A client made with the other library, its own workers at work on a true connection."""

    def __init__(self, config: SectionProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.reader = reader
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._sender = pytak.TXWorker(asyncio.Queue(), config, writer)
        self._receiver = pytak.RXWorker(self.heard, config, reader)

    async def say(self, xml: bytes) -> None:
        """It says that message, in the writing that it was set to."""
        await self._sender.handle_data(xml)

    async def hear(self, uid_part: str) -> Cot:
        """The first message of such a uid, in XML, as its own reader splits the stream."""
        async with asyncio.timeout(WAIT_S):
            while True:
                await self._receiver.run_once()
                cot = read_xml(await self.heard.get())
                if uid_part in cot.uid:
                    return cot

    async def hear_frame(self, uid_part: str) -> Any:
        """The first frame of such a uid, as its library reads it."""
        splitter = Splitter()
        async with asyncio.timeout(WAIT_S):
            while True:
                splitter.feed(await self.reader.read(1 << 16))
                for piece in splitter.pieces():
                    if piece.is_frame and uid_part in (read_payload(piece.body).cot or read_xml(NOBODY)).uid:
                        return takproto.parse_proto(bytearray(wrap_stream(piece.body))).cotEvent


NOBODY = message("nobody")


@asynccontextmanager
async def peer(house: TakHouse, address: str, **settings: str) -> AsyncIterator[Peer]:
    known = ConfigParser()
    known["pytak"] = {"COT_URL": address, **settings}

    async def there() -> Any:
        try:
            return await pytak.protocol_factory(known["pytak"])
        except ConnectionRefusedError:
            return None

    reader, writer = await until(there)
    try:
        yield Peer(known["pytak"], reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0.01)


def chat(text: str, sender: str) -> bytes:
    at = now()
    return (
        f'<event version="2.0" uid="GeoChat.{sender}.All Chat Rooms.1" type="b-t-f" how="h-g-i-g-o" '
        f'time="{write_instant(at)}" start="{write_instant(at)}" stale="{write_instant(at + timedelta(days=1))}">'
        '<point lat="0.0" lon="0.0" hae="9999999.0" ce="9999999.0" le="9999999.0"/><detail>'
        f'<__chat chatroom="All Chat Rooms" id="All Chat Rooms" senderCallsign="{sender}"/>'
        f"<remarks>{text}</remarks></detail></event>"
    ).encode()


async def is_on_the_map(house: TakHouse, name: str) -> None:
    async def shown() -> Any:
        return name in {unit["name"] for unit in (await house.picture())["resources"]}

    await until(shown, timeout_s=WAIT_S)


async def both_ways(house: TakHouse, client: Peer, name: str) -> None:
    """It is on the map, its words are in the logbook, and it is told words and a drawing."""
    await client.say(presence(f"PYTAK-{name}", name))
    await is_on_the_map(house, name)
    await client.say(chat("Eau à la porte.", name))

    async def written() -> Any:
        return [line for line in await house.lines() if line["text"] == "Eau à la porte."]

    (line,) = await until(written, timeout_s=WAIT_S)
    assert line["sender"] == name
    shape = await house.draw("Zone noyée")
    drawn = await client.hear(f"GARANCE-{shape}")
    assert drawn.type == "u-d-f"
    await house.command("logbook.write", {"text": "Repli immédiat.", "category": "order", "recipient": "Terrain"})
    words = (await client.hear("GeoChat.GARANCE-")).part("remarks")
    assert words is not None
    assert words.text == "Repli immédiat."


async def test_in_clear_in_xml(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True)
        async with peer(house, f"tcp://127.0.0.1:{house.port}") as client:
            await both_ways(house, client, "VSAV 1")


async def test_encrypted_with_a_certificate(tmp_path: Path) -> None:
    async with tak_house(tmp_path, tls=True, proof=True) as house:
        await house.attach(sends=True)
        files = await certificate(house, tmp_path)
        async with peer(house, f"tls://localhost:{house.tls_port}", **files) as client:
            await both_ways(house, client, "VSAV 1")
        stranger = await house.phone()
        stranger.say(presence("PHONE-9", "INCONNU"))

        async def aside() -> Any:
            return (await house.health())["aside"].get("sender-unproven")

        assert await until(aside)


async def certificate(house: TakHouse, folder: Path) -> dict[str, str]:
    """What a device is given, as this library wants it."""
    asked = {"name": "vsav-1", "groups": ["all"]}
    answer = await house.web.post("/api/v1/connections/tak/devices", json=asked, headers=house.node.headers)
    signed, key = keys_in(answer.content)
    contents = {"PYTAK_TLS_CLIENT_CERT": signed, "PYTAK_TLS_CLIENT_KEY": key}
    contents["PYTAK_TLS_CLIENT_CAFILE"] = open_authority(house.authority, "Garance", now()).pem
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
    files = {name: str(folder / f"{name}.pem") for name in contents}
    return {**files, "PYTAK_TLS_SERVER_EXPECTED_HOSTNAME": "localhost"}


@pytest.mark.parametrize("tls", [False, True])
async def test_in_protobuf(tmp_path: Path, tls: bool) -> None:
    """It says frames from the first byte, without agreeing on anything: it is answered in frames."""
    async with tak_house(tmp_path, tls=tls) as house:
        await house.attach(sends=True)
        files = await certificate(house, tmp_path) if tls else {}
        address = f"tls://localhost:{house.tls_port}" if tls else f"tcp://127.0.0.1:{house.port}"
        async with peer(house, address, TAK_PROTO="1", **files) as client:
            await client.say(presence("PYTAK-1", "VSAV 1"))
            await is_on_the_map(house, "VSAV 1")
            shape = await house.draw("Zone noyée")
            drawn = await client.hear_frame(f"GARANCE-{shape}")
            assert (drawn.type, drawn.detail.contact.callsign) == ("u-d-f", "Zone noyée")
            assert drawn.detail.xmlDetail.count("<link") == 2
