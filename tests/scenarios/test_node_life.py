"""The life of a node, told on a whole one: it is read, stopped, started, backed up, restored; people are erased."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.allowed import Role
from support.mixed_house import House, Person, mark, mixed_house, reopened
from websockets.asyncio.client import ClientConnection, connect

from garance.journal.verify import verify
from garance.kernel.identity import new_id
from garance.kernel.label import Audience, Label, Sensitivity
from garance.server.cli import main

PERSONAL = Label(Audience.PARTNERS, Sensitivity.PERSONAL)
VIEWS = ("facts", "picture", "logbook", "presence", "histogram?bins=20")


def signed(person: Person) -> dict[str, str]:
    return {"cookie": f"garance={person.cookie}", "x-garance-csrf": person.csrf}


async def look(house: House, who: str = "mayor-a") -> dict[str, Any]:
    """Everything that person is shown, without the cursors, which are new every time."""
    found: dict[str, Any] = {}
    async with httpx2.AsyncClient(base_url=house.url, headers=signed(house.people[who])) as web:
        paths = [f"situations/{place}/{view}" for place in house.situations.values() for view in VIEWS]
        paths += [f"directory?situation={house.flood}", "situations", "session", "people?limit=500", "organisations"]
        paths += [f"situations/{house.flood}/samples?series={one.id}" for one in house.series]
        for path in paths:
            answer = await web.get(f"/api/v1/{path}")
            said = answer.json()
            for gone in ("cursor", "csrf"):
                said.pop(gone, None)
            found[path] = said
    return found


def readings(house: House, who: str) -> list[str]:
    """The facts recorded as read by that person, once for each time."""
    read = []
    for line in house.node.store.read(0, 1_000_000):
        if line.header.name == "personal-data.read.v1" and line.header.author.person == house.people[who].id:
            read += json.loads(line.record.body or b"{}")["facts"]
    return read


def garance(*words: str) -> int:
    """A verb of the command line, in its own process' stead."""
    return main(list(words), {"GARANCE_LOG_LEVEL": "error"})


async def in_a_thread(*words: str) -> int:
    return await asyncio.to_thread(garance, *words)


# -- reading ----------------------------------------------------------------------------------------------------------


async def test_every_way_of_reading_personal_data_is_recorded_before_it_is_shown(tmp_path: Path) -> None:
    async with mixed_house(tmp_path / "data", told=False) as house:
        entry = await house.say("officer", "logbook.write", {"text": mark(), "category": "report"}, where=house.flood,
                                label=PERSONAL)  # fmt: skip
        resource = {"resource": new_id(), "name": mark(), "kind": "boat"}
        boat = await house.say("officer", "resources.declare", resource, where=house.flood, label=PERSONAL)
        series = {"series": new_id(), "name": mark(), "kind": "position", "unit": "m", "provenance": "p"}
        track = await house.say("officer", "observations.declare-series", series, where=house.flood, label=PERSONAL)
        ways = {
            "facts": {entry, boat, track},
            "logbook": {entry},
            "picture": {boat, track},
            f"samples?series={series['series']}": {track},
        }
        async with httpx2.AsyncClient(base_url=house.url) as web:
            for number, (way, read) in enumerate(ways.items()):
                reader = await house.enrol(f"reader {number}", Role("dos", "commune-a"))
                path = f"/api/v1/situations/{house.flood}/{way}"
                assert (await web.get(path, headers=signed(reader))).status_code == 200
                assert set(readings(house, reader.name)) == read, way
                onlooker = await house.enrol(f"onlooker {number}", Role("observer", "commune-a"))
                await web.get(path, headers=signed(onlooker))
                own = await web.get(path, headers=signed(house.people["officer"]))
                assert own.status_code == 200
                assert readings(house, onlooker.name) == readings(house, "officer") == []
        reader = await house.enrol("viewer", Role("dos", "commune-a"))
        async with stream(house, reader) as socket:
            await until(socket, "live")
            late = await house.say("officer", "logbook.write", {"text": mark(), "category": "report"},
                                   where=house.flood, label=PERSONAL)  # fmt: skip
            await until(socket, "facts")
            await house.node.seating.flush()
        assert set(readings(house, "viewer")) == {entry, boat, track, late}


# -- stopping and starting --------------------------------------------------------------------------------------------


async def test_a_node_started_again_shows_what_it_showed(tmp_path: Path) -> None:
    async with mixed_house(tmp_path / "data") as house:
        await house.enrol("keeper", Role("administrator", "commune-a"), Role("dos", "commune-a"))
        for who in ("keeper", "officer"):
            await look(house, who)
        await house.node.seating.flush()
        people = ("observing", "keeper")
        await house.enrol("observing", Role("observer", "red-cross", None, "flood"))
        before = {who: await settled_look(house, who) for who in people}
    async with reopened(house, tmp_path / "data") as again:
        assert {who: await settled_look(again, who) for who in people} == before
        assert verify(again.node.store).sound
        await again.say("mayor-a", "logbook.write", {"text": mark(), "category": "report"}, where=again.flood)
        after = await settled_look(again, "observing")
        book = f"situations/{again.flood}/logbook"
        assert len(after[book]["items"]) == len(before["observing"][book]["items"]) + 1


async def settled_look(house: House, who: str) -> dict[str, Any]:
    """What that person sees, the records of reading left out: looking makes more of them."""
    found = await look(house, who)
    for said in found.values():
        if "facts" in said:
            said["facts"] = [one for one in said["facts"] if one["name"] != "personal-data.read.v1"]
    return {
        path: said for path, said in found.items()
        if who == "observing" or not path.endswith(("presence", "bins=20"))
    }  # fmt: skip


async def test_a_stop_during_load_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    done: list[str] = []
    async with mixed_house(tmp_path / "data", told=False) as house:
        async with stream(house, house.people["officer"]) as socket:
            await until(socket, "live")
            writers = [asyncio.ensure_future(write_on(house, done)) for _ in range(20)]
            while len(done) < 60:  # noqa: ASYNC110 - the writers are at work
                await asyncio.sleep(0.01)
            house.stop()
            assert (await until(socket, "bye"))["code"] == "stopping"
            await asyncio.gather(*writers)
    assert len(done) == len(set(done)) >= 60
    async with reopened(house, tmp_path / "data") as again:
        assert verify(again.node.store).sound
        written = {line.id for line in again.node.store.read(0, 1_000_000) if line.header.name == "entry.written.v2"}
        assert set(done) <= written


async def write_on(house: House, done: list[str]) -> None:
    """Write until the node refuses or is gone; keep what was answered."""
    headers = signed(house.people["mayor-a"])
    async with httpx2.AsyncClient(base_url=house.url, headers=headers) as web:
        with suppress(httpx2.TransportError):
            while True:
                said = {
                    "id": new_id(), "situation": house.flood, "role": house.people["mayor-a"].grants[0],
                    "body": {"text": mark(), "category": "report"},
                }  # fmt: skip
                answer = await web.post("/api/v1/commands/logbook.write", json=said)
                if answer.status_code != 200:
                    assert answer.json()["code"] in ("stopping", "overloaded")
                    return
                done += answer.json()["facts"]


# -- copies -----------------------------------------------------------------------------------------------------------


async def test_a_backup_taken_at_work_is_sound_and_holds_all_that_was_answered(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out.tar", tmp_path / "elsewhere"
    done: list[str] = []
    async with mixed_house(tmp_path / "data") as house:
        writers = [asyncio.ensure_future(write_on(house, done)) for _ in range(4)]
        while len(done) < 20:  # noqa: ASYNC110 - the writers are at work
            await asyncio.sleep(0.01)
        answered = list(done)
        assert await in_a_thread("backup", str(out), "--data", str(tmp_path / "data")) == 0
        assert len(done) > len(answered), "nobody had to wait for it"
        house.stop()
        await asyncio.gather(*writers)
        title = {one["id"]: one["title"] for one in (await shown_titles(house))}
    assert await in_a_thread("restore", str(out), str(elsewhere)) == 0
    assert await in_a_thread("journal", "verify", "--data", str(elsewhere)) == 0
    async with reopened(house, elsewhere) as again:
        held = {line.id for line in again.node.store.read(0, 1_000_000)}
        assert set(answered) <= held
        found = await look(again, "mayor-a")
        assert {one["id"]: one["title"] for one in found["situations"]["items"]} == title
        assert all(len(one["samples"]) == 1 for path, one in found.items() if "samples?" in path and "samples" in one)
    assert await in_a_thread("journal", "verify", "--data", str(elsewhere)) == 0


async def shown_titles(house: House) -> list[dict[str, Any]]:
    """The titles of the situations as the journal holds them."""
    lines = house.node.store.read(0, 1_000_000)
    bodies = [json.loads(one.record.body or b"{}") for one in lines if one.header.name == "situation.opened.v1"]
    return [
        {"id": one["situation"], "title": one["title"]} for one in bodies if one["situation"] == house.flood
    ]  # fmt: skip


# -- destroying -------------------------------------------------------------------------------------------------------


async def test_a_person_erased_is_named_nowhere_any_more(tmp_path: Path) -> None:
    """Not by the node, not after a restart, not by a copy from before once it has heard of the erasure."""
    old, later, elsewhere = tmp_path / "old.tar", tmp_path / "later.garance", tmp_path / "elsewhere"
    async with mixed_house(tmp_path / "data", told=False) as house:
        await house.enrol("keeper", Role("administrator", "commune-a"), Role("dos", "commune-a"))
        leaver = await house.enrol("leaver", Role("dos", "commune-a"))
        await house.say("leaver", "logbook.write", {"text": mark(), "category": "report"}, where=house.flood)
        names = [leaver.display_name, leaver.email]
        shown = json.dumps(await look(house, "keeper"))
        assert all(name in shown for name in names)
        assert await in_a_thread("backup", str(old), "--data", str(tmp_path / "data")) == 0
        async with stream(house, leaver) as socket:
            await until(socket, "live")
            await house.say("keeper", "people.erase", {"person": leaver.id, "reason": "demande"}, where=None)
            assert (await until(socket, "bye"))["code"] in ("rights-ended", "session-ended")
        await gone(house, names)
        async with httpx2.AsyncClient(base_url=house.url, headers=signed(leaver)) as web:
            assert (await web.get("/api/v1/situations")).json().get("items", []) == []
        assert await in_a_thread("journal", "export", str(later), "--data", str(tmp_path / "data")) == 0
    assert not held_on_disk(tmp_path / "data", names)
    async with reopened(house, tmp_path / "data") as again:
        await gone(again, names)
        assert verify(again.node.store).sound
    assert await in_a_thread("restore", str(old), str(elsewhere)) == 0
    assert await in_a_thread("journal", "import", str(later), "--data", str(elsewhere)) == 0
    async with reopened(house, elsewhere) as again:
        await gone(again, names)
        assert verify(again.node.store).sound
    assert not held_on_disk(elsewhere, names)
    assert await in_a_thread("journal", "verify", "--data", str(elsewhere)) == 0


async def gone(house: House, names: list[str]) -> None:
    """Nobody is shown these names any more, whoever asks and by whatever way."""
    for who in ("keeper", "officer", "mayor-a"):
        shown = json.dumps(await look(house, who))
        assert not [name for name in names if name in shown], who
        async with stream(house, house.people[who]) as socket:
            kept: list[Any] = []
            await until(socket, "live", kept)
            assert not [name for name in names if name in json.dumps(kept)]


def held_on_disk(folder: Path, names: list[str]) -> list[Path]:
    """The files of that folder in which one of these names can be read."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert files
    return [one for one in files if any(name.encode() in one.read_bytes() for name in names)]


async def test_a_fact_redacted_is_read_nowhere_any_more(tmp_path: Path) -> None:
    text = mark()
    async with mixed_house(tmp_path / "data", told=False) as house:
        body = {"text": text, "category": "report"}
        fact = await house.say("officer", "logbook.write", body, where=house.flood, label=Label(Audience.ORGANISATION))
        assert text in json.dumps(await look(house, "officer"))
        data = str(tmp_path / "data")
        assert await in_a_thread("journal", "redact", fact, "--reason", "erreur", "--data", data) != 0, "it runs"
    assert held_on_disk(tmp_path / "data", [text])
    assert await in_a_thread("journal", "redact", fact, "--reason", "erreur", "--data", data) == 0
    assert not held_on_disk(tmp_path / "data", [text])
    async with reopened(house, tmp_path / "data") as again:
        shown = await look(again, "officer")
        assert text not in json.dumps(shown)
        (line,) = shown[f"situations/{again.flood}/logbook"]["items"]
        assert (line["entry"], line["withheld"]) == (fact, "redacted")
        assert verify(again.node.store).sound


# -- streams ----------------------------------------------------------------------------------------------------------


def stream(house: House, person: Person) -> connect:
    address = house.url.replace("http", "ws") + f"/api/v1/stream?situation={house.flood}"
    headers = {"cookie": f"garance={person.cookie}"}
    return connect(address, additional_headers=headers, close_timeout=1, max_size=None)


async def until(socket: ClientConnection, kind: str, kept: list[Any] | None = None) -> dict[str, Any]:
    """The next frame of that kind; the others go to `kept`."""
    async with asyncio.timeout(10):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == kind:
                return frame
            if kept is not None:
                kept.append(frame)


@pytest.fixture(autouse=True)
def _quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """What the verbs say is tested where they are."""
