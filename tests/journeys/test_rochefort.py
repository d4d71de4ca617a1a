"""The night of 27–28 February 2010 on the real Rochefort: what is on the map is what the data and the API say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from support.desk import SHAPE_LAYERS, DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.territories import real_data

pytestmark = pytest.mark.real_data

MAYOR = "Maire"
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


def operations_box(picture: dict[str, Any]) -> list[float]:
    """The box that holds every shape and every placed resource."""
    points: list[list[float]] = []
    for thing in [*picture["shapes"], *picture["resources"]]:
        geometry = thing.get("geometry")
        if geometry is None:
            continue
        found = geometry["coordinates"]
        points += {"Point": [found], "LineString": found}.get(geometry["type"], found[0])
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return [min(lons), min(lats), max(lons), max(lats)]


def test_the_map_the_lists_and_the_api_agree(desk: DeskPage, album: Album) -> None:
    page = desk.page
    picture = desk.picture()
    desk.frame_all(operations_box(picture))
    shapes = sorted(shape["id"] for shape in picture["shapes"])
    assert len(shapes) >= 5
    assert desk.drawn(SHAPE_LAYERS) == shapes
    assert sorted(desk.ask("desk.picture.shapes.map(({ id }) => id)")) == shapes
    desk.tab("Tracés")
    for shape in picture["shapes"]:
        expect(page.get_by_role("tabpanel")).to_contain_text(shape["name"])
    expect(page.get_by_role("tab", name="Tracés")).to_contain_text(str(len(shapes)))

    placed = sorted(desk.ask("desk.units.map(({ resource }) => resource.id)"))
    assert desk.drawn(["units"]) == placed
    desk.tab("Moyens")
    expect(page.get_by_role("tab", name="Moyens")).to_contain_text(str(len(picture["resources"])))
    for resource in picture["resources"]:
        expect(page.get_by_role("tabpanel")).to_contain_text(resource["name"])

    logbook = desk.logbook()
    desk.tab("Main courante")
    expect(desk.rows).to_have_count(len(logbook))
    expect(page.get_by_role("tab", name="Main courante")).to_contain_text(str(len(logbook)))
    situated = sorted(one["entry"] for one in logbook if one.get("geometry") and not one["struck"])
    assert desk.drawn(["entries"]) == situated
    assert desk.map_problems() == []
    album.take(page, "rochefort-operations")


def test_the_gauge_shows_the_supplied_series(desk: DeskPage, source: Path) -> None:
    desk.wait_for("desk.readings[0]?.value !== null && desk.tracks.all(desk.readings[0].series.id).length > 50")
    now = datetime.fromtimestamp(desk.ask("desk.conductor.world_ms") / 1000, UTC)
    wanted = supplied_level_m(source, now)
    assert desk.ask("desk.readings[0].value") == pytest.approx(wanted, abs=1e-6)
    desk.tab("Capteurs")
    expect(desk.page.get_by_role("tabpanel")).to_contain_text(f"{wanted:.2f}".replace(".", ","))
    expect(desk.page.get_by_role("tabpanel")).to_contain_text("estuary_coast_Low.bdy")

    desk.ask("desk.conductor.seek(argument)", milliseconds(THREE_O_CLOCK))
    before = supplied_level_m(source, THREE_O_CLOCK)
    assert before != wanted
    desk.wait_for(f"Math.abs(desk.readings[0].value - {before}) < 1e-6")
    expect(desk.page.get_by_role("tabpanel")).to_contain_text(f"{before:.2f}".replace(".", ","))


def test_the_helicopter_moves_by_itself(desk: DeskPage) -> None:
    flying = "desk.units.find(({ source }) => source === 'track')"
    desk.wait_for(flying)
    first = desk.ask(flying)
    desk.wait_for(f"{flying}.at_ms > {first['at_ms']} && String({flying}.position) !== '{first['position'][0]},{first['position'][1]}'")
    drawn = desk.page.evaluate(
        """(id) => window.garance.map.getSource('units').serialize().data.features
             .find((feature) => feature.properties.id === id).geometry.coordinates""",
        first["resource"]["id"],
    )
    assert drawn != first["position"]


def test_replay_shows_the_night_as_it_was(desk: DeskPage, album: Album) -> None:
    page = desk.page
    desk.frame_all(operations_box(desk.picture()))
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
    album.take(page, "rochefort-replay", chosen="replay")

    # The story was written in one go when the node started: nothing of it was known at an earlier instant of record.
    desk.banner.get_by_role("button", name="Revenir au direct").click()
    page.get_by_role("button", name="Tel que connu").click()
    year = page.evaluate("() => new Date(window.garance.store.conductor.shown_ms).getUTCFullYear()")
    assert year > 2010
    total = desk.ask("desk.entries.length")
    desk.drag_to(desk.ask("desk.journal.all('recorded').at(0) && Date.parse(desk.journal.all('recorded').at(0).recorded_at)"))
    desk.wait_for(f"desk.entries.length < {total}")
    expect(desk.banner).to_contain_text("tel que connu")
    page.get_by_role("button", name="Tel qu'établi").click()
    expect(desk.banner).to_contain_text("tel qu'établi")


def test_two_and_three_dimensions(desk: DeskPage, album: Album) -> None:
    page = desk.page
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
    album.take(page, "rochefort-3d", chosen="desk-3d")
