"""Several people on one situation: views kept for the others, orders read and said to be, walls, links."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

Visit = Callable[..., DeskPage]
MAYOR, OFFICER = "Maire", "Officière SDIS"
THEMES = ["dark", "light", "contrast"]
ORDER = "Évacuez le quai des Pêcheurs avant la pleine mer."
SHOWN = """[
  desk.axis, desk.tab, desk.volume, desk.conductor.by, Math.floor(desk.conductor.shown_ms), desk.visibility,
]"""


def settle(desk: DeskPage) -> None:
    """Read what was there on arrival, as one does."""
    desk.wait_for("desk.readings.length > 0 && desk.tracksVersion > 0")
    bar = desk.page.get_by_role("region", name="À lire maintenant")
    while desk.page.get_by_role("button", name="J'ai lu").or_(desk.page.get_by_role("button", name="Compris")).count():
        before = bar.inner_text()
        bar.get_by_role("button", name=re.compile("J'ai lu|Compris")).click()
        desk.page.wait_for_function(
            "(before) => document.querySelector('section.bar')?.innerText !== before", arg=before
        )


def in_every_theme(page: Page, state: str) -> None:
    """Nothing axe-core objects to in any theme; the dark one is put back."""
    for theme in [*THEMES[1:], THEMES[0]]:
        page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
        check_accessible(page, f"{state}, {theme}")


def say(desk: DeskPage, text: str, category: str = "order") -> str:
    """Write a line of that kind; its fact."""
    fact: str = desk.command("logbook.write", {"text": text, "category": category})["facts"][0]
    return fact


def save_view(desk: DeskPage, name: str, note: str = "") -> None:
    page = desk.page
    page.get_by_label("Nom de la vue").fill(name)
    if note:
        page.get_by_label("Note (facultatif)").fill(note)
    page.get_by_role("button", name="Enregistrer ce que je vois").click()
    expect(page.get_by_role("region", name="Vues enregistrées").get_by_text(name)).to_be_visible()


def test_a_view_saved_by_one_is_opened_by_another_and_shown_by_a_wall(
    town: NodeProcess, visit: Visit, album: Album
) -> None:
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    settle(mayor)
    page.keyboard.press("w")
    expect(page.get_by_label("Nom de la vue")).to_be_focused()
    in_every_theme(page, "no saved view")
    save_view(mayor, "Ensemble")
    mayor.wait_for("desk.journal.all('recorded').filter(({ name }) => name === 'view.saved.v1').length === 1")

    # Another place, an hour before: the view is of that instant.
    page.evaluate("() => window.garance.map.jumpTo({ zoom: 15, bearing: 20 })")
    mayor.drag_to(mayor.ask("desk.conductor.now_ms") - 3_600_000)
    expect(mayor.banner).to_contain_text("Rejeu")
    save_view(mayor, "Une heure avant", "La digue tient encore.")
    shown_ms, camera = mayor.ask("Math.floor(desk.conductor.shown_ms)"), mayor.camera()
    in_every_theme(page, "saved views")
    album.take(page, "views")
    page.get_by_role("button", name="Modifier : Une heure avant").click()
    in_every_theme(page, "changing a saved view")
    page.get_by_role("spinbutton", name="Secondes sur un mur").fill("5")
    page.get_by_role("button", name="Garder", exact=True).click()
    mayor.wait_for("desk.journal.all('recorded').some(({ body }) => body?.dwell_s === 5)")
    page.get_by_role("button", name="Revenir au direct").click()

    # The officer steps through them with the arrows: same place, same hour, framed as a replay.
    officer = visit(town.url).open(role=OFFICER)
    settle(officer)
    officer.page.keyboard.press("w")
    panel = officer.page.get_by_role("region", name="Vues enregistrées")
    expect(panel.get_by_text("Claire Vasseur")).to_have_count(2)
    panel.get_by_role("button", name="Dérouler").click()
    following = officer.page.get_by_role("region", name="Vue enregistrée suivie")
    expect(following).to_contain_text("Vue 1/2")
    officer.page.get_by_role("button", name="Ne plus suivre les vues").wait_for()
    officer.page.keyboard.press("ArrowRight")
    expect(following).to_contain_text("Une heure avant")
    expect(following).to_contain_text("La digue tient encore.")
    expect(officer.banner).to_contain_text("Rejeu")
    assert officer.ask("desk.conductor.shown_ms") == shown_ms
    officer.looks_from(camera)
    in_every_theme(officer.page, "a view followed")
    album.take(officer.page, "view-followed")

    # A wall, with a token that can do nothing, goes from one to the other.
    token = give_wall(mayor)
    wall = visit(town.url)
    wall.page.goto(f"/mur?test&kiosk#{token}")
    wall.wait_ready()
    foot = wall.page.get_by_role("contentinfo")
    expect(foot).to_contain_text("Vue 1/2")
    assert token not in wall.page.url
    in_every_theme(wall.page, "a wall")
    wall.wait_idle()
    album.take(wall.page, "wall")
    expect(foot).to_contain_text("Une heure avant", timeout=40_000)

    # Somebody moves in front of it: it stays, and says so.
    wall.page.mouse.move(200, 200)
    wall.page.mouse.move(260, 240)
    expect(foot).to_contain_text("En pause tant que l'on bouge")
    expect(wall.banner).to_contain_text("Rejeu")
    assert wall.ask("desk.conductor.shown_ms") == shown_ms
    shown = wall.ask("desk.readings.find(({ series }) => series.thresholds.length).value.toFixed(2).replace('.', ',')")
    assert shown != mayor.ask(
        "desk.readings.find(({ series }) => series.thresholds.length).value.toFixed(2).replace('.', ',')"
    )
    expect(wall.page.get_by_role("region", name="Capteurs")).to_contain_text(f"{shown} m")
    check_accessible(wall.page, "a wall, in replay")
    assert wall.page.get_by_role("button").count() == wall.page.get_by_role("link").count() == 0
    refused = wall.page.request.post(
        "/api/v1/commands/logbook.write",
        data={
            "id": str(uuid4()),
            "situation": wall.situation,
            "role": mayor.ask("desk.grant.id"),
            "body": {"text": "x", "category": "order"},
        },
    )
    assert refused.status == 403

    # What is grave comes across the whole screen.
    say(officer, "URGENT : brèche de 15 m ouverte dans la digue.", "report")
    expect(wall.page.get_by_role("region", name="À lire maintenant")).to_contain_text("brèche de 15 m")
    in_every_theme(wall.page, "a wall with something grave")
    album.take(wall.page, "wall-grave")


def test_whoever_presents_leads_the_walls_and_the_desks_that_follow(
    town: NodeProcess, visit: Visit, album: Album
) -> None:
    mayor = visit(town.url).open(role=MAYOR)
    settle(mayor)
    page = mayor.page
    page.keyboard.press("w")
    before = mayor.ask("desk.picture.saved_views.length")
    for name, note in (("Point : digue", "Ce qui tient, ce qui cède."), ("Point : accueil", "")):
        save_view(mayor, name, note)
    mayor.wait_for(f"desk.picture.saved_views.length === {before + 2}")
    wall = visit(town.url)
    wall.page.goto(f"/mur?test&kiosk#{give_wall(mayor)}")
    wall.wait_ready()
    foot = wall.page.get_by_role("contentinfo")
    expect(foot).to_contain_text(f"/{before + 2}")
    officer = visit(town.url).open(role=OFFICER)
    settle(officer)

    # The wall leaves its round at once, and says who leads it.
    views = page.get_by_role("region", name="Vues enregistrées")
    views.get_by_role("button", name="Point : digue").first.click()
    views.get_by_role("button", name="Présenter sur les murs").click()
    followed = page.get_by_role("region", name="Vue enregistrée suivie")
    expect(followed).to_contain_text("Les murs vous suivent.")
    expect(foot).to_contain_text("Claire Vasseur présente Point : digue · Ce qui tient, ce qui cède.")
    in_every_theme(page, "leading a briefing")
    in_every_theme(wall.page, "a wall led")
    album.take(wall.page, "wall-led")

    # Another desk goes along until somebody there takes it back.
    offered = officer.page.get_by_role("region", name="Point de situation présenté")
    expect(offered).to_contain_text("Claire Vasseur présente : Point : digue")
    in_every_theme(officer.page, "a briefing that may be joined")
    offered.get_by_role("button", name="Suivre", exact=True).click()
    with_them = officer.page.get_by_role("region", name="Vue enregistrée suivie")
    expect(with_them).to_contain_text("Vous suivez Claire Vasseur.")
    page.get_by_role("heading", name="Vues enregistrées").click()
    page.keyboard.press("ArrowRight")
    for place in (foot, with_them, followed):
        expect(place).to_contain_text("Point : accueil")
    officer.page.get_by_role("button", name="Vue précédente").click()
    expect(offered).to_be_visible()
    expect(foot).to_contain_text("Claire Vasseur présente Point : accueil")

    # The map is left for a moment: the walls are still there to be ended, and go on by themselves.
    page.get_by_role("button", name="Ne plus suivre les vues").click()
    still = page.get_by_role("region", name="Point de situation présenté")
    expect(still).to_contain_text("Les murs montrent encore : Point : accueil")
    still.get_by_role("button", name="Terminer la présentation").click()
    expect(still).to_be_hidden()
    expect(offered).to_be_hidden()
    expect(foot).to_contain_text(f"/{before + 2}")
    expect(foot).not_to_contain_text("présente")


def give_wall(desk: DeskPage) -> str:
    """The secret of a wall screen, given by who steers the situation."""
    wanted = {"situation": desk.situation, "organisation": desk.ask("desk.grant.organisation"), "title": "Mur du PCC"}
    answer = desk.page.request.post("/api/v1/walls", data=wanted, headers={"x-garance-csrf": desk.session()["csrf"]})
    assert answer.ok, answer.text()
    token: str = answer.json()["token"]
    return token


def test_an_order_is_read_and_its_author_sees_by_whom(town: NodeProcess, visit: Visit, album: Album) -> None:
    mayor, officer = visit(town.url).open(role=MAYOR), visit(town.url).open(role=OFFICER)
    page = mayor.page
    settle(mayor)
    settle(officer)
    bar = page.get_by_role("region", name="À lire maintenant")
    assert not page.title().startswith("(")
    fact = say(officer, ORDER)
    expect(bar).to_contain_text(ORDER)
    expect(bar).to_contain_text("Grave")
    expect(page).to_have_title(re.compile(r"^\(1\) EXERCICE"))
    expect(page.get_by_role("alert").filter(has_text=ORDER)).to_have_count(1)
    expect(officer.page.get_by_role("region", name="À lire maintenant")).to_have_count(0)
    in_every_theme(page, "an order to read")
    album.take(page, "notice-order")

    # An urgent line passes before it; the tray counts both, by gravity.
    say(officer, "URGENT : une personne coincée au 12 quai Nord.", "information")
    expect(bar).to_contain_text("coincée")
    page.keyboard.press("n")
    tray = page.locator(".tray .sheet")
    expect(tray.get_by_role("listitem")).to_have_count(2)
    in_every_theme(page, "the tray")
    album.take(page, "notice-tray")
    page.keyboard.press("Escape")

    # In replay the live notices remain, and say that they are.
    page.get_by_role("button", name="Fait précédent").click()
    page.get_by_role("button", name="Fait précédent").click()
    expect(bar).to_contain_text("en direct")
    check_accessible(page, "a notice in replay")

    # By keyboard: examine comes back to the present and selects the line; `a` says it was read.
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("e")
    mayor.wait_for("desk.conductor.live && desk.selection?.kind === 'entry'")
    page.keyboard.press("a")
    expect(bar).to_contain_text(ORDER)
    page.keyboard.press("a")
    expect(bar).to_have_count(0)
    expect(officer.row(ORDER)).to_contain_text(re.compile(r"Lu par Claire Vasseur \(\d\d:\d\d\)"))
    given = next(entry for entry in officer.logbook() if entry["entry"] == fact)["acknowledged"]
    assert len(given) == 1
    album.take(officer.page, "acknowledged")

    # Read once, read for good: a reload raises nothing.
    mayor.open()
    expect(mayor.row(ORDER)).to_be_visible()
    mayor.wait_for("desk.ready")
    expect(bar).to_have_count(0)


def test_a_change_of_level_is_in_everybodys_bar(town: NodeProcess, visit: Visit) -> None:
    mayor, officer = visit(town.url).open(role=MAYOR), visit(town.url).open(role=OFFICER)
    settle(officer)
    follows = mayor.ask("desk.current.follows")
    session = mayor.session()
    answer = mayor.page.request.post(
        "/api/v1/commands/situation.set-level",
        data={
            "id": str(uuid4()),
            "situation": mayor.situation,
            "role": mayor.ask("desk.grant.id"),
            "follows": follows,
            "body": {"level": 4},
        },
        headers={"x-garance-csrf": session["csrf"]},
    )
    assert answer.ok, answer.text()
    bar = officer.page.get_by_role("region", name="À lire maintenant")
    expect(bar).to_contain_text("Niveau 4")
    expect(bar).to_contain_text("Critique")
    bar.get_by_role("button", name="J'ai lu").click()
    expect(bar).to_have_count(0)
    mayor.wait_for("desk.current.acknowledged.length === 1")
    mayor.page.keyboard.press("n")
    expect(mayor.page.locator(".tray .level")).to_contain_text("Lu par Capitaine Inès Robert")


def test_a_link_says_everything_and_nothing_of_what_is_not_yours(town: NodeProcess, visit: Visit, album: Album) -> None:
    mayor = visit(town.url).open(role=MAYOR)
    page = mayor.page
    settle(mayor)
    mayor.tab("Capteurs")
    page.evaluate("() => { window.garance.store.volume = true; }")
    mayor.wait_for("desk.map.volume")
    page.evaluate("() => window.garance.map.jumpTo({ zoom: 14.2, pitch: 48, bearing: 33 })")
    mayor.drag_to(mayor.ask("desk.conductor.now_ms") - 3_600_000)
    page.get_by_role("button", name="Tel que connu").click()
    page.keyboard.press("q")
    expect(page.get_by_role("img", name="QR code du lien")).to_be_visible()
    in_every_theme(page, "the link")
    album.take(page, "share")
    link = page.get_by_role("textbox", name="Lien de ce que vous voyez").input_value()
    assert len(link) < 420, link
    wanted = mayor.ask(SHOWN)
    camera = mayor.camera()

    officer = visit(town.url).open(role=OFFICER)
    officer.page.goto(f"{link}&test")
    officer.wait_ready()
    assert officer.ask(SHOWN) == wanted
    officer.looks_from(camera)
    assert officer.map_problems() == []

    # Nonsense is left out, and the desk opens.
    officer.page.goto(
        f"/?test&situation={mayor.situation}&camera=NaN,x&at=hier&axis=%3Cb%3E&sel=entry~..&layers=__proto__&view=no"
    )
    officer.wait_ready()
    expect(officer.page.get_by_text("Cette vue enregistrée n'existe plus.")).to_be_visible()
    assert officer.ask("desk.conductor.live") is True

    # A situation that is not theirs, or does not exist: a clear page, and the same words.
    officer.page.goto(f"/?test&situation={uuid4()}")
    expect(officer.page.get_by_role("heading", name="Rien à montrer ici")).to_be_visible()
    in_every_theme(officer.page, "nothing to show")
