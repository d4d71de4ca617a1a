"""Rights on the live stream: what is not to be seen leaves no trace, and a right that ends ends the stream."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from support.live import FIRE_SERVICE, MOMENT, grant_of, ground, person
from websockets.exceptions import ConnectionClosed

from garance.domain.people.facts import PersonEnrolled
from garance.kernel.identity import derived_id
from garance.kernel.label import Audience, Label, Sensitivity
from garance.server.live.pace import Pace

OWN = Label(Audience.ORGANISATION)


async def test_hidden_facts_make_no_frame_at_all() -> None:
    async with ground(pace=Pace(clock_s=60, presence_s=60)) as place, place.reader("Lise") as lise:
        await lise.until("presence")
        for number in range(20):
            await place.jot(f"kept within the commune {number}", label=OWN)
        with pytest.raises(TimeoutError):
            await lise.next(0.3)
        await place.jot("for all partners")
        assert (await lise.next())["facts"][0]["body"]["text"] == "for all partners"


async def test_the_cursor_of_the_clock_moves_past_hidden_facts_and_tells_nothing_of_them() -> None:
    async with ground(pace=Pace(clock_s=0.05)) as place, place.reader("Lise") as lise:
        await lise.until("presence")
        quiet = [(await lise.until("clock"))["cursor"] for _ in range(3)]
        answer = await place.jot("kept within the commune", label=OWN)
        await lise.until("clock")
        after = [(await lise.until("clock"))["cursor"] for _ in range(3)]
        assert len(set(quiet + after)) == 6  # the same place is never twice the same text
        assert len({len(cursor) for cursor in quiet + after}) == 1
        assert place.cursors.open(after[-1]) == answer.receipt.cursor
        assert all(frame["type"] != "facts" for frame in lise.frames)


async def test_catching_up_shows_only_what_may_be_seen() -> None:
    async with ground() as place:
        for number in range(450):
            await place.jot(f"note {number}", label=OWN if number % 3 else Label())
        async with place.reader("Lise") as lise, place.reader("Jeanne") as jeanne:
            await lise.until("live")
            await jeanne.until("live")
            assert lise.all_texts() == [f"note {number}" for number in range(0, 450, 3)]
            assert jeanne.all_texts() == [f"note {number}" for number in range(450)]


async def test_personal_members_are_withheld_from_those_not_cleared_and_readings_are_noted() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne, place.reader("Amadou") as amadou:
        await jeanne.until("presence")
        await amadou.until("presence")
        someone = derived_id("live-test-person", "someone")
        await place.say(PersonEnrolled(person=someone, display_name="Marthe R.", email="m@example.org"))
        seen = (await jeanne.until("facts"))["facts"][0]
        assert (seen["body"]["display_name"], seen["body"]["email"]) == ("Marthe R.", "m@example.org")
        assert (await amadou.until("facts"))["facts"][0]["body"] == {"person": someone}
        assert place.gate.shown_facts == [(person("Jeanne"), seen["id"])]
        await place.jot("ordinary")
        await jeanne.until("facts")
        assert len(place.gate.shown_facts) == 1


async def test_readings_of_the_past_are_noted_too() -> None:
    async with ground() as place:
        answer = await place.jot("said in confidence", label=Label(sensitivity=Sensitivity.PERSONAL))
        async with place.reader("Jeanne") as jeanne, place.reader("Amadou") as amadou:
            await jeanne.until("live")
            await amadou.until("live")
            assert jeanne.all_texts() == ["said in confidence"]
            assert amadou.all_texts() == []
        assert place.gate.shown_facts == [(person("Jeanne"), answer.receipt.facts[0])]


async def test_a_role_that_ends_ends_the_stream_before_the_next_fact() -> None:
    async with ground() as place, place.reader("Lise") as lise, place.reader("Jeanne") as jeanne:
        await lise.until("live")
        await jeanne.until("live")
        await place.end_role("Lise")
        await place.jot("not for Lise any more")
        assert (await lise.until("bye"))["code"] == "rights-ended"
        with pytest.raises(ConnectionClosed):
            await lise.next()
        assert lise.all_texts() == []
        assert await jeanne.texts(1) == ["not for Lise any more"]
        assert place.hub.streams == 1


async def test_a_new_role_makes_the_reader_start_again_from_a_picture() -> None:
    async with ground() as place, place.reader("Amadou") as amadou, place.reader("Jeanne") as jeanne:
        await amadou.until("live")
        await jeanne.until("live")
        await place.grant("Amadou", FIRE_SERVICE, "sdis-officer", grant=derived_id("live-test-grant", "second"))
        assert (await amadou.until("bye"))["code"] == "rights-changed"
        await place.jot("Jeanne sees what she saw")
        assert await jeanne.texts(1) == ["Jeanne sees what she saw"]


async def test_time_alone_ends_a_right() -> None:
    async with ground(pace=Pace(presence_s=0.05)) as place:
        await place.grant("Paul", FIRE_SERVICE, "partner", not_after=MOMENT + timedelta(hours=1))
        place.gate.until = MOMENT + timedelta(hours=1)
        async with place.reader("Paul") as paul:
            await paul.until("live")
            place.clock.advance(timedelta(hours=2))
            assert (await paul.until("bye"))["code"] == "rights-ended"


async def test_a_revoked_session_ends_its_streams_and_no_other() -> None:
    async with ground() as place, place.reader("Lise") as lise, place.reader("Jeanne") as jeanne:
        await lise.until("live")
        await jeanne.until("live")
        place.gate.revoked.add("Lise")
        place.hub.end_session("Lise")
        assert (await lise.until("bye"))["code"] == "session-ended"
        await place.jot("still here")
        assert await jeanne.texts(1) == ["still here"]


async def test_a_right_that_changes_during_catch_up_stops_it() -> None:
    async with ground(pace=Pace(page_lines=10)) as place:
        for number in range(300):
            await place.jot(f"note {number}")
        async with place.reader("Lise") as lise:
            await lise.next()
            await place.end_role("Lise")
            assert (await lise.until("bye"))["code"] == "rights-ended"
            assert len(lise.all_texts()) < 300


async def test_a_destroyed_body_is_not_served_from_a_page_kept() -> None:
    async with ground() as place:
        await place.jot("to be destroyed")
        answer = await place.jot("to be kept")
        async with place.reader("Jeanne") as jeanne:
            await jeanne.until("live")
            assert jeanne.all_texts() == ["to be destroyed", "to be kept"]
        writer, seq = answer.receipt.facts[0].rsplit("-", 1)
        place.store.destroy_body(writer, int(seq) - 1)
        place.hub.forget_pages()
        async with place.reader("Jeanne") as jeanne:
            first = await jeanne.until("facts")
            assert [said["body"] and said["body"]["text"] for said in first["facts"]] == [None, "to be kept"]
            assert first["facts"][0]["withheld"] == "redacted"


async def test_presence_shows_who_is_there_to_those_who_may_know() -> None:
    async with ground(pace=Pace(presence_s=0.1)) as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("presence")
        async with place.reader("Lise") as lise, place.reader("wall:Amadou") as wall:
            shown = await jeanne.until("presence")
            await wall.until("live")
            while len(shown["people"]) < 2:
                shown = await jeanne.until("presence")
            assert {line["person"] for line in shown["people"]} == {person("Jeanne"), person("Lise")}
            await lise.say({"type": "doing", "doing": "drawing", "role": grant_of("Lise")})
            shown = await jeanne.until("presence")
            doing = {line["person"]: line["doing"] for line in shown["people"]}
            assert doing == {person("Jeanne"): "looking", person("Lise"): "drawing"}
            grant = grant_of("Lise")
            await lise.say({"type": "doing", "doing": "drawing", "role": grant, "about": "flooded-area"})
            while all("about" not in line for line in shown["people"]):
                shown = await jeanne.until("presence")
            about = {line["person"]: line.get("about") for line in shown["people"]}
            assert about == {person("Jeanne"): None, person("Lise"): "flooded-area"}
            shown["people"].sort(key=lambda line: str(line.get("about")))
            assert shown["people"][0] == {
                "person": shown["people"][0]["person"],
                "role": shown["people"][0]["role"],
                "organisation": shown["people"][0]["organisation"],
                "doing": shown["people"][0]["doing"],
                "since": "2026-11-23T08:00:00Z",
            }
        shown = await jeanne.until("presence")
        assert [line["person"] for line in shown["people"]] == [person("Jeanne")]


async def test_presence_is_not_shown_to_the_level_above() -> None:
    async with ground(pace=Pace(presence_s=0.05)) as place:
        await place.above_the_commune("Zoe")
        async with place.reader("Zoe") as zoe, place.reader("Jeanne") as jeanne:
            await zoe.until("live")
            await jeanne.until("live")
            shown = (await zoe.until("presence"))["people"]
            assert [line["person"] for line in shown] == [person("Zoe")]
            await place.jot("among partners")
            await place.jot("to those above", label=Label(Audience.LEVEL_ABOVE))
            assert await zoe.texts(1) == ["to those above"]


async def test_presence_changes_are_gathered() -> None:
    async with ground(pace=Pace(presence_s=0.3)) as place, place.reader("Jeanne") as jeanne:
        await jeanne.until("presence")
        for doing in ["writing", "looking", "drawing", "looking", "writing"]:
            await jeanne.say({"type": "doing", "doing": doing, "role": grant_of("Jeanne")})
        await asyncio.sleep(0.7)
        await place.jot("end")
        await jeanne.until("facts")
        shown = [frame for frame in jeanne.frames if frame["type"] == "presence"][1:]
        assert len(shown) <= 2
        assert shown[-1]["people"][0]["doing"] == "writing"
