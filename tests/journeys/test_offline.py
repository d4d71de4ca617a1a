"""Without the network: the desk opens from what the device keeps, is written on, gives everything back once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import CUT_SHORT, GIVEN_UP, IDLE, KEEPING_MS, LEFT_IN_A_CUT, SHELL_KEPT, DeskPage, box_of
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

MAYOR = "Maire"
OFFICER = "Officière SDIS"
BACK_MS = 30_000
CORNERS = [(0.52, 0.46), (0.68, 0.48), (0.64, 0.70), (0.50, 0.66)]
NO_ANSWER = "ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_FAILED"
NO_SERVER = f"{NO_ANSWER}|{CUT_SHORT}|{GIVEN_UP}"
GROUND = """() => {
  const drawn = window.garance.map.queryRenderedFeatures().filter(({ source }) => source === 'territory');
  return Object.fromEntries([...new Set(drawn.map(({ sourceLayer }) => sourceLayer))].sort()
    .map((name) => [name, drawn.filter(({ sourceLayer }) => sourceLayer === name).length]));
}"""
LOOK = """([lon, lat, zoom]) => window.garance.map.jumpTo({ center: [lon, lat], zoom })"""
SEARCH = """desk.account.api.ask('GET', 'territory/search?q=mairie&limit=1')
  .then(({ items }) => items.map(({ kind, name, context }) => [kind, name, context]))"""
KEPT = """async () => {
  const open = indexedDB.open('garance-kept');
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const found = {};
  for (const name of database.objectStoreNames) {
    const asked = database.transaction(name).objectStore(name).getAll();
    found[name] = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  }
  database.close();
  return found;
}"""


def wait_kept(page: Page, words: str, *, present: bool) -> None:
    """Wait until the device keeps those words, or no longer does."""
    deadline = time.monotonic() + BACK_MS / 1000
    while True:
        where = [name for name, kept in page.evaluate(KEPT).items() if words in str(kept)]
        if bool(where) is present:
            return
        assert time.monotonic() < deadline, f"{words!r} kept on the device: {where or 'nowhere'}"
        page.wait_for_timeout(100)


def wait_whole(desk: DeskPage) -> None:
    """Wait until every fact on the desk has its row on the device."""
    deadline = time.monotonic() + BACK_MS / 1000
    while (kept := len(desk.page.evaluate(KEPT)["facts"])) != (shown := desk.ask("desk.journal.size")):
        assert time.monotonic() < deadline, f"{kept} facts kept of {shown}"
        desk.page.wait_for_timeout(100)


def close_sheet(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Fermer").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def ground_at(desk: DeskPage, place: list[float]) -> dict[str, int]:
    """How many things of each layer of the territory are really drawn there."""
    desk.page.evaluate(LOOK, place)
    desk.page.evaluate(IDLE)
    drawn: dict[str, int] = desk.page.evaluate(GROUND)
    return drawn


def test_a_desk_opened_without_the_network_shows_the_same_and_gives_back_what_is_written(
    town: NodeProcess, visit: Callable[..., DeskPage], album: Album
) -> None:
    mayor, officer = visit(town.url), visit(town.url, viewport={"width": 900, "height": 560})
    mayor.witness.expect(LEFT_IN_A_CUT)
    mayor.open(role=MAYOR)
    officer.open(role=OFFICER)
    page = mayor.page
    mayor.keep_ground()
    check_accessible(page, "territory kept")
    album.take(page, "offline-territory")
    close_sheet(page)
    near = [*mayor.ask("desk.territory.centre"), 15.2]
    there = ground_at(mayor, near)
    assert sum(there.values()) > 50, there
    rows = mayor.listed
    facts = set(mayor.ask("desk.journal.all('recorded').map(({ id }) => id)"))
    units = mayor.ask("desk.units.length")

    sought = mayor.ask(SEARCH)

    page.context.set_offline(True)
    expect(page.get_by_role("button", name="Lien coupé")).to_be_visible()
    texts = [f"Écrit sans réseau, {number}." for number in ("un", "deux", "trois")]
    for text in texts:
        mayor.write(text)
    mayor.draw_polygon(CORNERS)
    form = page.get_by_role("form", name="Tracé en cours")
    form.get_by_label("Nom").fill("Zone vue sans réseau")
    form.get_by_role("button", name="Enregistrer").click()
    mayor.wait_for("desk.parcels.length === 4")
    written = mayor.ask("desk.parcels.map(({ command }) => [command.id, command.occurred_at])")

    page.reload()
    mayor.wait_ready()
    expect(page.get_by_role("button", name=re.compile("Lien coupé · image de"))).to_contain_text("4 non envoyés")
    expect(page.get_by_role("region", name="Image gardée sur ce poste")).to_contain_text("Image du")
    assert mayor.listed == rows + len(texts)
    assert set(mayor.ask("desk.journal.all('recorded').map(({ id }) => id)")) == facts
    assert mayor.ask("desk.units.length") == units
    assert mayor.ask("desk.parcels.map(({ command }) => [command.id, command.occurred_at])") == written
    assert ground_at(mayor, near) == there, "the ground is drawn from the copy, to the last house"
    assert mayor.ask(SEARCH) == sought != []
    shape = mayor.ask("desk.parcels[3].command.body")
    mayor.frame_all(box_of(shape["geometry"]["coordinates"][0]))
    assert shape["shape"] in mayor.drawn(["shape-fills", "shape-lines"]), (
        "a zone not sent yet stays on its author's map"
    )
    texts.append("Écrit après avoir rouvert la page sans réseau.")
    mayor.write(texts[-1])
    page.get_by_role("button", name="Lien coupé").click()
    sheet = page.get_by_role("region", name="État du lien")
    expect(sheet).to_contain_text(texts[-1])
    check_accessible(page, "opened without the network")
    album.take(page, "offline-reopened")
    for text in texts:
        expect(officer.row(text)).to_have_count(0)

    page.context.set_offline(False)
    for text in texts:
        expect(officer.row(text)).to_have_count(1, timeout=BACK_MS)
    mayor.wait_for("desk.link === 'live' && desk.parcels.length === 0", timeout_ms=BACK_MS)
    expect(page.get_by_role("region", name="Image gardée sur ce poste")).to_have_count(0)
    officer.wait_for(f"desk.picture.shapes.some(({{ id }}) => id === '{shape['shape']}')")
    sent = [entry for entry in officer.logbook() if entry["text"] in texts]
    assert [entry["text"] for entry in sent] == texts, "each once, in the order of writing"
    assert [_ms(entry["occurred_at"]) for entry in sent[:3]] == [_ms(at) for _, at in written[:3]]
    assert mayor.map_problems() == []


def test_two_pages_of_one_browser_send_each_thing_once_and_in_order(
    town: NodeProcess, visit: Callable[..., DeskPage]
) -> None:
    first = visit(town.url)
    first.witness.expect(LEFT_IN_A_CUT)
    first.open(role=MAYOR)
    second = DeskPage(first.page.context.new_page(), first.witness).open()
    first.page.context.set_offline(True)
    for desk in (first, second):
        desk.wait_for("desk.link === 'cut'")
    texts = [f"Onglet {place}, message {number}." for number in (1, 2, 3) for place in ("un", "deux")]
    for number, text in enumerate(texts):
        desk = (first, second)[number % 2]
        desk.page.bring_to_front()
        desk.write(text)
        desk.wait_for(f"desk.parcels.length === {number + 1}")
    for desk in (first, second):
        desk.wait_for(f"desk.parcels.length === {len(texts)}")
    first.page.context.set_offline(False)
    for desk in (first, second):
        desk.wait_for("desk.link === 'live' && desk.parcels.length === 0", timeout_ms=BACK_MS)
    entries = [entry for entry in first.logbook() if entry["text"] in texts]
    assert sorted(entry["text"] for entry in entries) == sorted(texts)
    recorded = sorted(entries, key=lambda entry: (entry["recorded_at"], int(entry["entry"].rpartition("-")[2])))
    assert [entry["text"] for entry in recorded] == texts, "recorded in the order in which they were written"


def test_signing_out_wipes_the_device_even_without_the_network(
    town: NodeProcess, visit: Callable[..., DeskPage], album: Album
) -> None:
    mayor = visit(town.url)
    mayor.witness.expect(LEFT_IN_A_CUT)
    mayor.open(role=MAYOR)
    page = mayor.page
    page.wait_for_function(SHELL_KEPT, timeout=KEEPING_MS)
    situation = mayor.situation
    wait_whole(mayor)
    kept = page.evaluate(KEPT)
    ordinary = {row["id"] for row in kept["facts"] if row["fact"]["label"]["sensitivity"] == "ordinary"}
    assert ordinary == {row["id"] for row in kept["facts"] if row["fact"]["body"] is not None} != set()
    assert len(ordinary) < len(kept["facts"]), "the story has words that may not stay on a device"
    assert "csrf" not in str(page.evaluate(KEPT)["cards"])
    page.context.set_offline(True)
    mayor.wait_for("desk.link === 'cut'")
    mayor.write("Écrit juste avant de se déconnecter.")
    mayor.wait_for("desk.parcels.length === 1")
    page.keyboard.press("/")
    page.keyboard.type("À moitié écrit au moment de partir.")
    assert "À moitié" in page.evaluate("() => JSON.stringify({ ...localStorage })")
    page.locator("#entry-text").blur()
    beside = page.context.new_page()
    beside.goto(f"/?test&situation={situation}")
    expect(beside.get_by_role("button", name=re.compile("Lien coupé · image de"))).to_be_visible()
    page.bring_to_front()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(beside.get_by_role("alert")).to_contain_text("Vous êtes déconnecté de ce poste")
    beside.close()
    expect(page.get_by_role("alert")).to_contain_text("Vous êtes déconnecté de ce poste")
    assert all(rows == [] for rows in page.evaluate(KEPT).values())
    assert "À moitié" not in page.evaluate("() => JSON.stringify({ ...localStorage })")
    page.goto(f"/?test&situation={situation}")
    expect(page.get_by_role("alert")).to_contain_text("Vous êtes déconnecté de ce poste")
    check_accessible(page, "signed out without the network")
    album.take(page, "offline-signed-out")

    page.context.set_offline(False)
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_role("button", name=OFFICER)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="1 écrit non envoyé")).to_be_visible()
    assert page.request.get("/api/v1/session").json()["signed_in"] is False
    page.get_by_role("button", name=OFFICER).click()
    mayor.wait_ready()
    assert mayor.ask("desk.parcels.length") == 0, "nobody sends in another's name"
    assert mayor.rows.filter(has_text="Écrit juste avant").count() == 0


def test_a_killed_server_does_not_take_the_desk_with_it(
    town: NodeProcess, visit: Callable[..., DeskPage], album: Album
) -> None:
    text = "Noté sur une page rouverte pendant la panne."
    mayor = visit(town.url)
    mayor.witness.expect(NO_SERVER)
    mayor.open(role=MAYOR)
    page = mayor.page
    mayor.keep_ground()
    close_sheet(page)
    mayor.write("Noté juste avant la panne.")
    expect(mayor.row("Noté juste avant la panne.")).to_have_count(1)
    held = set(mayor.ask("desk.journal.all('recorded').map(({ id }) => id)"))
    town.kill()
    mayor.wait_for("desk.link === 'cut'")
    page.reload()
    mayor.wait_ready()
    expect(mayor.row("Noté juste avant la panne.")).to_have_count(1)
    assert sum(ground_at(mayor, [*mayor.ask("desk.territory.centre"), 15.2]).values()) > 50
    mayor.write(text)
    mayor.wait_for("desk.parcels.length === 1")
    page.goto("about:blank")
    town.start()
    mayor.open()
    mayor.wait_for("desk.link === 'live' && desk.parcels.length === 0", timeout_ms=BACK_MS)
    expect(mayor.row(text)).to_have_count(1)
    assert held <= set(mayor.ask("desk.journal.all('recorded').map(({ id }) => id)"))
    assert [entry["text"] for entry in mayor.logbook()].count(text) == 1


def test_a_server_that_says_nothing_is_seen_before_the_link_is_called_cut(
    town: NodeProcess, visit: Callable[..., DeskPage], album: Album
) -> None:
    text = "Envoyé à un serveur qui ne répond pas."
    mayor = visit(town.url)
    mayor.witness.expect(f"{NO_SERVER}|{LEFT_IN_A_CUT}|ERR_ABORTED|ERR_TIMED_OUT")
    mayor.open(role=MAYOR)
    page = mayor.page
    expect(page.get_by_role("button", name="En ligne")).to_be_visible()
    town.freeze()
    try:
        page.keyboard.press("/")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        button = page.get_by_role("button", name="Lien muet")
        expect(button).to_contain_text("1 non envoyé", timeout=BACK_MS)
        button.click()
        sheet = page.get_by_role("region", name="État du lien")
        expect(sheet).to_contain_text("Dernier mot du serveur")
        expect(sheet).to_contain_text(text)
        check_accessible(page, "link silent")
        album.take(page, "link-silent")
        expect(page.get_by_role("button", name="Lien coupé")).to_be_visible(timeout=BACK_MS)
    finally:
        town.thaw()
    mayor.wait_for("desk.link === 'live' && desk.parcels.length === 0", timeout_ms=2 * BACK_MS)
    assert [entry["text"] for entry in mayor.logbook()].count(text) == 1


def test_words_redacted_while_the_browser_was_closed_leave_the_device(
    town: NodeProcess, visit: Callable[..., DeskPage]
) -> None:
    text = "Nom de la personne qui doit disparaître : Octave Témoin."
    mayor = visit(town.url)
    mayor.witness.expect(NO_SERVER)
    mayor.open(role=MAYOR)
    page = mayor.page
    mayor.write(text)
    expect(mayor.row(text)).to_have_count(1)
    fact = mayor.ask("desk.picture.entries.find(({ text }) => text?.includes('Octave')).entry")
    wait_kept(page, "Octave", present=True)
    page.goto("about:blank")
    town.stop()
    town.run("journal", "redact", fact, "--reason", "donnée personnelle")
    town.start()
    mayor.open()
    mayor.wait_for("desk.link === 'live'", timeout_ms=BACK_MS)
    expect(mayor.rows.filter(has_text="Octave")).to_have_count(0)
    assert "Octave" not in page.evaluate("() => JSON.stringify(window.garance.store.journal.all('recorded'))")
    wait_kept(page, "Octave", present=False)


def _ms(instant: Any) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1000)
