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
