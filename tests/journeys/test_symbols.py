"""SITAC: symbols placed by keyboard, by mouse and by touch; lines, copies, turns, undo; courses compared; the OCT."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

OFFICER = "Officière SDIS"
MAYOR = "Maire"
CLICK_PAUSE_MS = 350
SIGN_LAYERS = [
    "sign-points", "sign-turned", "sign-ends", "sign-fills", "sign-along-tight",
    *(f"sign-lines-{dash}" for dash in ("none", "long", "short", "dots", "sparse")),
]  # fmt: skip


def palette(desk: DeskPage) -> Any:
    """The palette of symbols."""
    return desk.page.get_by_role("region", name="Palette de symboles")


def open_palette(desk: DeskPage) -> Any:
    """Open it with its key; wait for the set."""
    desk.page.keyboard.press("p")
    expect(palette(desk).get_by_role("button", name="Moyens")).to_be_visible()
    return palette(desk)


def acknowledge(desk: DeskPage) -> None:
    """Read what must be read, so that it covers nothing."""
    read = desk.page.get_by_role("button", name=re.compile("^J'ai lu"))
    while read.count() > 0:
        read.first.click()
        desk.page.wait_for_timeout(CLICK_PAUSE_MS)


def open_courses(page: Page) -> None:
    """The courses of action, at the head of the list of drawings."""
    section = page.locator("details.courses")
    if section.get_attribute("open") is None:
        section.locator("summary").click()


def take(desk: DeskPage, family: str, number: str) -> None:
    """A family by its letter, a symbol by its number."""
    desk.page.keyboard.press(family)
    desk.page.keyboard.press(number)


def spot(desk: DeskPage, x: float, y: float) -> tuple[float, float]:
    """A place of the map, as shares of its width and height."""
    box = desk.page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def click(desk: DeskPage, x: float, y: float) -> None:
    """Click the map there, as a hand does."""
    desk.page.mouse.move(*spot(desk, x, y), steps=3)
    desk.page.mouse.down()
    desk.page.mouse.up()
    desk.page.wait_for_timeout(CLICK_PAUSE_MS)


def signed(desk: DeskPage, symbol: str) -> list[dict[str, Any]]:
    """The drawings that stand and wear that symbol."""
    found: list[dict[str, Any]] = desk.ask(
        "desk.picture.shapes.filter(({ symbol }) => symbol?.id === argument)", symbol
    )
    return found


def wait_signed(desk: DeskPage, symbol: str, count: int = 1) -> list[dict[str, Any]]:
    """The same, once there are that many."""
    desk.wait_for(f"desk.picture.shapes.filter((one) => one.symbol?.id === {json.dumps(symbol)}).length === {count}")
    return signed(desk, symbol)


def drawn(desk: DeskPage) -> list[str]:
    """The identifiers of what the map draws with a symbol."""
    return desk.drawn(SIGN_LAYERS)


def test_symbols_by_keyboard_are_on_the_other_desk(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    page: Page = officer.page
    open_palette(officer)
    check_accessible(page, "the palette of symbols")
    album.take(page, "symbols-palette")
    page.keyboard.press("m")
    expect(palette(officer).get_by_role("button", name="Engin d’incendie")).to_be_visible()
    album.take(page, "symbols-family")
    page.keyboard.press("1")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    one, other = wait_signed(officer, "vehicle-fire", 2)
    assert (one["state"], other["state"]) == ("engaged", "planned")
    assert one["geometry"]["coordinates"][0] < other["geometry"]["coordinates"][0]
    officer.wait_idle()
    assert {one["id"], other["id"]} <= set(drawn(officer))
    check_accessible(page, "a symbol in hand")
    album.take(page, "symbols-placed")
    page.keyboard.press("Control+z")
    officer.wait_for(f"!desk.picture.shapes.some(({{ id }}) => id === {json.dumps(other['id'])})")
    page.keyboard.press("Control+Shift+z")
    wait_signed(officer, "vehicle-fire", 2)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(palette(officer)).to_have_count(0)

    mayor = visit(town.url).open(role=MAYOR)
    wait_signed(mayor, "vehicle-fire", 2)
    mayor.frame_all(officer.ask("desk.territory.bbox"))
    assert one["id"] in drawn(mayor)


def test_symbols_by_mouse_in_a_row_lines_and_copies(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    page: Page = officer.page
    acknowledge(officer)
    page.get_by_role("button", name="Symboles", exact=True).click()
    palette(officer).get_by_role("searchbox").fill("poteau")
    page.keyboard.press("Enter")
    for x in (0.5, 0.6, 0.7):
        click(officer, x, 0.3)
    wait_signed(officer, "hydrant", 3)

    # With words on it, and turned.
    palette(officer).get_by_role("searchbox").fill("vent")
    page.keyboard.press("Enter")
    palette(officer).get_by_label("Texte sur le symbole").fill("SO 60 km/h")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("PageDown")
    click(officer, 0.85, 0.4)
    (wind,) = wait_signed(officer, "wind")
    assert wind["symbol"]["rotation_deg"] == 45
    assert wind["symbol"]["text"] == "SO 60 km/h"

    # A hose line, clicked point by point; then one by keys alone.
    take(officer, "e", "8")
    expect(palette(officer).locator("strong")).to_have_text("Établissement (DN, débit)")
    palette(officer).get_by_label("Texte sur le symbole").fill("DN 70 · 500 L/min")
    page.keyboard.press("Enter")
    click(officer, 0.5, 0.5)
    click(officer, 0.6, 0.55)
    page.mouse.dblclick(*spot(officer, 0.72, 0.5))
    wait_signed(officer, "hose-line")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    wait_signed(officer, "hose-line", 2)
    take(officer, "z", "1")
    for x, y in ((0.45, 0.62), (0.6, 0.62), (0.6, 0.8)):
        click(officer, x, y)
    page.mouse.dblclick(*spot(officer, 0.45, 0.8))
    wait_signed(officer, "exclusion-zone")
    take(officer, "a", "1")
    click(officer, 0.8, 0.8)
    page.mouse.dblclick(*spot(officer, 0.68, 0.72))
    wait_signed(officer, "attack")
    page.keyboard.press("Escape")
    officer.wait_idle()
    album.take(page, "symbols-lines", chosen="sitac-palette")

    # Dragged from the palette to the map.
    page.keyboard.press("p")
    item = palette(officer).get_by_role("button", name="Point de transit").bounding_box()
    assert item is not None
    page.mouse.move(item["x"] + 20, item["y"] + 20)
    page.mouse.down()
    page.mouse.move(*spot(officer, 0.55, 0.38), steps=8)
    page.wait_for_timeout(300)
    page.mouse.up()
    wait_signed(officer, "transit-point")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    # From the list: the legend, a copy, another state.
    officer.tab("Tracés")
    row = page.locator("li[data-shape]").filter(has_text="SO 60 km/h")
    row.get_by_role("button").first.click()
    row.get_by_role("button", name="Dupliquer").click()
    expect(page.locator(".stamp")).to_be_visible(timeout=30_000)
    officer.wait_idle()
    click(officer, 0.9, 0.45)
    assert [one["symbol"]["rotation_deg"] for one in wait_signed(officer, "wind", 2)] == [45, 45]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("li[data-shape].selected").get_by_role("button", name="Marquer fait").click()
    officer.wait_for("desk.picture.shapes.some((one) => one.symbol?.id === 'wind' && one.state === 'done')")
    check_accessible(page, "symbols in the list")
    album.take(page, "symbols-list")

    # Turned by its handle.
    row.last.get_by_role("button").first.click()
    row.last.get_by_role("button", name="Modifier").click()
    handle = page.get_by_role("button", name="Tourner le symbole")
    handle.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_label("Rotation (degrés)")).to_have_value("90")
    page.get_by_role("form", name="Tracé en cours").get_by_role("button", name="Enregistrer", exact=True).click()
    officer.wait_for("desk.picture.shapes.some((one) => one.symbol?.rotation_deg === 90)")


SITAC: tuple[tuple[str, str, list[tuple[float, float]], dict[str, Any]], ...] = (
    ("exclusion-zone", "Polygon", [(0.35, 0.3), (0.55, 0.28), (0.6, 0.5), (0.4, 0.55)], {}),
    ("sector-limit", "LineString", [(0.3, 0.2), (0.65, 0.15), (0.75, 0.4)], {"text": "Secteur nord"}),
    ("flow-risk-fast", "LineString", [(0.47, 0.4), (0.7, 0.48)], {}),
    ("flow-risk-possible", "LineString", [(0.47, 0.4), (0.68, 0.62)], {}),
    ("hose-line", "LineString", [(0.3, 0.7), (0.42, 0.62), (0.46, 0.46)], {"text": "DN 110 · 1 500 L/min"}),
    ("attack", "LineString", [(0.36, 0.5), (0.45, 0.43)], {}),
    ("protection", "LineString", [(0.62, 0.5), (0.7, 0.7)], {}),
    ("evacuation-route", "LineString", [(0.7, 0.5), (0.9, 0.35)], {}),
    ("deviation", "LineString", [(0.3, 0.85), (0.6, 0.8), (0.8, 0.7)], {}),
    ("source-risk", "Point", [(0.47, 0.4)], {"text": "NH3"}),
    ("target-people", "Point", [(0.74, 0.52)], {"text": "École"}),
    ("wind", "Point", [(0.55, 0.2)], {"text": "50 km/h", "rotation_deg": 115}),
    ("command-post", "Point", [(0.3, 0.62)], {"text": "PCS"}),
    ("transit-point", "Point", [(0.22, 0.8)], {"text": "Stade"}),
    ("vehicle-fire", "Point", [(0.33, 0.5)], {"text": "FPT 1"}),
    ("group-water", "Point", [(0.26, 0.72)], {}),
    ("vehicle-risk", "Point", [(0.38, 0.6)], {"text": "VRCH"}),
    ("medical-post", "Point", [(0.85, 0.55)], {}),
    ("road-cut", "Point", [(0.62, 0.66)], {}),
    ("water-perennial", "Point", [(0.3, 0.75)], {"text": "Étang"}),
)
"""A leak of ammonia, drawn over the middle of the map: what it wears, its outline as shares of the box, its words."""


def draw_situation(desk: DeskPage, box: list[float]) -> None:
    """Draw it through the command that a person's gesture gives."""
    west, south, east, north = box
    for name, kind, outline, said in SITAC:
        places = [[west + x * (east - west), north - y * (north - south)] for x, y in outline]
        shapes: dict[str, Any] = {"Point": places[0], "LineString": places, "Polygon": [[*places, places[0]]]}
        desk.command(
            "drawings.draw",
            {
                "shape": str(uuid4()),
                "geometry": {"type": kind, "coordinates": shapes[kind]},
                "kind": "note",
                "name": name,
                "state": "planned" if name in ("group-water", "deviation") else "engaged",
                "symbol": {"set": "french-civil-security", "id": name, **said},
            },
        )


def test_a_tactical_situation_is_drawn_flat_and_in_relief(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    page: Page = officer.page
    acknowledge(officer)
    west, south, east, north = officer.ask("desk.territory.bbox")
    box = [west + 0.55 * (east - west), south + 0.05 * (north - south), east, south + 0.4 * (north - south)]
    draw_situation(officer, box)
    for group in ("resources", "entries"):
        officer.ask("desk.show(argument, false)", group)
    officer.wait_for(f"desk.picture.shapes.filter(({{ symbol }}) => symbol).length >= {len(SITAC)}")
    officer.frame_all(box)
    mine = [
        one["id"]
        for one in officer.ask("desk.picture.shapes")
        if one.get("symbol") and one["name"] in {n for n, *_ in SITAC}
    ]
    assert set(mine) <= set(drawn(officer))
    album.take(page, "symbols-flat", chosen="sitac")
    page.keyboard.press("v")
    page.wait_for_timeout(1_500)
    officer.wait_idle()
    album.take(page, "symbols-3d")


def test_symbols_by_touch_have_room_for_a_finger(town: NodeProcess, visit: Any, album: Album) -> None:
    tablet = {"viewport": {"width": 1024, "height": 768}, "has_touch": True, "is_mobile": True}
    officer = visit(town.url, **tablet).open(role=OFFICER)
    page: Page = officer.page
    acknowledge(officer)
    page.get_by_role("button", name="Symboles", exact=True).tap()
    palette(officer).get_by_role("button", name=re.compile("Points de commandement")).tap()
    for button in palette(officer).get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= 44, button.inner_text()
    palette(officer).get_by_role("button", name="Poste médical avancé").tap()
    x, y = spot(officer, 0.75, 0.5)
    page.touchscreen.tap(x, y)
    wait_signed(officer, "medical-post")
    album.take(page, "symbols-touch")
    check_accessible(page, "the palette under a finger")


def test_two_courses_are_drawn_compared_and_one_is_chosen(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    page: Page = officer.page
    acknowledge(officer)
    officer.tab("Tracés")
    open_courses(page)
    for name, idea in (("Digue", "Fermeture de la brèche"), ("Repli", "Évacuation du quartier")):
        page.get_by_role("button", name="Nouveau mode d’action").click()
        page.get_by_label("Nom", exact=True).fill(name)
        page.get_by_label("Idée de manœuvre").fill(idea)
        page.get_by_label("Phases, une par ligne").fill("Reconnaissance\nÉtablissement")
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        officer.wait_for(f"desk.picture.courses.some(({{ name }}) => name === {json.dumps(name)})")
    for name, symbol in (("Digue", "digue"), ("Repli", "rassemblement de la population")):
        page.locator(".courses li .row").filter(has_text=name).click()
        page.get_by_role("button", name="2 Établissement", exact=True).click()
        page.keyboard.press("p")
        expect(palette(officer).get_by_text(f"Dessiné pour : {name}")).to_be_visible()
        palette(officer).get_by_role("searchbox").fill(symbol)
        page.keyboard.press("Enter")
        click(officer, 0.6, 0.5)
        if name == "Digue":
            page.mouse.dblclick(*spot(officer, 0.75, 0.45))
        page.wait_for_timeout(300)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    (barrier,) = wait_signed(officer, "flood-barrier")
    (gathering,) = wait_signed(officer, "assembly-point")
    assert barrier["phase"] == gathering["phase"] == 2
    officer.wait_idle()
    assert gathering["id"] in drawn(officer)
    assert barrier["id"] not in drawn(officer)
    page.get_by_role("button", name="Comparer").first.click()
    page.get_by_role("button", name="Passer de Repli à Digue").click()
    officer.wait_idle()
    assert barrier["id"] in drawn(officer)
    album.take(page, "symbols-courses")
    check_accessible(page, "courses of action")
    page.get_by_role("button", name="Retenir").click()
    page.get_by_label(re.compile("Pourquoi retenir")).fill("Moyens présents")
    page.keyboard.press("Enter")
    officer.wait_for("desk.picture.courses.some(({ chosen, name }) => chosen && name === 'Digue')")
    page.get_by_role("button", name="Tous, estompés").click()
    officer.wait_idle()
    assert {barrier["id"], gathering["id"]} <= set(drawn(officer))
    album.take(page, "symbols-courses-all", chosen="sitac-modes")


def test_the_signals_plan_is_written_and_read_as_a_tree(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    page: Page = officer.page
    acknowledge(officer)
    officer.tab("Tracés")
    open_courses(page)
    page.get_by_role("button", name="Transmissions (OCT)").click()
    sheet = page.get_by_role("dialog", name="Ordre complémentaire des transmissions")
    sheet.get_by_role("button", name="Écrire l’ordre").click()
    for number, (kind, name, channel) in enumerate(
        [
            ("command", "Commandement", "SSU 17-101"),
            ("tactical", "Tactique nord", "DIR 640"),
            ("air-ground", "Air-sol", "123,1 MHz"),
        ],
        1,
    ):
        sheet.get_by_role("button", name="Ajouter un réseau").click()
        sheet.get_by_label("Nature du réseau").nth(number - 1).select_option(kind)
        sheet.get_by_label(f"Nom du réseau {number}").fill(name)
        sheet.get_by_label("Groupe ou fréquence").nth(number - 1).fill(channel)
    for number, (level, name, sign) in enumerate(
        [
            ("site", "PC de site", "Rochefort 1"),
            ("sector", "Secteur nord", "Nord 1"),
            ("group", "Groupe pompage", "Pompage 1"),
        ],
        1,
    ):
        sheet.get_by_role("button", name="Ajouter un poste").click()
        sheet.get_by_label("Échelon").nth(number - 1).select_option(level)
        sheet.get_by_label(f"Nom du poste {number}").fill(name)
        sheet.get_by_label("Indicatif").nth(number - 1).fill(sign)
    sheet.get_by_label("Relève de").nth(2).select_option(label="Secteur nord")
    sheet.get_by_role("group", name="Réseaux écoutés par Groupe pompage").get_by_role(
        "button", name="Tactique nord"
    ).click()
    sheet.get_by_role("button", name="Ajouter une liaison de secours").click()
    sheet.get_by_label("Numéro, canal, consigne").fill("05 46 00 00 00")
    check_accessible(page, "the form of the signals plan")
    album.take(page, "signals-form")
    sheet.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(sheet.locator(".post").filter(has_text="Groupe pompage")).to_be_visible()
    plan = officer.ask("desk.picture.signals_plans[0]")
    parents = {post["name"]: post.get("parent") for post in plan["posts"]}
    sector = next(post["id"] for post in plan["posts"] if post["name"] == "Secteur nord")
    assert parents["Groupe pompage"] == sector
    check_accessible(page, "the signals plan")
    album.take(page, "signals-plan", chosen="oct")

    # Withdrawn with its reason; what is begun is given up without closing the sheet around it.
    sheet.get_by_role("button", name="Retirer cet ordre").click()
    page.keyboard.press("Escape")
    sheet.get_by_role("button", name="Retirer cet ordre").click()
    sheet.get_by_label("Motif du retrait").fill("Fin de l'opération")
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("button", name="Écrire l’ordre")).to_be_visible()
    assert officer.ask("desk.picture.signals_plans.length") == 0
