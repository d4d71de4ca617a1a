"""The connector on true sockets: in clear and encrypted, XML and protobuf; one that misbehaves troubles nobody."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.outlets import Heard, running
from support.tak import Phone, connect
from support.tak_node import heard, message, presence

from garance.connectors.registry import open_connector
from garance.connectors.tak.connector import TakConnector
from garance.connectors.tak.control import version_accepted, version_request, versions_offered
from garance.connectors.tak.cot import Cot, read_xml, write_xml
from garance.connectors.tak.protobuf import write_protobuf
from garance.connectors.tak.relay.authority import Authority
from garance.domain.drawings.facts import ShapeStatus
from garance.domain.resources.facts import ResourceStatus
from garance.kernel.label import Mode
from garance.kernel.place import LineString, Point, Position
from garance.kernel.refusal import Refused
from garance.ports.observation import Located, Withdrawn
from garance.ports.outgoing import AlarmOut, Gone, LetOut, Outgoing, ShapeOut, UnitOut, WordsOut
from garance.views.shown import ResourceShown, ShapeShown

AT = datetime(2026, 11, 28, tzinfo=UTC)
LINE = LineString([(-0.96, 45.94), (-0.95, 45.95)])


class House:
    """A connector at work, and its clients."""

    def __init__(self, connector: TakConnector, outlet: Heard) -> None:
        self.connector = connector
        self.outlet = outlet
        self.phones: list[Phone] = []

    async def phone(self, number: int = 0, tls: ssl.SSLContext | None = None) -> Phone:
        phone = await connect(self.connector.addresses[number][1], tls)
        self.phones.append(phone)
        return phone

    def client_tls(self, folder: Path, name: str) -> ssl.SSLContext:
        """What a device that was given a certificate connects with."""
        authority = self.connector.authority
        assert isinstance(authority, Authority)
        certificate, key = authority.client(name, datetime.now(UTC))  # noqa: TID251 - true certificates, true time
        files = {"ca.pem": authority.pem, f"{name}.pem": pem_of(certificate), f"{name}.key": key}
        for file, content in files.items():
            (folder / file).write_bytes(content)
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
        return context


def pem_of(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    found: bytes = certificate.public_bytes(Encoding.PEM)
    return found


def port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@asynccontextmanager
async def house(**settings: Any) -> AsyncIterator[House]:
    given = {"port": port(), **settings}
    connector = open_connector("tak", given)
    assert isinstance(connector, TakConnector)
    outlet = Heard()
    async with running(connector.run(outlet)):
        await outlet.until(lambda: "up" in outlet.links)
        made = House(connector, outlet)
        try:
            yield made
        finally:
            for phone in made.phones:
                phone.close()
            await asyncio.sleep(0.01)


def a_unit(name: str = "FPT 2", **members: Any) -> UnitOut:
    resource = ResourceShown(
        id="unit-1",
        name=name,
        kind="fire-engine",
        state=ResourceStatus.ENGAGED,
        declared_at=AT,
        geometry=Point((-0.95, 45.93)),
        follows=(),
        conflict=False,
    )
    return UnitOut(resource=resource, **members)


def a_shape(number: int = 1) -> ShapeOut:
    shape = ShapeShown(
        id=f"shape-{number}",
        geometry=LINE,
        kind="hazard-zone",
        name=f"Zone {number}",
        state=ShapeStatus.ENGAGED,
        drawn_at=AT,
        changed_at=AT,
        follows=(),
        conflict=False,
    )
    return ShapeOut(shape=shape)


def uid(wanted: str) -> Any:
    return lambda cot: cot.uid == wanted


async def negotiated(phone: Phone) -> Phone:
    """That client speaks protobuf from now on."""
    offer = await heard(phone, versions_offered)
    phone.say(write_xml(version_request(offer, 1, at=AT)))
    assert version_accepted(await heard(phone, lambda cot: version_accepted(cot) is not None))
    return phone


async def test_who_comes_with_a_certificate_is_proven_and_others_do_not_come(tmp_path: Path) -> None:
    given = {"port": 0, "tls_port": port(), "authority": str(tmp_path / "authority"), "names": ["localhost"]}
    async with house(**given) as here:
        tls = await asyncio.to_thread(here.client_tls, tmp_path, "vsav-1")
        phone = await here.phone(tls=tls)
        phone.say(presence("PHONE-1", "VSAV 1"))
        await here.outlet.until(lambda: bool(here.outlet.observations))
        assert [(sender.name, sender.proven) for sender in here.outlet.senders] == [("vsav-1", True)]
        bare = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        try:
            stranger = await here.phone(tls=bare)
        except OSError:
            return
        assert await stranger.is_closed()


async def test_an_authority_given_before_is_the_one_that_signs(tmp_path: Path) -> None:
    given = {"port": 0, "tls_port": port(), "authority": str(tmp_path / "authority"), "names": ["localhost"]}
    async with house(**given) as here:
        first = here.connector.authority
    connector = open_connector("tak", {**given, "tls_port": port()})
    assert isinstance(connector, TakConnector)
    connector.authority = first
    outlet = Heard()
    async with running(connector.run(outlet)):
        await outlet.until(lambda: "up" in outlet.links)
        assert connector.authority is first
    assert connector.relay is None


async def test_protobuf_is_agreed_on_and_understood_both_ways() -> None:
    async with house() as here:
        old, modern = await here.phone(), await here.phone()
        await negotiated(modern)
        modern.say_frame(write_protobuf(read_xml(presence("PHONE-2", "VSAV 2"))))
        assert (await heard(old, uid("PHONE-2"))).part("contact") is not None
        old.say(presence("PHONE-1", "VSAV 1"))
        assert (await heard(modern, uid("PHONE-1"))).part("__group") is not None
        await here.outlet.until(lambda: len(here.outlet.observations) == 2)
        assert {one.uid for one in here.outlet.observations} == {"PHONE-1", "PHONE-2"}
        here.connector.tell("feed", [a_shape()], Mode.ACTUAL)
        for phone in (old, modern):
            assert (await heard(phone, uid("GARANCE-shape-1"))).type == "u-d-f"


async def test_one_that_misbehaves_troubles_nobody() -> None:
    """A mute client, one that never reads and ten megabytes of garbage: two others talk as if they were alone."""
    async with house() as here:
        mute, deaf, mad = [await here.phone() for _ in range(3)]
        one, other = await here.phone(), await here.phone()
        deaf.stop_reading()
        mad.say(b"\x00garbage<<" * (12 << 17))
        slowest_s = 0.0
        for number in range(50):
            began = time.perf_counter()
            one.say(message(f"SAID-{number}"))
            await heard(other, uid(f"SAID-{number}"))
            slowest_s = max(slowest_s, time.perf_counter() - began)
        assert slowest_s < 2.0
        assert await mad.is_closed()
        assert not await mute.is_closed(0.1)


async def test_what_cannot_be_read_is_told_with_who_said_it() -> None:
    async with house() as here:
        phone = await here.phone()
        phone.say(message("A").replace(b"lat=", b"latitude="), message("B").replace(b"<detail>", b"<detail><"))
        await here.outlet.until(lambda: len(here.outlet.refused) == 2)
        assert set(here.outlet.refused) == {"cot-malformed", "tak-message-malformed"}
        assert here.outlet.observations == []


async def test_ours_does_not_come_back_and_a_removal_is_told() -> None:
    async with house() as here:
        phone, other = await here.phone(), await here.phone()
        phone.say(message("GARANCE-unit-1"), message("x", "t-x-d-d", detail='<link uid="DRAWN-1"/>'))
        await here.outlet.until(lambda: bool(here.outlet.observations))
        assert [(type(one), one.uid) for one in here.outlet.observations] == [(Withdrawn, "DRAWN-1")]
        await heard(other, lambda cot: cot.type == "t-x-d-d")


async def test_what_is_told_before_anybody_listens_is_shown_to_who_comes() -> None:
    connector = open_connector("tak", {"port": port()})
    assert isinstance(connector, TakConnector)
    told: list[Outgoing] = [
        a_unit(),
        *map(a_shape, range(3)),
        AlarmOut(id="l", text="Rupture", position=Position(-0.9, 45.9), at=AT),
    ]
    assert connector.tell("feed", told, Mode.ACTUAL) == LetOut(5)
    assert connector.tell("feed", [Gone(id="shape-0"), Gone(id="unknown")], Mode.ACTUAL) == LetOut(1)
    outlet = Heard()
    async with running(connector.run(outlet)):
        await outlet.until(lambda: "up" in outlet.links)
        phone = await connect(connector.addresses[0][1])
        wanted = {"GARANCE-unit-1", "GARANCE-shape-1", "GARANCE-shape-2", "GARANCE-l-9-1-1"}
        seen: set[str] = set()
        while seen < wanted:
            seen.add((await heard(phone, lambda cot: cot.uid.startswith("GARANCE-"))).uid)
        assert seen == wanted
        connector.withdraw("feed")
        removed: set[str] = set()
        while len(removed) < 3:
            removed |= _removed(await heard(phone, lambda cot: cot.type == "t-x-d-d"))
        assert removed == {"GARANCE-unit-1", "GARANCE-shape-1", "GARANCE-shape-2"}
        phone.close()
        await asyncio.sleep(0.01)


def _removed(cot: Cot) -> set[str]:
    return {part.get("uid") or "" for part in cot.parts if part.name == "link"}


async def test_an_old_position_is_not_vouched_for() -> None:
    async with house() as here:
        phone = await here.phone()
        now = datetime.now(UTC)  # noqa: TID251 - the connector reads the true clock
        old = Located(uid="s", at=now - timedelta(hours=1), position=Position(-0.95, 45.93))
        assert here.connector.tell("feed", [a_unit(located=old)], Mode.ACTUAL) == LetOut()
        fresh = Located(uid="s", at=now, position=Position(-0.95, 45.93), course_deg=90.0)
        assert here.connector.tell("feed", [a_unit(located=fresh)], Mode.ACTUAL) == LetOut(1)
        found = await heard(phone, uid("GARANCE-unit-1"))
        assert found.stale - now == timedelta(minutes=5)


async def test_words_go_to_all_or_to_whom_they_name_and_say_what_they_amend() -> None:
    async with house() as here:
        phone, other = await here.phone(), await here.phone()
        phone.say(presence("PHONE-1", "VSAV 1"))
        await heard(other, uid("PHONE-1"))
        words = WordsOut(id="w-1", text="Repli.", sender="PC", at=AT)
        told: list[Outgoing] = [
            words,
            WordsOut(id="w-2", text="Seul.", sender="PC", at=AT, recipient="vsav  1"),
            WordsOut(id="w-3", text="Personne.", sender="PC", at=AT, recipient="VSAV 9"),
            WordsOut(id="w-4", text="Repli nord.", sender="PC", at=AT, amends="corrected", urgent=True),
        ]
        assert here.connector.tell("feed", told, Mode.ACTUAL) == LetOut(3)

        async def said(to: Phone) -> str:
            part = (await heard(to, lambda cot: cot.type == "b-t-f")).part("remarks")
            return part.text if part is not None else ""

        assert [await said(phone) for _ in range(3)] == ["Repli.", "Seul.", "RECTIFIÉ : URGENT : Repli nord."]
        assert [await said(other) for _ in range(2)] == ["Repli.", "RECTIFIÉ : URGENT : Repli nord."]


@pytest.mark.parametrize(("allowed", "became"), [(False, LetOut(0, 1)), (True, LetOut(1))])
async def test_an_exercise_is_held_back_unless_allowed(allowed: bool, became: LetOut) -> None:
    connector = open_connector("tak", {"port": port(), "exercise": allowed})
    assert isinstance(connector, TakConnector)
    for mode in (Mode.EXERCISE, Mode.TEST):
        assert connector.tell("feed", [a_shape()], mode) == became


@pytest.mark.parametrize("settings", [{}, {"tls_port": 8089}])
def test_a_port_and_a_folder_are_needed(settings: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="connector-setting-missing"):
        open_connector("tak", settings)
