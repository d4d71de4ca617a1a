"""The demonstration's people: whom one may be, said by organisation; being another one without leaving the desk."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from support.axe import check_accessible
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

SECRETARY, OFFICER = "Secrétaire de la main courante", "Officière SDIS"


def test_one_click_to_be_somebody_and_another_to_be_somebody_else(town: NodeProcess, visit: Any, album: Album) -> None:
    desk = visit(town.url)
    page = desk.page
    page.goto("/?test")
    sections = page.locator("section[aria-label]")
    expect(sections).to_have_count(4)
    expect(sections.first.get_by_role("button")).to_have_count(5)
    expect(sections.last).to_contain_text("Gendarmerie")
    expect(page.get_by_role("button", name=SECRETARY)).to_contain_text("Note les appels")
    check_accessible(page, "the people of the demonstration")
    album.take(page, "casting-entrance")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "nothing is cut at 400 % zoom"
    page.set_viewport_size({"width": 1280, "height": 720})

    page.get_by_role("button", name=SECRETARY).click()
    desk.wait_ready()
    situation = desk.situation
    assert desk.ask("desk.picture.resources.length") > 35
    desk.write("Écrit par le secrétaire.")
    expect(desk.row("Écrit par le secrétaire.")).to_contain_text("Hugo Martin")

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Prendre un autre rôle").click()
    sheet = page.get_by_role("dialog", name="Qui êtes-vous maintenant ?")
    expect(sheet.get_by_role("button", name=SECRETARY)).to_be_disabled()
    check_accessible(page, "choosing another role")
    album.take(page, "casting-sheet")
    sheet.get_by_role("button", name=OFFICER).click()
    expect(page.get_by_role("status").filter(has_text="Vous êtes maintenant Capitaine Inès Robert")).to_be_visible()
    desk.wait_ready()
    assert desk.situation == situation
    expect(page.locator("header").first).to_contain_text("SDIS")
    desk.write("Écrit par l'officière.")
    expect(desk.row("Écrit par l'officière.")).to_contain_text("Inès Robert")
    expect(desk.row("Écrit par le secrétaire.")).to_contain_text("Hugo Martin")
    album.take(page, "casting-desk")

    # By the keyboard, to one who only looks.
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("r")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Observateur")).click()
    expect(page.get_by_role("status").filter(has_text="Observateur")).to_be_visible()
    desk.wait_ready()
    expect(page.locator("#entry-text")).to_have_count(0)
