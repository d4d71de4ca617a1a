"""TAK clients and a situation, both ways, through a real node."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.running_node import settings_for
from support.serving import served
from support.tak_node import TakHouse, heard, hears_none, message, presence, said_of, tak_house, until

from garance.connectors.tak.cot import Cot
from garance.kernel.identity import new_id
from garance.server.app import open_app

_log = logging.getLogger(__name__)
ORGANISATION = {"audience": "organisation"}


def of(uid: str) -> Callable[[Cot], bool]:
    return lambda cot: cot.uid == uid


def ours(cot: Cot) -> bool:
    """Whether this node says it of its own: not a word of the protocol."""
    return "GARANCE-" in cot.uid or cot.type == "t-x-d-d"


def at(lat_deg: float) -> Callable[[Cot], bool]:
    return lambda cot: cot.place.lat_deg == lat_deg


def removes(uid: str) -> Callable[[Cot], bool]:
    return lambda cot: cot.type == "t-x-d-d" and any(part.get("uid") == uid for part in cot.parts)


def words_of(cot: Cot) -> str:
    part = cot.part("remarks")
    return part.text if part is not None else ""


async def a_line(house: TakHouse, text: str, **said: Any) -> str:
    return await house.command("logbook.write", {"text": text, "category": "order", **said})


# -- in ----------------------------------------------------------------------------------------------------------


async def test_who_speaks_is_on_the_map_within_a_second(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach()
        phone, loop = await house.phone(), asyncio.get_running_loop()
        began = loop.time()
        phone.say(presence("PHONE-1", "VSAV 1"))

        async def shown() -> Any:
            return (await house.picture())["series"]

        (series,) = await until(shown)
        path = f"/api/v1/situations/{house.situation}/samples"

        async def sampled() -> Any:
            return (await house.get(path, series=series["id"]))["samples"]

        (sample,) = await until(sampled)
        taken_s = loop.time() - began
        _log.info("from the message of a phone to the map: %.3f s", taken_s)
        assert sample[1:3] == [-0.96, 45.94]
        assert [unit["name"] for unit in (await house.picture())["resources"]] == ["VSAV 1"]


async def test_words_alarms_and_drawings_come_in(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach()
        phone = await house.phone()
        chat = (
            '<__chat chatroom="All Chat Rooms" id="All Chat Rooms" senderCallsign="VSAV 1"/>'
            "<remarks>Eau à la porte.</remarks>"
        )
        phone.say(message("GeoChat.P.All Chat Rooms.1", "b-t-f", how="h-g-i-g-o", detail=chat))
        call = '<emergency type="911 Alert">VSAV 1</emergency><contact callsign="VSAV 1-Alert"/>'
        phone.say(message("PHONE-1-9-1-1", "b-a-o-tbl", how="h-e", detail=call))
        links = "".join(f'<link point="45.9{n},-0.9{n}"/>' for n in (1, 2, 3))
        phone.say(message("DRAWN-1", "u-d-f", how="h-e", detail=f'{links}<contact callsign="Digue"/>'))

        async def came() -> Any:
            return len(await house.lines()) >= 2 and (await house.picture())["shapes"]

        (shape,) = await until(came)
        assert (shape["name"], shape["geometry"]["type"]) == ("Digue", "LineString")
        vital = [line for line in await house.lines() if line.get("importance") == "vital"]
        assert [line["text"] for line in vital] == ["Appel à l'aide : VSAV 1. 911 Alert"]
        assert any(line["text"] == "Eau à la porte." for line in await house.lines())

        phone.say(
            message("PHONE-1-9-1-1", "b-a-o-can", how="h-e", detail='<emergency cancel="true">VSAV 1</emergency>')
        )
        phone.say(message("x", "t-x-d-d", detail='<link uid="DRAWN-1" relation="none" type="none"/>'))

        async def over() -> Any:
            ended = any("Fin d'alarme" in line["text"] for line in await house.lines())
            return ended and not (await house.picture())["shapes"]

        await until(over)


async def test_a_client_reads_another_as_it_spoke(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        one, other = await house.phone(), await house.phone()
        said = presence("PHONE-1", "VSAV 1", detail='<unknown a="1"><b/>texte</unknown>', stale_s=77)
        one.say(said)
        await heard(other, of("PHONE-1"))
        assert said in bytes(other.raw)


async def test_bytes_without_sense_are_kept_aside_with_the_reason(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        feed = await house.attach()
        phone = await house.phone()
        phone.say(message("PHONE-1").replace(b'lat="45.94"', b'lat="north"'))
        entity = b'<!DOCTYPE event [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        phone.say(entity + message("PHONE-2", detail="<remarks>&x;</remarks>"))
        phone.say(message("").replace(b"<detail>", b"<detail><open>"))
        path = f"/api/v1/situations/{house.situation}/feeds/{feed}/aside"

        async def aside() -> Any:
            found = (await house.get(path))["items"]
            return {item["why"] for item in found} if len(found) >= 3 else None

        why = await until(aside)
        assert "cot-malformed" in why
        assert "tak-message-malformed" in why
        assert (await house.picture())["series"] == []


# -- out ---------------------------------------------------------------------------------------------------------


async def test_units_drawings_words_and_alarms_go_out(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True)
        phone, loop = await house.phone(), asyncio.get_running_loop()
        phone.say(presence("PHONE-1", "VSAV 1"))
        unit, point = new_id(), {"type": "Point", "coordinates": [-0.95, 45.93]}
        await house.command("resources.declare", {"resource": unit, "name": "FPT 2", "kind": "fire-engine"})
        began = loop.time()
        await house.command("resources.move", {"resource": unit, "geometry": point})
        found = await heard(phone, of(f"GARANCE-{unit}"))
        taken_s = loop.time() - began
        _log.info("from a command to a phone: %.3f s", taken_s)
        assert (found.place.lat_deg, found.place.lon_deg) == (45.93, -0.95)
        assert said_of(found, "contact", "callsign") == "FPT 2"

        shape = await house.draw("Zone noyée")
        drawn = await heard(phone, of(f"GARANCE-{shape}"))
        assert drawn.type == "u-d-f"
        assert "GARANCE" not in words_of(drawn)

        await a_line(house, "Repli immédiat.", recipient="terrain", sender="PC")
        assert words_of(await heard(phone, lambda cot: cot.type == "b-t-f")) == "Repli immédiat."
        await a_line(house, "Rien pour vous.", recipient="Mairie")
        await a_line(house, "À vous seul.", recipient="vsav 1")
        private = await heard(phone, lambda cot: cot.type == "b-t-f")
        assert (words_of(private), said_of(private, "__chat", "id")) == ("À vous seul.", "PHONE-1")

        line = await a_line(house, "Rupture de digue.", importance="vital", geometry=point)
        assert words_of(await heard(phone, lambda cot: cot.type == "b-t-f")) == "URGENT : Rupture de digue."
        assert (await heard(phone, lambda cot: cot.type.startswith("b-a-"))).place.lat_deg == 45.93
        await house.command("logbook.strike", {"entry": line, "reason": "Fausse alerte."})
        assert (await heard(phone, lambda cot: cot.type.startswith(("b-a-", "b-t-f")))).type == "b-t-f"
        assert (await heard(phone, lambda cot: cot.type.startswith("b-a-"))).type == "b-a-o-can"

        await house.command("drawings.end", {"shape": shape, "reason": "Décrue."})
        await heard(phone, removes(f"GARANCE-{shape}"))
        assert (await house.health())["health"]["sent"] >= 5


async def test_whoever_comes_late_is_shown_what_stands(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True)
        unit, shapes = new_id(), [await house.draw(f"Zone {n}") for n in range(3)]
        body = {"resource": unit, "name": "FPT 2", "kind": "fire-engine"}
        await house.command("resources.declare", body)
        where = {"type": "Point", "coordinates": [-0.95, 45.93]}
        await house.command("resources.move", {"resource": unit, "geometry": where})
        first = await house.phone()
        await heard(first, of(f"GARANCE-{unit}"))
        await house.command("drawings.end", {"shape": shapes[0], "reason": "Décrue."})
        await heard(first, removes(f"GARANCE-{shapes[0]}"))
        late = await house.phone()
        wanted = {f"GARANCE-{one}" for one in (unit, *shapes[1:])}
        seen: set[str] = set()
        while seen != wanted:
            seen.add((await heard(late, ours)).uid)
        assert await hears_none(late, of(f"GARANCE-{shapes[0]}"), wait_s=0.5)


async def test_what_moves_here_moves_there(tmp_path: Path) -> None:
    """The positions of a unit that another connection follows, with their course."""
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True)
        await house.attach(connection="trackers", name="Balises")
        phone = await house.phone()
        for step in range(3):
            lat_deg = round(45.94 + step / 10000, 6)
            await house.track("vsav-7", lat_deg, course_deg=90 + step)
            found = await heard(phone, at(lat_deg))
            assert found.uid.startswith("GARANCE-")
            assert said_of(found, "track", "course") == f"{90 + step}.0"


async def test_nothing_goes_out_unless_asked(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach()
        phone = await house.phone()
        await house.draw("Zone noyée")
        await a_line(house, "Repli.", recipient="Terrain")
        assert await hears_none(phone, ours)


async def test_what_is_for_fewer_never_goes_out(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True)
        phone = await house.phone()
        await house.draw("Zone de la commune", label=ORGANISATION)
        await house.draw("Zone réservée", label={"audience": "partners", "sensitivity": "restricted"})
        await house.draw("Domicile", label={"audience": "partners", "sensitivity": "personal"})
        shape = await house.draw("Zone de tous")
        assert (await heard(phone, ours)).uid == f"GARANCE-{shape}"
        assert await hears_none(phone, ours, wait_s=0.6)


async def test_a_feed_of_the_organisation_shows_what_is_of_the_organisation(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True, label=ORGANISATION)
        phone = await house.phone()
        shapes = [await house.draw("Zone de la commune", label=ORGANISATION), await house.draw("Zone de tous")]
        seen = {(await heard(phone, ours)).uid for _ in shapes}
        assert seen == {f"GARANCE-{shape}" for shape in shapes}


async def test_what_came_in_does_not_go_back(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True)
        known = new_id()
        await house.command("resources.declare", {"resource": known, "name": "VSAV 1", "kind": "ambulance"})
        where = {"type": "Point", "coordinates": [-0.95, 45.93]}
        phone, other = await house.phone(), await house.phone()
        phone.say(presence("PHONE-1", "VSAV 1"), presence("PHONE-2", "VSAV 2"))
        links = "".join(f'<link point="45.9{n},-0.9{n}"/>' for n in (1, 2, 3))
        phone.say(message("DRAWN-1", "u-d-f", how="h-e", detail=f'{links}<contact callsign="Digue"/>'))
        chat = '<__chat chatroom="VSAV 1" id="VSAV 1" senderCallsign="VSAV 2"/><remarks>Reçu.</remarks>'
        phone.say(message("GeoChat.P.All.1", "b-t-f", how="h-g-i-g-o", detail=chat))
        call = '<emergency type="911 Alert">VSAV 1</emergency>'
        phone.say(message("PHONE-1-9-1-1", "b-a-o-tbl", how="h-e", detail=call))

        async def came() -> Any:
            shown = await house.picture()
            return shown["shapes"] and len(shown["series"]) == 2 and len(await house.lines()) == 2

        await until(came)
        await house.command("resources.move", {"resource": known, "geometry": where})
        shape = await house.draw("Zone de tous")
        for one in (phone, other):
            assert (await heard(one, ours)).uid == f"GARANCE-{shape}"
            assert await hears_none(one, ours, wait_s=0.5)


async def test_after_a_restart_what_stands_is_shown_again_and_nothing_comes_back(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        await house.attach(sends=True)
        phone = await house.phone()
        links = "".join(f'<link point="45.9{n},-0.9{n}"/>' for n in (1, 2, 3))
        phone.say(message("DRAWN-1", "u-d-f", how="h-e", detail=f'{links}<contact callsign="Digue"/>'))

        async def came() -> Any:
            return (await house.picture())["shapes"]

        await until(came)
        await a_line(house, "Repli.", recipient="Terrain")
        shape = await house.draw("Zone noyée")
        await heard(phone, of(f"GARANCE-{shape}"))
    settings = settings_for(tmp_path, connections=house.connections)
    async with open_app(settings) as opened, served(opened.app, settings, stopping=opened.stopping):
        late = await house.phone()
        try:
            assert (await heard(late, ours)).uid == f"GARANCE-{shape}"
            assert await hears_none(late, ours, wait_s=0.6)
        finally:
            late.close()
            await asyncio.sleep(0.01)


async def test_an_exercise_goes_out_only_where_allowed_and_marked(tmp_path: Path) -> None:
    async with tak_house(tmp_path / "held", mode="exercise") as house:
        await house.attach(sends=True)
        phone = await house.phone()
        await house.draw("Zone noyée")
        await a_line(house, "Repli.", recipient="Terrain")
        assert await hears_none(phone, ours)
        health = (await house.health())["health"]
        assert (health["sent"], health["held_back"]) == (0, 2)
    async with tak_house(tmp_path / "let out", mode="exercise", exercise=True) as house:
        await house.attach(sends=True)
        phone = await house.phone()
        await house.draw("Zone noyée")
        found = await heard(phone, ours)
        assert said_of(found, "contact", "callsign") == "EXERCICE Zone noyée"
        assert found.opex == "e-EXERCICE"
        await a_line(house, "Repli.", recipient="Terrain")
        assert words_of(await heard(phone, ours)) == "EXERCICE Repli."


async def test_detached_it_is_taken_back(tmp_path: Path) -> None:
    async with tak_house(tmp_path) as house:
        feed = await house.attach(sends=True)
        phone = await house.phone()
        shape = await house.draw("Zone noyée")
        await heard(phone, of(f"GARANCE-{shape}"))
        await house.command("feeds.detach", {"feed": feed, "reason": "Fin."})
        await heard(phone, removes(f"GARANCE-{shape}"))
        await house.draw("Une autre")
        assert await hears_none(phone, ours, wait_s=0.6)
