"""An actual situation and an exercise open in one window: never alike, and each comes back as it was left."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

LOGIN, NAME, PASSWORD = "claire", "Claire Vasseur", "une pluie fine sur le port"
FLOOD, DRILL = "Crue de la Galène", "Exercice de crue"


def come_in(desk: DeskPage, node: NodeProcess) -> dict[str, Any]:
    """Become the administrator of a new node, with the role that steers; the session."""
    desk.witness.expect(r"console error: Failed to load resource: .* 404 .*/api/v1/territory\b")
    found = re.search(r"/premier-acces#(\S+)", node.said)
    assert found, node.said
    ask = desk.page.request
    person = {"login": LOGIN, "password": PASSWORD}
    made = ask.post("/api/v1/first-administrator", data={"token": found[1], "display_name": NAME, **person})
    assert made.ok, made.text()
    assert ask.post("/api/v1/session", data=person).ok
    session = desk.session()
    role = {"grant": str(uuid4()), "person": session["person"]["id"], "role": "dos"}
    command(desk, "people.grant-role", {**role, "organisation": session["grants"][0]["organisation"]})
    return desk.session()


def command(desk: DeskPage, name: str, body: dict[str, Any], *, situation: str | None = None, role: int = 0) -> None:
    """Give a command before any desk is open, or in a situation that is not the one in front."""
    session = desk.session()
    asked = {"id": str(uuid4()), "situation": situation, "role": session["grants"][role]["id"], "body": body}
    headers = {"x-garance-csrf": session["csrf"]}
    answer = desk.page.request.post(f"/api/v1/commands/{name}", data=asked, headers=headers)
    assert answer.ok, answer.text()


def test_one_situation_and_another_in_one_window(
    start_node: Callable[..., NodeProcess], visit: Callable[..., DeskPage], album: Album
) -> None:
    node = start_node("serve")
    desk = visit(node.url)
    page = desk.page
    session = come_in(desk, node)
    steering = next(index for index, grant in enumerate(session["grants"]) if grant["role"] == "dos")
    role = session["grants"][steering]["id"]
    flood, drill = str(uuid4()), str(uuid4())
    for situation, title, mode in ((flood, FLOOD, "actual"), (drill, DRILL, "exercise")):
        body = {"situation": situation, "title": title, "kind": "flood", "mode": mode}
        command(desk, "situation.open", body, role=steering)

    page.goto(f"/?test&situation={drill}")
    desk.wait_ready()
    desk.ask("desk.account.choose(argument)", role)
    expect(page.locator(".desk")).to_have_class(re.compile("exercise"))
    page.evaluate("() => window.garance.map.jumpTo({ center: [-1, 46], zoom: 11.5, bearing: 15 })")
    camera = desk.camera()
    page.locator("#entry-text").fill("Une phrase commencée")
    page.get_by_role("button", name="Changer de situation").click()
    rows = page.locator(".switcher li")
    expect(rows).to_have_count(2)
    for theme in ("light", "contrast", "dark"):
        page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
        check_accessible(page, f"the switcher, {theme}")
    album.take(page, "switcher")
    rows.filter(has_text=FLOOD).get_by_role("button").first.click()
    desk.wait_for(f"desk.id === '{flood}' && desk.ready")
    desk.wait_ready()
    expect(page.locator("#entry-text")).to_have_value("")
    expect(page.locator(".desk")).not_to_have_class(re.compile("exercise"))
    expect(page.locator("header .badge").first).to_have_text("Réel")
    assert not page.title().startswith("EXERCICE")
    page.locator("#entry-text").fill("Une autre")

    # Behind, the exercise is still linked; by the keyboard, it comes back as it was left.
    command(
        desk,
        "logbook.write",
        {"text": "Dit pendant ce temps.", "category": "information"},
        situation=drill,
        role=steering,
    )
    page.locator("#entry-text").blur()
    page.keyboard.press("s")
    behind = rows.filter(has_text="reliée derrière celle-ci")
    expect(behind).to_have_count(1)
    behind.get_by_role("button").first.focus()
    page.keyboard.press("Enter")
    desk.wait_for(f"desk.id === '{drill}'")
    expect(desk.row("Dit pendant ce temps.")).to_be_visible()
    expect(page.locator("#entry-text")).to_have_value("Une phrase commencée")
    desk.wait_ready()
    desk.looks_from(camera)
    expect(page.locator(".desk")).to_have_class(re.compile("exercise"))
    assert page.title().startswith("EXERCICE")

    # The browser's own way back goes to the other one, as it was left too.
    page.go_back()
    desk.wait_for(f"desk.id === '{flood}'")
    expect(page.locator("#entry-text")).to_have_value("Une autre")
