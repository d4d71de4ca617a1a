"""Missions, orders, sheets and posts: one's post, one mission by three roles, an order acknowledged, a relief."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from support.axe import check_accessible
from support.desk import NO_NETWORK, DeskPage
from support.images import Album
from support.node_process import NodeProcess

Visit = Callable[..., DeskPage]
MAYOR, CHIEF, SECRETARY = "Maire", "Responsable des actions communales", "Secrétaire de la main courante"
LOGISTICS, OFFICER, PREFECTURE = "Cheffe de la cellule logistique", "Officière SDIS", "Cadre de permanence"
TITLE = "Vérifier les vannes du port"


def panel(desk: DeskPage) -> Locator:
    return desk.page.locator("#panel")


def card(desk: DeskPage, title: str) -> Locator:
    """The mission of that title, in the list or on the board."""
    return desk.page.locator("[data-mission]").filter(has_text=title)


def away(page: Page) -> None:
    page.locator("body").evaluate("() => document.activeElement.blur()")


def test_the_post_of_whoever_runs_the_room(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=CHIEF, landed=True)
    page = desk.page
    assert desk.ask("desk.tab") == "home"
    home = panel(desk)
    expect(home.get_by_role("heading", name="Marc Delaunay")).to_be_visible()
    expect(home).to_contain_text("À ce poste depuis 21:30, relève à 08:00")
    now = home.get_by_role("region", name="Faites ceci maintenant")
    expect(now).to_contain_text("Relève à prévoir")
    expect(home.get_by_role("region", name="Postes et relèves")).to_contain_text("1 poste à pourvoir")
    expect(home.get_by_role("region", name="Fil de l'autorité")).to_contain_text("hélicoptère à 4 h 25")
    check_accessible(page, "the post of the head of municipal action")
    album.take(page, "tasks-home-rac", chosen="mon-poste")
    desk.tab("Missions")
    expect(panel(desk).get_by_role("region", name="Objectifs")).to_contain_text("Évacuer le secteur A avant 3 h 30")
    expect(panel(desk).get_by_role("region", name=re.compile("En retard"))).to_contain_text("restées à l'étage")
    check_accessible(page, "the list of missions")
    album.take(page, "tasks-missions")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "name"), [(MAYOR, "dos"), (LOGISTICS, "cell"), (OFFICER, "sdis"), (PREFECTURE, "duty")]
)
def test_each_role_has_a_post_of_its_own(town: NodeProcess, visit: Visit, album: Album, role: str, name: str) -> None:
    desk = visit(town.url).open(role=role, landed=True)
    assert desk.ask("desk.tab") == "home"
    expect(panel(desk).get_by_role("region", name="Faites ceci maintenant")).to_be_visible()
    album.take(desk.page, f"tasks-home-{name}")


@pytest.mark.slow
def test_the_secretary_writes_first_and_a_tab_chosen_is_kept(town: NodeProcess, visit: Visit) -> None:
    desk = visit(town.url).open(role=SECRETARY, landed=True)
    assert desk.ask("desk.tab") == "logbook"
    desk.tab("Mon poste")
    expect(panel(desk)).to_contain_text("Hugo Martin")
    desk.page.reload()
    desk.wait_ready(landed=True)
    assert desk.ask("desk.tab") == "home"


@pytest.mark.slow
def test_one_mission_asked_accepted_and_done_by_three_roles(town: NodeProcess, visit: Visit, album: Album) -> None:
    chief = visit(town.url).open(role=CHIEF)
    head = visit(town.url).open(role=LOGISTICS, landed=True)
    mayor = visit(town.url).open(role=MAYOR, landed=True)

    # From a line, by one key; a closed page loses nothing.
    chief.write("Les vannes du port sont peut-être restées ouvertes.")
    row = chief.row("vannes du port")
    row.locator("[data-rove]").click()
    away(chief.page)
    chief.page.keyboard.press("M")
    form = chief.page.get_by_role("form", name="Nouvelle mission")
    title = form.get_by_label("Que faut-il faire ?")
    expect(title).to_be_focused()
    expect(title).to_have_value("Les vannes du port sont peut-être restées ouvertes")
    title.fill(TITLE)
    form.get_by_label("Échéance").fill("+40")
    expect(form).to_contain_text("dans 40 min")
    check_accessible(chief.page, "a mission being written")
    album.take(chief.page, "tasks-mission-form")
    chief.page.reload()
    chief.wait_ready(landed=True)
    chief.tab("Missions")
    expect(title).to_have_value(TITLE)
    expect(form).to_contain_text("Brouillon retrouvé")
    form.get_by_label("Chargé").select_option(label="cellule logistique")
    title.press("Enter")
    expect(form).to_have_count(0)
    expect(card(chief, TITLE)).to_contain_text("Demandée")

    # Whoever is charged has it among what to do now, and takes it by keyboard.
    now = panel(head).get_by_role("region", name="Faites ceci maintenant")
    expect(now.get_by_role("button", name=TITLE)).to_contain_text("Mission à accepter")
    now.get_by_role("button", name=TITLE).click()
    expect(card(head, TITLE)).to_have_attribute("aria-expanded", "true")
    expect(panel(head).get_by_role("button", name=re.compile("vannes du port sont peut-être"))).to_be_visible()
    check_accessible(head.page, "a mission opened")
    album.take(head.page, "tasks-mission-card")
    card(head, TITLE).focus()
    head.page.keyboard.press("p")
    expect(card(head, TITLE)).to_contain_text("Acceptée")

    # On the whiteboard, everyone sees it move.
    mayor.tab("Missions")
    away(mayor.page)
    mayor.page.keyboard.press("B")
    column = mayor.page.get_by_role("region", name=re.compile("^Acceptée"))
    expect(column).to_contain_text(TITLE)
    card(head, TITLE).focus()
    head.page.keyboard.press("s")
    expect(mayor.page.get_by_role("region", name=re.compile("^En cours"))).to_contain_text(TITLE)
    check_accessible(mayor.page, "the board of missions")
    album.take(mayor.page, "tasks-board", chosen="missions")
    card(mayor, TITLE).focus()
    mayor.page.keyboard.press("ArrowLeft")
    assert mayor.page.evaluate("() => document.activeElement.dataset.mission") is not None
    card(mayor, TITLE).drag_to(mayor.page.get_by_role("region", name=re.compile("^Closes")))
    expect(mayor.page.get_by_role("region", name=re.compile("^Closes"))).to_contain_text(TITLE)
    expect(card(head, TITLE)).to_have_count(0)
    chief.wait_for("desk.picture.things.some(({ said }) => said.state?.value.state === 'done')")
    mission = chief.ask("desk.picture.things.find(({ said }) => said.description?.value.title === argument)", TITLE)
    assert mission["said"]["state"]["value"]["state"] == "done"
    assert len(mission["said"]["description"]["answers"]) == 1


@pytest.mark.slow
def test_a_refusal_gives_its_reason(town: NodeProcess, visit: Visit) -> None:
    chief = visit(town.url).open(role=CHIEF)
    mission = "5b8a4d34-6c1f-4c71-9a55-2f4f0d8f4d01"
    owner = {"cell": "logistique"}
    chief.command("taskings.describe-mission", {"mission": mission, "title": "Deux pompes à l'école", "owner": owner})
    head = visit(town.url).open(role=LOGISTICS)
    head.tab("Missions")
    card(head, "Deux pompes").focus()
    head.page.keyboard.press("r")
    reason = head.page.get_by_label("Refuser : pourquoi ?")
    expect(reason).to_be_focused()
    head.page.keyboard.type("Plus de pompe libre.")
    head.page.keyboard.press("Enter")
    expect(reason).to_have_count(0)
    chief.tab("Mon poste")
    expect(panel(chief).get_by_role("region", name="Faites ceci maintenant")).to_contain_text("Plus de pompe libre.")


@pytest.mark.slow
def test_an_order_is_given_acknowledged_then_a_mission(town: NodeProcess, visit: Visit, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    officer.tab("Missions")
    officer.page.get_by_role("tab", name=re.compile("^Ordres")).click()
    expect(panel(officer)).to_contain_text("Évacuation du secteur A")
    officer.page.get_by_role("button", name="Nouvel ordre").click()
    form = officer.page.get_by_role("form", name="Nouvel ordre")
    expect(form.get_by_label(re.compile("^S · Situation"))).to_have_value(re.compile("Niveau 4"))
    form.get_by_label("Titre").fill("Tenir le pont")
    form.get_by_label("À", exact=True).select_option(label="cellule logistique")
    form.get_by_label("Mission 1").fill("Barrer le pont aux deux bouts")
    form.get_by_label("Unité 1").fill("cellule logistique")
    check_accessible(officer.page, "an order being written")
    album.take(officer.page, "tasks-order-form")
    form.get_by_role("button", name="Donner l'ordre").click()
    expect(form).to_have_count(0)
    order = officer.page.get_by_role("article", name="Ordre Tenir le pont")
    expect(order).to_contain_text("Barrer le pont aux deux bouts")
    album.take(officer.page, "tasks-order-card", chosen="ordre")
    check_accessible(officer.page, "an order read")

    head = visit(town.url).open(role=LOGISTICS)
    head.tab("Missions")
    head.page.get_by_role("tab", name=re.compile("^Ordres")).click()
    head.page.get_by_role("button", name=re.compile("^Tenir le pont")).click()
    head.page.get_by_role("button", name="J'ai compris").click()
    expect(order).to_contain_text("Sonia Benali")
    officer.page.get_by_role("button", name="En mission").first.click()
    form = officer.page.get_by_role("form", name="Nouvelle mission")
    expect(form.get_by_label("Chargé")).to_have_value(re.compile("logistique"))
    form.get_by_label("Que faut-il faire ?").press("Enter")
    expect(card(officer, "Barrer le pont aux deux bouts")).to_be_visible()


@pytest.mark.slow
def test_a_sheet_is_chosen_run_and_closed_by_keyboard(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=LOGISTICS)
    page = desk.page
    desk.tab("Missions")
    page.get_by_role("tab", name=re.compile("^Fiches")).click()
    page.get_by_role("button", name="Ouvrir une fiche").click()
    sought = page.get_by_label("Chercher une fiche")
    expect(sought).to_be_focused()
    check_accessible(page, "choosing a sheet")
    album.take(page, "tasks-sheet-picker")
    sought.fill("relève")
    page.get_by_role("button", name=re.compile("Organiser la relève")).press("Enter")
    sheet = page.get_by_role("article", name="Fiche Organiser la relève des équipes")
    steps = sheet.locator("[data-step]")
    expect(steps).to_have_count(8)
    steps.first.focus()
    page.keyboard.press("f")
    expect(steps.first).to_contain_text("Sonia Benali")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("o")
    expect(steps.nth(1)).to_contain_text("Sans objet")
    page.keyboard.press("n")
    page.keyboard.type("Tous logent à côté.")
    page.keyboard.press("Enter")
    expect(steps.nth(1)).to_contain_text("Tous logent à côté.")
    check_accessible(page, "a sheet being run")
    album.take(page, "tasks-sheet-run", chosen="fiche")
    sheet.get_by_role("button", name="Clore la fiche").click()
    sheet.get_by_label("Pourquoi la clore ?").fill("Fin de l'essai.")
    page.keyboard.press("Enter")
    expect(sheet).to_contain_text("Close : Fin de l'essai.")


@pytest.mark.slow
def test_a_post_is_handed_over_with_what_is_open(town: NodeProcess, visit: Visit, album: Album) -> None:
    head = visit(town.url).open(role=LOGISTICS, landed=True)
    home = panel(head)
    home.get_by_role("button", name="Passer la relève").click()
    form = head.page.get_by_role("form", name="Passer la relève")
    expect(form).to_contain_text("Autonomie électrique de l'accueil 1")
    form.get_by_label("Où vous en êtes").fill("Cars au complet, carburant pour quatre heures.")
    check_accessible(head.page, "a handover being written")
    album.take(head.page, "tasks-handover-form")
    form.get_by_role("button", name="Passer la relève").click()
    expect(form).to_have_count(0)

    chief = visit(town.url).open(role=CHIEF, landed=True)
    relief = panel(chief).get_by_role("region", name="Relève", exact=True)
    relief.locator("summary").first.click()
    expect(relief).to_contain_text("Cars au complet")
    relief.get_by_role("button", name="Je prends la relève").click()
    expect(relief).to_contain_text("prise par Marc Delaunay")
    roster = panel(chief).get_by_role("region", name="Postes et relèves")
    expect(roster.get_by_role("listitem").filter(has_text="Cellule logistique")).to_contain_text("Marc Delaunay")
    album.take(chief.page, "tasks-handover-taken")


@pytest.mark.slow
def test_the_thread_the_cycle_and_the_roster(town: NodeProcess, visit: Visit, album: Album) -> None:
    chief = visit(town.url, viewport={"width": 1600, "height": 900}).open(role=CHIEF, landed=True)
    home, page = panel(chief), chief.page
    home.get_by_label("Un mot pour l'autorité, court").fill("Le secteur C tient.")
    page.keyboard.press("Enter")
    expect(home.get_by_role("region", name="Fil de l'autorité")).to_contain_text("Le secteur C tient.")
    home.get_by_role("button", name="3 Ordre").click()
    expect(home.get_by_role("button", name="3 Ordre")).to_have_attribute("aria-pressed", "true")
    home.get_by_label("Heure du prochain point").fill("+20")
    page.keyboard.press("Enter")
    expect(home).to_contain_text(re.compile(r"Prochain point à \d\d:\d\d \(dans (19|20) min\)"))
    home.get_by_role("button", name="Pourvoir : Anticipation").click()
    home.get_by_label("Tenu par").select_option(label="Paul Nguyen")
    home.get_by_role("button", name="Enregistrer").click()
    expect(home.get_by_role("listitem").filter(has_text="Anticipation")).to_contain_text("Paul Nguyen")
    away(page)
    page.keyboard.press("B")
    album.take(page, "tasks-home-wide")
    check_accessible(page, "one's post, wide")

    mayor = visit(town.url, viewport={"width": 390, "height": 780}).open(role=MAYOR, landed=True)
    word = panel(mayor).get_by_role("listitem").filter(has_text="Le secteur C tient.")
    word.get_by_role("button", name="J'ai lu").click()
    expect(home.get_by_role("listitem").filter(has_text="Le secteur C tient.")).to_contain_text("Claire Vasseur")
    word.scroll_into_view_if_needed()
    album.take(mayor.page, "tasks-thread-phone")


@pytest.mark.slow
def test_two_who_moved_a_mission_apart_are_both_shown(town: NodeProcess, visit: Visit, album: Album) -> None:
    chief = visit(town.url).open(role=CHIEF)
    mission = "5b8a4d34-6c1f-4c71-9a55-2f4f0d8f4d02"
    asked = {"mission": mission, "title": "Ouvrir la salle des fêtes", "owner": {"cell": "population"}}
    chief.command("taskings.describe-mission", asked)
    head = visit(town.url)
    head.witness.expect(NO_NETWORK)
    head.open(role=LOGISTICS)
    chief.tab("Missions")
    head.tab("Missions")
    expect(card(head, "Ouvrir la salle des fêtes")).to_be_visible()
    head.page.context.set_offline(True)
    card(head, "Ouvrir la salle des fêtes").focus()
    head.page.keyboard.press("p")
    expect(card(head, "Ouvrir la salle des fêtes")).to_contain_text("Acceptée : en attente d'envoi")
    head.page.keyboard.press("s")
    expect(card(head, "Ouvrir la salle des fêtes")).to_contain_text("En cours : en attente d'envoi")
    card(chief, "Ouvrir la salle des fêtes").focus()
    chief.page.keyboard.press("n")
    chief.page.keyboard.type("Elle est inondée.")
    chief.page.keyboard.press("Enter")
    expect(card(chief, "Ouvrir la salle des fêtes")).to_have_count(0)
    head.page.context.set_offline(False)
    head.wait_for("desk.picture.conflicts.some(({ thing }) => thing === 'mission')", timeout_ms=60_000)
    claims = panel(chief).locator(".claims").first
    expect(claims).to_contain_text("Elle est inondée.")
    expect(claims).to_contain_text("En cours")
    expect(claims).not_to_contain_text("Acceptée")  # nobody contradicts themself
    album.take(chief.page, "tasks-conflict")
    claims.get_by_role("listitem").filter(has_text="Annulée").get_by_role("button").click()
    chief.wait_for("!desk.picture.conflicts.some(({ thing }) => thing === 'mission')")
