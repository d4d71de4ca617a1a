"""The night of the demonstration, told on a whole node through the commands a person uses."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.territories import real_data

from garance.domain import commands
from garance.domain.moment import Moment
from garance.journal.envelope import Line
from garance.journal.sqlite import SqliteStore
from garance.journal.verify import verify
from garance.kernel.clock import to_milliseconds
from garance.kernel.identity import new_id
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.server.app import Opened, open_app
from garance.server.demo.opening import script_of
from garance.server.demo.places import choose_places
from garance.server.demo.story import read_story
from garance.server.demo.telling import person_id
from garance.server.redacting import redact
from garance.server.scribe import Asked
from garance.server.settings import Demo, Node, Settings
from garance.territory.pack import Pack
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.view import fold

STEPS = len(read_story().step)


def settings_for(folder: Path, pack: Pack, **demo: Any) -> Settings:
    """A demonstration in that folder; its whole story is told at once unless something else is asked."""
    return Settings(
        node=Node(data_folder=str(folder), territory=str(pack.folder)),
        demo=Demo(**{"enabled": True, "begin_at": "end", **demo}),
    )


async def told(opened: Opened) -> list[Line]:
    """The journal once the story has ended."""
    async with asyncio.timeout(60):
        while opened.node.hub.running:
            lines = opened.node.store.read(0, 10_000)
            ended = [line for line in lines if line.header.name == "situation.clock-set.v1"]
            if len(ended) >= 2:
                return lines
            await asyncio.sleep(0.05)
    raise AssertionError("the hub stopped")


def bytes_of_journal(folder: Path) -> str:
    """Everything on disk of the journal, its WAL included."""
    return b"".join(path.read_bytes() for path in folder.glob("journal.sqlite*")).decode("utf-8", "replace")


async def test_the_whole_night_is_told_by_its_people_and_only_as_an_exercise(tmp_path: Path, fictional: Pack) -> None:
    async with open_app(settings_for(tmp_path, fictional)) as opened:
        lines = await told(opened)
        facts = [opened.node.reader.read(line) for line in lines]
    situated = [fact for fact in facts if fact.situation is not None]
    assert all(fact.mode is Mode.EXERCISE for fact in situated)
    assert len(situated) >= STEPS
    roles = {"dos", "logbook-secretary", "sdis-officer", "prefecture-duty-officer"}
    assert {fact.author.role for fact in situated} >= roles
    picture, logbook = Picture(), Logbook()
    fold(picture, situated)
    fold(logbook, situated)
    shown = picture.at(None)
    assert shown.situation is not None
    assert shown.situation.level == 2
    assert {shape.kind for shape in shown.shapes} >= {"command-post", "evacuation-zone", "flooded-area"}
    assert not any(shape.kind == "road-cut" for shape in shown.shapes), "the road was opened again"
    before = picture.at(Moment(read_story().sea_peak_at))
    assert any(shape.kind == "road-cut" for shape in before.shapes)
    written = [step for step in read_story().step if step.command == "logbook.write"]
    assert len(logbook.at(None).items) == len(written)
    assert sum(bool(entry.struck) for entry in logbook.at(None).items) == 1
    assert sum(bool(entry.corrections) for entry in logbook.at(None).items) == 1


async def test_stopped_and_started_again_the_night_goes_on_without_saying_anything_twice(
    tmp_path: Path, fictional: Pack
) -> None:
    async with open_app(settings_for(tmp_path, fictional)) as opened:
        first = [line.id for line in await told(opened)]
    async with open_app(settings_for(tmp_path, fictional)) as opened:
        await asyncio.sleep(0.5)
        lines = opened.node.store.read(0, 10_000)
    assert [line.id for line in lines][: len(first)] == first
    assert {line.header.name for line in lines[len(first) :]} <= {"situation.clock-set.v1", "segment.sealed.v1"}


async def test_started_again_the_clock_is_not_before_what_somebody_wrote(tmp_path: Path, fictional: Pack) -> None:
    script = script_of(fictional, None)
    mayor, body = script.story.people()["dos"], commands.find("logbook.write").request
    written_at = script.story.starts_at + timedelta(minutes=3)
    async with open_app(settings_for(tmp_path, fictional, begin_at="18:03", speed=0)) as opened:
        asked = Asked(
            id=new_id(),
            role=script.object_id("grant dos"),
            situation=script.situation,
            body=msgspec.convert({"text": "Rien à signaler.", "category": "information"}, body),
        )
        await opened.node.scribe.carry_out(person_id(script, mayor), "logbook.write", asked)
        before = commands.present_of(opened.node.follower.state, script.situation, opened.node.clock.now())
    async with open_app(settings_for(tmp_path, fictional, begin_at="18:00", speed=0)) as opened:
        after = commands.present_of(opened.node.follower.state, script.situation, opened.node.clock.now())
    assert before == after == written_at


async def test_the_sea_and_the_flight_are_kept_as_telemetry(tmp_path: Path, fictional: Pack) -> None:
    script = script_of(fictional, None)
    async with open_app(settings_for(tmp_path, fictional)) as opened:
        await told(opened)
        peak = to_milliseconds(script.story.sea_peak_at)
        (level,) = opened.node.tracks.latest(script.object_id("sea"), peak).rows()
        flight = opened.node.tracks.read(script.object_id("flight"), 0, peak + 3_600_000, 100_000)
    assert level == [peak, 4.0]
    assert len(flight) > 500


async def test_whoever_tries_a_demonstration_writes_in_exercises_only(tmp_path: Path, fictional: Pack) -> None:
    async with open_app(settings_for(tmp_path, fictional)) as opened:
        node, script = opened.node, script_of(fictional, None)
        prefecture = script.story.people()["prefecture"]
        body = msgspec.convert(
            {"situation": new_id(), "title": "Vraie crue", "kind": "flood", "mode": "actual"},
            commands.find("situation.open").request,
        )
        asked = Asked(id=new_id(), role=script.object_id("grant prefecture"), body=body)
        with pytest.raises(Refused, match="exercise-only"):
            await node.scribe.carry_out(person_id(script, prefecture), "situation.open", asked, exercise_only=True)


async def test_a_fact_redacted_from_the_machine_leaves_no_word_and_the_chain_whole(
    tmp_path: Path, fictional: Pack
) -> None:
    settings = settings_for(tmp_path, fictional)
    async with open_app(settings) as opened:
        (personal,) = [line for line in await told(opened) if line.header.label.sensitivity == "personal"]
    await redact(msgspec.structs.replace(settings, demo=Demo()), personal.id, reason="Donnée inutile.")
    with pytest.raises(Refused, match="fact-not-found"):
        await redact(msgspec.structs.replace(settings, demo=Demo()), personal.id[:-2] + "9999", reason="Rien.")
    store = SqliteStore(tmp_path / "journal.sqlite", read_only=True)
    report = verify(store)
    found = next(line for line in store.read(0, 10_000) if line.id == personal.id)
    store.close()
    assert report.sound
    assert found.record.body is None
    assert "84 ans" not in bytes_of_journal(tmp_path)


@pytest.mark.real_data
async def test_on_rochefort_the_gauge_follows_the_supplied_series(tmp_path: Path, rochefort: Pack) -> None:
    source, pack = real_data("rochefort"), rochefort
    script = script_of(pack, source)
    places, words = choose_places(pack, source)
    assert words["town"] == "Rochefort"
    assert pack.contains(*places["point weak_defence"]["coordinates"])
    async with open_app(settings_for(tmp_path / "data", pack, source=str(source))) as opened:
        await told(opened)
        peak = to_milliseconds(script.story.sea_peak_at)
        (level,) = opened.node.tracks.latest(script.object_id("sea"), peak).rows()
        flight = opened.node.tracks.read(script.object_id("flight"), 0, peak, 10_000)
    assert level[0] == peak
    assert level[1] == pytest.approx(3.96, abs=0.01)
    assert len(flight) == 378, "the recorded flight, once before the peak"
    over = places["point first_water"]["coordinates"]
    for column, degrees in zip((1, 2), over, strict=True):
        seen = [float(row[column] or 0) for row in flight.rows()]
        assert (min(seen) + max(seen)) / 2 == pytest.approx(degrees, abs=1e-4), "its middle is over the water"
