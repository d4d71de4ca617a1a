"""Lines that say more than words: what is proposed, files, wanted answers, visas, numbers without the network."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import LEFT_IN_A_CUT, DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

Visit = Callable[..., DeskPage]
MAYOR, SECRETARY, OFFICER = "Maire", "Secrétaire", "Officière SDIS"
LINE = "14h32 SDIS > PCC : 30 cm d'eau, 3 personnes évacuées, 2 personnes à évacuer"


def photograph(told: str, place: tuple[float, float] | None = None) -> bytes:
    """A photograph that says when, and where, it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: told, 0x9011: "+01:00"})
    if place:
        lon, lat = place
        gps = {1: "N", 2: (lat, 0.0, 0.0), 3: "W" if lon < 0 else "E", 4: (abs(lon), 0.0, 0.0)}
        exif.get_ifd(0x8825).update(gps)
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 1200)).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


def keep_panel(album: Album, page: Page, name: str, chosen: str) -> None:
    """The whole window, and its panel alone for the manual."""
    album.take(page, name)
    album.put(page.locator("#panel").screenshot(), f"{name}-panel", chosen=chosen, mapped=False)


def things(desk: DeskPage, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.ask("desk.picture.things.filter(({ kind }) => kind === argument)", kind)
    return found


def test_a_sentence_becomes_a_line_its_counts_and_its_mission(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    before = {kind: len(things(desk, kind)) for kind in ("incident", "mission")}
    page.keyboard.press("/")
    page.keyboard.type(LINE)
    head = page.get_by_role("button", name=re.compile("SDIS → PCC"))
    expect(head).to_be_visible()
    for words in ("Bilan : 3 Évacués", "Mission : Évacuer 2 personnes", "Sinistre : 30 cm d'eau"):
        expect(page.get_by_role("button", name=words, exact=False).first).to_be_visible()
    check_accessible(page, "what a sentence proposes")
    keep_panel(album, page, "lines-proposals", "main-courante-propositions")

    # By keyboard alone: the heading, then everything but the flood.
    page.keyboard.press("Alt+h")
    expect(page.locator("#entry-text")).to_have_value(re.compile("^30 cm d'eau"))
    page.get_by_role("button", name=re.compile("^Sinistre : 30 cm")).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Alt+a")
    expect(page.get_by_label("Mission confiée à")).to_have_value("rac||||")
    album.take(page, "lines-taken")
    page.locator("#entry-text").focus()
    page.keyboard.press("Enter")
    row = desk.row("2 personnes à évacuer")
    expect(row).to_contain_text("SDIS → PCC")
    expect(row).to_contain_text("Évacuer 2 personnes · Demandée")
    expect(row).to_contain_text("Évacués 3")
    written = next(entry for entry in desk.logbook() if "2 personnes à évacuer" in (entry["text"] or ""))
    assert written["text"].startswith("30 cm d'eau")
    assert (written["sender"], written["recipient"]) == ("SDIS", "PCC")
    mission = next(
        one for one in things(desk, "mission") if one["said"]["description"]["value"]["title"] == "Évacuer 2 personnes"
    )
    assert mission["said"]["description"]["answers"] == [written["entry"]]
    assert len(things(desk, "incident")) == before["incident"], "what was refused is not done"
    tolls = [
        said for one in things(desk, "toll") for said in one["said"].values() if written["entry"] in said["answers"]
    ]
    assert [(one["value"]["category"], one["value"]["low"], one["value"]["source"]) for one in tolls] == [
        ("evacuated", 3, "SDIS")
    ]
    number = row.locator(".number")
    expect(number).to_have_text(re.compile(r"^\d+$"))

    # One key each: sorted, to be decided, and found again by what is due.
    row.get_by_role("button", pressed=False).first.click()
    page.keyboard.press("Shift+T")
    expect(row.get_by_role("button", name=re.compile("^Tri.*Fait"))).to_be_visible()
    page.keyboard.press("Shift+D")
    expect(row).to_contain_text("à décider")
    check_accessible(page, "the visas of a line")
    keep_panel(album, page, "lines-visas", "main-courante-visas")
    page.get_by_role("button", name="Filtres").click()
    page.get_by_role("button", name=re.compile("^à décider")).click()
    expect(desk.rows).to_have_count(1)
    page.get_by_role("searchbox", name="Chercher dans la main courante").fill(f"#{number.inner_text()}")
    expect(desk.rows).to_have_count(1)
    album.take(page, "lines-filters")


def test_a_photograph_is_joined_shown_and_kept(town: NodeProcess, visit: Visit, album: Album, tmp_path: Path) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    west, south, east, north = desk.ask("desk.territory.bbox")
    taken = photograph("2010:02:28 03:05:00", (round((west + east) / 2), round((south + north) / 2)))
    (tmp_path / "breche.jpg").write_bytes(taken)
    (tmp_path / "notes.txt").write_text("rien")
    page.keyboard.press("/")
    page.keyboard.type("Brèche vue de la digue")
    page.locator("input[type=file]").set_input_files([tmp_path / "breche.jpg", tmp_path / "notes.txt"])
    expect(page.get_by_text("notes.txt : ")).to_be_visible()
    page.locator(".notices").get_by_role("button").first.click()
    joined = page.get_by_role("form", name="Écrire une ligne").get_by_role("list", name="Pièces jointes")
    expect(joined).to_contain_text("envoyée")
    expect(page.get_by_role("button", name="Photo de 03:05")).to_be_visible()
    check_accessible(page, "a photograph joined")
    album.take(page, "lines-photo-joined")
    page.get_by_role("button", name="Photo de 03:05").click()
    page.keyboard.press("Enter")
    row = desk.row("Brèche vue de la digue")
    expect(row).to_contain_text("03:05")
    row.get_by_role("button", pressed=False).first.click()
    picture = row.get_by_role("list", name="Pièces jointes").locator("img")
    page.wait_for_function(
        "() => [...document.querySelectorAll('li[data-entry] img')].every((one) => one.naturalWidth > 0)"
    )
    assert picture.count() == 1
    check_accessible(page, "a line with a photograph")
    keep_panel(album, page, "lines-photo", "main-courante-photo")

    # Somebody else of the situation sees it, although they did not send it.
    officer = visit(town.url).open(role=OFFICER)
    officer.tab("Main courante")
    address = officer.row("Brèche vue de la digue").get_by_role("link").get_attribute("href")
    assert address is not None
    read = officer.page.request.get(address)
    assert read.body() == taken, "the original, untouched"


def test_without_the_network_a_line_keeps_its_number_and_its_file(
    town: NodeProcess, visit: Visit, album: Album, tmp_path: Path
) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    desk.witness.expect(LEFT_IN_A_CUT)
    (tmp_path / "pont.jpg").write_bytes(photograph("2010:02:28 03:10:00"))
    page.context.set_offline(True)
    desk.wait_for("desk.link === 'cut'")
    page.keyboard.press("/")
    page.keyboard.type("Pont coupé, 4 évacués")
    page.locator("input[type=file]").set_input_files(tmp_path / "pont.jpg")
    joined = page.get_by_role("form", name="Écrire une ligne").get_by_role("list", name="Pièces jointes")
    expect(joined).to_contain_text("gardée sur ce poste")
    page.keyboard.press("Alt+a")
    page.keyboard.press("Enter")
    waiting = page.locator(".unsent")
    expect(waiting.first).to_contain_text(re.compile(r"[A-Z]{3}-1\b"))
    album.take(page, "lines-unsent")
    page.goto("about:blank")
    page.context.set_offline(False)
    desk.open()
    desk.tab("Main courante")
    row = desk.row("Pont coupé")
    expect(row).to_be_visible(timeout=30_000)
    expect(row.locator(".number")).to_have_text(re.compile(r"^\d+ \([A-Z]{3}-1\)$"))
    expect(row).to_contain_text("Évacués 4")
    row.scroll_into_view_if_needed()
    page.wait_for_function("(row) => row.querySelector('img')?.naturalWidth > 0", arg=row.element_handle())
    album.take(page, "lines-sent-after")


def test_an_answer_is_wanted_by_name_then_of_the_next(town: NodeProcess, visit: Visit, album: Album) -> None:
    mayor, officer = visit(town.url).open(role=MAYOR), visit(town.url).open(role=OFFICER)
    page = officer.page
    page.keyboard.press("/")
    page.keyboard.type("La digue nord menace de céder.")
    page.keyboard.press("Alt+p")
    page.get_by_label("Accusé de réception demandé à").select_option(label="Directeur des opérations (DOS)")
    page.get_by_label("sous (min)").fill("10")
    page.get_by_label("puis, sans réponse, à").select_option(index=2)
    check_accessible(page, "everything that a line may say")
    keep_panel(album, page, "lines-more", "main-courante-preciser")
    page.locator("#entry-text").focus()
    page.keyboard.press("Enter")
    row = officer.row("La digue nord")
    expect(row).to_contain_text("Accusé demandé à")
    expect(row).to_contain_text("reste 10 min")
    mayor.page.get_by_role("button", name=re.compile("^encore")).click()
    wish = mayor.page.locator(".tray").get_by_role("listitem").filter(has_text="Accusé de réception demandé")
    expect(wish).to_contain_text("La digue nord menace de céder.")
    check_accessible(mayor.page, "an answer is wanted")
    album.take(mayor.page, "lines-asked")
    tray = mayor.page.locator(".tray .sheet").screenshot()
    album.put(tray, "lines-asked-tray", chosen="main-courante-accuse", mapped=False)
    wish.get_by_role("button", name="J'ai lu").click()
    expect(row).to_contain_text("Accusé par Claire Vasseur")
    expect(wish).to_have_count(0)
    album.take(page, "lines-answered")


def test_a_sheet_of_paper_is_copied_line_after_line(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=SECRETARY)
    page = desk.page
    page.keyboard.press("/")
    page.keyboard.press("Alt+p")
    page.get_by_label("Feuille recopiée").fill("Feuille 7")
    for hour, words in (("2h10", "Ronde faite, rien à signaler"), ("2h25", "Vent plus fort au port")):
        page.locator("#entry-text").focus()
        page.keyboard.type(f"{hour} {words}")
        page.keyboard.press("Alt+h")
        page.keyboard.press("Enter")
        expect(desk.row(words)).to_contain_text("de « Feuille 7 »")
        expect(page.get_by_text("Saisie de « Feuille 7 »")).to_be_visible()
    expect(desk.row("Vent plus fort au port")).to_contain_text("02:25")
    page.get_by_label("Modèle").select_option(label="Message d'ambiance")
    expect(page.locator("#entry-text")).to_have_value(re.compile("^Je suis : …"))
    page.wait_for_function("() => document.activeElement.selectionEnd - document.activeElement.selectionStart === 1")
    page.keyboard.type("au port")
    page.keyboard.press("Alt+m")
    page.keyboard.type("l'eau à 20 cm du quai")
    expect(page.locator("#entry-text")).to_have_value(re.compile("Je suis : au port\nJe vois : l'eau"))
    album.take(page, "lines-sheet")
