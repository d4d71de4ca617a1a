"""Who may open the stream, and what may be said on it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.live import OTHER_SITUATION, Ground, grant_of, ground
from websockets.exceptions import ConnectionClosed, InvalidStatus

from garance.kernel.identity import derived_id
from garance.server.live.cursor import Cursors
from garance.server.live.pace import Pace


async def refusal(place: Ground, name: str | None, **how: Any) -> tuple[int, str]:
    """Status and code of a handshake refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with place.reader(name, **how):
            pass
    response = refused.value.response
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(response.body or b"")
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"]


async def test_who_may_not_is_told_before_the_stream_opens() -> None:
    async with ground() as place:
        assert await refusal(place, None) == (401, "not-signed-in")
        assert await refusal(place, "Nobody") == (404, "unknown")
        assert await refusal(place, "Lise", situation=OTHER_SITUATION) == (404, "unknown")
        assert await refusal(place, "Lise", situation=derived_id("live-test", "none")) == (404, "unknown")
        assert await refusal(place, "Jeanne", situation="1") == (400, "request-malformed")
        assert await refusal(place, "Jeanne", after="a" * 48) == (422, "cursor-wrong")
        assert await refusal(place, "Jeanne", after="x&more=1") == (400, "request-malformed")
        assert place.hub.streams == 0


async def test_a_cursor_of_a_journal_that_went_further_is_refused() -> None:
    async with ground() as place:
        assert await refusal(place, "Jeanne", after=place.cursors.seal(10_000)) == (422, "cursor-wrong")
        assert await refusal(place, "Jeanne", after=Cursors(bytes(32)).seal(1)) == (422, "cursor-wrong")


async def test_another_site_may_not_open_it() -> None:
    async with ground() as place:
        assert await refusal(place, "Jeanne", origin="https://elsewhere.example") == (403, "cross-site")
        assert await refusal(place, "Jeanne", origin="null") == (403, "cross-site")
        async with place.reader("Jeanne", origin=f"http://127.0.0.1:{place.port}") as jeanne:
            await jeanne.until("live")


async def test_streams_are_limited_per_person_and_in_all() -> None:
    pace = Pace(max_streams=3, max_streams_per_person=2)
    async with ground(pace=pace) as place, place.reader("Jeanne") as one, place.reader("Jeanne"):
        await one.until("live")
        assert await refusal(place, "Jeanne") == (429, "too-many-streams")
        async with place.reader("Lise") as lise:
            await lise.until("live")
            assert await refusal(place, "Amadou") == (503, "overloaded")


async def test_room_comes_back_when_a_stream_closes() -> None:
    async with ground(pace=Pace(max_streams_per_person=1)) as place:
        for _ in range(3):
            async with place.reader("Jeanne") as jeanne:
                await jeanne.until("live")
            while place.hub.streams:
                await place.jot("let the server hear of it")


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        b"\xff\xfe",
        {"type": "hello"},
        {"type": "doing", "doing": "sleeping", "role": "x"},
        {"type": "doing", "doing": "looking", "role": "x", "more": 1},
        {"type": "doing", "doing": "drawing", "role": "x", "about": "Mme Durand"},
        {"type": "doing", "doing": "looking"},
    ],
)
async def test_an_unknown_word_ends_the_stream(message: Any) -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        await jeanne.say(message)
        assert (await jeanne.until("bye"))["code"] == "frame-unknown"
        with pytest.raises(ConnectionClosed):
            await jeanne.next()


async def test_nobody_says_they_act_under_the_grant_of_another() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        await jeanne.say({"type": "doing", "doing": "writing", "role": grant_of("Lise")})
        assert (await jeanne.until("bye"))["code"] == "not-allowed"


async def test_a_wall_screen_only_reads() -> None:
    async with ground() as place, place.reader("wall:Amadou") as wall:
        await wall.until("live")
        await place.jot("shown on the wall")
        assert await wall.texts(1) == ["shown on the wall"]
        await wall.say({"type": "doing", "doing": "writing", "role": grant_of("Amadou")})
        assert (await wall.until("bye"))["code"] == "read-only"


async def test_too_many_words_end_the_stream() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        for _ in range(30):
            await jeanne.say({"type": "doing", "doing": "writing", "role": grant_of("Jeanne")})
        assert (await jeanne.until("bye"))["code"] == "too-many-frames"


async def test_too_long_a_word_closes_the_connection() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        await jeanne.say("x" * 5_000)
        with pytest.raises(ConnectionClosed) as closed:
            await jeanne.until("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_the_end_of_the_hub_is_announced() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        await place.hub.stop()
        assert (await jeanne.until("bye"))["code"] == "stopping"
        assert await refusal(place, "Jeanne") == (503, "stopping")


async def test_the_end_of_the_server_is_announced() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        place.stop_server()
        assert (await jeanne.until("bye"))["code"] == "stopping"


async def test_the_end_of_the_journal_ends_the_streams() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        await place.writer.stop()
        assert (await jeanne.until("bye"))["code"] == "interrupted"
        assert not place.hub.running
