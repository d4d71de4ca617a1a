"""Three operations conducted from first call to closing, by several people at once, each at their own desk, to paper.

A flood by a village of three; a forest fire by a fire command post with two sectors and a column; a chemical smoke by
the prefecture with a town and the fire service.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from support.command_post import CommandPost, Member
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.pages import flowing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Visit = Callable[..., DeskPage]
SOON_MS = 30_000


@pytest.fixture
def node(start_node: Callable[..., NodeProcess], town_pack: Path) -> NodeProcess:
    """A real node on the made-up town, with nobody in it yet."""
    return start_node("serve", "--territory", str(town_pack))


def panel(desk: DeskPage) -> Locator:
    """The right panel."""
    return desk.page.locator("#panel")


def away(desk: DeskPage) -> None:
    """Leave the field in hand, so that letters are keys again."""
    desk.page.evaluate("() => document.activeElement.blur()")


def tab(desk: DeskPage, name: str) -> None:
    """Open one board."""
    desk.page.get_by_role("tab", name=re.compile(f"^{name}")).click()


def mission(desk: DeskPage, title: str) -> Locator:
    """A mission of the board."""
    return desk.page.locator("[data-mission]").filter(has_text=title)


def row(desk: DeskPage, name: str) -> Locator:
    """A row of the boards of incidents and people."""
    return desk.page.locator("li[data-thing]").filter(has=desk.page.locator(".row strong", has_text=name))


def incident(desk: DeskPage, typed: str, title: str) -> None:
    """Report an incident in the middle of the map, by keyboard."""
    page = desk.page
    tab(desk, "Sinistres")
    page.get_by_role("button", name="Sinistre", exact=True).click()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sur la carte").click()
    page.get_by_role("button", name="Au centre").click()
    page.get_by_label("Titre").fill(title)
    page.keyboard.press("Enter")
    expect(row(desk, title)).to_be_visible()


def count(desk: DeskPage, within: Locator, category: str, how_many: str, source: str) -> None:
    """Write down a count of people."""
    if not within.get_by_role("button", name="Un bilan").is_visible():
        within.locator(".row").first.click()
    within.get_by_role("button", name="Un bilan").click()
    form = desk.page.get_by_role("form", name="Un bilan")
    form.get_by_label("Catégorie").select_option(label=category)
    form.get_by_label("Combien").fill(how_many)
    form.get_by_label("Qui le dit").fill(source)
    desk.page.keyboard.press("Enter")
    expect(form).to_have_count(0)


def centre(desk: DeskPage, name: str, capacity: str, present: str) -> None:
    """Open a centre and count who is there."""
    page = desk.page
    tab(desk, "Population")
    page.get_by_role("button", name="Lieu d'accueil", exact=True).click()
    page.get_by_label("Nom").fill(name)
    page.get_by_label("Capacité").fill(capacity)
    page.get_by_role("button", name="Sur la carte").click()
    page.get_by_role("button", name="Au centre").click()
    page.get_by_role("button", name="Ajouter le lieu").click()
    row(desk, name).get_by_role("button", name="Ouvert", exact=True).click()
    row(desk, name).get_by_label("Présents").fill(present)
    page.keyboard.press("Enter")
    expect(row(desk, name)).to_contain_text(f"{present} présents sur {capacity}")


def document(desk: DeskPage, kind: str, **asked: str) -> str:
    """The words of a document, as this person is given it."""
    answer = desk.page.request.get(f"/api/v1/situations/{desk.situation}/documents/{kind}", params={**asked})
    assert answer.ok, answer.text()
    return flowing(answer.body())


def validated(desk: DeskPage, album: Album, picture: str, **sections: str) -> str:
    """The situation report: proposed, completed, validated; its words on paper."""
    page = desk.page
    away(desk)
    page.keyboard.press("Shift+P")
    dialog = page.get_by_role("dialog", name="Point de situation")
    expect(dialog.get_by_label("Évolution")).to_be_visible()
    for label, words in sections.items():
        dialog.get_by_role("textbox", name=label.replace("_", " "), exact=True).fill(words)
    dialog.get_by_role("button", name="Enregistrer le projet").click()
    expect(dialog.get_by_text("Projet non validé")).to_be_visible()
    dialog.get_by_role("button", name="Valider et numéroter").click()
    dialog.get_by_role("button", name="Valider : il ne changera plus").click()
    expect(dialog.get_by_text("Validé par")).to_be_visible()
    album.take(page, picture)
    address = dialog.get_by_role("link", name="Ouvrir le PDF").get_attribute("href") or ""
    words = flowing(page.request.get(address).body())
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return words


def close(desk: DeskPage, others: list[DeskPage]) -> None:
    """Close the situation: nothing more can be said in it, and every desk knows."""
    desk.command("situation.close", {"reason": "Fin de l'opération."})
    for one in [desk, *others]:
        one.wait_for("desk.current?.status === 'closed'", timeout_ms=SOON_MS)


def test_a_flood_by_a_village_of_three(node: NodeProcess, visit: Visit, album: Album) -> None:
    post = CommandPost(node, visit)
    post.register("town", "Commune de Port-Galène", "commune")
    post.enrol(Member("maire", "Anne Le Goff", "town", "dos", everywhere=True))
    post.open("maire", "Crue de la Galène", "flood")
    post.enrol(Member("rac", "Paul Hervé", "town", "rac"))
    post.enrol(Member("secretaire", "Léa Martin", "town", "logbook-secretary"))
    mayor, chief, secretary = (post.sit(login) for login in ("maire", "rac", "secretaire"))

    # The first call: a sentence, its heading, its count and its mission, by keyboard.
    page = secretary.page
    page.keyboard.press("/")
    page.keyboard.type("SDIS > PCC : 30 cm d'eau, 3 personnes évacuées, 2 personnes à évacuer")
    expect(page.get_by_role("button", name=re.compile("SDIS → PCC"))).to_be_visible()
    page.keyboard.press("Alt+h")
    page.keyboard.press("Alt+a")
    page.locator("#entry-text").focus()
    page.keyboard.press("Enter")
    expect(secretary.row("2 personnes à évacuer")).to_contain_text("SDIS → PCC")
    album.take(page, "flood-secretary")

    # The mayor decides the level and says so; the head of municipal action takes the mission.
    mayor.command("situation.set-level", {"level": 2})
    mayor.write("Cellule de crise activée, niveau 2.")
    expect(chief.row("Cellule de crise activée")).to_be_visible(timeout=SOON_MS)
    tab(chief, "Mon poste")
    now = panel(chief).get_by_role("region", name="Faites ceci maintenant")
    expect(now.get_by_role("button", name=re.compile("Évacuer 2 personnes"))).to_be_visible(timeout=SOON_MS)
    album.take(chief.page, "flood-chief-home")
    now.get_by_role("button", name=re.compile("Évacuer 2 personnes")).click()
    mission(chief, "Évacuer 2 personnes").focus()
    chief.page.keyboard.press("p")
    expect(mission(chief, "Évacuer 2 personnes")).to_contain_text("Acceptée")
    chief.page.keyboard.press("s")
    expect(mission(chief, "Évacuer 2 personnes")).to_contain_text("En cours")

    # People: a centre, who is in it; a word to the mayor, who reads it.
    centre(chief, "Salle des fêtes", "40", "5")
    tab(chief, "Mon poste")
    panel(chief).get_by_label("Un mot pour l'autorité, court").fill("Cinq personnes à la salle des fêtes.")
    chief.page.keyboard.press("Enter")
    tab(mayor, "Mon poste")
    word = panel(mayor).get_by_role("listitem").filter(has_text="Cinq personnes à la salle")
    word.get_by_role("button", name="J'ai lu").click()
    expect(panel(chief).get_by_role("listitem").filter(has_text="Cinq personnes")).to_contain_text(
        "Anne Le Goff", timeout=SOON_MS
    )
    album.take(mayor.page, "flood-mayor-home")

    tab(chief, "Missions")
    mission(chief, "Évacuer 2 personnes").focus()
    chief.page.keyboard.press("f")
    secretary.wait_for(
        "desk.picture.things.some(({ kind, said }) => kind === 'mission' && said.state?.value.state === 'done')",
        timeout_ms=SOON_MS,
    )
    words = validated(mayor, album, "flood-report", Situation="Crue lente, le pont est passable.")
    for said in ("EXERCICE", "Point de situation n° 1", "Anne Le Goff", "Crue lente"):
        assert said in words, said
    book = document(secretary, "logbook")
    for said in ("EXERCICE", "Main courante", "2 personnes à évacuer", "Cellule de crise activée, niveau 2."):
        assert said in book, said
    numbers = sorted(line["number"] for line in secretary.logbook())
    assert numbers == list(range(1, len(numbers) + 1)), "a gap in the logbook"
    close(mayor, [chief, secretary])
    expect(secretary.page.locator("#entry-text")).to_have_count(0)


MEANS = """Moyen;Type;Indicatif;Équipage;Groupe
CCF 21;camion;Feu 21;1/1/2;Groupe feux 1
CCF 22;camion;Feu 22;1/1/2;Groupe feux 1
CCF 23;camion;Feu 23;1/1/2;Groupe feux 2
CCF 24;camion;Feu 24;1/1/2;Groupe feux 2
"""


def spot(desk: DeskPage, across: float, down: float) -> tuple[float, float]:
    """A place of the map, as shares of its width and height."""
    box = desk.page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def place(desk: DeskPage, family: str, number: str, *points: tuple[float, float], text: str = "") -> None:
    """A symbol of the palette by its keys, then its points on the map; several are ended by a double click."""
    page = desk.page
    before = desk.ask("desk.picture.shapes.length")
    page.keyboard.press(family)
    page.keyboard.press(number)
    if text:
        desk.page.get_by_role("region", name="Palette de symboles").get_by_label("Texte sur le symbole").fill(text)
        page.keyboard.press("Enter")
    for at in points[:-1]:
        page.mouse.click(*spot(desk, *at), delay=30)
        page.wait_for_timeout(400)
    if len(points) == 1:
        page.mouse.click(*spot(desk, *points[0]), delay=30)
    else:
        page.mouse.dblclick(*spot(desk, *points[-1]))
    desk.wait_for(f"desk.picture.shapes.length > {before}")  # the next symbol begins when this one is said


def test_a_forest_fire_by_a_fire_command_post(node: NodeProcess, visit: Visit, album: Album) -> None:
    post = CommandPost(node, visit)
    post.register("prefecture", "Préfecture", "departement")
    post.register("sdis", "SDIS", "departement")
    post.enrol(Member("duty", "Paul Nguyen", "prefecture", "prefecture-duty-officer", everywhere=True))
    post.open("duty", "Feu de forêt des Essarts", "fire")
    post.enrol(Member("cos", "Capitaine Inès Robert", "sdis", "sdis-officer"))
    post.enrol(Member("moyens", "Lieutenant Marc Faure", "sdis", "sdis-officer", "moyens"))
    wide = {"viewport": {"width": 1440, "height": 860}}
    commander, means = post.sit("cos", **wide), post.sit("moyens", **wide)
    duty = post.sit("duty")

    # The tactical situation: source, flow, target, two sectors, the command post.
    page = commander.page
    page.keyboard.press("p")
    families = page.get_by_role("region", name="Palette de symboles").get_by_role("button", name="Sources de danger")
    expect(families).to_be_visible()
    place(commander, "s", "1", (0.55, 0.5), text="Pinède")
    place(commander, "f", "1", (0.57, 0.5), (0.75, 0.42))
    place(commander, "c", "1", (0.8, 0.4), text="Lotissement")
    place(commander, "l", "2", (0.5, 0.3), (0.9, 0.3), (0.9, 0.5), (0.5, 0.5), text="Nord")
    place(commander, "l", "2", (0.5, 0.52), (0.9, 0.52), (0.9, 0.75), (0.5, 0.75), text="Sud")
    place(commander, "p", "1", (0.45, 0.65), text="PC col.")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    commander.wait_for("desk.picture.shapes.length >= 6")
    means.wait_for("desk.picture.shapes.length >= 6", timeout_ms=SOON_MS)
    duty.wait_for("desk.picture.shapes.length >= 6", timeout_ms=SOON_MS)
    commander.wait_idle()
    album.take(page, "fire-sitac")

    # Means: a list becomes two groups, the groups a column; a unit is given to a sector's mission.
    tab(means, "Moyens")
    page = means.page
    page.get_by_role("button", name="Importer une liste").click()
    sheet = page.get_by_role("dialog", name="Importer une liste")
    sheet.get_by_label("Liste de moyens").fill(MEANS)
    sheet.get_by_role("button", name=re.compile("^Déclarer")).click()
    means.wait_for("desk.picture.resources.length >= 6", timeout_ms=SOON_MS)
    page.keyboard.press("Escape")
    views = page.get_by_role("tabpanel").get_by_role("group", name="Vues des moyens")
    views.get_by_role("button", name=re.compile("^Groupes")).click()
    for name in ("Groupe feux 1", "Groupe feux 2"):
        page.get_by_role("checkbox", name=f"Cocher {name}").check()
    page.get_by_role("button", name="+ groupe").click()
    page.get_by_label("Nom du groupe").fill("Colonne feux")
    page.keyboard.press("Enter")
    column = page.locator("[data-resource]").filter(has=page.get_by_text("Colonne feux", exact=True))
    expect(column.get_by_text("2 sous ses ordres")).to_be_visible()
    album.take(page, "fire-column")

    # An order for both sectors, read by whoever holds the means; its first line becomes a mission.
    page = commander.page
    tab(commander, "Missions")
    page.get_by_role("tab", name=re.compile("^Ordres")).click()
    page.get_by_role("button", name="Nouvel ordre").click()
    form = page.get_by_role("form", name="Nouvel ordre")
    form.get_by_label("Titre").fill("Défendre le lotissement")
    form.get_by_label("À", exact=True).select_option(label="cellule moyens")
    form.get_by_label(re.compile("Situation")).fill("Feu de pinède poussé au nord-est, dix hectares.")
    form.get_by_label("Objectif 1").fill("Protéger le lotissement")
    form.get_by_label("Mission 1").fill("Tenir la lisière nord")
    form.get_by_label("Unité 1").fill("Secteur Nord, colonne feux")
    form.get_by_role("button", name="Donner l'ordre").click()
    expect(form).to_have_count(0)
    tab(means, "Missions")
    means.page.get_by_role("tab", name=re.compile("^Ordres")).click()
    means.page.get_by_role("button", name=re.compile("^Défendre le lotissement")).click()
    means.page.get_by_role("button", name="J'ai compris").click()
    order = page.get_by_role("article", name="Ordre Défendre le lotissement")
    expect(order).to_contain_text("Marc Faure", timeout=SOON_MS)
    album.take(page, "fire-order")
    page.get_by_role("button", name="En mission").first.click()
    page.get_by_role("form", name="Nouvelle mission").get_by_label("Que faut-il faire ?").press("Enter")
    expect(mission(means, "Tenir la lisière nord")).to_have_count(0)
    means.page.get_by_role("tab", name=re.compile("^Missions")).last.click()
    mission(means, "Tenir la lisière nord").focus()
    for key, state in (("p", "Acceptée"), ("s", "En cours")):
        means.page.keyboard.press(key)
        expect(mission(means, "Tenir la lisière nord")).to_contain_text(state)

    # More is asked of the prefecture, which answers.
    page = means.page
    tab(means, "Moyens")
    views.get_by_role("button", name=re.compile("^Demandes")).click()
    page.get_by_role("button", name="Demander des moyens").click()
    form = page.get_by_role("form", name="Demander des moyens")
    form.get_by_label("Combien").fill("2")
    form.get_by_label("Quoi").fill("Groupe feux de forêt")
    form.get_by_label("À qui").select_option(label="Préfecture")
    form.get_by_label("Motif").fill("Lisière sud sans engin")
    form.get_by_label("Motif").press("Enter")
    duty.wait_for("desk.picture.things.some(({ kind }) => kind === 'demand')", timeout_ms=SOON_MS)
    tab(duty, "Moyens")
    duty.page.get_by_role("group", name="Vues des moyens").get_by_role("button", name=re.compile("^Demandes")).click()
    duty.page.get_by_role("button", name=re.compile("2 × Groupe feux de forêt")).click()
    duty.page.get_by_role("button", name="Suite donnée").click()
    duty.page.get_by_label(re.compile("Accordés")).fill("1")
    duty.page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Accordé en partie (1 sur 2)")).to_be_visible(timeout=SOON_MS)
    album.take(duty.page, "fire-demand")

    # Paper: the map to scale with both sectors, the means, the report with its number.
    chart = document(commander, "map", paper="a3")
    for said in ("EXERCICE", "Nord", "Sud", "Pinède"):
        assert said in chart, said
    listed = document(means, "means")
    for said in ("EXERCICE", "CCF 21", "Colonne feux"):
        assert said in listed, said
    words = validated(commander, album, "fire-report", Difficultés="Vent tournant, lisière sud à découvert.")
    for said in (
        "EXERCICE",
        "Point de situation n° 1",
        "Inès Robert",
        "lisière sud à découvert",
        "Groupe feux de forêt",
    ):
        assert said in words, said
    close(duty, [commander, means])


def test_a_chemical_smoke_by_the_prefecture(node: NodeProcess, visit: Visit, album: Album) -> None:
    post = CommandPost(node, visit)
    post.register("prefecture", "Préfecture", "departement")
    post.register("town", "Commune de Port-Galène", "commune", above="prefecture")
    post.register("sdis", "SDIS", "departement")
    post.enrol(Member("duty", "Paul Nguyen", "prefecture", "prefecture-duty-officer", everywhere=True))
    post.open("duty", "Fumées de l'usine Galène-Chimie", "accident")
    post.enrol(Member("maire", "Anne Le Goff", "town", "dos"))
    post.enrol(Member("officier", "Capitaine Inès Robert", "sdis", "sdis-officer"))
    duty, mayor, officer = (post.sit(login) for login in ("duty", "maire", "officier"))

    # What burns, how it goes, whom it reaches.
    incident(officer, "industriel", "Incendie à l'usine Galène-Chimie")
    row(officer, "Incendie à l'usine").locator(".row").focus()
    officer.page.keyboard.press("+")
    expect(row(officer, "Incendie à l'usine").locator(".state")).to_have_text("S'aggrave")
    tab(duty, "Sinistres")
    expect(row(duty, "Incendie à l'usine").locator(".state")).to_have_text("S'aggrave", timeout=SOON_MS)

    # The prefecture asks the mayor to have the quarter shelter, by name, and is answered.
    page = duty.page
    page.keyboard.press("/")
    page.keyboard.type("Confinez le quartier du Port, portes et fenêtres fermées, ventilation arrêtée.")
    page.get_by_role("form", name="Écrire une ligne").get_by_role("button", name="Préciser").click()
    asked = page.get_by_label("Accusé de réception demandé à")
    asked.select_option(label="Directeur des opérations (DOS)")
    page.get_by_label("sous (min)").fill("5")
    page.locator("#entry-text").focus()
    page.keyboard.press("Enter")
    tab(mayor, "Mon poste")
    answer = mayor.page.get_by_role("button", name=re.compile("^J'accuse réception|^Accuser réception|^J'ai lu"))
    expect(answer.first).to_be_visible(timeout=SOON_MS)
    album.take(mayor.page, "smoke-asked")
    answer.first.click()
    expect(duty.row("Confinez le quartier")).to_contain_text("Anne Le Goff", timeout=SOON_MS)
    album.take(page, "smoke-answered")

    # Two sources count otherwise; the prefecture holds to one, with its reason.
    tab(mayor, "Sinistres")
    count(mayor, row(mayor, "Incendie à l'usine"), "Impliqués", "12", "Mairie")
    count(officer, row(officer, "Incendie à l'usine"), "Impliqués", "8-10", "SDIS")
    here = row(duty, "Incendie à l'usine")
    tab(duty, "Sinistres")
    if here.get_by_role("row").count() == 0:
        here.locator(".row").click()
    involved = here.get_by_role("row").filter(has_text="Impliqués")
    expect(involved).to_contain_text("Désaccord", timeout=SOON_MS)
    album.take(page, "smoke-disagreement")
    involved.get_by_role("button", name="Arrêter").click()
    page.get_by_role("button", name=re.compile("^Mairie")).click()
    page.get_by_label("Pourquoi ce chiffre").fill("Liste nominative de l'usine")
    page.keyboard.press("Enter")
    expect(involved).to_contain_text("arrêté par")

    # The quarter shelters; the population is told; each organisation's logbook is its own.
    mayor.write("Quartier du Port confiné, porte-à-porte en cours.")
    expect(duty.row("porte-à-porte en cours")).to_have_count(0)
    tab(duty, "Main courante")
    expect(duty.row("porte-à-porte en cours")).to_be_visible(timeout=SOON_MS)
    words = validated(duty, album, "smoke-report", Communication="Population invitée à se confiner.")
    for said in ("EXERCICE", "Point de situation n° 1", "Paul Nguyen", "Galène-Chimie", "se confiner"):
        assert said in words, said
    for desk in (duty, mayor):
        own = desk.ask("desk.grant.organisation")
        numbers = sorted(line["number"] for line in desk.logbook() if line["author"]["organisation"] == own)
        assert numbers == list(range(1, len(numbers) + 1)), "each book runs without a gap"
    close(duty, [mayor, officer])
