"""No gap, no double, and no reader hurts another: whatever the cuts and however slow someone is."""

from __future__ import annotations

import asyncio
import random

import pytest
from support.live import OTHER_SITUATION, Ground, ground

from garance.kernel.label import Audience, Label
from garance.server.live.pace import Pace
from garance.server.live.prepared_socket import PreparedWebSocket

OWN = Label(Audience.ORGANISATION)
LONG = ["x" * 4_000] * 5
"""One command of 20 kB."""
PROTOCOLS = {"prepared": PreparedWebSocket, "plain-asgi": "websockets-sansio"}


async def write_notes(place: Ground, count: int, chance: random.Random) -> None:
    """Notes of two situations, some kept within the commune, in bursts."""
    for number in range(count):
        if chance.random() < 0.3:
            await place.jot("elsewhere", situation=OTHER_SITUATION)
        await place.jot(f"note {number}", label=OWN if number % 2 else Label())
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random() * 0.01)


async def read_through_cuts(place: Ground, name: str, last: str, chance: random.Random) -> list[str]:
    """What someone reads whose connection is cut again and again, resuming from the last cursor each time."""
    texts: list[str] = []
    cursor: str | None = None
    while last not in texts:
        async with place.reader(name, after=cursor, compression=chance.choice(["deflate", None])) as client:
            for _ in range(chance.randint(1, 12)):
                frame = await client.next()
                if last in client.all_texts():
                    break
                assert frame["type"] != "bye"
            client.socket.transport.abort() if chance.random() < 0.5 else None
            texts += client.all_texts()
            cursor = client.cursor
    return texts


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_gap_and_no_double_through_random_cuts(seed: int, protocol: str) -> None:
    chance = random.Random(seed)
    pace = Pace(page_lines=7, clock_s=0.02, tick_s=0.01)
    async with ground(pace=pace, port_class=PROTOCOLS[protocol]) as place:
        writing = asyncio.ensure_future(write_notes(place, 300, chance))
        jeanne, lise = await asyncio.gather(
            read_through_cuts(place, "Jeanne", "note 299", random.Random(seed + 10)),
            read_through_cuts(place, "Lise", "note 298", random.Random(seed + 20)),
        )
        await writing
        assert jeanne == [f"note {number}" for number in range(300)]
        assert lise == [f"note {number}" for number in range(0, 300, 2)]


async def test_resuming_from_the_cursor_of_a_command_just_answered() -> None:
    async with ground() as place:
        for number in range(30):
            answer = await place.jot(f"note {number}")
            async with place.reader("Jeanne", after=place.cursors.seal(answer.receipt.cursor)) as jeanne:
                await place.jot(f"next {number}")
                assert await jeanne.texts(1) == [f"next {number}"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_reader_that_does_not_read_hurts_nobody_and_misses_nothing(protocol: str) -> None:
    pace = Pace(buffer_bytes=20_000, page_lines=5)
    async with ground(pace=pace, port_class=PROTOCOLS[protocol]) as place:
        async with place.slow_reader("Jeanne") as slow, place.reader("Amadou") as quick:
            await slow.until("presence")
            await quick.until("live")
            words = [str(number) * 1_000 for number in range(1_000, 1_900)]
            for start in range(0, 900, 5):
                await place.jot(*words[start : start + 5])
            assert await quick.texts(900) == words
            assert place.hub.counts.fell_behind == 1
            assert await slow.texts(900) == words
            assert any(frame["type"] == "behind" for frame in slow.frames)
            await slow.until("live")
            await place.jot("together again")
            assert await slow.texts(1) == ["together again"]


async def test_what_waits_for_one_socket_is_bounded() -> None:
    pace = Pace(buffer_bytes=20_000, page_lines=5)
    async with ground(pace=pace) as place, place.slow_reader("Jeanne") as slow:
        await slow.until("presence")
        [pipe] = place.hub.pipes()
        for _ in range(200):
            await place.jot(*LONG)
            assert pipe.waiting_bytes < 20_000 + 2 * 5 * 21_000
        assert place.hub.counts.fell_behind == 1


async def test_a_reader_that_takes_nothing_for_long_is_let_go() -> None:
    pace = Pace(buffer_bytes=20_000, page_lines=5, stuck_s=0.2)
    async with ground(pace=pace) as place, place.slow_reader("Jeanne") as slow:
        await slow.until("presence")
        for _ in range(150):
            await place.jot(*LONG)
        async with asyncio.timeout(5):
            while place.hub.streams:  # noqa: ASYNC110 - the hub has no reason to tell tests
                await asyncio.sleep(0.05)
        assert place.hub.counts.ended == 1


async def test_a_reader_behind_for_too_long_is_let_go() -> None:
    pace = Pace(buffer_bytes=20_000, page_lines=5, behind_s=0.1)
    async with ground(pace=pace) as place, place.slow_reader("Jeanne") as slow:
        await slow.until("presence")
        for _ in range(150):
            await place.jot(*LONG)
        await asyncio.sleep(0.2)
        assert (await slow.until("bye", 10))["code"] == "too-slow"


async def test_an_audience_is_filtered_and_encoded_once_and_shares_the_bytes() -> None:
    async with ground() as place:
        async with place.readers("Jeanne", 10) as dos, place.readers("Lise", 10) as partners:
            made, sent, read = place.hub.counts.frames_made, place.hub.counts.frames_sent, place.lines_read
            await place.jot("for all")
            for client in dos + partners:
                assert await client.texts(1) == ["for all"]
            assert place.hub.counts.frames_sent - sent == 20
            assert place.hub.counts.frames_made - made == 2
            assert place.lines_read - read == 2  # once by the house's fold of people, once by the hub


async def test_many_who_come_back_at_once_share_the_reading_of_the_past() -> None:
    async with ground() as place:
        for number in range(400):
            await place.jot(f"note {number}")
        read = place.lines_read
        async with place.readers("Jeanne", 12) as readers:
            assert all(client.all_texts() == [f"note {number}" for number in range(400)] for client in readers)
        assert place.lines_read - read < 2 * 410


async def test_long_and_short_messages_pass_compressed_or_not() -> None:
    words = ["a", "é" * 60, "b" * 127, "c" * 300, "".join(chr(35 + i * 7 % 55) for i in range(3_900))]
    many = [f"{number} " + "d" * 3_000 for number in range(30)]
    async with ground() as place:
        async with place.reader("Jeanne", compression=None) as plain, place.reader("Jeanne") as packed:
            await plain.until("live")
            await packed.until("live")
            for word in words:
                await place.jot(word)
            await place.jot(*many)
            assert await plain.texts(len(words + many)) == words + many
            assert await packed.texts(len(words + many)) == words + many


async def test_three_hundred_readers() -> None:
    async with ground(pace=Pace(max_streams_per_person=300)) as place:
        async with place.readers("Jeanne", 150) as some, place.readers("Lise", 150) as others:
            assert place.hub.streams == 300
            for number in range(5):
                await place.jot(f"note {number}")
            for client in some + others:
                assert await client.texts(5) == [f"note {number}" for number in range(5)]
