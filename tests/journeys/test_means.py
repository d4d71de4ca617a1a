"""Means as whiteboards: states, sectors and groups, reliefs and what will be missing, demands, what was spent."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect
from support.axe import check_accessible
from support.desk import NO_NETWORK, DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

OFFICER = "Officière SDIS"
CHIEF = "Responsable des actions communales"
SENT_MS = 40_000
"""Within which commands given one after the other are all seen, on a machine shared by many."""


def means(desk: DeskPage, view: str = "États") -> Locator:
    """The tab of means, in one of its views."""
    desk.tab("Moyens")
    panel = desk.page.get_by_role("tabpanel")
    panel.get_by_role("group", name="Vues des moyens").get_by_role("button", name=re.compile(f"^{view}")).click()
    return panel


def row(page: Page, name: str) -> Locator:
    """The line of a resource in any board."""
    return page.locator("[data-resource]").filter(has=page.get_by_text(name, exact=True))


def column(page: Page, state: str) -> Locator:
    """A column of the whiteboard."""
    return page.locator(".board section").filter(has=page.locator("h3", has_text=state))


def identifier(desk: DeskPage, name: str) -> str:
    """The identifier of the resource of that name."""
    found: str = desk.ask("desk.picture.resources.find(({ name }) => name === argument).id", name)
    return found


def card(page: Page, name: str) -> Locator:
    """The card of the resource in hand."""
    return page.get_by_role("region", name=f"Fiche de {name}")


def test_the_whiteboard_of_states_is_moved_by_key_and_by_hand(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    means(desk)
    page.keyboard.press("Shift+B")
    page.wait_for_selector(".board")
    for state in ("Disponible", "Engagé", "Arrivé sur place"):
        counted = desk.ask(
            "desk.picture.resources.filter(({ state }) => state === argument).length",
            {"Disponible": "available", "Engagé": "engaged", "Arrivé sur place": "arrived"}[state],
        )
        expect(column(page, state).locator("h3 .figures").first).to_have_text(str(counted))
    album.take(page, "means-states", chosen="moyens-etats")
    check_accessible(page, "means by state, wide")

    row(page, "VSAV 3").focus()
    page.keyboard.press("6")
    desk.wait_for(
        "desk.picture.resources.find(({ name }) => name === 'VSAV 3').state === 'engaged'", timeout_ms=SENT_MS
    )
    expect(column(page, "Engagé").get_by_text("VSAV 3")).to_be_visible()
    row(page, "VSAV 3").drag_to(column(page, "Indisponible"))
    desk.wait_for(
        "desk.picture.resources.find(({ name }) => name === 'VSAV 3').state === 'out-of-service'", timeout_ms=SENT_MS
    )

    # Several at once: ticked by key, sent by a digit.
    for name in ("FPT 2", "EPA 1"):
        row(page, name).focus()
        page.keyboard.press("x")
    page.keyboard.press("3")
    for name in ("FPT 2", "EPA 1"):
        desk.wait_for(
            f"desk.picture.resources.find(({{ name }}) => name === '{name}').state === 'validated'", timeout_ms=SENT_MS
        )
    shown = {one["name"]: one["state"] for one in desk.picture()["resources"]}
    assert (shown["FPT 2"], shown["VSAV 3"]) == ("validated", "out-of-service")


def test_sectors_groups_and_the_span_of_each_leader(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    panel = means(desk, "Secteurs")
    expect(panel.get_by_role("heading", name=re.compile("Secteur A"))).to_be_visible()
    album.take(page, "means-sectors")
    check_accessible(page, "means by sector")
    means(desk, "Groupes")
    expect(row(page, "Colonne de renfort").get_by_text("7 sous ses ordres : 4 au plus")).to_be_visible()
    album.take(page, "means-groups")
    check_accessible(page, "means by group")

    for name in ("FPT R1", "FPT R2"):
        page.get_by_role("checkbox", name=f"Cocher {name}").check()
    page.get_by_role("button", name="+ groupe").click()
    page.get_by_label("Nom du groupe").fill("Groupe feu")
    page.get_by_label("Dans le groupe").select_option(label="Colonne de renfort")
    page.keyboard.press("Enter")
    expect(row(page, "Groupe feu").get_by_text("2 sous ses ordres")).to_be_visible()
    expect(row(page, "Colonne de renfort").get_by_text("6 sous ses ordres : 4 au plus")).to_be_visible()
    things = {one["id"]: one for one in board(desk)}
    details = things[identifier(desk, "FPT R1")]["said"]["details"]["value"]
    assert details["part_of"] == identifier(desk, "Groupe feu")
    assert details["crew_detail"] == "1/1/4", "what was said before stays"

    # From the other side: the sheet of a sector lists what it was given, and takes more.
    sector = desk.ask("desk.picture.shapes.find(({ name }) => name.startsWith('Secteur B')).id")
    page.evaluate("(id) => window.garance.store.select({ kind: 'shape', id })", sector)
    given = page.get_by_role("region", name="Moyens affectés")
    expect(given.get_by_text("BLS 2")).to_be_visible()
    given.get_by_role("button", name="Affecter un moyen ici").click()
    given.get_by_label("Quel moyen ?").select_option(label="FPT R1 · Arrivé sur place")
    given.get_by_role("button", name="Affecter", exact=True).click()
    mine = given.get_by_role("button", name=re.compile("^FPT R1"))
    expect(mine).to_be_visible()
    album.take(page, "means-of-sector")
    check_accessible(page, "the means of a sector")
    given.get_by_role("button", name="Libérer FPT R1").click()
    expect(mine).to_have_count(0)


def board(desk: DeskPage) -> list[dict[str, Any]]:
    """Every resource told aspect by aspect, as the API gives it to this person."""
    address = f"/api/v1/situations/{desk.situation}/board"
    answer = desk.page.request.get(address, params={"kind": "resource", "limit": "500"})
    assert answer.ok, answer.text()
    things: list[dict[str, Any]] = answer.json()["items"]
    return things


def test_what_will_be_missing_is_told_with_its_hour(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    panel = means(desk, "Potentiel")
    lacking = re.compile(r"il en manquera \d+ à \d\d:\d\d, dans|il en manque \d+ dès maintenant")
    expect(panel.get_by_text(lacking)).to_be_visible()
    expect(panel.get_by_role("row", name=re.compile("embarcation"))).to_be_visible()
    album.take(page, "means-potential", chosen="moyens-potentiel")
    check_accessible(page, "potential")
    page.keyboard.press("Shift+B")
    album.take(page, "means-potential-wide")

    # A relief is planned on the card, by an hour as people type it.
    desk.page.evaluate("(id) => window.garance.store.select({ kind: 'resource', id })", identifier(desk, "MPR 1"))
    mine = card(page, "MPR 1")
    mine.get_by_role("button", name="Relève", exact=True).click()
    mine.get_by_label("Relève à").fill("+90")
    mine.get_by_label("Relevé par").select_option(label="MPR R1 · Arrivé sur place")
    page.keyboard.press("Enter")
    expect(mine.get_by_text(re.compile("relève à .* dans 1 h .*MPR R1"))).to_be_visible()
    album.take(page, "means-card")
    check_accessible(page, "card of a unit with its means")


def test_means_are_asked_for_answered_and_sent_as_text(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url, permissions=["clipboard-read", "clipboard-write"]).open(role=OFFICER)
    page = desk.page
    panel = means(desk, "Demandes")
    expect(panel.get_by_text("sans réponse")).to_be_visible()
    expect(panel.get_by_text("Refusé")).to_be_visible()
    panel.get_by_role("button", name="Demander des moyens").click()
    form = page.get_by_role("form", name="Demander des moyens")
    form.get_by_label("Combien").fill("3")
    form.get_by_label("Type").select_option("pump")
    form.get_by_label("Quoi").fill("Motopompe 2 000 L/min")
    form.get_by_label("À qui").select_option(label="Préfecture")
    form.get_by_label("Pour quand").fill("+120")
    form.get_by_label("Motif").fill("Sous-sols de l'hôpital")
    album.take(page, "means-asking")
    check_accessible(page, "asking for means")
    form.get_by_label("Motif").press("Enter")
    line = panel.get_by_role("button", name=re.compile("3 × Motopompe 2 000"))
    line.click()
    panel.get_by_role("button", name="Copier le message").click()
    text = page.evaluate("() => navigator.clipboard.readText()")
    assert text.startswith("EXERCICE EXERCICE EXERCICE\nDEMANDE DE MOYENS\nDe : SDIS")
    assert "3 × Motopompe 2 000 L/min (motopompe)" in text
    assert "Motif : Sous-sols de l'hôpital" in text
    panel.get_by_role("button", name="Suite donnée").click()
    panel.get_by_label(re.compile("Accordés")).fill("2")
    panel.get_by_label("Attendu à").fill("+60")
    panel.get_by_role("button", name="Enregistrer").click()
    expect(panel.get_by_text("Accordé en partie (2 sur 3)")).to_be_visible()
    album.take(page, "means-demands", chosen="moyens-demandes")
    check_accessible(page, "demands")


def test_nobody_takes_a_unit_away_without_knowing(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    here, there = str(uuid4()), str(uuid4())
    for mission, title in ((here, "Pomper l'hôpital"), (there, "Secourir le camping")):
        desk.command(
            "taskings.describe-mission", {"mission": mission, "title": title, "owner": {"role": "sdis-officer"}}
        )
    means(desk)
    row(page, "VTU 1").click()
    mine = card(page, "VTU 1")
    mine.get_by_role("button", name="Affecter").click()
    mine.get_by_label("Mission", exact=True).select_option(label="Pomper l'hôpital")
    mine.get_by_label("et passer à l'état").select_option("engaged")
    mine.get_by_role("button", name="Affecter").last.click()
    expect(mine.get_by_text("Pomper l'hôpital")).to_be_visible()
    desk.wait_for("desk.picture.resources.find(({ name }) => name === 'VTU 1').state === 'engaged'")
    mine.get_by_role("button", name="Affecter").click()
    mine.get_by_label("Mission", exact=True).select_option(label="Secourir le camping")
    expect(mine.get_by_text(re.compile("VTU 1 : Pomper l'hôpital, depuis"))).to_be_visible()
    album.take(page, "means-elsewhere")
    mine.get_by_role("button", name="Libérer et affecter ici").click()
    expect(mine.get_by_text("Secourir le camping")).to_be_visible()


def test_two_who_gave_a_unit_apart_see_both_and_settle_it(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url)
    desk.witness.expect(NO_NETWORK)
    desk.open(role=OFFICER)
    page = desk.page
    here, there = str(uuid4()), str(uuid4())
    for mission, title in ((here, "Relever la digue"), (there, "Transporter un blessé")):
        desk.command("taskings.describe-mission", {"mission": mission, "title": title, "owner": {"role": "rac"}})
    desk.wait_for("desk.picture.things.filter(({ kind }) => kind === 'mission').length >= 2")
    means(desk)
    row(page, "VSAV 1").click()
    other: DeskPage = visit(town.url).open(role=CHIEF)
    page.context.set_offline(True)
    mine = card(page, "VSAV 1")
    mine.get_by_role("button", name="Affecter").click()
    mine.get_by_label("Mission", exact=True).select_option(label="Relever la digue")
    mine.get_by_role("button", name="Affecter").last.click()
    expect(page.get_by_text("Gardé sur ce poste")).to_be_visible()
    other.command("resources.assign", {"resource": identifier(other, "VSAV 1"), "mission": there})
    page.context.set_offline(False)
    desk.wait_for("desk.picture.conflicts.some(({ aspect }) => aspect === 'assignment')", timeout_ms=40_000)
    claims = mine.locator(".claims")
    expect(claims.get_by_text("Transporter un blessé")).to_be_visible()
    claims.scroll_into_view_if_needed()
    album.take(page, "means-conflict")
    check_accessible(page, "two assignments made apart")
    claims.get_by_role("listitem").filter(has_text="Relever la digue").get_by_role("button").click()
    for one in (desk, other):
        one.wait_for("!desk.picture.conflicts.some(({ aspect }) => aspect === 'assignment')", timeout_ms=20_000)


def test_hours_are_counted_when_a_unit_is_given_back(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    means(desk)
    row(page, "BLS 2").click()
    mine = card(page, "BLS 2")
    mine.get_by_label("État").select_option("released")
    expect(mine.get_by_text(re.compile("À compter, .*€"))).to_be_visible()
    album.take(page, "means-owed")
    mine.get_by_role("button", name="Compter").click()
    expect(mine.get_by_text(re.compile("Dépensé : .* h"))).to_be_visible()
    expect(mine.get_by_text(re.compile("À compter"))).to_have_count(0)
    mine.get_by_role("button", name="Dépense", exact=True).click()
    mine.get_by_label("De quoi").fill("gazole")
    mine.get_by_label("Quantité").fill("40,5")
    mine.get_by_label("Unité").fill("L")
    mine.get_by_label("Coût unitaire").fill("1,40")
    page.keyboard.press("Enter")
    expect(mine.get_by_text(re.compile("40,5 L gazole"))).to_be_visible()
    page.keyboard.press("Escape")
    means(desk, "Dépenses")
    expect(page.get_by_text("Coût connu")).to_be_visible()
    album.take(page, "means-spent")
    check_accessible(page, "what was spent")


LIST = """Moyen;Type;Indicatif;Équipage;Groupe;Couleur
CCF 21;camion;Feu 21;1/1/2;Groupe feux;rouge
CCF 22;camion;Feu 22;1/1/x;Groupe feux;rouge
Chaloupe;bateau;;2;;
FPT 1;;;;;
"""


def test_a_list_of_means_is_looked_over_then_declared_and_nothing_is_lost(
    town: NodeProcess, visit: Any, album: Album
) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    page = desk.page
    means(desk)
    page.get_by_role("button", name="Importer une liste").click()
    sheet = page.get_by_role("dialog", name="Importer une liste")
    sheet.get_by_label("Liste de moyens").fill(LIST)
    expect(sheet.get_by_text("Équipage illisible")).to_be_visible()
    expect(sheet.get_by_text("Ce nom existe déjà")).to_be_visible()
    expect(sheet.get_by_text("Colonnes non reprises : Couleur")).to_be_visible()
    album.take(page, "means-import", chosen="moyens-import")
    check_accessible(page, "a list of means looked over")
    sheet.get_by_role("button", name=re.compile("^Déclarer")).click()
    expect(page.get_by_text(re.compile(r"Déclarés : 2\b"))).to_be_visible(timeout=30_000)
    expect(sheet.get_by_label("Liste de moyens")).not_to_have_value(re.compile("CCF 21"), timeout=30_000)
    expect(sheet.get_by_label("Liste de moyens")).to_have_value(re.compile("CCF 22.*FPT 1", re.DOTALL))
    told = {one["id"]: one["said"] for one in board(desk)}
    details = told[identifier(desk, "CCF 21")]["details"]["value"]
    assert (details["crew"], details["crew_detail"], details["call_sign"]) == (4, "1/1/2", "Feu 21")
    assert details["part_of"] == identifier(desk, "Groupe feux")
    assert desk.ask("desk.picture.resources.find(({ name }) => name === argument).kind", "Chaloupe") == "rescue-boat"


def test_who_may_not_command_reads_the_boards_and_the_past_is_not_changed(
    town: NodeProcess, visit: Any, album: Album
) -> None:
    desk: DeskPage = visit(town.url).open(role="Observateur")
    for view in ("États", "Secteurs", "Groupes", "Potentiel", "Demandes", "Dépenses"):
        panel = means(desk, view)
        for word in ("Affecter", "Déclarer", "Importer", "Compter", "Suite donnée", "Demander"):
            expect(panel.get_by_role("button", name=re.compile(word))).to_have_count(0)
        expect(panel.get_by_role("checkbox")).to_have_count(0)
    officer: DeskPage = visit(town.url).open(role=OFFICER)
    panel = means(officer)
    officer.drag_to(officer.ask("desk.story_now_ms") - 2 * 3_600_000)
    expect(panel.get_by_text("rien ne se change dans le passé")).to_be_visible()
    expect(panel.get_by_role("button", name="Déclarer un moyen")).to_have_count(0)
    album.take(officer.page, "means-replay")
    check_accessible(officer.page, "means in the past")
