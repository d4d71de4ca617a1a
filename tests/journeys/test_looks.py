"""The desk for everyone: by keyboard alone, in each theme, each language, each size; nothing axe-core objects to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from support.axe import check_accessible
from support.chromium import visiting
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

MAYOR = "Maire"
AXES = ["Veille", "Anticiper", "Préparer", "Analyser", "Informer", "Conduire"]
PARTS = ".desk > header *, .desk > section *, aside [role=tab], main button"
OVERFLOWING = """(parts) => [...document.querySelectorAll(parts)]
  .filter((part) => {
    const box = part.getBoundingClientRect();
    return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1);
  })
  .map((part) => `${part.tagName} ${part.className} ${part.textContent.trim().slice(0, 30)}`)"""
LOOKS = """() => {
  const { documentElement: page } = document;
  const { store } = window.garance;
  return [page.lang, page.dataset.theme, store.conductor.live, store.axis, store.tab];
}"""
UNTRANSLATED = re.compile(r"\b(Main courante|Exercice|Maire|Conduire|Calques|Niveau|Moyens|Tracés|Capteurs)\b")


@pytest.fixture(scope="module")
def shared(chromium: Browser, town: NodeProcess) -> Iterator[DeskPage]:
    """One mayor's desk for the module."""
    with visiting(chromium, town.url) as (page, witness):
        yield DeskPage(page, witness).open(role=MAYOR)


@pytest.fixture
def desk(shared: DeskPage) -> Iterator[DeskPage]:
    """That desk; what a failed test left behind is put away by opening the page again."""
    yield shared
    looks = shared.page.evaluate(LOOKS)
    if looks != ["fr", "dark", True, "conduct", "logbook"]:
        shared.page.evaluate("() => localStorage.clear()")
        shared.open()


def palette(page: Page, words: str) -> None:
    """Do something by its words: Ctrl+K, type, Enter."""
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name=re.compile("Une action|An action"))
    expect(field).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(field).to_have_count(0)


def test_every_state_of_the_desk_is_accessible(desk: DeskPage, album: Album) -> None:
    page = desk.page
    check_accessible(page, "desk, live")
    for tab in ["Moyens", "Tracés", "Capteurs"]:
        desk.tab(tab)
        check_accessible(page, tab)
        album.take(page, f"panel-{tab.lower()}")
    desk.tab("Main courante")
    desk.rows.first.get_by_role("button").first.click()
    check_accessible(page, "an entry selected")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Calques").click()
    check_accessible(page, "layers")
    album.take(page, "layers")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    check_accessible(page, "palette")
    album.take(page, "palette")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Menu").click()
    check_accessible(page, "menu")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Fait précédent").click()
    page.get_by_role("button", name="Fait précédent").click()
    expect(desk.banner).to_contain_text("Rejeu")
    check_accessible(page, "replay")
    page.keyboard.press("d")
    expect(desk.banner).not_to_contain_text("Rejeu")


def test_every_axis_is_accessible(desk: DeskPage, album: Album) -> None:
    page = desk.page
    for axis in AXES:
        page.get_by_role("navigation", name="Axes de travail").get_by_role("button", name=axis).click()
        desk.wait_idle()
        check_accessible(page, axis)
        album.take(page, f"axis-{axis.lower()}")


def test_light_and_high_contrast_in_english(desk: DeskPage, album: Album) -> None:
    page = desk.page
    palette(page, "switch to english")
    expect(page.get_by_role("tab", name="Logbook")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    chrome = " ".join(page.locator(".desk > header, nav, [role=tablist], .desk > section").all_inner_texts())
    said = chrome.replace(desk.ask("desk.current.title"), "").replace(desk.ask("desk.grant.organisation_name"), "")
    assert not UNTRANSLATED.findall(said), said
    for theme, words in (("light", "light"), ("contrast", "high contrast")):
        palette(page, words)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        desk.wait_idle()
        check_accessible(page, theme)
        desk.tab("Sensors")
        check_accessible(page, f"{theme}, sensors")
        desk.tab("Logbook")
        album.take(page, f"theme-{theme}")
    palette(page, "dark")
    palette(page, "passer en fr")
    expect(page.get_by_role("tab", name="Main courante")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 720), (1920, 1080)])
def test_nothing_leaves_the_window(desk: DeskPage, album: Album, width: int, height: int) -> None:
    page = desk.page
    page.set_viewport_size({"width": width, "height": height})
    try:
        desk.wait_idle()
        assert page.evaluate(OVERFLOWING, PARTS) == []
        album.take(page, f"size-{width}")
        page.get_by_role("button", name="Fait précédent").click()
        page.get_by_role("button", name="Fait précédent").click()
        assert page.evaluate(OVERFLOWING, PARTS) == []
        album.take(page, f"size-{width}-replay")
        page.keyboard.press("d")
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})


def test_by_keyboard_alone(town: NodeProcess, visit: Callable[..., DeskPage]) -> None:
    desk = visit(town.url)
    page = desk.page
    page.goto("/?test")
    role = page.get_by_role("button", name=MAYOR)
    expect(role).to_be_visible()
    for _ in range(12):
        if role.evaluate("(button) => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(role).to_be_focused()
    page.keyboard.press("Enter")
    desk.wait_ready(landed=True)

    # The first Tab offers to skip the map; the focus is seen.
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller à la main courante")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "panel"

    # Write, with its category, without a mouse.
    desk.write("Écrit sans souris.")
    row = desk.row("Écrit sans souris.")
    expect(row).to_have_count(1)

    # Strike it: focus its row, Enter, then on to the button.
    row.get_by_role("button").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Rayer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row.get_by_label("Motif (obligatoire)")).to_be_focused()
    page.keyboard.type("essai au clavier")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("essai au clavier")

    # Axes by number, views by name, time by arrows.
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("1")
    desk.wait_for("desk.axis === 'watch'")
    page.keyboard.press("4")
    desk.wait_for("desk.axis === 'conduct'")
    palette(page, "traces")
    expect(page.get_by_role("tab", name="Tracés")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Tracés").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Capteurs")).to_be_focused()
    desk.strip.focus()
    page.keyboard.press("PageDown")
    expect(desk.banner).to_contain_text("Rejeu")
    assert re.match(r"0[23]:", page.get_by_test_id("shown").inner_text())
    page.keyboard.press("End")
    expect(desk.banner).not_to_contain_text("Rejeu")
    assert desk.ask("desk.conductor.live") is True

    # A place for an entry without pointing: the centre of the map.
    page.keyboard.press("/")
    page.keyboard.type("Situé au clavier.")
    page.get_by_role("button", name="Situer sur la carte").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Au centre de la carte", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#entry-text")).to_be_focused()
    page.keyboard.press("Enter")
    desk.wait_for("desk.entries.some(({ text, geometry }) => text === 'Situé au clavier.' && geometry)")
