"""Layers by preset, strength and order; a unit's card, the camera that follows it, the list that finds it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

THEMES = {"dark": "sombre", "light": "clair", "contrast": "contraste"}
OFFICER = "Officière SDIS"
STYLE_ORDER = """() => window.garance.map.getStyle().layers.map(({ id }) => id)
  .filter((id) => !id.startsWith('hint-'))"""
"""Guests that come with a gesture are left out."""

OPACITY = "(id) => window.garance.map.getPaintProperty(id, 'icon-opacity')"
CENTRE = "() => window.garance.map.getCenter().toArray()"
NEAR = """([lon, lat]) => {
  const { lng, lat: there } = window.garance.map.getCenter();
  return Math.abs(lng - lon) < 1e-6 && Math.abs(there - lat) < 1e-6;
}"""


def panel(page: Page) -> Locator:
    """The layers panel, opened when it is closed."""
    found = page.get_by_role("region", name="Calques")
    if not found.is_visible():
        page.get_by_role("button", name="Calques").click()
    return found


def group(page: Page, name: str) -> Locator:
    """The box that shows or hides that group."""
    return panel(page).get_by_role("checkbox", name=re.compile(f"^{name}"))


def test_layers_follow_the_phase_and_the_role_and_keep_what_was_changed(
    town: NodeProcess, visit: Any, album: Album
) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    layers = panel(page)
    phase, seen_by = layers.get_by_label("Phase"), layers.get_by_label("Vue de")
    expect(phase).to_have_value("impact")
    expect(seen_by).to_have_value("fire-service")
    expect(layers.get_by_text("Modifié")).to_have_count(0)
    expect(group(page, "Adresses")).to_be_checked()

    # Another phase, one gesture; the one due for this axis and role is proposed.
    phase.select_option("prepare")
    expect(group(page, "Points d'eau incendie")).to_be_checked()
    expect(group(page, "Lignes situées")).not_to_be_checked()
    layers.get_by_role("button", name=re.compile("Proposé pour vous : Submersion ou feu, SDIS")).click()
    expect(phase).to_have_value("impact")

    # Changed: it says so. Fainter, and over its neighbours, on the map itself.
    group(page, "Zones réglementées").check()
    expect(layers.get_by_text("Modifié")).to_be_visible()
    before = page.evaluate(STYLE_ORDER)
    assert before.index("risk-risk-zones") < before.index("past-past-extent")
    layers.get_by_role("button", name="Réglages de Zones réglementées").click()
    up = layers.get_by_role("button", name="Dessiner Zones réglementées plus haut")
    up.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
        expect(up).to_be_focused()
    after = page.evaluate(STYLE_ORDER)
    assert after.index("risk-risk-zones") > after.index("past-past-extent")
    assert after.index("risk-risk-zones") < after.index("sites-sites"), "a surface never covers a word"
    layers.get_by_role("button", name="Réglages de Sites").click()
    slider = layers.get_by_role("slider", name="Opacité de Sites")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate(OPACITY, "sites-sites") == 0.5
    desk.wait_idle()
    album.take(page, "layers-changed")
    check_accessible(page, "layers, with settings")

    # A link carries all of it; another person's own choices are not touched by it.
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name=re.compile("Une action")).fill("copier le lien")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('faded')")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["faded"] == ["sites:50"]
    assert "risk-zones" in asked["order"][0].split()
    other: DeskPage = visit(town.url).open(role="Maire")
    other.page.goto(f"{page.url}&test")
    other.wait_ready()
    assert other.page.evaluate(OPACITY, "sites-sites") == 0.5
    assert other.page.evaluate(STYLE_ORDER) == after
    assert other.page.evaluate("() => Object.keys(localStorage).filter((key) => key.includes('layers'))") == []

    # Remembered on this device for this axis; then put back.
    desk.open()
    layers = panel(page)
    expect(group(page, "Zones réglementées")).to_be_checked()
    assert page.evaluate(OPACITY, "sites-sites") == 0.5
    page.get_by_role("navigation", name="Axes de travail").get_by_role("button", name="Veille").click()
    expect(layers.get_by_label("Phase")).to_have_value("watch")
    expect(layers.get_by_text("Modifié")).to_have_count(0)
    page.get_by_role("navigation", name="Axes de travail").get_by_role("button", name="Conduire").click()
    layers.get_by_role("button", name="revenir au préréglage").click()
    expect(group(page, "Zones réglementées")).not_to_be_checked()
    assert [layer for layer in page.evaluate(STYLE_ORDER) if layer in before] == before
    assert desk.map_problems() == []


def test_the_layers_panel_finds_counts_and_says_why_in_every_theme(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role="Maire")
    page = desk.page
    layers = panel(page)
    shown = sum(desk.units_in_view())
    assert shown > 0
    expect(layers.locator(".row").filter(has_text="Moyens")).to_contain_text(re.compile(rf"{shown}\s*à l.écran"))
    expect(layers.get_by_text("Pas dans ce territoire")).to_be_visible()
    expect(layers.locator("li").filter(has_text="Espaces naturels protégés")).to_contain_text("n'en fournit pas")
    layers.get_by_role("searchbox").fill("hydro")
    expect(layers.get_by_text("Aucun calque de ce nom.")).to_be_visible()
    layers.get_by_role("searchbox").fill("reseaux")
    expect(layers.get_by_role("checkbox")).to_have_count(1)
    layers.get_by_role("searchbox").fill("")
    for name in ("light", "contrast", "dark"):
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name=re.compile("Une action")).fill(THEMES[name])
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-theme", name)
        desk.wait_idle()
        check_accessible(page, f"layers, {name}")
        album.take(page, f"layers-{name}")


def test_a_unit_has_its_card_and_the_camera_follows_it(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    start = [round(value, 6) for value in desk.ask("desk.units[0].position")]
    vehicle = {"resource": str(uuid4()), "name": "VSAV 99", "kind": "ambulance"}
    desk.command("resources.declare", vehicle | {"geometry": {"type": "Point", "coordinates": start}})
    desk.wait_for("desk.units.some(({ resource }) => resource.name === 'VSAV 99')")
    desk.tab("Moyens")
    page.get_by_role("list", name="Liste des moyens").get_by_role("button", name=re.compile("^VSAV 99")).click()
    card = page.get_by_role("region", name="Fiche de VSAV 99")
    expect(card).to_contain_text("position donnée")
    expect(card).to_contain_text(re.compile("Port-Galène"))
    check_accessible(page, "unit card")

    # What is said of it, and what happens to it, is on its card.
    card.get_by_role("button", name="Écrire à son sujet").click()
    page.keyboard.type("VSAV 99 repart avec deux personnes vers le centre d'accueil.")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("deux personnes")
    written = [entry for entry in desk.logbook() if entry["text"].startswith("VSAV 99 repart")]
    assert [entry["about"] for entry in written] == [desk.ask("desk.selection.id")]
    card.get_by_label("État").select_option("in-transit")
    expect(card.locator("ol li").first).to_contain_text("En transit")
    desk.wait_idle()
    album.take(page, "unit-card")

    # Followed: the camera goes with it; the person's own gesture ends it.
    card.get_by_role("button", name="Suivre").click()
    chip = page.get_by_role("status").filter(has_text="Suivi : VSAV 99")
    expect(chip).to_be_visible()
    place = [round(value + 0.004, 6) for value in desk.ask("desk.fleet.unit(desk.selection.id).position")]
    moved = {"resource": desk.ask("desk.selection.id"), "geometry": {"type": "Point", "coordinates": place}}
    desk.command("resources.move", moved)
    page.wait_for_function(NEAR, arg=place)
    check_accessible(page, "following a unit")
    album.take(page, "unit-followed")
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 380, box["y"] + 330, steps=5)
    page.mouse.up()
    expect(chip).to_have_count(0)
    centre = page.evaluate(CENTRE)
    away = round(place[1] - 0.01, 6)
    desk.command("resources.move", {**moved, "geometry": {"type": "Point", "coordinates": [place[0], away]}})
    desk.wait_for(f"desk.fleet.unit(desk.selection.id).position[1] === {away}")
    assert page.evaluate(CENTRE) == centre, "no longer followed"
    assert desk.map_problems() == []


def test_the_list_of_units_narrows_and_sorts_by_keyboard(town: NodeProcess, visit: Any) -> None:
    desk: DeskPage = visit(town.url).open(role="Maire")
    page = desk.page
    desk.tab("Moyens")
    listed = page.get_by_role("list", name="Liste des moyens")
    total = desk.ask("desk.picture.resources.length")
    rows = listed.locator("button.row")
    assert rows.count() == total == len(desk.picture()["resources"])
    page.get_by_role("searchbox", name="Chercher un moyen").fill("fpt")
    expect(rows).to_have_count(sum("FPT" in one["name"] for one in desk.picture()["resources"]))
    page.get_by_role("button", name="Tout montrer").click()
    engaged = sum(one["state"] == "engaged" for one in desk.picture()["resources"])
    page.get_by_role("button", name=re.compile("^Engagé")).click()
    expect(rows).to_have_count(engaged)
    page.get_by_role("button", name="Tout montrer").click()

    # Distances from what is selected; the list keeps them while another is looked at.
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    first = desk.ask("desk.selection.id")
    page.get_by_role("button", name="Distances d'ici").click()
    expect(rows.first).to_contain_text("0 m")
    assert desk.ask("desk.fleet.rows[0].resource.id") == first
    away = desk.ask("desk.fleet.rows.map(({ away_m }) => away_m).filter((away) => away !== null)")
    assert away == sorted(away)
    rows.first.focus()
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
