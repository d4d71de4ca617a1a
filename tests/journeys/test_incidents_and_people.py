"""Incidents, networks down, counts of people, zones and centres: told by keyboard, on the map, disputed and settled."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

Visit = Callable[..., DeskPage]
MAYOR, OFFICER = "Maire", "Officière SDIS"
SIGNS = ["matters"]
HELD = """(id) => window.garance.map.getSource('matters').serialize().data.features
  .find(({ properties }) => properties.id === id)?.properties ?? null"""


def tab(desk: DeskPage, name: str) -> None:
    """Open that board."""
    desk.page.get_by_role("tab", name=re.compile(f"^{name}")).click()


def row(page: Page, name: str | re.Pattern[str]) -> Locator:
    """The row of the thing of that name."""
    return page.locator("li[data-thing]").filter(has=page.locator(".row strong", has_text=name))


NAMED = """desk.picture.things.find(({ kind, said }) => kind === argument[0]
  && [said.description?.value.title, said.description?.value.name].includes(argument[1]))"""


def thing(desk: DeskPage, kind: str, name: str) -> dict[str, Any]:
    """What the desk's own picture says of it."""
    found: dict[str, Any] = desk.ask(NAMED, [kind, name])
    return found


def report(desk: DeskPage, typed: str, title: str) -> dict[str, Any]:
    """Report an incident by keyboard alone, in the middle of the map."""
    page = desk.page
    tab(desk, "Sinistres")
    page.get_by_role("button", name="Sinistre", exact=True).click()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sur la carte").click()
    page.get_by_role("button", name="Au centre").click()
    page.get_by_label("Titre").fill(title)
    page.keyboard.press("Enter")
    expect(row(page, title)).to_be_visible()
    return thing(desk, "incident", title)


def test_an_incident_is_reported_by_typing_and_is_on_the_map(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    made = report(desk, "embacle", "Embâcle au pont")
    assert made["said"]["description"]["value"]["nature"] == "log-jam"
    row(page, "Embâcle au pont").locator(".row").focus()
    page.keyboard.press("+")
    expect(row(page, "Embâcle au pont").locator(".state")).to_have_text("S'aggrave")
    desk.wait_idle()
    assert made["id"] in desk.drawn(SIGNS)
    assert page.evaluate(HELD, made["id"])["state"] == "worsening"
    check_accessible(page, "incidents")
    album.take(page, "incidents", chosen="sinistres")
    page.keyboard.press("0")
    expect(page.locator("details").filter(has_text="Terminé")).to_contain_text("Embâcle au pont")
    desk.wait_idle()
    assert made["id"] not in desk.drawn(SIGNS)


def test_a_network_down_says_whom_it_deprives(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=OFFICER)
    page = desk.page
    tab(desk, "Sinistres")
    dark = row(page, "Secteurs A et B sans électricité")
    dark.locator(".row").click()
    expect(dark.locator(".sentence")).to_be_visible()
    expect(dark.locator(".sentence")).to_contain_text(re.compile("sensible"))
    page.keyboard.press("B")
    desk.wait_idle()
    check_accessible(page, "an outage in hand")
    album.take(page, "outage", chosen="reseau-coupe")


def count(page: Page, within: Locator, category: str, how_many: str, source: str) -> None:
    """Write down a count."""
    within.get_by_role("button", name="Un bilan").click()
    form = page.get_by_role("form", name="Un bilan")
    form.get_by_label("Catégorie").select_option(label=category)
    form.get_by_label("Combien").fill(how_many)
    form.get_by_label("Qui le dit").fill(source)
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)


def test_counts_that_differ_stand_side_by_side_until_one_is_held_to(
    town: NodeProcess, visit: Visit, album: Album
) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    report(desk, "explosion", "Explosion rue du Port")
    here = row(page, "Explosion rue du Port")
    count(page, here, "Évacués", "45-50", "SDIS")
    count(page, here, "Évacués", "52", "Mairie")
    evacuated = here.get_by_role("row").filter(has_text="Évacués")
    expect(evacuated).to_contain_text("45–52")
    expect(evacuated).to_contain_text("Désaccord")
    check_accessible(page, "counts that differ")
    album.take(page, "counts-differ")
    evacuated.get_by_role("button", name="Arrêter").click()
    page.get_by_role("button", name=re.compile("^Mairie")).click()
    page.get_by_label("Pourquoi ce chiffre").fill("Listes croisées")
    check_accessible(page, "a count being settled")
    page.keyboard.press("Enter")
    expect(evacuated).to_contain_text("arrêté par")
    expect(evacuated).to_contain_text("Listes croisées")
    count(page, here, "Évacués", "60", "Gendarmerie")
    expect(evacuated).to_contain_text("à revoir")
    expect(evacuated).to_contain_text("45–50")
    tab(desk, "Population")
    page.keyboard.press("B")
    desk.wait_idle()
    expect(page.get_by_role("group", name="Bilan par catégorie et par source")).to_contain_text("Gendarmerie")
    check_accessible(page, "the balance on a wide panel")
    album.take(page, "balance-wide", chosen="bilan")


def test_a_zone_and_a_centre_are_followed_and_looked_back_at(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=MAYOR)
    other = visit(town.url).open(role=OFFICER)
    page = desk.page
    tab(desk, "Population")
    page.get_by_role("button", name="Lieu d'accueil", exact=True).click()
    page.get_by_label("Nom").fill("Gymnase du Port")
    page.get_by_label("Capacité").fill("20")
    page.get_by_role("button", name="Sur la carte").click()
    page.get_by_role("button", name="Au centre").click()
    page.get_by_role("button", name="Ajouter le lieu").click()
    centre = row(page, "Gymnase du Port")
    centre.get_by_role("button", name="Ouvert", exact=True).click()
    centre.get_by_label("Présents").fill("19")
    page.keyboard.press("Enter")
    expect(centre).to_contain_text("19 présents sur 20, reste 1")
    before = thing(desk, "centre", "Gymnase du Port")["said"]["occupancy"]["occurred_at"]
    expect(centre).to_contain_text("Rempli à 95 %")
    check_accessible(page, "a centre nearly full")
    album.take(page, "centre", chosen="lieu-accueil")
    centre.get_by_role("button", name="Déclarer complet").click()
    expect(centre.locator(".state")).to_have_text("Complet")
    tab(other, "Population")
    expect(row(other.page, "Gymnase du Port").locator(".state")).to_have_text("Complet")

    sector = row(page, "Secteur A")
    sector.locator(".row").click()
    page.wait_for_timeout(800)
    desk.wait_idle()
    identifier = thing(desk, "zone", "Secteur A")["id"]
    assert page.evaluate(HELD, identifier)["kind"] == "zone"
    expect(sector).to_contain_text("partis sur")
    album.take(page, "zone", chosen="zones")
    for theme in ("light", "contrast"):
        page.evaluate(f"() => {{ document.documentElement.dataset.theme = '{theme}'; }}")
        check_accessible(page, f"population, {theme}")
    page.evaluate("() => { delete document.documentElement.dataset.theme; }")
    desk.ask("desk.conductor.hold(Date.parse(argument))", before)
    expect(centre.locator(".state")).to_have_text("Ouvert")
    expect(page.get_by_role("button", name="Un bilan")).to_have_count(0)
