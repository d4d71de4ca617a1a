"""The live stream, on a real server with real clients."""

from __future__ import annotations

from support.live import author, ground

from garance.kernel.label import Audience, Label


async def test_a_reader_is_welcomed_catches_up_and_then_follows() -> None:
    async with ground() as place:
        await place.jot("before")
        async with place.reader("Jeanne") as jeanne:
            assert (await jeanne.next())["type"] == "welcome"
            assert await jeanne.texts(1) == ["before"]
            await jeanne.until("live")
            await place.jot("after")
            assert await jeanne.texts(1) == ["after"]


async def test_a_fact_on_the_wire_is_as_agreed_and_carries_no_position() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("live")
        answer = await place.jot("water at the door", label=Label(Audience.ORGANISATION))
        frame = await jeanne.until("facts")
        assert frame["facts"] == [
            {
                "id": answer.receipt.facts[0],
                "name": "entry.written.v2",
                "situation": frame["facts"][0]["situation"],
                "mode": "exercise",
                "occurred_at": "2026-11-23T08:00:00Z",
                "recorded_at": "2026-11-23T08:00:00Z",
                "tick": frame["facts"][0]["tick"],
                "author": {"person": author("Jeanne").person, "role": "dos", "organisation": author("x").organisation},
                "label": {"audience": "organisation", "sensitivity": "ordinary"},
                "refs": [],
                "command": answer.receipt.command,
                "body": {"text": "water at the door", "category": "information"},
            }
        ]
        assert place.cursors.open(frame["cursor"]) == answer.receipt.cursor
