"""The simulated flood of the real Rochefort: on the map by the hour, under the pointer, beside the extent of 2010."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import rasterio
from playwright.sync_api import Page, expect
from pyproj import Transformer
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.territories import real_data

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

MAYOR = "Maire"
FILM = "water-depths-flood-steps-20m"
SEA_PEAK = datetime(2010, 2, 28, 3, 30, tzinfo=UTC)
BETWEEN_STEPS = timedelta(minutes=30)
PEAK_STEP = 14
"""The supplied film begins to cover land at its fourteenth step."""

LAYER = "() => { const { map } = window.garance; return map.getLayer('simulated-depths') !== undefined; }"


@pytest.fixture(scope="module")
def source() -> Path:
    return real_data("rochefort")


@pytest.fixture(scope="module")
def node(source: Path, start_node: Callable[..., NodeProcess]) -> NodeProcess:
    return start_node("demo", "--territory", str(source), "--at", "04:45", "--speed", "1")


@pytest.fixture
def desk(node: NodeProcess, visit: Callable[..., DeskPage]) -> DeskPage:
    return visit(node.url).open(role=MAYOR)


def undated(desk: DeskPage) -> None:
    """Take away the dates that the story may have given to the film."""
    for grid in desk.picture()["grids"]:
        desk.command("grids.detach", {"grid": grid["id"], "reason": "essai"})
    desk.wait_for("desk.picture.grids.length === 0")


def date_the_film(desk: DeskPage) -> list[datetime]:
    """Give the film its instants here: its fourteenth step at high tide, the others half an hour apart."""
    undated(desk)
    at = [SEA_PEAK + (step - PEAK_STEP + 1) * BETWEEN_STEPS for step in range(15)]
    body = {
        "grid": str(uuid4()), "raster": FILM, "territory": desk.ask("desk.territory.version"), "name": "Scénario bas",
        "at": [one.isoformat() for one in at], "provenance": "essai : pas resserrés autour de la pleine mer",
    }  # fmt: skip
    desk.command("grids.attach", body)
    desk.wait_for("desk.picture.grids.length === 1")
    return at


def anticipate(desk: DeskPage) -> Page:
    """Look at what may come: the axis whose picture holds the simulation."""
    desk.page.get_by_role("button", name="Anticiper").click()
    desk.wait_for("desk.depths.frame !== null")
    desk.frame_all(desk.ask("desk.depths.grid.bbox"))
    assert desk.page.evaluate(LAYER)
    return desk.page


def supplied_depths_m(source: Path, band: int, lon_deg: float, lat_deg: float) -> list[float]:
    """The depths of the supplied film in the cell of a place and the eight around it, read with nothing of Garance."""
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True).transform(lon_deg, lat_deg)
    with rasterio.open(source / "raster" / "flood_steps_20m.tif") as film:
        around = [(x + east_m, y + north_m) for east_m in (0, -20, 20) for north_m in (0, -20, 20)]
        return [float(cell[0]) / 100 for cell in film.sample(around, indexes=band)]


def test_without_dates_the_film_is_looked_at_step_by_step(desk: DeskPage, source: Path) -> None:
    undated(desk)
    page = anticipate(desk)
    key = page.get_by_role("region", name="Inondation simulée")
    expect(key).to_contain_text("Simulation")
    expect(key).to_contain_text("pas 1/15")
    expect(key).to_contain_text("sans heure dans cette situation")
    slider = page.get_by_role("slider", name="Pas de la simulation")
    slider.focus()
    for _ in range(PEAK_STEP - 1):
        page.keyboard.press("ArrowRight")
    expect(key).to_contain_text(f"pas {PEAK_STEP}/15")
    desk.wait_for(f"desk.depths.drawn === {PEAK_STEP}")
    west, south, east, north = desk.ask("desk.depths.grid.bbox")
    shares = [step / 23 for step in range(1, 23)]
    places = [(west + (east - west) * x, south + (north - south) * y) for x in shares for y in shares]
    shown = desk.ask("argument.map((place) => desk.depths.at(place))", places)
    told = [(depth, place) for place, depth in zip(places, shown, strict=True) if depth is not None]
    known = [(depth, supplied_depths_m(source, PEAK_STEP, *place)) for depth, place in told]
    wet = [depth for depth, cells in known if cells[0] > 0.1]
    assert len(known) > 150
    assert len(wet) > 30
    half_step_m = 0.03
    for depth, cells in known:
        assert min(cells) - half_step_m <= depth <= max(cells) + half_step_m, "a pixel is at most a cell away"
    agreeing = sum(math.isclose(depth, cells[0], abs_tol=half_step_m) for depth, cells in known)
    assert agreeing >= 0.85 * len(known)


def test_the_step_follows_the_time_shown(desk: DeskPage, album: Album) -> None:
    at = date_the_film(desk)
    page = anticipate(desk)
    key = page.get_by_role("region", name="Inondation simulée")
    for shown in (at[8] + timedelta(minutes=5), at[PEAK_STEP - 1] + timedelta(minutes=1)):
        desk.ask("desk.conductor.seek(argument)", shown.timestamp() * 1000)
        step = sum(one <= shown for one in at)
        expect(key).to_contain_text(f"pas {step}/15")
        expect(page.get_by_text("Le pas suit l'heure montrée.")).to_be_visible()
        desk.wait_for(f"desk.depths.drawn === {step} && desk.depths.comparison?.band === {step}")
    desk.wait_idle()
    check_accessible(page, "simulated depths")
    album.take(page, "time-depths-surge-peak")

    desk.ask("desk.conductor.seek(argument)", (at[0] - timedelta(minutes=1)).timestamp() * 1000)
    expect(key).to_contain_text("La simulation commence plus tard.")
    desk.wait_for("desk.depths.frame === null")
    desk.wait_idle()
    assert page.evaluate(LAYER) is False, "no water on the map before the simulation begins"

    slider = page.get_by_role("slider", name="Pas de la simulation")
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("Pas tenu à la main")).to_be_visible()
    expect(key).to_contain_text("pas 15/15")
    page.get_by_role("button", name="Suivre l'heure montrée").click()
    expect(key).to_contain_text("La simulation commence plus tard.")


def test_the_simulation_is_set_beside_the_mapped_extent(desk: DeskPage, album: Album) -> None:
    at = date_the_film(desk)
    desk.ask("desk.conductor.seek(argument)", (at[PEAK_STEP - 1] + timedelta(minutes=1)).timestamp() * 1000)
    page = desk.page
    page.get_by_role("button", name="Analyser").click()
    desk.wait_for(f"desk.depths.comparison?.band === {PEAK_STEP}")
    answer = page.request.get(f"/api/v1/territory/depths/{FILM}/{PEAK_STEP}/comparison")
    found: dict[str, Any] = answer.json()
    table = page.locator("#panel table")
    table.scroll_into_view_if_needed()
    for row, name in (("Emprise relevée", "mapped"), ("Simulé à ce pas", "modelled"), ("Dans les deux", "both"),
                      ("Relevé seulement", "only_mapped"), ("Simulé seulement", "only_modelled")):  # fmt: skip
        area = found[f"{name}_km2"]
        said = f"{area:.{2 if area < 10 else 1}f} km²".replace(".", ",")
        expect(table.get_by_role("row", name=row)).to_contain_text(said)
    expect(page.locator("#panel")).to_contain_text("Comparaison, pas validation")
    expect(page.locator("#panel")).to_contain_text("Mailles de 20 m")
    desk.frame_all(desk.ask("desk.depths.grid.bbox"))
    check_accessible(page, "comparison")
    album.take(page, "time-depths-comparison")
    assert desk.map_problems() == []


def test_themes_colour_the_same_water(desk: DeskPage, album: Album) -> None:
    page = anticipate(desk)
    page.get_by_role("slider", name="Pas de la simulation").focus()
    page.keyboard.press("End")
    desk.wait_for("desk.depths.band === 15")
    for name, words in (("light", "Clair"), ("contrast", "Contraste")):
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        page.wait_for_function("(name) => document.documentElement.dataset.theme === name", arg=name)
        desk.wait_idle()
        page.wait_for_function(LAYER)
        check_accessible(page, f"depths, {name}")
        album.take(page, f"time-depths-{name}")
    assert desk.map_problems() == []
