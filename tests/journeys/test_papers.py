"""Paper from the desk: what is printed is seen first; the situation report goes from the journal to its number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.pages import flowing

pytestmark = pytest.mark.slow

Visit = Callable[..., DeskPage]


@pytest.fixture(scope="module")
def node(start_node: Callable[..., NodeProcess], town_pack: Path) -> NodeProcess:
    """A town of its own: reports that are validated here would change what others propose."""
    return start_node("demo", "--territory", str(town_pack), "--at", "04:20", "--speed", "1")


def seen(page: Page) -> None:
    """Wait for the first page of what is chosen."""
    expect(page.locator("dialog figure img")).to_be_visible(timeout=20_000)
    expect(page.locator("dialog figure")).to_have_attribute("aria-busy", "false", timeout=20_000)
    page.wait_for_function("() => document.querySelector('dialog figure img')?.complete")


def test_a_document_is_seen_before_it_is_printed(visit: Visit, town: NodeProcess, album: Album) -> None:
    desk = visit(town.url).open(role="Maire")
    page = desk.page
    desk.witness.expect(r"Failed to load resource: .* 422 .*/documents/map")
    page.keyboard.press("Shift+I")
    dialog = page.get_by_role("dialog", name="Imprimer")
    seen(page)
    check_accessible(page, "printing")
    album.take(page, "paper-logbook")
    dialog.get_by_label("Document").select_option(label="Carte à l'échelle")
    dialog.get_by_label("Échelle").select_option("2000")
    expect(dialog.get_by_role("alert")).to_contain_text("ne tient pas sur cette feuille")
    expect(dialog.get_by_role("alert")).to_contain_text("Échelle qui convient")
    dialog.get_by_label("Échelle").select_option("")
    seen(page)
    check_accessible(page, "printing a map")
    album.take(page, "paper-map")
    answer = page.request.get(dialog.get_by_role("link", name="Ouvrir le PDF").get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    assert "EXERCICE" in flowing(answer.body())
    dialog.get_by_label("Document").select_option(label="Toute l'opération")
    seen(page)
    check_accessible(page, "printing everything")
    album.take(page, "paper-operation")
    answer = page.request.get(dialog.get_by_role("link", name="Ouvrir le PDF").get_attribute("href") or "")
    said = flowing(answer.body())
    for words in ("Sommaire", "Point de situation", "Liste des missions", "Main courante"):
        assert words in said, words
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_situation_report_goes_from_the_journal_to_its_number(visit: Visit, node: NodeProcess, album: Album) -> None:
    desk = visit(node.url).open(role="Maire")
    page = desk.page
    page.keyboard.press("Shift+P")
    dialog = page.get_by_role("dialog", name="Point de situation")
    evolution = dialog.get_by_label("Évolution")
    expect(evolution).not_to_have_value("")
    check_accessible(page, "a report proposed")
    album.take(page, "paper-report")
    dialog.get_by_label("Bilan des personnes").fill("Bilan provisoire.")
    dialog.locator(".balance input").first.fill("112")
    dialog.get_by_label("Prochain point à").fill("06:30")
    dialog.get_by_role("button", name="Enregistrer le projet").click()
    expect(dialog.get_by_text("Projet non validé")).to_be_visible()
    dialog.get_by_role("button", name="Valider et numéroter").click()
    dialog.get_by_role("button", name="Valider : il ne changera plus").click()
    expect(dialog.get_by_text("Validé par")).to_be_visible()
    expect(dialog.get_by_role("button", name="N° 1")).to_be_visible()
    check_accessible(page, "a report validated")
    album.take(page, "paper-report-validated")
    address = dialog.get_by_role("link", name="Ouvrir le PDF").get_attribute("href") or ""
    said = flowing(page.request.get(address).body())
    for words in ("Point de situation n° 1", "Validé par", "Bilan provisoire.", "112", "06:30"):
        assert words in said, words
    dialog.get_by_role("button", name="Nouveau, depuis le journal").click()
    expect(dialog.get_by_text("Proposition tirée du journal")).to_be_visible()
