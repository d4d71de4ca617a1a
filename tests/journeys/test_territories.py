"""The ground itself: what a pack holds is what the map draws; whose data it is can always be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.territories import real_data

MAYOR = "Maire"
GROUND = ["sites", "communes", "defences", "buildings", "roads", "railways", "water", "places", "relief"]
SHOW = """(groups) => {
  const { store } = window.garance;
  for (const group of Object.keys(store.visibility)) store.show(group, groups.includes(group));
}"""
LOOK = """([lon, lat, zoom, pitch, bearing]) =>
  window.garance.map.jumpTo({ center: [lon, lat], zoom, pitch, bearing })"""
DRAWN = """() => {
  const counts = {};
  for (const { layer, sourceLayer, properties } of window.garance.map.queryRenderedFeatures()) {
    if (!sourceLayer) continue;
    counts[sourceLayer] = (counts[sourceLayer] ?? 0) + 1;
    if (layer.id.startsWith('sites-')) counts[`sites ${properties.kind}`] = 1;
  }
  return counts;
}"""
HEIGHTS = """() => {
  const { map } = window.garance;
  const [west, south, east, north] = window.garance.store.territory.bbox;
  const found = [];
  for (let x = 0.1; x < 1; x += 0.1) for (let y = 0.1; y < 1; y += 0.1) {
    const height = map.queryTerrainElevation([west + x * (east - west), south + y * (north - south)]);
    if (height !== null) found.push(height);
  }
  return found;
}"""


def look(desk: DeskPage, lon: float, lat: float, zoom: float, pitch: float = 0, bearing: float = 0) -> dict[str, int]:
    """Put the camera there and wait; how many features of each layer of the pack are drawn."""
    desk.page.evaluate(LOOK, [lon, lat, zoom, pitch, bearing])
    desk.wait_idle()
    assert desk.map_problems() == []
    drawn: dict[str, int] = desk.page.evaluate(DRAWN)
    return drawn


def ground_only(desk: DeskPage, *others: str) -> None:
    """Show the ground without what people made tonight."""
    desk.page.evaluate(SHOW, [*GROUND, *others])


def in_volume(desk: DeskPage) -> float:
    """Turn 3D on; how many times the relief is raised."""
    desk.ask("(desk.volume = true)")
    desk.wait_for("desk.map.engine.getTerrain() !== null", timeout_ms=30_000)
    times: float = desk.ask("desk.map.engine.getTerrain().exaggeration")
    return times


def open_about(page: Page) -> Page:
    """The page about the data, by the corner of the map: a tab of its own."""
    with page.context.expect_page() as opened:
        page.get_by_role("main").get_by_role("link", name="À propos des données").click()
    about = opened.value
    expect(about.get_by_role("heading", name="Couches")).to_be_visible()
    return about


def test_the_map_says_whose_data_it_is_and_what_the_import_found(
    town: NodeProcess, visit: Callable[..., DeskPage], album: Album
) -> None:
    desk = visit(town.url).open(role=MAYOR)
    corner = desk.page.locator(".attribution")
    expect(corner).to_contain_text("fictif")
    expect(corner).to_contain_text(desk.ask("desk.territory.attribution"))
    about = open_about(desk.page)
    card: dict[str, Any] = desk.ask("desk.territory")
    expect(about.get_by_role("heading", level=2).first).to_contain_text("fictif")
    expect(about.get_by_role("article")).to_contain_text(card["version"])
    rows = about.get_by_role("region", name="Couches").get_by_role("row")
    expect(rows).to_have_count(len(card["layers"]) + 1)
    for line in card["report"]:
        expect(about.get_by_text(line["text_fr"], exact=True)).to_have_count(1)
    check_accessible(about, "about the data")

    # The filter takes words as people type them, without accents, and says how much it found.
    about.get_by_label("Filtrer").fill("batiments")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("Bâtiments")
    about.get_by_label("Filtrer").fill("rien de tel")
    expect(about.get_by_role("status")).to_contain_text("Rien ne correspond")
    expect(about.get_by_role("region", name="Couches")).to_have_count(0)
    about.get_by_label("Filtrer").fill("")
    expect(rows).to_have_count(len(card["layers"]) + 1)

    # On paper everything is unfolded, on white, without buttons.
    about.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert about.locator("details:not([open])").count() == 0
    about.emulate_media(media="print")
    expect(about.get_by_role("button", name="Imprimer")).to_be_hidden()
    assert about.locator(".frame").evaluate("(page) => getComputedStyle(page).backgroundColor") == "rgb(255, 255, 255)"
    album.take(about, "about-town")


def test_by_the_palette_and_from_the_preparing_panel(town: NodeProcess, visit: Callable[..., DeskPage]) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+k")
        page.keyboard.type("propos des donnees")
        page.keyboard.press("Enter")
    assert opened.value.url.endswith("/donnees")
    page.keyboard.press("3")
    expect(page.get_by_role("complementary").get_by_role("link", name="À propos des données")).to_be_visible()


@pytest.mark.slow
def test_a_made_up_commune_looks_like_a_place(town: NodeProcess, visit: Callable[..., DeskPage], album: Album) -> None:
    desk = visit(town.url).open(role=MAYOR)
    ground_only(desk)
    lon, lat = desk.ask("desk.territory.centre")
    desk.page.get_by_role("button", name="Tout le territoire").click()
    desk.wait_idle()
    album.take(desk.page, "made-whole", chosen="territoire-fictif")
    held = desk.ask("desk.territory.layers.map(({ name }) => name)")
    drawn = look(desk, lon, lat, 13.2)
    assert {"communes", "roads", "buildings", "land-cover"} & set(held) <= set(drawn)
    assert in_volume(desk) >= 1
    look(desk, lon, lat, 14.2, 60, -30)
    album.take(desk.page, "made-volume", chosen="territoire-fictif-3d")


@pytest.mark.slow
@pytest.mark.real_data
def test_rochefort_whole_and_in_its_old_town(
    start_node: Callable[..., NodeProcess], visit: Callable[..., DeskPage], album: Album
) -> None:
    node = start_node("demo", "--territory", str(real_data("rochefort")), "--at", "04:45", "--speed", "1")
    desk = visit(node.url).open(role=MAYOR)
    ground_only(desk)
    drawn = look(desk, -1.03, 45.949, 11.2)
    assert drawn["communes"] >= 14
    assert drawn["roads"] > 100
    album.take(desk.page, "rochefort-whole", chosen="territoire-rochefort")
    ground_only(desk, "risk-zones")
    drawn = look(desk, -0.9585, 45.937, 14)
    assert drawn["risk-zones"] > 5
    assert drawn["defences"] > 3
    album.take(desk.page, "rochefort-town", chosen="territoire-rochefort-ville")
    assert in_volume(desk) == 3, "a marsh is raised as far as it goes"
    desk.page.goto("/donnees")
    expect(desk.page.get_by_role("region", name="Couches").get_by_role("row").nth(10)).to_be_visible()
    album.take(desk.page, "rochefort-about", chosen="territoire-donnees")


@pytest.mark.slow
@pytest.mark.real_data
def test_dieppe_stands_on_its_cliffs(
    start_node: Callable[..., NodeProcess], visit: Callable[..., DeskPage], album: Album
) -> None:
    node = start_node("demo", "--territory", str(real_data("dieppe")), "--at", "04:20", "--speed", "1")
    desk = visit(node.url, viewport={"width": 1120, "height": 680}).open(role=MAYOR)
    ground_only(desk)
    drawn = look(desk, 1.082, 49.925, 14)
    assert drawn["buildings"] > 1000
    assert 1 < in_volume(desk) < 2
    drawn = look(desk, 1.0815, 49.929, 14.4, 66, 165)
    assert drawn["buildings"] > 1000
    heights = desk.page.evaluate(HEIGHTS)
    assert max(heights) - min(heights) > 60
    album.take(desk.page, "dieppe-3d", chosen="territoire-dieppe-3d")


@pytest.mark.slow
@pytest.mark.real_data
def test_monaco_under_its_mountains(
    start_node: Callable[..., NodeProcess], visit: Callable[..., DeskPage], album: Album
) -> None:
    node = start_node("demo", "--territory", str(real_data("riviera_osm")), "--at", "04:20", "--speed", "1")
    desk = visit(node.url, viewport={"width": 1024, "height": 600}).open(role=MAYOR)
    expect(desk.page.locator(".attribution")).to_contain_text("OpenStreetMap")
    ground_only(desk)
    drawn = look(desk, 7.4215, 43.7362, 14.6)
    assert {"sea", "roads", "railways", "buildings", "sites fire-station", "place-labels"} <= set(drawn)
    assert drawn["buildings"] > 500
    album.take(desk.page, "monaco", chosen="territoire-monaco")
    assert in_volume(desk) == 1, "mountains stand as they are"
    look(desk, 7.422, 43.7375, 14, 64, -30)
    heights = desk.page.evaluate(HEIGHTS)
    assert max(heights) > 200
    album.take(desk.page, "monaco-3d", chosen="territoire-monaco-3d")
