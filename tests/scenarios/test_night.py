"""The night of the demonstration, told on a whole node through the commands a person uses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import shapely
from support.territories import quiet, real_data

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
from garance.server.demo.opening import Performance, performance_of
from garance.server.demo.places import choose_places
from garance.server.demo.sea import sea_of
from garance.server.demo.story import Script, read_story
from garance.server.demo.telling import person_id
from garance.server.redacting import redact
from garance.server.scribe import Asked
from garance.server.settings import Demo, Node, Settings
from garance.territory import Role, import_territory
from garance.territory.pack import Pack
from garance.territory.projection import WGS84, project
from garance.views.balance import balance
from garance.views.board import Board
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.view import fold

LEAST_FACTS = 280
UNITS = 40
ON_ROAD_M = 3.0
"""How far from a road's line a vehicle on it may be told: places are rounded to the ninth of a metre."""

AT_WATER_M = 400.0
"""How far from the flooded ground a boat may still be afloat: on the way from the road to it."""

ROLES = {"dos", "rac", "logbook-secretary", "cell-head", "sdis-officer", "prefecture-duty-officer", "partner"}


def script_of(pack: Pack, source: Path | None = None) -> Script:
    """What is told in that territory."""
    return performance_of(pack, source).script


@pytest.fixture(scope="session")
def dieppe(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The real Dieppe, imported once for all tests."""
    return import_territory(real_data("dieppe"), tmp_path_factory.mktemp("packs") / "dieppe", progress=quiet)


def settings_for(folder: Path, pack: Pack, **demo: Any) -> Settings:
    """A demonstration in that folder; its whole story is told at once unless something else is asked."""
    return Settings(
        node=Node(data_folder=str(folder), territory=str(pack.folder)),
        demo=Demo(**{"enabled": True, "begin_at": "end", **demo}),
    )


async def told(opened: Opened) -> list[Line]:
    """The journal once the story has ended."""
    story = next(task for task in asyncio.all_tasks() if task.get_name() == "story")
    async with asyncio.timeout(60):
        await asyncio.shield(story)
    return opened.node.store.read(0, 10_000)


def bytes_of_journal(folder: Path) -> str:
    """Everything on disk of the journal, its WAL included."""
    return b"".join(path.read_bytes() for path in folder.glob("journal.sqlite*")).decode("utf-8", "replace")


async def said(opened: Opened, words: str) -> None:
    """Wait until an entry with these words is in the journal."""
    async with asyncio.timeout(60):
        async for _ in every(0.05):
            facts = [opened.node.reader.read(line) for line in opened.node.store.read(0, 10_000)]
            if any(words in getattr(fact.body, "text", "") for fact in facts):
                return


async def every(seconds: float) -> AsyncIterator[None]:
    """Now and then, for ever."""
    while True:
        yield
        await asyncio.sleep(seconds)


async def tell_all(folder: Path, pack: Pack, source: Path | None = None) -> tuple[list[Any], Performance]:
    """Every fact of the situation once the whole night is told, and what was to be told."""
    settings = settings_for(folder, pack, source=str(source) if source else None)
    async with open_app(settings) as opened:
        facts = [opened.node.reader.read(line) for line in await told(opened)]
    return [fact for fact in facts if fact.situation is not None], performance_of(pack, source)


def check_whole(facts: list[Any], performance: Performance) -> None:
    """The night is long, told by its eight people, each step accepted, and only as an exercise."""
    script = performance.script
    assert all(fact.mode is Mode.EXERCISE for fact in facts)
    commanded = [fact for fact in facts if fact.name not in ("situation.opened.v1", "situation.clock-set.v1")]
    feeds = [feed for feed in performance.feeds if feed.declaration]
    assert len(commanded) == len(script.steps) + len(feeds) + 1, "every step and every series, and the helicopter"
    assert len(commanded) >= LEAST_FACTS
    wrote = {fact.author.person for fact in facts if fact.name == "entry.written.v2"}
    assert wrote == {person_id(script, person) for person in script.story.person if person.role != "observer"}
    assert len(wrote) == 8
    assert {fact.author.role for fact in facts} == ROLES


async def test_the_whole_night_is_told_by_its_people_and_only_as_an_exercise(tmp_path: Path, fictional: Pack) -> None:
    situated, performance = await tell_all(tmp_path, fictional)
    check_whole(situated, performance)
    picture, logbook = Picture(), Logbook()
    fold(picture, situated)
    fold(logbook, situated)
    shown = picture.at(None)
    assert shown.situation is not None
    assert shown.situation.level == performance.script.story.phase[-1].level
    kinds = {"command-post", "evacuation-zone", "flooded-area", "breach", "perimeter"}
    assert {shape.kind for shape in shown.shapes} >= kinds
    cut = [shape for shape in shown.shapes if shape.kind == "road-cut"]
    before = picture.at(Moment(read_story().sea_peak_at))
    assert len(cut) == 1 < sum(shape.kind == "road-cut" for shape in before.shapes), "roads were opened again"
    assert before.situation is not None
    assert before.situation.level == 4
    written = [step for step in performance.script.steps if step.command == "logbook.write"]
    items = logbook.at(None).items
    assert len(items) == len(written)
    assert sum(bool(entry.struck) for entry in items) == 1
    assert sum(bool(entry.corrections) for entry in items) == 2
    assert {entry.category for entry in items} >= {"request", "order", "decision", "public-message", "rumour"}


def figures_of(board: Board, situation: str, at: Moment | None) -> dict[str, tuple[int, int, bool]]:
    """The balance of the whole at that moment, by category: between how many, and whether it is firm."""
    found = balance(situation, board.at(at).things)
    return {str(total.category): (total.low, total.high, total.firm) for total in found.totals}


async def test_the_boards_of_the_night_follow_it_and_their_numbers_are_those_of_the_lines(
    tmp_path: Path, fictional: Pack
) -> None:
    situated, performance = await tell_all(tmp_path, fictional)
    script, board = performance.script, Board()
    fold(board, situated)
    number = {
        word: int(script.say(f"{{{word}}}")) for word in ("a_up", "a_up_high", "evacuated", "sheltered", "room_1")
    }

    def hour(hours: int, minutes: int) -> Moment:
        return Moment(script.story.instant(time(hours, minutes)))

    torn = figures_of(board, script.situation, hour(4, 20))["involved"]
    assert torn == (number["a_up"], number["a_up_high"], False), "two sources differ: from the least to the greatest"
    assert figures_of(board, script.situation, hour(4, 50))["involved"] == (number["a_up"], number["a_up"], True)
    assert not figures_of(board, script.situation, hour(6, 1))["evacuated"][2]
    assert figures_of(board, script.situation, hour(6, 13))["evacuated"] == (*[number["evacuated"]] * 2, True)
    assert figures_of(board, script.situation, None)["missing"] == (0, 0, True)
    centres = [one for one in board.at(hour(6, 30)).things if one.kind == "centre"]
    assert sum(one.said["occupancy"].value["present"] for one in centres) == number["sheltered"]
    assert all(one.said["occupancy"].value["present"] <= one.said["description"].value["capacity"] for one in centres)
    last = board.at(None)
    assert last.conflicts == ()
    states = {one.id: one.said["state"].value["state"] for one in last.things if one.kind == "zone"}
    assert states == {
        script.object_id(f"zone_{name}"): state for name, state in zip("abc", ("done", "lifted", "lifted"), strict=True)
    }


async def test_each_phase_begins_with_a_decision_and_its_level(tmp_path: Path, fictional: Pack) -> None:
    situated, performance = await tell_all(tmp_path, fictional)
    picture = Picture()
    fold(picture, situated)
    said = {fact.body.text: fact for fact in situated if fact.name == "entry.written.v2"}
    for phase in performance.script.story.phase:
        at = performance.script.story.instant(phase.at)
        decision = said[f"{phase.name_fr}. {phase.decision}"]
        assert decision.occurred_at == at
        assert decision.body.category == "decision"
        then = picture.at(Moment(at)).situation
        assert then is not None
        assert then.level == phase.level


def test_two_starts_tell_the_same_night(tmp_path: Path, fictional: Pack) -> None:
    first, second = performance_of(fictional), performance_of(fictional, folder=tmp_path)
    kept = performance_of(fictional, folder=tmp_path)
    for other in (second, kept):
        assert [(s.key, s.at, first.script.say("{sheltered}")) for s in first.script.steps] == [
            (s.key, s.at, other.script.say("{sheltered}")) for s in other.script.steps
        ]
        assert [list(map(tuple, feed.rows)) for feed in first.feeds] == [
            list(map(tuple, feed.rows)) for feed in other.feeds
        ]
    assert list(tmp_path.glob("story/*.msgpack")), "what was worked out is kept"


def check_roads(performance: Performance, pack: Pack) -> None:
    """Forty units have moved, and each of their fixes is on a road of the territory; a boat may be by the water."""
    crs, story = pack.manifest.metric_crs, performance.script.story
    boats = {f"track {unit.id}" for unit in story.unit if unit.kind == "rescue-boat"}
    roads = pack.rows(Role.ROADS).tree
    tracks = [feed for feed in performance.feeds if feed.key.startswith("track ")]
    moved = 0
    for feed in tracks:
        places = project(shapely.points([(row[1], row[2]) for row in feed.rows]), WGS84, crs)
        away_m = roads.query_nearest(places, return_distance=True, all_matches=False)[1]
        if feed.key in boats:
            water = shapely.Polygon(performance.script.place("area full_water")["coordinates"][0])
            afloat = places[away_m > ON_ROAD_M]
            assert len(afloat)
            flooded = project(np.array([water], dtype=object), WGS84, crs)[0]
            assert shapely.distance(afloat, flooded).max() <= AT_WATER_M
        else:
            assert away_m.max() <= ON_ROAD_M, feed.key
        moved += bool(shapely.total_bounds(places)[2] - shapely.total_bounds(places)[0] > 50)
        seconds = np.diff([row[0] for row in feed.rows]) / 1000
        step_m = shapely.distance(places[:-1], places[1:])
        assert (seconds > 0).all()
        assert (step_m <= 40 * seconds + 1).all(), f"{feed.key} is faster than any vehicle"
    assert moved >= UNITS


def test_forty_units_move_on_the_roads_of_the_town(fictional: Pack) -> None:
    check_roads(performance_of(fictional), fictional)


def test_a_unit_out_of_reach_is_not_heard(fictional: Pack) -> None:
    performance = performance_of(fictional)
    feeds = {feed.key: feed for feed in performance.feeds}
    lost = [unit for unit in performance.script.story.unit if unit.lost]
    assert len(lost) >= 3
    for unit in lost:
        begin, end = (to_milliseconds(performance.script.story.instant(hour)) for hour in unit.lost or ())
        rows = feeds[f"track {unit.id}"].rows
        assert not [row for row in rows if begin <= int(row[0] or 0) < end]
        assert any(int(row[0] or 0) < begin for row in rows)
        assert any(int(row[0] or 0) >= end for row in rows)


async def test_a_refused_step_does_not_end_the_night(tmp_path: Path, fictional: Pack) -> None:
    script = script_of(fictional)
    async with open_app(settings_for(tmp_path, fictional, begin_at="18:20", speed=0)) as opened:
        mayor, breach = script.story.people()["dos"], script.object_id("breach")
        drawn = {"shape": breach, "geometry": script.place("point low_zone"), "kind": "note"}
        body = msgspec.convert({**drawn, "name": "À moi", "state": "planned"}, commands.find("drawings.draw").request)
        asked = Asked(id=new_id(), role=script.object_id("grant dos"), situation=script.situation, body=body)
        await opened.node.scribe.carry_out(person_id(script, mayor), "drawings.draw", asked)
    situated, _ = await tell_all(tmp_path, fictional)
    of_breach = [fact for fact in situated if fact.name.startswith("shape.drawn.") and fact.body.shape == breach]
    assert [fact.body.name for fact in of_breach] == ["À moi"], "the story's own was refused"
    written = [step for step in script.steps if step.command == "logbook.write"]
    assert sum(fact.name == "entry.written.v2" for fact in situated) == len(written), "and it went on to its last word"


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


async def test_stopped_in_the_middle_the_night_goes_on_to_its_end(tmp_path: Path, fictional: Pack) -> None:
    async with open_app(settings_for(tmp_path, fictional, begin_at="03:45", speed=0)) as opened:
        await said(opened, "J'évacue le secteur A avant")
        half = len(opened.node.store.read(0, 10_000))
    situated, performance = await tell_all(tmp_path, fictional)
    assert half < len(situated)
    check_whole(situated, performance)
    texts = [fact.body.text for fact in situated if fact.name == "entry.written.v2"]
    assert len(texts) == len(set(texts)), "nothing is said twice"


async def test_the_gauges_the_flight_and_the_units_are_kept_as_telemetry(tmp_path: Path, fictional: Pack) -> None:
    performance = performance_of(fictional)
    script, supplied = performance.script, sea_of(fictional)
    assert supplied is not None
    async with open_app(settings_for(tmp_path, fictional)) as opened:
        await told(opened)
        peak = to_milliseconds(script.story.sea_peak_at)
        (level,) = opened.node.tracks.latest(script.object_id("sea"), peak).rows()
        flight = opened.node.tracks.read(script.object_id("flight"), 0, peak + 3_600_000, 100_000)
        kept = {
            feed.key: opened.node.tracks.read(script.object_id(feed.key), 0, 1 << 60, 10_000)
            for feed in performance.feeds
        }
    assert level == [peak, supplied.peak]
    assert len(flight) > 500
    ends = to_milliseconds(script.story.ends_at)
    for feed in performance.feeds:
        assert len(kept[feed.key]) == len([row for row in feed.rows if int(row[0] or 0) <= ends]), feed.key


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
        lines = await told(opened)
        personal = next(line for line in lines if "84 ans" in getattr(opened.node.reader.read(line).body, "text", ""))
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


@pytest.mark.slow
@pytest.mark.real_data
async def test_on_rochefort_the_gauge_follows_the_supplied_series(tmp_path: Path, rochefort: Pack) -> None:
    source, pack = real_data("rochefort"), rochefort
    situated, performance = await tell_all(tmp_path / "whole", pack, source)
    check_whole(situated, performance)
    check_roads(performance, pack)
    script = performance.script
    assert script.title() == "Tempête Xynthia — Rochefort"
    (film,) = [fact.body for fact in situated if fact.name == "grid.attached.v1"]
    assert film.territory == pack.manifest.version
    assert len(film.at) == 15
    model_peak_s = 183_000
    assert film.at[0] + timedelta(seconds=model_peak_s) == script.story.sea_peak_at
    assert film.at[1] - film.at[0] == timedelta(seconds=14_285)
    assert pack.contains(*script.place("point weak_defence")["coordinates"])
    async with open_app(settings_for(tmp_path / "data", pack, source=str(source))) as opened:
        await told(opened)
        peak = to_milliseconds(script.story.sea_peak_at)
        (level,) = opened.node.tracks.latest(script.object_id("sea"), peak).rows()
        flight = opened.node.tracks.read(script.object_id("flight"), 0, peak, 10_000)
    assert level[0] == peak
    assert level[1] == pytest.approx(3.96, abs=0.01)
    assert len(flight) == 378, "the recorded flight, once before the peak"
    over = script.place("point first_water")["coordinates"]
    for column, degrees in zip((1, 2), over, strict=True):
        seen = [float(row[column] or 0) for row in flight.rows()]
        assert (min(seen) + max(seen)) / 2 == pytest.approx(degrees, abs=1e-4), "its middle is over the water"


@pytest.mark.slow
@pytest.mark.real_data
async def test_on_dieppe_whose_roads_have_no_names_the_night_is_whole(tmp_path: Path, dieppe: Pack) -> None:
    situated, performance = await tell_all(tmp_path, dieppe, real_data("dieppe"))
    check_whole(situated, performance)
    check_roads(performance, dieppe)
    sea = sea_of(dieppe)
    assert sea is not None
    assert "+" not in sea.series.source, "the level of today, not one of a century to come"
    flood = choose_places(dieppe, peak_m=sea.peak).ground.flood
    assert flood.mapped, "the outline of the flood follows the mapped depths"
