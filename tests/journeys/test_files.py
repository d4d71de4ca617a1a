"""Files of other programs at the desk: dropped, looked at, brought in, undone; and the picture given as a file."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from support.axe import check_accessible
from support.desk import NO_NETWORK, DeskPage
from support.images import Album, sharp
from support.node_process import NodeProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Visit = Callable[..., DeskPage]
OFFICER = "Officière SDIS"
SOON_MS = 20_000
INCOMING = ["incoming-areas", "incoming-lines", "incoming-points"]
DRAG = """([kind, name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name));
  const target = document.querySelector('.maplibregl-canvas');
  target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
SHOWN = "(layers) => window.garance.map.queryRenderedFeatures({ layers }).map(({ properties }) => properties.name)"


def plan(desk: DeskPage) -> bytes:
    """A plan of the night around what is looked at: two roads, a zone left open, a point, one without a place."""
    lon, lat = desk.camera()["lon_deg"], desk.camera()["lat_deg"]

    def at(*places: tuple[float, float]) -> list[list[float]]:
        return [[round(lon + east, 6), round(lat + north, 6)] for east, north in places]

    def feature(uid: str, kind: str, name: str, geometry: dict[str, Any] | None, **said: str) -> dict[str, Any]:
        return {"type": "Feature", "id": uid, "properties": {"nature": kind, "nom": name, **said}, "geometry": geometry}

    def line(*places: tuple[float, float]) -> dict[str, Any]:
        return {"type": "LineString", "coordinates": at(*places)}

    ring = at((0.0, 0.004), (0.006, 0.004), (0.006, 0.008), (0.0, 0.008))
    zone = {"type": "Polygon", "coordinates": [ring]}
    features = [
        feature("r1", "Route coupée", "RD 733", line((-0.01, 0), (-0.004, 0.003))),
        feature("r2", "Route coupée", "Pont du canal", line((-0.01, -0.003), (-0.003, -0.004))),
        feature("z1", "Zone inondée", "Bas quartier", zone, remarque="Eau : 40 cm"),
        feature("p1", "PEI", "Poteau 12", {"type": "Point", "coordinates": at((0.008, -0.002))[0]}),
        feature("x1", "PEI", "Sans lieu", None),
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "name": "Plan de la nuit", "features": features}).encode()


def drag(page: Page, kind: str, name: str, content: bytes) -> None:
    """What the browser says while a file is brought over the desk (`dragover`) or let go (`drop`)."""
    page.evaluate(DRAG, [kind, name, base64.b64encode(content).decode()])


def sheet(page: Page) -> Locator:
    """The file being brought in."""
    return page.get_by_role("region", name=re.compile("Fichier à verser|File to bring"))


def shapes(desk: DeskPage) -> set[str]:
    """The names of the drawings of the situation."""
    return set(desk.ask("desk.picture.shapes.map(({ name }) => name)"))


def test_a_file_is_dropped_looked_at_written_once_and_undone(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=OFFICER)
    page = desk.page
    before = shapes(desk)
    content = plan(desk)

    drag(page, "dragover", "plan-de-la-nuit.geojson", content)
    expect(page.get_by_text("Déposez le fichier ici")).to_be_visible()
    album.take(page, "files-drop")
    drag(page, "drop", "plan-de-la-nuit.geojson", content)
    expect(page.get_by_text("Déposez le fichier ici")).to_have_count(0)
    found = sheet(page)
    expect(found.get_by_text("Rien n'est encore écrit")).to_be_visible(timeout=SOON_MS)
    roads = (
        found.get_by_role("list", name="Contenu du fichier")
        .locator("li")
        .filter(has=page.locator("strong", has_text="Route coupée"))
    )
    expect(roads).to_contain_text("2 lignes")
    expect(found.get_by_label("Nature : Route coupée")).to_have_value("road-cut")
    expect(found.get_by_label("Nature : Zone inondée")).to_have_value("flooded-area")
    expect(found).to_contain_text("1 objet laissé de côté")
    expect(found).to_contain_text("1 réparation")
    found.get_by_text("1 objet laissé de côté").click()
    expect(found).to_contain_text("Sans géométrie")
    desk.wait_idle()
    assert {"RD 733", "Bas quartier", "Poteau 12"} <= set(page.evaluate(SHOWN, INCOMING))
    assert shapes(desk) == before
    album.take(page, "files-preview", chosen="fichier-apercu")
    check_accessible(page, "a file looked at")

    # The water points stay out; the remark goes with the name; written by key.
    found.locator("li").filter(has=page.locator("strong", has_text="PEI")).get_by_role("checkbox").uncheck()
    found.get_by_label("Ajouter la remarque au nom").check()
    found.get_by_role("button", name="Verser 3 objets").press("Enter")
    expect(found).to_contain_text("3 objets versés dans la situation", timeout=SOON_MS)
    brought = {"RD 733", "Pont du canal", "Bas quartier — Eau : 40 cm"}
    desk.wait_for("desk.picture.shapes.some(({ name }) => name === 'RD 733')", timeout_ms=SOON_MS)
    assert shapes(desk) == before | brought
    with sharp(page):
        album.put(page.get_by_role("main").screenshot(), "files-written", chosen="fichier-verse")
    check_accessible(page, "a file brought in")

    # The same file again, whole: what is there is not doubled.
    found.get_by_role("button", name="Fermer").last.click()
    drag(page, "drop", "copie.geojson", content)
    found.get_by_role("button", name="Verser 4 objets").click(timeout=SOON_MS)
    expect(found).to_contain_text("1 objet versé dans la situation", timeout=SOON_MS)
    expect(found).to_contain_text("3 y étaient déjà")
    assert len(shapes(desk)) == len(before) + 4

    # Undone: only what this last one had written.
    found.get_by_role("button", name="Annuler tout l'import").click()
    expect(found).to_contain_text("Import annulé", timeout=SOON_MS)
    desk.wait_for(f"desk.picture.shapes.length === {len(before) + 3}", timeout_ms=SOON_MS)
    assert shapes(desk) == before | brought
    page.keyboard.press("Escape")
    expect(found).to_have_count(0)


def test_a_file_that_cannot_be_read_says_why_and_nothing_leaves_the_page(
    town: NodeProcess, visit: Visit, album: Album
) -> None:
    desk = visit(town.url).open(role=OFFICER)
    page = desk.page
    page.keyboard.press("Control+k")
    page.keyboard.type("clair")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    desk.witness.expect(r"status of 422")
    drag(page, "drop", "photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)))
    found = sheet(page)
    expect(found.get_by_role("alert")).to_be_visible(timeout=SOON_MS)
    expect(found).to_contain_text("GeoJSON, KML ou KMZ")
    album.take(page, "files-refused")
    check_accessible(page, "a file refused")
    page.keyboard.press("Escape")
    expect(found).to_have_count(0)

    # Without the node nothing can be read: that is said, and nothing waits to be sent.
    desk.witness.expect(NO_NETWORK)
    content = plan(desk)
    page.context.set_offline(True)
    drag(page, "drop", "plan.geojson", content)
    expect(found.get_by_role("alert")).to_contain_text("Le nœud ne répond pas", timeout=SOON_MS)
    assert desk.ask("desk.parcels.length") == 0
    page.context.set_offline(False)


def test_somebody_who_only_reads_is_not_asked_for_a_file(town: NodeProcess, visit: Visit) -> None:
    desk = visit(town.url).open(role="Observateur")
    page = desk.page
    drag(page, "dragover", "plan.geojson", b"{}")
    drag(page, "drop", "plan.geojson", b"{}")
    expect(page.get_by_text("Déposez le fichier ici")).to_have_count(0)
    expect(sheet(page)).to_have_count(0)
    assert desk.ask("desk.ready")


def test_the_picture_is_given_as_a_file_that_reads_again(
    town: NodeProcess, visit: Visit, album: Album, tmp_path: Path
) -> None:
    desk = visit(town.url).open(role=OFFICER)
    page = desk.page
    page.keyboard.press("Shift+E")
    dialog = page.get_by_role("dialog", name="Donner à un autre logiciel")
    expect(dialog.get_by_role("radio", name=re.compile("^GeoJSON"))).to_be_checked()
    expect(dialog).to_contain_text("EXERCICE : le fichier et chacun de ses objets portent la mention.")
    album.take(page, "files-give", chosen="fichier-donner")
    check_accessible(page, "the picture given as a file")
    with page.expect_download() as waited:
        dialog.get_by_role("button", name="Télécharger").press("Enter")
    name = waited.value.suggested_filename
    assert re.fullmatch(r"exercice-tempete-[a-z0-9-]+-\d{8}T\d{6}Z\.geojson", name), name
    kept = tmp_path / name
    waited.value.save_as(kept)
    expect(dialog).to_contain_text(f"Enregistré : {name}")
    given = json.loads(kept.read_text("utf-8"))
    assert "EXERCICE" in kept.read_text("utf-8")
    names = {feature["properties"].get("nom") for feature in given["features"]}
    assert shapes(desk) <= names

    # A moment of the past: what was there then, and only that; or the present all the same.
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    desk.drag_to(
        desk.ask("desk.timeline.window.from_ms + (desk.timeline.window.to_ms - desk.timeline.window.from_ms) / 3")
    )
    page.wait_for_function("() => !window.garance.store.conductor.live")
    then = shapes(desk)
    page.keyboard.press("Shift+E")
    expect(dialog.get_by_role("radio", name=re.compile("^La situation de maintenant"))).not_to_be_checked()
    with page.expect_download() as waited:
        dialog.get_by_role("button", name="Télécharger").click()
    waited.value.save_as(kept)
    past = {feature["properties"].get("nom") for feature in json.loads(kept.read_text("utf-8"))["features"]}
    assert then <= past
    assert not (names - past) & then
    assert len(past) < len(names)

    # What was given comes in again by the same door: read, and looked at.
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("Direct")).first.click()
    drag(page, "drop", name, json.dumps(given).encode())
    found = sheet(page)
    expect(found.get_by_text("Rien n'est encore écrit")).to_be_visible(timeout=SOON_MS)
    album.take(page, "files-again")
