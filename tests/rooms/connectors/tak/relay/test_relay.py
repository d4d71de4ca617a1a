"""The relay on true sockets: who hears what, and what one client's behaviour does to the others (nothing)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from support.tak import NOW, PAST, RENDERINGS, Phone, Told, connect, said, to_protobuf

from garance.connectors.tak.relay.clients import Client, Identity, OpenRights, Standing
from garance.connectors.tak.relay.greeting import greet
from garance.connectors.tak.relay.hooks import Pace
from garance.connectors.tak.relay.mesh import listen_to_mesh
from garance.connectors.tak.relay.relay import Relay
from garance.connectors.tak.relay.routed import Routed, read_routed
from garance.connectors.tak.relay.splitter import Piece
from garance.connectors.tak.relay.varints import MESH_HEADER
from garance.kernel.clock import SetClock
from garance.kernel.refusal import Refused

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class Groups(OpenRights):
    """The standing of each client, in the order they come; labels as they are written in a detail."""

    def __init__(self, *standings: Standing) -> None:
        self._standings = list(standings)
        self.asked = 0

    def standing(self, identity: Identity) -> Standing:
        if not self._standings:
            raise Refused("not-allowed")
        return self._standings.pop(0)

    def may_send(self, client: Client, routed: Routed) -> bool:
        return routed.kind != "b-a-o-tbl"

    def label_of(self, client: Client, routed: Routed) -> Hashable | None:
        return "health" if routed.kind.startswith("a-f-G-I") else None

    def may_receive(self, standing: Standing, label: Hashable) -> bool:
        self.asked += 1
        return standing.audience == "doctors"


def standing(*groups: str, hears: tuple[str, ...] | None = None, audience: str = "") -> Standing:
    return Standing(frozenset(groups), frozenset(groups if hears is None else hears), audience)


class House:
    """A relay that listens, and its phones."""

    def __init__(self, **options: Any) -> None:
        self.clock = SetClock(NOW)
        self.told = Told()
        pace = Pace(**options.pop("pace", {}))
        self.relay = Relay(clock=self.clock, hooks=self.told, pace=pace, **options)
        self.port = 0
        self._phones: list[Phone] = []

    async def phone(self, *first: bytes) -> Phone:
        known = len(self.told.connected)
        phone = await self.raw_phone()
        await until(lambda: len(self.told.connected) > known)
        if first:
            heard = len(self.told.messages)
            phone.say(*first)
            await until(lambda: len(self.told.messages) >= heard + len(first))
        return phone

    async def raw_phone(self) -> Phone:
        phone = await connect(self.port)
        self._phones.append(phone)
        return phone

    async def close(self) -> None:
        for phone in self._phones:
            phone.close()
        await self.relay.stop()


@asynccontextmanager
async def house(**options: Any) -> AsyncIterator[House]:
    made = House(**options)
    _, made.port = await made.relay.listen("127.0.0.1", 0)
    try:
        yield made
    finally:
        await made.close()


async def until(true: Callable[[], object], wait_s: float = 5.0) -> None:
    async with asyncio.timeout(wait_s):
        while not true():  # noqa: ASYNC110 - looked at until it is so
            await asyncio.sleep(0.005)


async def test_everyone_hears_but_the_sender_and_the_node_hears_once() -> None:
    async with house() as here:
        phones = [await here.phone() for _ in range(5)]
        one, two = said("one"), said("two")
        phones[0].say(one, two)
        for phone in phones[1:]:
            assert [await phone.hear(), await phone.hear()] == [Piece(False, one), Piece(False, two)]
            assert phone.raw == DECLARATION + one + DECLARATION + two
        assert await phones[0].hears_nothing()
        assert [message.body for message in here.told.messages] == [one, two]
        assert here.told.messages[0].source in here.told.connected
        counted = [client.counted for client in here.relay.clients]
        assert (counted[0].received_messages, counted[1].sent_messages) == (2, 2)
        assert counted[1].sent_bytes == len(phones[1].raw)


async def test_each_of_many_hears_all_the_others_in_order_and_never_itself() -> None:
    async with house() as here:
        phones = [await here.phone() for _ in range(40)]
        for turn in range(5):
            for number, phone in enumerate(phones):
                phone.say(said(f"{number}-{turn}", "b-m-p"))
            await asyncio.sleep(0.004)
        for number, phone in enumerate(phones):
            uids = await phone.hear_uids(39 * 5)
            assert not any(uid.startswith(f"{number}-") for uid in uids)
            for other in range(40):
                if other != number:
                    assert [uid for uid in uids if uid.startswith(f"{other}-")] == [f"{other}-{t}" for t in range(5)]
        assert here.told.batches < 150


async def test_a_message_with_destinations_goes_to_those_alone() -> None:
    async with house() as here:
        ann, bob, cat = [await here.phone(said(name, callsign=name.upper())) for name in ("ann", "bob", "cat")]
        await asyncio.sleep(0.03)
        for phone, count in ((ann, 2), (bob, 2), (cat, 2)):
            await phone.hear_uids(count)
        here.relay.router.subscribe("flood", "cat")
        ann.say(
            said("m1", "b-t-f", to='<dest callsign="BOB"/>'),
            said("m2", "b-t-f", to='<dest uid="cat"/><dest callsign="CAT"/><dest callsign="ANN"/>'),
            said("m3", "b-m-p", to='<dest mission="flood"/>'),
            said("m4", "b-t-f", to='<dest callsign="NOBODY"/>'),
            said("m5", "b-t-f", to='<dest callsign="All Streaming"/>'),
            said("m6", "a-h-G", to='<dest uid="bob"/>'),
            said("m7", "b-t-f"),
        )
        assert await bob.hear_uids(4) == ["m1", "m5", "m6", "m7"]
        assert await cat.hear_uids(4) == ["m2", "m3", "m5", "m7"]
        late = await here.phone()
        assert sorted(await late.hear_uids(3)) == ["ann", "bob", "cat"]
        assert await late.hears_nothing()


async def test_groups_part_those_who_share_none() -> None:
    rights = Groups(standing("fire"), standing("fire", "town"), standing("town"), standing("fire", hears=()))
    async with house(rights=rights) as here:
        fire, both, town, sensor = [await here.phone() for _ in range(4)]
        fire.say(said("from-fire"))
        sensor.say(said("from-sensor"))
        town.say(said("from-town"))
        assert sorted(await fire.hear_uids(1)) == ["from-sensor"]
        assert sorted(await both.hear_uids(3)) == ["from-fire", "from-sensor", "from-town"]
        fire.say(said("to-town", "b-t-f", to='<dest group="town"/>'))
        both.say(said("to-town-2", "b-t-f", to='<dest group="town"/>'))
        assert await town.hear_uids(1) == ["to-town-2"]
        assert await sensor.hears_nothing()
        assert await fire.hears_nothing()


async def test_labels_are_read_by_those_who_may_and_asked_once_for_all() -> None:
    rights = Groups(*[standing("fire")] * 3, *[standing("fire", audience="doctors")] * 2)
    async with house(rights=rights) as here:
        phones = [await here.phone() for _ in range(5)]
        for number in range(20):
            phones[0].say(said(f"h{number}", "a-f-G-I-M"))
        phones[0].say(said("alarm", "b-a-o-tbl"), said("plain"))
        assert await phones[1].hear_uids(1) == ["plain"]
        assert await phones[3].hear_uids(21) == [*(f"h{number}" for number in range(20)), "plain"]
        assert rights.asked == 2
        assert here.relay.clients[0].counted.withheld == 1
        newcomer_reads = here.relay.router.present(here.relay.clients[1], NOW)
        assert [message.routed.uid for message in newcomer_reads] == ["plain"]


async def test_a_newcomer_is_told_who_is_here_until_stale() -> None:
    async with house() as here:
        ann = await here.phone(said("ann", callsign="ANN"), said("old", stale=PAST), said("ann", callsign="ANN2"))
        late = await here.phone()
        heard = read_routed(await late.hear())
        assert (heard.uid, heard.callsign) == ("ann", "ANN2")
        assert await late.hears_nothing()
        here.clock.advance(timedelta(minutes=20))
        later = await here.phone()
        assert await later.hears_nothing()
        ann.close()
        gone = await late.hear()
        assert read_routed(gone).kind == "t-x-d-d"
        assert b'<link relation="p-p" uid="ann" type="a-f-G-U-C"/>' in gone.body


async def test_who_came_back_is_not_said_to_have_left() -> None:
    async with house() as here:
        watcher = await here.phone()
        first = await here.phone(said("ann", callsign="ANN"))
        again = await here.phone(said("ann", callsign="ANN"))
        first.close()
        await until(lambda: here.told.left)
        assert await watcher.hear_uids(2) == ["ann", "ann"]
        assert await watcher.hears_nothing()
        watcher.say(said("m", "b-t-f", to='<dest callsign="ANN"/>'))
        assert (await again.hear_uids(2))[-1] == "m"


async def test_a_ping_is_answered_to_its_sender_alone() -> None:
    async with house() as here:
        ann, bob = await here.phone(), await here.phone()
        ann.say(said("ann-ping", "t-x-c-t"), said("x", "t-x-d-d"), said("y", "t-b-a"))
        answer = read_routed(await ann.hear())
        assert (answer.kind, answer.uid) == ("t-x-c-t-r", "takPong")
        assert await bob.hears_nothing()
        assert here.told.messages == []


async def test_the_node_speaks_to_all_to_groups_or_to_uids() -> None:
    async with house(rights=Groups(standing("fire"), standing("town"))) as here:
        fire, town = await here.phone(said("f", callsign="F")), await here.phone(said("t", callsign="T"))
        here.relay.say(said("to-all"))
        here.relay.say(said("to-fire"), to_groups=["fire"])
        here.relay.say(said("to-t"), to_uids=["t", "nobody"])
        here.relay.say(said("to-none"), to_uids=[])
        here.relay.say(said("hidden"), label="health")
        assert await fire.hear_uids(2) == ["to-all", "to-fire"]
        assert await town.hear_uids(2) == ["to-all", "to-t"]
        assert await fire.hears_nothing()
        assert len(here.told.messages) == 2
        with pytest.raises(Refused, match="tak-message-malformed"):
            here.relay.say(b"<event uid='a'>")


async def test_a_slow_reader_is_dealt_with_alone_and_catches_up() -> None:
    async with house(pace={"behind_bytes": 200_000}) as here:
        talker, quick = await here.phone(), await here.phone()
        slow = await here.phone()
        heavy = "x" * 20_000
        link = next(link for link in here.relay._links.values() if link.client is here.told.connected[2])
        number = 0
        while link.behind_since is None and number < 2000:
            talker.say(said(f"unit-{number % 7}", detail=f"<remarks>{number} {heavy}</remarks>"))
            number += 1
            await quick.hear()
        assert link.behind_since is not None
        for more in range(50):
            talker.say(said(f"unit-{more % 7}", detail=f"<remarks>late {more} {heavy}</remarks>"))
            talker.say(said(f"chat-{more}", "b-t-f"))
            await quick.hear_uids(2)
        assert link.client.counted.skipped >= 50
        heard: list[bytes] = []
        while not (heard and b"late 49" in heard[-1]):
            heard.append((await slow.hear()).body)
        uids = [read_routed(Piece(False, body)).uid for body in heard]
        assert [uid for uid in uids if uid.startswith("chat")] == [f"chat-{more}" for more in range(50)]
        assert sum(b"late" in body for body in heard) == 7
        await until(lambda: link.behind_since is None)
        talker.say(said("after", "b-t-f"))
        assert await slow.hear_uids(1) == ["after"]
        assert here.told.left == []


async def test_a_reader_that_never_reads_is_dropped_alone() -> None:
    async with house(pace={"behind_bytes": 100_000, "lasting_bytes": 300_000}) as here:
        talker, quick, stuck = await here.phone(), await here.phone(), await here.phone()
        stuck.stop_reading()
        heavy = "x" * 50_000
        for number in range(1000):
            talker.say(said(f"chat-{number}", "b-t-f", detail=f"<remarks>{heavy}</remarks>"))
            assert await quick.hear_uids(1) == [f"chat-{number}"]
            if here.told.left:
                break
        assert [(client.number, reason) for client, reason in here.told.left] == [(3, "too-slow")]


async def test_ten_megabytes_of_garbage_close_that_client_alone() -> None:
    async with house() as here:
        ann, bob, bad = await here.phone(), await here.phone(), await here.phone()
        noise = b"\x16\x03\x01 nothing that ends " * 5000

        async def shout() -> None:
            for _ in range(150):
                bad.say(noise)
                await bad.writer.drain()

        shouting = asyncio.ensure_future(shout())
        for number in range(20):
            ann.say(said(f"{number}"))
            assert await bob.hear_uids(1) == [f"{number}"]
        await asyncio.gather(shouting, return_exceptions=True)
        await until(lambda: here.told.left)
        assert [reason for _, reason in here.told.left] == ["tak-garbage"]


async def test_messages_that_cannot_be_read_reach_nobody_and_are_told() -> None:
    async with house() as here:
        bad, bob = await here.phone(), await here.phone()
        broken = [
            b"<event uid='a' type='b'><detail></event>",
            b"<event type='b'></event>",
            b"<event uid='a'></event>",
            b"<event uid='a' type='b'>&boom;</event>",
            b"<event uid='a' type='b'><![CDATA[\xff]]></event>",
            b"<event/>",
            b"\xbf\x03abc",
        ]
        bad.say(*broken, said("good"))
        assert await bob.hear_uids(1) == ["good"]
        assert len(here.told.refused) == 6
        assert here.relay.clients[0].counted.refused == 6
        bad.say(b"<event uid='a' type='t'>" + b"x" * (1 << 20))
        bad.say(b"x</event>")
        await until(lambda: here.told.left)
        assert here.told.left[0][1] == "tak-message-too-large"


async def test_half_a_message_waits_and_is_forgotten_with_its_client() -> None:
    async with house() as here:
        ann, bob = await here.phone(), await here.phone()
        whole = said("whole")
        ann.say(whole[:100])
        await asyncio.sleep(0.03)
        ann.say(whole[100:], said("half")[:200])
        assert await bob.hear() == Piece(False, whole)
        ann.close()
        assert await bob.hears_nothing()


async def test_a_flood_is_read_by_turns() -> None:
    async with house(pace={"most_per_tick": 10}) as here:
        flood, ann, bob = await here.phone(), await here.phone(), await here.phone()
        flood.say(*[said(f"f{number}", "b-t-f") for number in range(1000)])
        await asyncio.sleep(0.03)
        ann.say(said("calm", "b-t-f"))
        uids = await bob.hear_uids(1001)
        assert uids.index("calm") < 600
        assert [uid for uid in uids if uid != "calm"] == [f"f{number}" for number in range(1000)]


async def test_a_mute_client_is_pinged_then_expired_and_a_listener_is_left() -> None:
    pace = {"look_s": 0.02, "mute_s": 0.1, "expired_s": 0.3}
    async with house(pace=pace) as here:
        listener = await here.phone()
        mute = await here.phone(said("mute", callsign="M"))
        assert read_routed(await mute.hear()).kind == "t-x-c-t"
        assert await mute.is_closed()
        assert [reason for _, reason in here.told.left] == ["mute"]
        kinds = [read_routed(await listener.hear()).kind for _ in range(3)]
        assert {"a-f-G-U-C", "t-x-c-t", "t-x-d-d"} >= set(kinds)
        assert here.told.left[0][0].uid == "mute"


async def test_too_many_are_turned_away() -> None:
    async with house(pace={"most_per_address": 2}) as here:
        await here.phone()
        second = await here.phone()
        third = await here.raw_phone()
        assert await third.is_closed()
        assert [code for _, code in here.told.turned_away] == ["too-many-streams"]
        second.close()
        await until(lambda: here.told.left)
        await here.phone()
    async with house(rights=Groups()) as here:
        assert await (await here.raw_phone()).is_closed()
        assert [code for _, code in here.told.turned_away] == ["not-allowed"]


async def test_a_hook_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with house() as here:
        ann, bob = await here.phone(), await here.phone()
        del here.told.messages
        ann.say(said("one"))
        assert await bob.hear_uids(1) == ["one"]
        ann.say(said("two"))
        assert await bob.hear_uids(1) == ["two"]
        assert "AttributeError" in caplog.text


async def test_it_stops_and_starts_again() -> None:
    async with house() as here:
        ann = await here.phone(said("ann", callsign="ANN"))
        await here.relay.stop()
        assert await ann.is_closed()
        assert here.relay.clients == []
        assert [reason for _, reason in here.told.left] in ([], ["stopping"])
        with pytest.raises(OSError, match=r".*"):
            await connect(here.port)
        _, here.port = await here.relay.listen("127.0.0.1", here.port)
        bob, cat = await here.phone(), await here.phone()
        bob.say(said("again"))
        assert await cat.hear_uids(1) == ["again"]


async def test_rights_asked_again_change_what_is_heard() -> None:
    async with house(rights=Groups(standing("fire"), standing("town"), standing("fire"))) as here:
        fire, town = await here.phone(), await here.phone()
        fire.say(said("one"))
        assert await town.hears_nothing()
        here.relay.renew(here.told.connected[1])
        fire.say(said("two"))
        assert await town.hear_uids(1) == ["two"]
        with pytest.raises(Refused, match="not-allowed"):
            here.relay.renew(here.told.connected[0])
        assert await fire.is_closed()


async def test_frames_and_xml_meet_each_rendered_once() -> None:
    made: list[bytes] = []

    def counted(xml: bytes) -> bytes:
        made.append(xml)
        return to_protobuf(xml)

    async with house(renderings=RENDERINGS._replace(to_protobuf=counted)) as here:
        phones = [await here.phone() for _ in range(5)]
        for phone in phones:
            assert read_routed(await phone.hear()).kind == "t-x-takp-v"
        for phone in phones[3:]:
            phone.say_frame(to_protobuf(said("hello")))
        for phone in phones[:3]:
            assert [await phone.hear() for _ in range(2)] == [Piece(False, said("hello"))] * 2
        made.clear()
        phones[0].say(said("one", "b-t-f"))
        for phone in phones[3:]:
            heard = [await phone.hear() for _ in range(2)]
            assert heard[-1] == Piece(True, to_protobuf(said("one", "b-t-f")))
        assert made == [said("one", "b-t-f")]
        phones[3].say_frame(b"\x12\x04\x0a\x02a-")
        phones[3].say_frame(to_protobuf(said("two", "b-t-f")))
        assert (await phones[0].hear()).body == said("two", "b-t-f")


async def test_the_mesh_is_heard() -> None:
    async with house(renderings=RENDERINGS) as here:
        ann = await here.phone()
        await ann.hear()
        mesh = await listen_to_mesh(here.relay, "127.0.0.1", 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            port = mesh.get_extra_info("sockname")[1]
            for datagram in (said("xml"), b"noise", MESH_HEADER + to_protobuf(said("framed")), MESH_HEADER + b"\xff"):
                sender.sendto(datagram, ("127.0.0.1", port))
        assert await ann.hear_uids(2) == ["xml", "framed"]
        assert {message.source.identity.name for message in here.told.messages if message.source} == {
            "mesh 127.0.0.1:0"
        }
        mesh.close()


@pytest.mark.parametrize(
    "story",
    [
        test_everyone_hears_but_the_sender_and_the_node_hears_once,
        test_a_reader_that_never_reads_is_dropped_alone,
        test_a_flood_is_read_by_turns,
        test_it_stops_and_starts_again,
        test_frames_and_xml_meet_each_rendered_once,
    ],
)
def test_it_is_the_same_on_the_loop_of_the_server(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    uvloop = pytest.importorskip("uvloop", reason="this system has no uvloop")
    uvloop.run(story())


def test_the_pace_is_data() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Pace()), type=Pace) == Pace()


async def test_a_client_takes_off_maps_what_is_not_somebody_else() -> None:
    """What it drew, or what nobody holds; never another client, nor nothing. Those who come no longer see it."""

    def removal(uid: str) -> bytes:
        return said("x", "t-x-d-d", detail=f'<link uid="{uid}" relation="none" type="none"/><__forcedelete/>')

    async with house() as here:
        ann = await here.phone(said("ann", callsign="ANN"), said("marker", "a-u-G"))
        bob = await here.phone(said("bob", callsign="BOB"))
        await bob.hear_uids(2)
        await ann.hear()
        bob.say(removal("ann"), said("x", "t-x-d-d"), removal("marker"))
        assert await ann.hear() == Piece(False, removal("marker"))
        assert here.relay.clients[1].counted.withheld == 2
        late = await here.phone()
        assert await late.hear_uids(2) == ["ann", "bob"]
        assert await late.hears_nothing()


async def test_a_newcomer_is_greeted_as_fast_as_it_reads() -> None:
    async with house(pace={"behind_bytes": 1 << 16}) as here:
        slow, quick = await here.phone(), await here.phone()
        many = [said(f"shape-{n}", "u-d-f", detail=f"<remarks>{'x' * 16_000}</remarks>") for n in range(900)]
        slow.stop_reading()
        first, second = here.relay.clients
        greetings = [asyncio.create_task(greet(here.relay, client, iter(many))) for client in (first, second)]
        assert await quick.hear_uids(len(many)) == [f"shape-{n}" for n in range(900)]
        await greetings[1]
        assert first.counted.sent_messages < len(many)
        slow.close()
        await greetings[0]
