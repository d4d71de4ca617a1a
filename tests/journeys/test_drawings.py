"""Drawings: traced by hand, by keyboard and by numbers, seen by others at once, reviewed, disputed and settled."""

from __future__ import annotations

import itertools
import json
import math
import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import SHAPE_LAYERS, DeskPage, box_of
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

MAYOR = "Maire"
OFFICER = "Officière SDIS"
SMALL = {"width": 900, "height": 560}
SOON_S = 1.0
EARTH_RADIUS_M = 6_371_008.8
LAPSED_LAYERS = ["shape-lines-lapsed"]
CLICK_PAUSE_MS = 350
"""A second click too soon would be a double click."""
RENDERED_WORDS = """(layer) => window.garance.map.queryRenderedFeatures({ layers: [layer] })
  .map(({ properties }) => properties.lapsed ?? properties.words)"""


def form(page: Page) -> Any:
    """The form of the drawing in hand."""
    return page.get_by_role("form", name="Tracé en cours")


def begin(desk: DeskPage, tool: str) -> Any:
    """Take a tool; the form that opens."""
    desk.page.get_by_role("button", name=tool, exact=True).click()
    form(desk.page).wait_for()
    return form(desk.page)


def spot(desk: DeskPage, x: float, y: float) -> tuple[float, float]:
    """A place of the map, as shares of its width and height."""
    box = desk.page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def click(desk: DeskPage, x: float, y: float) -> None:
    """Click the map there, as a hand does."""
    desk.page.mouse.move(*spot(desk, x, y), steps=4)
    desk.page.mouse.down()
    desk.page.mouse.up()
    desk.page.wait_for_timeout(CLICK_PAUSE_MS)


def named(desk: DeskPage, name: str) -> dict[str, Any]:
    """The drawing of that name, once this desk has it."""
    desk.wait_for(f"desk.picture.shapes.some((shape) => shape.name === {json.dumps(name)})")
    shape: dict[str, Any] = desk.ask("desk.picture.shapes.find(({ name }) => name === argument)", name)
    return shape


def distance_m(a: list[float], b: list[float]) -> float:
    """Metres between two places, on the sphere."""
    lon_a, lat_a, lon_b, lat_b = map(math.radians, (*a, *b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


def save(desk: DeskPage, name: str) -> dict[str, Any]:
    """Give it a name and send it; the drawing as this desk then holds it."""
    form(desk.page).get_by_label("Nom").fill(name)
    form(desk.page).get_by_role("button", name="Enregistrer", exact=True).click()
    expect(form(desk.page)).to_have_count(0)
    return named(desk, name)


def open_sheet(desk: DeskPage, name: str) -> Any:
    """The row of a drawing in the list, opened."""
    desk.tab("Tracés")
    row = desk.page.locator("li[data-shape]").filter(has_text=name)
    if row.get_by_role("button", pressed=True).count() == 0:
        row.get_by_role("button", pressed=False).first.click()
    expect(row.locator(".sheet")).to_be_visible()
    return row


def test_a_circle_by_hand_is_on_the_other_desk_within_a_second(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url, viewport=SMALL).open(role=OFFICER)
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    sketch = begin(mayor, "Dessiner un cercle")
    click(mayor, 0.62, 0.5)
    page.mouse.move(*spot(mayor, 0.72, 0.5), steps=4)
    expect(sketch).to_contain_text(re.compile(r"rayon\s*\d+"))
    mayor.wait_idle()
    album.take(page, "drawing-circle-tracing")
    click(mayor, 0.72, 0.5)
    expect(sketch.get_by_label("Nom")).to_have_value(re.compile("^Périmètre"))
    check_accessible(page, "a circle in hand")

    # Searched by a few letters; the sign is beside the word.
    kind = sketch.get_by_role("combobox", name="Nature")
    kind.click()
    kind.fill("dang")
    check_accessible(page, "kinds searched")
    album.take(page, "drawing-kinds")
    kind.press("Enter")
    expect(kind).to_have_value("zone de danger")
    sketch.get_by_label("Nom").fill("Cuve de fuel")
    sketch.get_by_role("button", name="Enregistrer", exact=True).click()
    sent = time.monotonic()
    officer.wait_for("desk.picture.shapes.some(({ name }) => name === 'Cuve de fuel')")
    assert time.monotonic() - sent < SOON_S
    shape = named(mayor, "Cuve de fuel")
    assert shape["figure"]["form"] == "circle"
    assert shape["kind"] == "danger-zone"
    officer.frame_all(mayor.ask("desk.territory.bbox"))
    assert shape["id"] in officer.drawn(SHAPE_LAYERS)

    # By its handle: the radius grows, the centre stays.
    sheet = open_sheet(mayor, "Cuve de fuel")
    mayor.wait_idle()
    sheet.get_by_role("button", name="Modifier").click()
    handle = page.get_by_role("button", name="Rayon", exact=True)
    handle.wait_for()
    held = handle.bounding_box()
    assert held is not None
    page.mouse.move(held["x"] + held["width"] / 2, held["y"] + held["height"] / 2)
    page.mouse.down()
    page.mouse.move(held["x"] + 60, held["y"] + 14, steps=6)
    page.mouse.up()
    form(page).get_by_text("Par les nombres", exact=True).click()
    radius = form(page).get_by_label("Rayon (m)")
    assert float(radius.input_value()) > shape["figure"]["radius_m"] * 1.05
    form(page).get_by_role("button", name="Annuler le dernier geste").click()
    assert abs(float(radius.input_value()) - shape["figure"]["radius_m"]) <= 1

    # And by its number.
    radius.fill("750")
    radius.press("Tab")
    mayor.wait_idle()
    album.take(page, "drawing-circle-by-number")
    form(page).get_by_role("button", name="Enregistrer", exact=True).click()
    expect(form(page)).to_have_count(0)
    officer.wait_for("desk.picture.shapes.find(({ name }) => name === 'Cuve de fuel')?.figure.radius_m === 750")
    ring = named(officer, "Cuve de fuel")["geometry"]["coordinates"][0]
    assert all(abs(distance_m(shape["figure"]["centre"], at) - 750) < 7.5 for at in ring)
    assert mayor.map_problems() == officer.map_problems() == []


def test_by_keyboard_alone_every_tool_draws(town: NodeProcess, visit: Any, album: Album) -> None:
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    west, south, east, north = mayor.ask("desk.territory.bbox")
    lon, lat = (west + east) / 2, (south + north) / 2

    def tool(words: str) -> Any:
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox", name=re.compile("Une action"))).to_be_focused()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        form(page).wait_for()
        summary = form(page).get_by_text("Par les nombres", exact=True)
        summary.focus()
        page.keyboard.press("Enter")
        return form(page)

    def put(label: str, text: str) -> None:
        field = form(page).get_by_label(label)
        field.focus()
        page.keyboard.press("Control+a")
        page.keyboard.type(text)

    def press(name: str) -> None:
        form(page).get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")

    def finish(name: str) -> dict[str, Any]:
        put("Nom", name)
        page.keyboard.press("Enter")
        expect(form(page)).to_have_count(0)
        return named(mayor, name)

    # A plume: the source, how far, and where the wind comes from.
    tool("dessiner un secteur")
    put("Centre", f"{lat:.5f} {lon:.5f}")
    put("Rayon (m)", "800")
    put("Ouverture", "40")
    put("Vent venant du", "250")
    page.keyboard.press("Tab")
    press("Tracer")
    check_accessible(page, "a sector by numbers")
    mayor.wait_idle()
    album.take(page, "drawing-sector-by-keyboard")
    plume = finish("Fumée du dépôt")
    assert plume["kind"] == "plume"
    assert {"radius_m": 800, "from_deg": 50, "to_deg": 90}.items() <= plume["figure"].items()

    # A line: a place, then a bearing and a distance, twice; the middle of the map is one gesture.
    tool("dessiner une ligne")
    put("Un point", f"{lat:.5f} {lon:.5f}")
    page.keyboard.press("Enter")
    for towards, far in (("90", "300"), ("180", "200")):
        put("Cap", towards)
        put("Distance", far)
        page.keyboard.press("Enter")
    press("Terminer le contour")
    line = finish("Déviation")["geometry"]["coordinates"]
    lengths = [distance_m(a, b) for a, b in itertools.pairwise(line)]
    assert [round(length) for length in lengths] == [300, 200]

    tool("poser un point")
    press("Un point au centre de la carte")
    assert finish("Repère de nuit")["geometry"]["type"] == "Point"

    tool("dessiner un cercle")
    put("Centre", f"{lat:.5f} {lon:.5f}")
    put("Rayon (m)", "250")
    press("Tracer")
    assert finish("Périmètre de 250 m")["figure"]["radius_m"] == 250

    # A zone, and the handle of a vertex moved by the arrows.
    tool("dessiner une zone")
    for dx, dy in ((0, 0), (0.004, 0), (0.004, 0.003)):
        put("Un point", f"{lat + dy:.5f} {lon + dx:.5f}")
        page.keyboard.press("Enter")
    press("Terminer le contour")
    mayor.frame_all([lon - 0.003, lat - 0.003, lon + 0.008, lat + 0.006])
    vertex = page.locator(".sketch-handle.vertex").nth(1)
    vertex.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(vertex).to_be_focused()
    zone = finish("Îlot à surveiller")["geometry"]["coordinates"][0]
    assert len(zone) == 4
    assert zone[1][0] > lon + 0.004
    assert zone[0] == [round(lon, 5), round(lat, 5)]
    assert mayor.map_problems() == []


def test_nothing_is_lost_by_escape_or_by_a_reload(town: NodeProcess, visit: Any, album: Album) -> None:
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    before = mayor.ask("desk.picture.shapes.length")
    begin(mayor, "Dessiner une zone").get_by_role("button", name="Rectangle").click()
    click(mayor, 0.6, 0.4)
    click(mayor, 0.7, 0.55)
    form(page).get_by_label("Nom").fill("Quartier des Tanneurs")
    page.keyboard.press("Escape")
    expect(form(page)).to_have_count(0)
    waiting = page.get_by_role("status").filter(has_text="Quartier des Tanneurs")
    expect(waiting).to_be_visible()
    check_accessible(page, "a drawing aside")
    album.take(page, "drawing-aside")
    mayor.open()
    page.get_by_role("button", name="Reprendre le tracé").click()
    expect(form(page).get_by_label("Nom")).to_have_value("Quartier des Tanneurs")
    assert mayor.ask("desk.picture.shapes.length") == before

    # Pressed twice in a row, it is drawn once.
    form(page).get_by_role("button", name="Enregistrer", exact=True).dblclick()
    expect(form(page)).to_have_count(0)
    shape = named(mayor, "Quartier des Tanneurs")
    assert len(shape["geometry"]["coordinates"][0]) == 5
    assert mayor.ask("desk.picture.shapes.length") == before + 1

    # Ended for a reason, then drawn again from where it was.
    sheet = open_sheet(mayor, "Quartier des Tanneurs")
    sheet.get_by_role("button", name="Lever").click()
    sheet.get_by_label("Motif (obligatoire)").fill("fin de l'alerte")
    sheet.get_by_role("button", name="Lever").click()
    mayor.wait_for("desk.picture.ended.some(({ name }) => name === 'Quartier des Tanneurs')")
    ended = page.locator("li").filter(has=page.locator("del", has_text="Quartier des Tanneurs"))
    ended.get_by_role("button", name="Redessiner").click()
    form(page).get_by_role("button", name="Enregistrer", exact=True).click()
    expect(form(page)).to_have_count(0)
    again = named(mayor, "Quartier des Tanneurs")
    assert again["id"] != shape["id"]
    assert again["geometry"] == shape["geometry"]


def test_past_its_validity_a_drawing_asks_to_be_reviewed(
    start_node: Any, town_pack: Path, visit: Any, album: Album
) -> None:
    """The story runs at thirty times the pace of the world: six of its minutes are soon over."""
    node = start_node("demo", "--territory", str(town_pack), "--at", "04:20", "--speed", "30")
    mayor = visit(node.url).open(role=MAYOR)
    page = mayor.page
    begin(mayor, "Dessiner une zone").get_by_role("button", name="Rectangle").click()
    click(mayor, 0.8, 0.8)  # in the fields, where no other name takes its room
    click(mayor, 0.88, 0.9)
    sketch = form(page)
    sketch.get_by_label("Validité").select_option("until")
    soon = mayor.ask(
        "new Intl.DateTimeFormat('fr-FR', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', "
        "timeZone: 'Europe/Paris' }).format(desk.story_now_ms + 6 * 60_000)"
    )
    sketch.get_by_label("Jusqu'à (heure légale)").fill(soon)
    shape = save(mayor, "Ruelle surveillée")
    assert shape["valid_until"]
    mayor.tab("Tracés")
    row = page.locator(f"li[data-shape='{shape['id']}']")
    expect(row).not_to_contain_text("à revoir")
    expect(row).to_contain_text("à revoir depuis", timeout=60_000)
    expect(page.get_by_role("heading", name=re.compile("À revoir"))).to_be_visible()
    first = page.locator("li[data-shape]").first
    assert first.get_attribute("data-shape") == shape["id"]
    mayor.wait_idle()
    assert shape["id"] in mayor.drawn(LAPSED_LAYERS)
    assert shape["id"] in mayor.drawn(["shape-fills"])
    mayor.frame_all(box_of(shape["geometry"]["coordinates"][0]))
    assert f"à revoir depuis {soon}" in page.evaluate(RENDERED_WORDS, "shape-words")
    for theme in ("dark", "light", "contrast"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        check_accessible(page, f"to review, {theme}")
    album.take(page, "drawing-lapsed")
    row.get_by_role("button", name="Prolonger 1 h").click()
    expect(page.get_by_role("heading", name=re.compile("À revoir"))).to_have_count(0)
    mayor.wait_idle()
    assert shape["id"] not in mayor.drawn(LAPSED_LAYERS)


def test_two_who_change_the_same_drawing_see_both_and_settle(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    mayor = visit(town.url).open(role=MAYOR)
    begin(mayor, "Dessiner un cercle")
    click(mayor, 0.62, 0.5)
    click(mayor, 0.7, 0.5)
    shape = save(mayor, "Stade noyé")
    named(officer, "Stade noyé")

    # The officer takes it; the mayor sees whose hand is on it, in the list, on the map, among those present.
    open_sheet(officer, "Stade noyé").get_by_role("button", name="Modifier").click()
    form(officer.page).wait_for()
    row = open_sheet(mayor, "Stade noyé")
    expect(row).to_contain_text("modifié par")
    mayor.page.get_by_role("button", name="Présents").click()
    expect(mayor.page.locator(".presence")).to_contain_text("dessine : Stade noyé")
    check_accessible(mayor.page, "who is drawing what")
    mayor.wait_idle()
    album.take(mayor.page, "drawing-in-hand")
    mayor.page.get_by_role("button", name="Présents").click()
    assert any("modifié par" in words for words in mayor.page.evaluate(RENDERED_WORDS, "hands"))

    # Both change it, the second one warned.
    row.get_by_role("button", name="Modifier").click()
    expect(form(mayor.page)).to_contain_text("modifie aussi ce tracé")
    for desk, radius in ((mayor, "500"), (officer, "900")):
        form(desk.page).get_by_text("Par les nombres", exact=True).click()
        form(desk.page).get_by_label("Rayon (m)").fill(radius)
        form(desk.page).get_by_label("Rayon (m)").press("Tab")
    form(mayor.page).get_by_role("button", name="Enregistrer", exact=True).click()
    expect(form(mayor.page)).to_have_count(0)
    expect(form(officer.page)).to_contain_text("les deux versions restent")
    check_accessible(officer.page, "overtaken")
    album.take(officer.page, "drawing-overtaken")
    form(officer.page).get_by_role("button", name="Enregistrer quand même").click()
    expect(form(officer.page)).to_have_count(0)

    # Both outlines are shown one over the other; one is kept, for everybody.
    for desk in (mayor, officer):
        row = open_sheet(desk, "Stade noyé")
        claims = row.get_by_role("region", name="Deux contours pour ce tracé")
        expect(claims.get_by_role("listitem")).to_have_count(2)
    check_accessible(officer.page, "two outlines")
    west, south, east, north = box_of(named(officer, "Stade noyé")["geometry"]["coordinates"][0])
    officer.frame_all([2 * west - east, 2 * south - north, 2 * east - west, 2 * north - south])
    assert len(officer.page.evaluate(RENDERED_WORDS, "claim-words")) >= 2
    album.take(officer.page, "drawing-conflict")
    mine = officer.page.get_by_role("region", name="Deux contours pour ce tracé").get_by_role("listitem")
    mine.filter(has_text="500").get_by_role("button", name="Retenir celle-ci").click()
    for desk in (mayor, officer):
        desk.wait_for("!desk.picture.conflicts.some(({ thing }) => thing === 'shape')")
        kept = named(desk, "Stade noyé")
        assert kept["figure"] == {"form": "circle", "centre": shape["figure"]["centre"], "radius_m": 500}
    assert [each for each in mayor.picture()["conflicts"] if each["thing"] == "shape"] == []


def test_the_list_is_sifted_and_counts_people(town: NodeProcess, visit: Any, album: Album) -> None:
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    mayor.tab("Tracés")
    rows = page.locator("li[data-shape]")
    total = mayor.ask("desk.picture.shapes.length")
    expect(rows).to_have_count(total)
    page.get_by_role("button", name="Filtrer").click()
    panel = page.get_by_role("tabpanel")
    panel.get_by_label("Nature").select_option("evacuation-zone")
    wanted = mayor.ask("desk.picture.shapes.filter(({ kind }) => kind === 'evacuation-zone').length")
    expect(rows).to_have_count(wanted)
    expect(panel).to_contain_text(f"{wanted} sur {total}")
    check_accessible(page, "drawings sifted")
    rows.first.get_by_role("button").first.click()
    rows.first.get_by_role("button", name="Habitants à l'intérieur").click()
    expect(rows.first).to_contain_text(re.compile(r"environ [\d\s\u202f]+\(de"))
    mayor.wait_idle()
    album.take(page, "drawing-list")
    page.get_by_role("button", name="Tout montrer").click()
    expect(rows).to_have_count(total)
    rows.first.get_by_role("button").first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1).get_by_role("button").first).to_be_focused()
