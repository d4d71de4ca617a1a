"""Each role at its desk during the night, doing what its page of the manual shows; the pictures of it.

`docs/guides/roles/` says « Je suis … »: the gestures in its pictures are done here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

Visit = Callable[..., DeskPage]
MAYOR, CHIEF, SECRETARY = "Maire", "Responsable des actions communales", "Secrétaire de la main courante"
LOGISTICS, POPULATION = "Cheffe de la cellule logistique", "Cheffe de la cellule population"
OFFICER, PREFECTURE = "Officière SDIS", "Cadre de permanence"
PARTNER, OBSERVER = "Officier de liaison", "Observateur"
SOON_MS = 30_000


def panel(desk: DeskPage) -> Locator:
    """The right panel."""
    return desk.page.locator("#panel")


def now(desk: DeskPage) -> Locator:
    """« Faites ceci maintenant »."""
    return panel(desk).get_by_role("region", name="Faites ceci maintenant")


def away(desk: DeskPage) -> None:
    """Leave the field in hand, so that letters are keys again."""
    desk.page.evaluate("() => document.activeElement.blur()")


def mission(desk: DeskPage, title: str) -> Locator:
    """The mission of that title."""
    return desk.page.locator("[data-mission]").filter(has_text=title)


def finds_sheet(desk: DeskPage, sought: str, title: str) -> None:
    """Look for an action sheet by the words that the page gives, then come back to one's post."""
    panel(desk).get_by_role("button", name="Ouvrir une fiche").click()
    desk.page.get_by_label("Chercher une fiche").fill(sought)
    expect(desk.page.get_by_role("button", name=re.compile(f"^{title}"))).to_be_visible()
    away(desk)
    desk.page.keyboard.press("Shift+H")
    expect(now(desk)).to_be_visible()


def keep(album: Album, desk: DeskPage, name: str) -> None:
    """Check what is on the screen, then its picture for the manual."""
    desk.wait_idle()
    check_accessible(desk.page, name)
    album.take(desk.page, name, chosen=name)


def keep_panel(album: Album, desk: DeskPage, name: str) -> None:
    """The same where the gesture is all in the panel: the manual shows it alone, the whole window is kept aside."""
    desk.wait_idle()
    check_accessible(desk.page, name)
    album.take(desk.page, name)
    album.put(panel(desk).screenshot(), f"{name}-panel", chosen=name, mapped=False)


def test_the_mayor_reads_decides_and_says_so(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=MAYOR, landed=True)
    page = desk.page
    assert desk.ask("desk.tab") == "home"
    expect(now(desk)).to_be_visible()
    thread = panel(desk).get_by_role("region", name="Fil de l'autorité")
    expect(thread.get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_label("Niveau d'activation")).to_have_value("4")
    keep(album, desk, "role-maire")
    finds_sheet(desk, "premier message", "Premier message à la population")
    panel(desk).get_by_role("button", name="Écrire une décision").click()
    expect(page.locator("#entry-text")).to_be_focused()
    page.keyboard.type("Le gymnase reste ouvert toute la journée aux familles du secteur A.")
    keep(album, desk, "role-maire-decision")
    page.keyboard.press("Enter")
    expect(desk.row("Le gymnase reste ouvert")).to_contain_text("Décision")
    written = next(entry for entry in desk.logbook() if "Le gymnase reste ouvert" in (entry["text"] or ""))
    assert written["category"] == "decision"


def test_the_head_of_municipal_action_gives_the_beat(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=CHIEF, landed=True)
    page = desk.page
    assert desk.ask("desk.tab") == "home"
    finds_sheet(desk, "15 premières", "Les 15 premières minutes, seul au poste")
    expect(panel(desk).get_by_role("button", name="Ajouter un poste")).to_be_visible()
    cycle = panel(desk).get_by_role("region", name="Rythme de l'état-major")
    cycle.get_by_role("button", name="Décision").click()
    cycle.get_by_label("Heure du prochain point").fill("+20")
    page.keyboard.press("Enter")
    expect(cycle).to_contain_text("Prochain point à 04:4")
    away(desk)
    page.keyboard.press("M")
    form = page.get_by_role("form", name="Nouvelle mission")
    expect(form.get_by_label("Que faut-il faire ?")).to_be_focused()
    page.keyboard.type("Ouvrir le gymnase aux familles du secteur A")
    form.get_by_label("Chargé").select_option(label="cellule population")
    form.get_by_label("Échéance").fill("+30")
    expect(form).to_contain_text("dans 30 min")
    keep(album, desk, "role-rac")
    form.get_by_label("Échéance").press("Enter")
    expect(mission(desk, "Ouvrir le gymnase aux familles")).to_contain_text("Demandée")


def test_the_secretary_writes_takes_and_sorts(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=SECRETARY, landed=True)
    page = desk.page
    assert desk.ask("desk.tab") == "logbook"
    page.keyboard.press("/")
    page.keyboard.type("04h15 Gendarmerie > PCC : 40 cm d'eau au carrefour, 2 personnes évacuées, demande un car")
    expect(page.get_by_role("button", name=re.compile("Gendarmerie → PCC"))).to_be_visible()
    page.keyboard.press("Alt+h")
    expect(page.locator("#entry-text")).to_have_value(re.compile("^40 cm d'eau"))
    keep_panel(album, desk, "role-secretaire")
    page.keyboard.press("Alt+r")
    page.keyboard.press("Enter")
    row = desk.row("40 cm d'eau au carrefour")
    expect(row).to_contain_text("Gendarmerie → PCC")
    away(desk)
    row.get_by_role("button", pressed=False).first.click()
    page.keyboard.press("Shift+T")
    expect(row.get_by_role("button", name=re.compile("^Tri.*Fait"))).to_be_visible()


def test_the_head_of_logistics_takes_a_mission(town: NodeProcess, visit: Visit, album: Album) -> None:
    title = "Deux pompes à l'école du port"
    chief = visit(town.url).open(role=CHIEF, landed=True)
    asked = {"mission": "5b8a4d34-6c1f-4c71-9a55-2f4f0d8f4e01", "title": title, "owner": {"cell": "logistique"}}
    chief.command("taskings.describe-mission", asked)
    desk = visit(town.url).open(role=LOGISTICS, landed=True)
    page = desk.page
    assert desk.ask("desk.tab") == "home"
    waiting = now(desk).get_by_role("button", name=title)
    expect(waiting).to_contain_text("Mission à accepter")
    waiting.click()
    mission(desk, title).focus()
    page.keyboard.press("p")
    expect(mission(desk, title)).to_contain_text("Acceptée")
    expect(mission(desk, title)).to_be_focused()
    page.keyboard.press("s")
    expect(mission(desk, title)).to_contain_text("En cours")
    mission(desk, title).evaluate("(row) => row.scrollIntoView({ block: 'center' })")
    keep_panel(album, desk, "role-logistique")


def test_the_head_of_population_counts_who_is_sheltered(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=POPULATION, landed=True)
    page = desk.page
    assert desk.ask("desk.tab") == "home"
    finds_sheet(desk, "centre d'accueil", "Ouvrir un centre d'accueil")
    desk.tab("Population")
    centre = page.locator("li[data-thing]").filter(has=page.locator(".row strong", has_text="Accueil 1"))
    centre.locator(".row").click()
    centre.get_by_label("Présents").fill("109")
    page.keyboard.press("Enter")
    expect(centre).to_contain_text("109 présents sur")
    keep_panel(album, desk, "role-population")


def test_the_fire_officer_engages_and_draws(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=OFFICER, landed=True)
    page = desk.page
    assert desk.ask("desk.tab") == "home"
    for words in ("Nouvel ordre", "Nouvelle mission", "Écrire une demande"):
        expect(panel(desk).get_by_role("button", name=words)).to_be_visible()
    desk.tab("Moyens")
    views = panel(desk).get_by_role("group", name="Vues des moyens")
    views.get_by_role("button", name=re.compile("^Secteurs")).click()
    expect(panel(desk).get_by_role("heading", name=re.compile("Secteur A"))).to_be_visible()
    away(desk)
    page.keyboard.press("p")
    palette = page.get_by_role("region", name="Palette de symboles")
    expect(palette.get_by_role("button", name="Moyens")).to_be_visible()
    before = len(desk.picture()["shapes"])
    page.keyboard.press("e")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    desk.wait_for(f"desk.picture.shapes.length > {before}", timeout_ms=SOON_MS)
    keep(album, desk, "role-sdis")
    page.keyboard.press("Control+z")
    desk.wait_for(f"desk.picture.shapes.length === {before}", timeout_ms=SOON_MS)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    views.get_by_role("button", name=re.compile("^États")).click()
    unit = page.locator("[data-resource]").filter(has=page.get_by_text("EPA 1", exact=True))
    unit.focus()
    page.keyboard.press("6")
    desk.wait_for("desk.picture.resources.find(({ name }) => name === 'EPA 1').state === 'engaged'", timeout_ms=SOON_MS)


def test_the_duty_officer_answers_a_demand(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=PREFECTURE, landed=True)
    assert desk.ask("desk.tab") == "home"
    waiting = now(desk).get_by_role("button", name=re.compile("Car de 50 places"))
    expect(waiting).to_contain_text("Demande de moyens sans réponse")
    waiting.click()
    panel(desk).get_by_role("button", name="Suite donnée").click()
    panel(desk).get_by_label(re.compile("Accordés")).fill("2")
    panel(desk).get_by_label("Attendu à").fill("+80")
    keep_panel(album, desk, "role-prefecture")
    panel(desk).get_by_role("button", name="Enregistrer").click()
    expect(panel(desk).get_by_text("Accordé en partie (2 sur 3)")).to_be_visible()


def test_a_partner_writes_and_an_observer_only_looks_back(town: NodeProcess, visit: Visit, album: Album) -> None:
    partner = visit(town.url).open(role=PARTNER, landed=True)
    assert partner.ask("desk.tab") == "home"
    expect(panel(partner).get_by_role("button", name="Nouvelle mission")).to_be_visible()
    keep_panel(album, partner, "role-partenaire")
    partner.tab("Moyens")
    views = panel(partner).get_by_role("group", name="Vues des moyens")
    views.get_by_role("button", name=re.compile("^Demandes")).click()
    expect(panel(partner).get_by_role("button", name="Demander des moyens")).to_be_visible()
    partner.write("Deux patrouilles tiennent le carrefour de la gare.")
    expect(partner.row("Deux patrouilles tiennent")).to_be_visible()

    observer = visit(town.url).open(role=OBSERVER, landed=True)
    page = observer.page
    assert observer.ask("desk.tab") == "home"
    page.keyboard.press("Shift+P")
    dialog = page.get_by_role("dialog", name="Point de situation")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Enregistrer le projet")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    observer.tab("Main courante")
    expect(page.locator("#entry-text")).to_have_count(0)
    away(observer)
    page.keyboard.press("<")
    observer.wait_for("!desk.conductor.live")
    keep(album, observer, "role-observateur")
    page.keyboard.press("d")
    observer.wait_for("desk.conductor.live")
