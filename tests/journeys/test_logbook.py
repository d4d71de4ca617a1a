"""The logbook: ten thousand lines, written and read by keyboard, two people who do not agree, what came since."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect
from support.axe import check_accessible
from support.desk import NO_NETWORK, DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

Visit = Callable[..., DeskPage]
MAYOR, OFFICER = "Maire", "Officière SDIS"
MANY = 10_000
AT_ONCE = 32
FIRST = datetime.fromisoformat("2010-02-27T18:00:00+01:00")
STEP = timedelta(seconds=3.6)
PLACED = 400
"""Which of the many lines has a place."""
THEMES = ["light", "contrast", "dark"]
IN_SIGHT = """() => {
  const window = document.querySelector('#panel .scroller').getBoundingClientRect();
  const rows = [...document.querySelectorAll('#panel li[data-entry]')];
  const row = rows.find((one) => one.getBoundingClientRect().bottom > window.top + 1);
  return [row.dataset.entry, Math.round(row.getBoundingClientRect().top - window.top)];
}"""
SCROLL = "(top) => document.querySelector('#panel .scroller').scrollTo(0, top)"
PLACE_OF_ROW = "() => Number(document.activeElement.closest('li')?.getAttribute('aria-posinset'))"
HINTED = "() => window.garance.map.getSource('hint')?.serialize().data.features ?? []"
AWAY = "() => document.activeElement.blur()"


async def _fill(url: str, centre: list[float]) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=60) as web:
        session = (await web.post("/api/v1/session/demo", json={"role": "secretary"})).raise_for_status().json()
        situation = (await web.get("/api/v1/situations")).raise_for_status().json()["items"][0]["id"]
        gate = asyncio.Semaphore(AT_ONCE)

        async def write(index: int) -> None:
            text = f"Ligne {index} : " + "patrouille, rien à signaler. " * (1 + index % 7)
            body: dict[str, Any] = {"text": text, "category": "information"}
            if index == PLACED:
                body["geometry"] = {"type": "Point", "coordinates": centre}
            asked = {
                "id": str(uuid4()), "situation": situation, "role": session["grants"][0]["id"],
                "occurred_at": (FIRST + index * STEP).isoformat(), "body": body,
            }  # fmt: skip
            async with gate:
                answer = await web.post(
                    "/api/v1/commands/logbook.write", json=asked, headers={"x-garance-csrf": session["csrf"]}
                )
            answer.raise_for_status()

        await asyncio.gather(*(write(index) for index in range(MANY)))


@pytest.fixture(scope="module")
def long_night(start_node: Callable[..., NodeProcess], town_pack: Path) -> NodeProcess:
    """The made-up town with ten thousand lines more, written through the API."""
    node = start_node("demo", "--territory", str(town_pack), "--at", "04:20", "--speed", "1")
    with httpx2.Client(base_url=node.url) as web:
        web.post("/api/v1/session/demo", json={"role": "dos"}).raise_for_status()
        west, south, east, north = web.get("/api/v1/territory").raise_for_status().json()["bbox"]
    place = [west + (east - west) * 0.2, south + (north - south) * 0.8]  # away from the night's own symbols
    with ThreadPoolExecutor(1) as elsewhere:  # an open browser already runs a loop on this thread
        elsewhere.submit(lambda: asyncio.run(_fill(node.url, place))).result()
    return node


def focused(page: Page) -> Locator:
    return page.locator("li[data-entry]:focus-within")


def missed(page: Page) -> Locator:
    """The tab of the logbook, once it says how many lines came: the night itself may write some."""
    return page.get_by_role("tab", name=re.compile(r"Main courante.*\+\d+\b"))


def test_ten_thousand_lines(long_night: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(long_night.url).open(role=MAYOR)
    page = desk.page
    assert desk.listed == desk.ask("desk.entries.length") > MANY
    assert desk.rows.count() < 100, "only what is near the window is drawn"

    # By keyboard from end to end: the last line is the first of the night, whole and in sight.
    page.locator("body").evaluate(AWAY)
    page.keyboard.press("l")
    expect(focused(page)).to_have_attribute("aria-posinset", "1")
    page.keyboard.press("End")
    expect(focused(page)).to_have_attribute("aria-posinset", str(desk.listed))
    expect(focused(page)).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    expect(focused(page)).to_have_attribute("aria-posinset", str(desk.listed - 1))
    before = page.evaluate(PLACE_OF_ROW)
    page.keyboard.press("PageUp")
    expect(focused(page)).not_to_have_attribute("aria-posinset", str(before))
    assert 1 < before - page.evaluate(PLACE_OF_ROW) < 20
    page.keyboard.press("Home")
    expect(focused(page)).to_have_attribute("aria-posinset", "1")
    page.locator("body").evaluate(AWAY)

    # In the middle, what arrives does not move the reader; a chip says it, and leads there.
    page.evaluate(SCROLL, 300_000)
    page.wait_for_function("() => document.querySelector('#panel .scroller').scrollTop > 200000")
    desk.wait_idle()
    sight = page.evaluate(IN_SIGHT)
    album.take(page, "logbook-middle")
    desk.command("logbook.write", {"text": "Arrivée pendant la lecture", "category": "report"})
    chip = page.get_by_role("button", name="1 ligne de plus")
    expect(chip).to_be_visible()
    assert page.evaluate(IN_SIGHT) == sight
    check_accessible(page, "reading the middle of a long logbook")
    chip.click()
    expect(desk.row("Arrivée pendant la lecture")).to_be_in_viewport()
    expect(chip).to_have_count(0)

    # The past is as long, and as quick to read.
    page.get_by_role("button", name="Fait précédent").click()
    desk.wait_for("!desk.conductor.live && desk.entries.length > 9000")
    page.keyboard.press("d")


def test_lines_and_map_are_one(long_night: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(long_night.url).open(role=MAYOR)
    page = desk.page
    line = f"Ligne {PLACED} :"
    seek = page.get_by_role("searchbox", name="Chercher dans la main courante")
    found = desk.ask("(() => { const e = desk.entries.find(({ text }) => text.startsWith(argument)); "
                     "return [e.entry, e.geometry.coordinates]; })()", line)  # fmt: skip
    identifier, place = found

    # Clicked on the map, it is brought to sight although thousands of lines are above it.
    desk.frame_all([place[0] - 0.004, place[1] - 0.003, place[0] + 0.004, place[1] + 0.003])
    x, y = page.evaluate("(place) => { const { x, y } = window.garance.map.project(place); return [x, y]; }", place)
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    # The symbol of a line stands beside its place.
    spot = page.evaluate(
        "(id) => window.garance.map.queryRenderedFeatures({ layers: ['entries'] })"
        ".find(({ properties }) => properties.id === id)?.properties.offset",
        identifier,
    )
    shift = spot if isinstance(spot, list) else [float(part) for part in str(spot).strip("[]").split(",")]
    page.mouse.click(box["x"] + x + shift[0], box["y"] + y + shift[1])
    desk.wait_for(f"desk.selection?.id === '{identifier}'")
    row = page.locator(f'li[data-entry="{identifier}"]')
    expect(row).to_be_in_viewport()
    expect(row.get_by_role("button", pressed=True)).to_have_count(1)
    album.take(page, "logbook-from-map")

    # Its place is shown while it has the focus or the pointer, and no longer.
    row.get_by_role("button", pressed=True).focus()
    page.wait_for_function("() => window.garance.map.getLayer('hint-points')")
    assert len(page.evaluate(HINTED)) == 1
    page.locator("body").evaluate(AWAY)
    page.mouse.move(300, 300)
    page.wait_for_function(f"() => ({HINTED})().length === 0")

    # Only what the map shows; filters say what they hide and go away by one key.
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filtres").click()
    page.get_by_role("switch", name="dans la vue").click()
    expect(desk.rows).to_have_count(1)
    expect(desk.rows.first).to_contain_text(line)
    check_accessible(page, "filters of the logbook")
    seek.fill("patrouille")
    expect(desk.rows).to_have_count(1)
    seek.fill("rien de tel")
    expect(page.get_by_text("Aucune ligne ne correspond.")).to_be_visible()
    seek.fill("")
    _west, south, east, _north = desk.ask("desk.territory.bbox")
    desk.frame_all([east - 0.002, south, east, south + 0.002])
    expect(desk.rows).to_have_count(0)
    page.locator("body").evaluate(AWAY)
    page.keyboard.press("x")
    expect(desk.rows.first).to_have_attribute("aria-setsize", str(desk.ask("desk.entries.length")))
    seek.fill("SIGNALER ligne 4321")
    expect(desk.rows).to_have_count(1)
    expect(page.get_by_text(re.compile(r"^1 ligne sur"))).to_be_visible()


def test_a_line_by_keyboard_alone_from_writing_to_striking(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    street = page.request.get("/api/v1/territory/search?q=rue%20du%20port&limit=1").json()["items"][0]
    page.keyboard.press("/")
    page.keyboard.type(f"03h05 : eau {street['name']}, deux riverains sur le toit")
    expect(page.get_by_role("button", name="Fait de 03:05")).to_be_visible()
    expect(page.get_by_role("button", name=f"Situer : {street['name']}")).to_be_visible()
    check_accessible(page, "proposals of the words")
    album.take(page, "logbook-proposals")
    assert desk.ask("desk.entries.some(({ text }) => text.startsWith('03h05'))") is False
    page.keyboard.press("Alt+h")
    page.keyboard.press("Alt+l")
    expect(page.get_by_role("button", name="Retirer le lieu").or_(page.get_by_title("Retirer le lieu"))).to_be_visible()
    page.keyboard.press("Enter")
    row = desk.row("deux riverains")
    expect(row).to_contain_text("03:05")
    expect(row).to_contain_text("enregistrée")
    expect(page.locator("#entry-text")).to_be_focused()
    written = next(entry for entry in desk.logbook() if "deux riverains" in (entry["text"] or ""))
    assert datetime.fromisoformat(written["occurred_at"]).astimezone(FIRST.tzinfo).strftime("%H:%M") == "03:05"
    assert written["geometry"]["coordinates"] == pytest.approx([street["lon_deg"], street["lat_deg"]])

    # From the field to the line without a mouse, then correct it and strike it.
    page.locator("body").evaluate(AWAY)
    page.keyboard.press("Shift+F")
    page.keyboard.type("deux riverains")
    expect(desk.rows).to_have_count(1)
    page.keyboard.press("Tab")
    page.locator("body").evaluate(AWAY)
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Rectifier")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row.get_by_label("Texte rectifié")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("eau devant le 12, deux riverains évacués")
    page.keyboard.press("Tab")
    page.keyboard.type("précisé par radio")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Rectifiée par Claire Vasseur")
    expect(row.get_by_role("button", pressed=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type("essai")
    page.keyboard.press("Escape")
    expect(row.get_by_label("Motif (obligatoire)")).to_have_count(0)
    expect(row.get_by_role("button", pressed=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type("doublon")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Rayée par Claire Vasseur")
    album.take(page, "logbook-history")


def correct(row: Locator, words: str) -> None:
    row.get_by_role("button", name="Rectifier").click()
    row.get_by_label("Texte rectifié").fill(words)
    row.get_by_label("Motif (obligatoire)").fill("vu sur place")


def test_two_corrections_are_shown_side_by_side_and_settled(town: NodeProcess, visit: Visit, album: Album) -> None:
    mayor, officer = visit(town.url).open(role=MAYOR), visit(town.url).open(role=OFFICER)
    mayor.write("Le gymnase accueille des sinistrés.")
    for desk in (mayor, officer):
        desk.row("gymnase").get_by_role("button", pressed=False).click()
    correct(mayor.row("gymnase"), "Le gymnase accueille 40 sinistrés.")
    correct(officer.row("gymnase"), "Le gymnase accueille 60 sinistrés.")
    mayor.row("gymnase").get_by_role("button", name="Rectifier").click()
    expect(officer.row("gymnase")).to_contain_text("Quelqu'un vient de changer cette ligne")
    officer.row("gymnase").get_by_role("button", name="Rectifier").click()

    page = mayor.page
    badge = page.get_by_role("button", name=re.compile(r"\d+ divergence"))
    mayor.wait_for("desk.entries.some(({ text, conflict }) => conflict && text.includes('gymnase'))")
    before = mayor.ask("desk.picture.conflicts.length + desk.entries.filter(({ conflict }) => conflict).length")
    badge.click()
    sheet = page.get_by_role("dialog", name="Divergences")
    claim = sheet.get_by_role("region").filter(has_text="gymnase")
    expect(claim).to_contain_text("Claire Vasseur")
    expect(claim).to_contain_text("Inès Robert")
    expect(claim.get_by_role("button", name="Retenir")).to_have_count(2)
    check_accessible(page, "conflicts")
    album.take(page, "conflicts", chosen="divergences")
    claim.get_by_role("button", name="Écrire une troisième version").click()
    claim.get_by_label("Texte rectifié").fill("Le gymnase accueille 55 sinistrés.")
    claim.get_by_label("Motif (obligatoire)").fill("recompté ensemble")
    check_accessible(page, "a third version")
    claim.get_by_role("button", name="Trancher").click()
    expect(claim).to_have_count(0)
    now = "desk.picture.conflicts.length + desk.entries.filter(({ conflict }) => conflict).length"
    for desk in (mayor, officer):
        desk.wait_for(f"({now}) === {before - 1}")
        expect(desk.row("55 sinistrés")).to_contain_text("recompté ensemble")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_a_kept_version_settles_a_unit_in_two_states(town: NodeProcess, visit: Visit) -> None:
    """The same sheet settles what is not a line: a unit said to be in two states."""
    mayor, officer = visit(town.url).open(role=MAYOR), visit(town.url).open(role=OFFICER)
    officer.witness.expect(NO_NETWORK)
    unit = mayor.ask("desk.picture.resources.find(({ state }) => state !== 'released')")
    officer.page.context.set_offline(True)
    officer.wait_for("desk.link === 'cut'")
    say = "window.garance.store.say('resources.set-state', argument, { follows: argument.follows })"
    body = "({ resource: argument.id, state: argument.state })"
    command = f"(argument) => {{ const body = {body}; void {say.replace('argument, {', 'body, {')}; }}"
    officer.page.evaluate(command, {**unit, "state": "out-of-service"})
    officer.wait_for("desk.parcels.length === 1")
    mayor.page.evaluate(command, {**unit, "state": "in-transit"})
    mayor.wait_for(f"desk.picture.resources.find(({{ id }}) => id === '{unit['id']}').state === 'in-transit'")
    officer.page.context.set_offline(False)
    mayor.wait_for(f"desk.picture.conflicts.some(({{ id }}) => id === '{unit['id']}')", timeout_ms=30_000)
    mayor.page.get_by_role("button", name=re.compile(r"\d+ divergence")).click()
    sheet = mayor.page.get_by_role("dialog", name="Divergences")
    version = sheet.get_by_role("listitem").filter(has_text="Indisponible")
    version.get_by_role("button", name="Retenir").click()
    mayor.wait_for(f"!desk.picture.conflicts.some(({{ id }}) => id === '{unit['id']}')")
    assert mayor.ask("desk.picture.resources.find(({ id }) => id === argument).state", unit["id"]) == "out-of-service"


def test_since_i_last_looked(town: NodeProcess, visit: Visit, album: Album) -> None:
    officer = visit(town.url).open(role=OFFICER)
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    page.mouse.move(1100, 400)
    page.wait_for_function("() => Object.keys(localStorage).some((key) => key.startsWith('garance.looked.'))")
    mayor.tab("Moyens")
    officer.write("Pendant que le maire regarde les moyens.")
    expect(missed(page)).to_be_visible()
    page.goto("about:blank")
    officer.write("Pendant que le maire est parti.")
    mayor.open()
    mayor.tab("Main courante")  # the desk opens on the tab chosen last
    expect(page.get_by_text(re.compile(r"vu jusqu'ici, \d\d:\d\d"))).to_be_visible()
    for words in ("regarde les moyens", "est parti"):
        expect(mayor.row(words)).to_contain_text("Nouveau")
    said = page.get_by_text(re.compile(r"\d+ lignes depuis votre passage"))
    assert int(re.findall(r"\d+", said.inner_text())[0]) >= 2
    for theme in THEMES:
        page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
        check_accessible(page, f"what is new, {theme}")
        album.take(page, f"logbook-since-{theme}")
    page.locator("body").evaluate(AWAY)
    page.keyboard.press("u")
    expect(page.get_by_text("Nouveau", exact=True)).to_have_count(0)
    expect(page.get_by_text(re.compile("vu jusqu'ici"))).to_have_count(0)
    mayor.write("Écrit par le maire.")
    expect(mayor.row("Écrit par le maire.")).not_to_contain_text("Nouveau")


def test_a_draft_outlives_the_page(town: NodeProcess, visit: Visit) -> None:
    desk = visit(town.url).open(role=MAYOR)
    page = desk.page
    page.keyboard.press("/")
    page.keyboard.type("À moitié écrit quand")
    page.get_by_role("combobox", name="Nature").select_option("request")
    desk.tab("Moyens")
    desk.tab("Main courante")
    expect(page.locator("#entry-text")).to_have_value("À moitié écrit quand")
    page.goto("about:blank")
    desk.open()
    expect(page.get_by_text("Brouillon retrouvé sur ce poste.")).to_be_visible()
    expect(page.locator("#entry-text")).to_have_value("À moitié écrit quand")
    expect(page.get_by_role("combobox", name="Nature")).to_have_value("request")
    page.keyboard.press("/")
    page.keyboard.press("End")
    page.keyboard.type(" la page s'est fermée")
    page.keyboard.press("Enter")
    expect(desk.row("la page s'est fermée")).to_contain_text("Demande")
    desk.open()
    expect(page.locator("#entry-text")).to_have_value("")


def test_at_four_hundred_percent(long_night: NodeProcess, visit: Visit, album: Album) -> None:
    """1280 × 1024 at 400 %: 320 × 256 points. Everything is there, in one column, and the list stays a window."""
    desk = visit(long_night.url, viewport={"width": 320, "height": 256}).open(role=MAYOR)
    page = desk.page
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert desk.rows.count() < 100
    page.get_by_role("button", name="Filtres").click()
    row = desk.rows.first
    row.get_by_role("button", pressed=False).click()
    row.get_by_role("button", name="Rectifier").click()
    expect(row.get_by_label("Texte rectifié")).to_be_in_viewport()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    check_accessible(page, "logbook at 400 %")
    album.take(page, "logbook-400")
