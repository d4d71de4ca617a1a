"""The night of 27–28 February 2010 on the real Rochefort: what is on the map is what the data and the API say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ViewportSize, expect
from support.desk import SHAPE_LAYERS, DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.territories import real_data

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

MAYOR = "Maire"
OFFICER = "Officière SDIS"
OF_THE_MANUAL: ViewportSize = {"width": 1200, "height": 680}
TOLD_UNTIL = datetime(2010, 2, 28, 3, 45, tzinfo=UTC)
"""04:45 by the clocks of Rochefort."""

SEA_PEAK = datetime(2010, 2, 28, 3, 30, tzinfo=UTC)
THREE_O_CLOCK = datetime(2010, 2, 28, 2, 0, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.fixture(scope="module")
def source() -> Path:
    return real_data("rochefort")


@pytest.fixture(scope="module")
def node(source: Path, start_node: Callable[..., NodeProcess]) -> NodeProcess:
    """`./run demo --territory ../shared/data/rochefort`, told until 04:45, at the pace of the world."""
    return start_node("demo", "--territory", str(source), "--at", "04:45", "--speed", "1")


@pytest.fixture
def desk(node: NodeProcess, visit: Callable[..., DeskPage]) -> DeskPage:
    return visit(node.url).open(role=MAYOR)


def supplied_level_m(source: Path, at: datetime) -> float:
    """The level of the supplied series at an instant, read here with nothing of Garance: last value not later."""
    lines = (source / "hydraulic" / "estuary_coast_Low.bdy").read_text().splitlines()[3:]
    levels = [(float(line.split()[1]), float(line.split()[0])) for line in lines if len(line.split()) == 2]
    peak_s = max(levels, key=lambda level: level[1])[0]
    elapsed_s = (at - SEA_PEAK).total_seconds() + peak_s
    return [level_m for seconds, level_m in levels if seconds <= elapsed_s][-1]


def operations_box(desk: DeskPage, picture: dict[str, Any], *, units: bool = True) -> list[float]:
    """The box that holds every shape of the picture and every unit, those that are followed included."""
    points: list[list[float]] = desk.ask("desk.units.map(({ position }) => position)") if units else []
    for shape in picture["shapes"]:
        found = shape["geometry"]["coordinates"]
        points += {"Point": [found], "LineString": found}.get(shape["geometry"]["type"], found[0])
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return [min(lons), min(lats), max(lons), max(lats)]


def test_two_maps_the_lists_and_the_api_agree(desk: DeskPage, visit: Callable[..., DeskPage], album: Album) -> None:
    """What is drawn, what is listed and what the API gives, in two browsers with different rights."""
    officer = visit(desk.page.url.partition("?")[0]).open(role=OFFICER)
    counts = [counted(one) for one in (desk, officer)]
    assert counts[0] == counts[1]
    album.take(desk.page, "rochefort-operations")


def counted(desk: DeskPage) -> dict[str, int]:
    """How many there are of each, once the map, the lists and the API are found to say the same."""
    page = desk.page
    picture = desk.picture()
    desk.frame_all(operations_box(desk, picture))
    shapes = sorted(shape["id"] for shape in picture["shapes"])
    assert len(shapes) >= 5
    assert desk.shown(SHAPE_LAYERS) >= set(shapes) >= set(desk.drawn(SHAPE_LAYERS))
    assert sorted(desk.ask("desk.picture.shapes.map(({ id }) => id)")) == shapes
    desk.tab("Tracés")
    for shape in picture["shapes"]:
        expect(page.get_by_role("tabpanel")).to_contain_text(shape["name"])
    expect(page.get_by_role("tab", name="Tracés")).to_contain_text(str(len(shapes)))

    placed = desk.ask("desk.units.length")
    assert sum(desk.units_in_view()) == placed
    desk.tab("Moyens")
    expect(page.get_by_role("tab", name="Moyens")).to_contain_text(str(len(picture["resources"])))
    for resource in picture["resources"]:
        expect(page.get_by_role("tabpanel")).to_contain_text(resource["name"])

    logbook = desk.logbook()
    desk.tab("Main courante")
    assert desk.listed == len(logbook)
    expect(page.get_by_role("tab", name="Main courante")).to_contain_text(str(len(logbook)))
    situated = sorted(one["entry"] for one in logbook if one.get("geometry") and not one["struck"])
    assert desk.shown(["entries"]) >= set(situated) >= set(desk.drawn(["entries"]))
    assert desk.map_problems() == []
    return {"shapes": len(shapes), "units": placed, "entries": len(logbook), "situated": len(situated)}


def test_the_gauge_shows_the_supplied_series(desk: DeskPage, source: Path) -> None:
    sea = "desk.readings.find(({ series }) => series.name === 'Niveau de la mer')"
    desk.wait_for(f"{sea}?.value !== null && desk.tracks.all({sea}.series.id).length > 50")
    now = datetime.fromtimestamp(desk.ask("desk.conductor.world_ms") / 1000, UTC)
    wanted = supplied_level_m(source, now)
    assert desk.ask(f"{sea}.value") == pytest.approx(wanted, abs=1e-6)
    desk.tab("Capteurs")
    expect(desk.page.get_by_role("tabpanel")).to_contain_text(f"{wanted:.2f}".replace(".", ","))
    expect(desk.page.get_by_role("tabpanel")).to_contain_text("estuary_coast_Low.bdy")

    desk.ask("desk.conductor.seek(argument)", milliseconds(THREE_O_CLOCK))
    before = supplied_level_m(source, THREE_O_CLOCK)
    assert before != wanted
    desk.wait_for(f"Math.abs({sea}.value - {before}) < 1e-6")
    expect(desk.page.get_by_role("tabpanel")).to_contain_text(f"{before:.2f}".replace(".", ","))


def test_replay_shows_the_night_as_it_was(desk: DeskPage, album: Album) -> None:
    page = desk.page
    desk.frame_all(operations_box(desk, desk.picture()))
    desk.drag_to(milliseconds(THREE_O_CLOCK))
    expect(desk.banner).to_contain_text("Rejeu")
    assert re.match(r"(02:5|03:0)", page.get_by_test_id("shown").inner_text())
    shown_ms = desk.ask("desk.conductor.shown_ms")
    at = datetime.fromtimestamp(shown_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
    then = desk.picture(at=at, by="occurred")
    desk.wait_idle()
    assert not [shape for shape in then["shapes"] if shape["kind"] == "flooded-area"]
    assert desk.drawn(SHAPE_LAYERS) == sorted(shape["id"] for shape in then["shapes"])
    assert desk.ask("desk.picture.shapes.filter(({ kind }) => kind === 'flooded-area').length") == 0
    page.set_viewport_size(OF_THE_MANUAL)
    desk.wait_idle()
    album.take(page, "rochefort-replay", chosen="replay")
    page.set_viewport_size({"width": 1280, "height": 720})

    # The other time: what was known when. The story was written in one go when the node started, in our century.
    desk.banner.get_by_role("button", name="Revenir au direct").click()
    page.get_by_role("button", name="Tel que connu").click()
    assert desk.ask("new Date(desk.conductor.shown_ms).getUTCFullYear()") > TOLD_UNTIL.year
    assert desk.listed == len(desk.logbook())
    desk.drag_to(desk.ask("Date.parse(desk.journal.all('recorded')[0].recorded_at)") - 3_000)
    expect(desk.rows).to_have_count(0)
    expect(page.get_by_role("tabpanel")).to_contain_text("Rien n'était écrit à cet instant")
    expect(desk.banner).to_contain_text("tel que connu")
    page.get_by_role("button", name="Tel qu'établi").click()
    expect(desk.banner).to_contain_text("tel qu'établi")


def test_two_and_three_dimensions(desk: DeskPage, album: Album) -> None:
    page = desk.page
    desk.wait_idle()
    album.take(page, "rochefort-territory")
    desk.frame_all(operations_box(desk, desk.picture(), units=False))
    page.set_viewport_size(OF_THE_MANUAL)
    desk.wait_idle()
    album.take(page, "rochefort-desk", chosen="desk")
    page.get_by_role("button", name="3D").click()
    desk.wait_for("desk.map.engine.getPitch() > 30 && desk.map.engine.getTerrain() !== null")
    desk.wait_idle()
    heights = page.evaluate(
        """() => { const { map } = window.garance; const { lng, lat } = map.getCenter();
             return [-3, -2, -1, 0, 1, 2, 3].map((step) => map.queryTerrainElevation([lng + step * 0.02, lat])); }"""
    )
    assert len({round(height, 2) for height in heights if height is not None}) > 1, heights
    assert desk.map_problems() == []
    desk.wait_idle()
    album.take(page, "rochefort-3d", chosen="desk-3d")


def test_the_helicopter_flies_its_second_sortie(desk: DeskPage, album: Album) -> None:
    """Last of the module: the prefecture moves the clock of the exercise on to 04:56, in flight."""
    desk.page.request.delete("/api/v1/session", headers={"x-garance-csrf": desk.session()["csrf"]})
    desk.open(role="Cadre de permanence")
    flying_at = TOLD_UNTIL + timedelta(minutes=11)
    desk.command(
        "situation.set-clock",
        {"story_at": flying_at.isoformat(), "real_at": desk.now().isoformat(), "speed": 1},
    )
    flying = "desk.units.find(({ source, resource }) => source === 'track' && resource.kind === 'helicopter')"
    desk.wait_for(f"{flying}?.at_ms >= {milliseconds(flying_at)}")
    first = desk.ask(flying)
    desk.wait_for(f"{flying}.at_ms >= {first['at_ms'] + 3000} && {flying}.position[0] !== {first['position'][0]}")
    there = desk.page.evaluate(
        """(id) => window.garance.map.getSource('units').serialize().data.features
             .find(({ properties }) => properties.id === id).geometry.coordinates""",
        first["resource"]["id"],
    )
    then = desk.ask(flying)
    moved_m = math.dist(
        [first["position"][0] * math.cos(math.radians(46)), first["position"][1]],
        [there[0] * math.cos(math.radians(46)), there[1]],
    ) * 111_195  # fmt: skip
    assert 1 <= moved_m <= 90 * (then["at_ms"] - first["at_ms"]) / 1000 + 90, "no helicopter flies faster than 90 m/s"
    desk.wait_idle()
    album.take(desk.page, "rochefort-helicopter")
