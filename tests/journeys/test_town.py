"""The made-up town: the main job from end to end, by two people in two browsers."""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import expect
from support.desk import SHAPE_LAYERS
from support.images import Album
from support.node_process import NodeProcess

MAYOR = "Maire"
OFFICER = "Officière SDIS"
CORNERS = [(0.52, 0.46), (0.68, 0.48), (0.64, 0.70), (0.50, 0.66)]
SOON_S = 1.0


def test_a_mayor_writes_draws_and_goes_back_in_time(town: NodeProcess, visit: Any, album: Album) -> None:
    officer = visit(town.url, viewport={"width": 900, "height": 560}).open(role=OFFICER)
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    assert re.match(r"(\(\d+\) )?EXERCICE", page.title())
    expect(mayor.banner).to_contain_text("Exercice")
    expect(mayor.rows.first).to_be_visible()
    assert mayor.rows.count() == mayor.ask("desk.entries.length") == len(mayor.logbook())
    assert mayor.ask("desk.territory.fictitious") is True
    expect(page.locator("header").first).to_contain_text("fictif")

    # An entry, by the slash key: it is on the other desk within a second.
    mayor.write("Rondes quai des Pêcheurs : l'eau atteint le seuil des portes.")
    written = time.monotonic()
    expect(officer.row("quai des Pêcheurs")).to_be_visible(timeout=SOON_S * 1000)
    assert time.monotonic() - written < SOON_S
    expect(mayor.row("quai des Pêcheurs")).to_contain_text("Claire Vasseur")

    # Corrected, then struck: both remain, with who, when and why.
    row = mayor.row("quai des Pêcheurs")
    row.get_by_role("button", pressed=False).click()
    row.get_by_role("button", name="Rectifier").click()
    row.get_by_label("Texte rectifié").fill("Rondes quai des Pêcheurs : 20 cm d'eau devant les portes.")
    row.get_by_label("Motif (obligatoire)").fill("mesuré sur place")
    row.get_by_role("button", name="Rectifier").click()
    expect(row.locator("del")).to_contain_text("atteint le seuil")
    expect(row).to_contain_text("20 cm d'eau")
    expect(row).to_contain_text("Rectifiée par Claire Vasseur")
    row.get_by_role("button", name="Rayer").click()
    row.get_by_label("Motif (obligatoire)").fill("doublon de la ronde précédente")
    row.get_by_role("button", name="Rayer").click()
    expect(row).to_contain_text("Rayée par Claire Vasseur")
    expect(officer.row("quai des Pêcheurs")).to_contain_text("doublon de la ronde précédente")

    # A zone, with the mouse.
    before = mayor.ask("desk.picture.shapes.length")
    mayor.draw_polygon(CORNERS)
    form = page.get_by_role("form", name="Tracé en cours")
    form.get_by_label("Nom").fill("Quai des Pêcheurs sous l'eau")
    form.get_by_role("button", name="Enregistrer").click()
    drawn = time.monotonic()
    officer.wait_for('desk.picture.shapes.some(({ name }) => name === "Quai des Pêcheurs sous l\'eau")')
    assert time.monotonic() - drawn < SOON_S
    expect(form).to_have_count(0)
    shape = officer.ask("desk.picture.shapes.find(({ name }) => name.startsWith('Quai des P'))")
    assert len(shape["geometry"]["coordinates"][0]) == len(CORNERS) + 1
    officer.frame_all(mayor.ask("desk.territory.bbox"))
    assert shape["id"] in officer.drawn(SHAPE_LAYERS)
    assert mayor.ask("desk.picture.shapes.length") == before + 1
    mayor.wait_idle()
    album.take(page, "town", chosen="fictional")

    # Back in time: neither is there, and the window says so in amber.
    mayor.drag_to(mayor.ask("desk.conductor.now_ms") - 3_600_000)
    expect(mayor.banner).to_contain_text("Rejeu")
    expect(mayor.banner).to_contain_text("Exercice")
    expect(mayor.row("quai des Pêcheurs")).to_have_count(0)
    mayor.wait_idle()
    assert shape["id"] not in mayor.drawn(SHAPE_LAYERS)
    assert shape["id"] not in mayor.ask("desk.picture.shapes.map(({ id }) => id)")
    shown = page.get_by_test_id("shown").inner_text()
    assert re.fullmatch(r"0[23]:\d\d:\d\d", shown), f"{shown}: legal time of the territory, an hour before 04:20"
    amber = page.locator(".desk").evaluate("(desk) => getComputedStyle(desk).borderLeftColor")
    album.take(page, "town-replay")
    mayor.banner.get_by_role("button", name="Revenir au direct").click()
    expect(mayor.row("quai des Pêcheurs")).to_have_count(1)
    expect(mayor.banner).not_to_contain_text("Rejeu")
    assert page.locator(".desk").evaluate("(desk) => getComputedStyle(desk).borderLeftColor") != amber
    assert mayor.map_problems() == officer.map_problems() == []
