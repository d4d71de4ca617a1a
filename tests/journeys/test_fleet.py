"""Ten thousand units on one desk: dots and symbols on the map, all in the list, each found under the pointer."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album, sharp
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

FLEET = 10_000
OFFICER = "Officière SDIS"
DECLARE = """async ({ count, situation, role, csrf, box: [west, south, east, north] }) => {
  let seed = 7;
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const give = async (name, body) => {
    const asked = { id: crypto.randomUUID(), situation, role, body };
    const headers = { 'Content-Type': 'application/json', 'X-Garance-CSRF': csrf };
    const answer = await fetch(`/api/v1/commands/${name}`, { method: 'POST', headers, body: JSON.stringify(asked) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const n = next++;
      const coordinates = [west + (east - west) * chance(), south + (north - south) * chance()];
      const resource = crypto.randomUUID();
      const kind = n % 2 ? 'ambulance' : 'fire-engine';
      await give('resources.declare', { resource, name: `Engin ${n}`, kind, geometry: { type: 'Point', coordinates } });
      if (n % 20 === 0) await give('resources.set-state', { resource, state: 'engaged' });
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}"""
"""What a command desk would give, by the same commands, from a page that has no desk open."""

LOOK = """([lon, lat, zoom]) => window.garance.map.jumpTo({ center: [lon, lat], zoom })"""
A_DOT = """() => {
  const { map, store } = window.garance;
  const { clientWidth: wide, clientHeight: high } = map.getCanvas();
  const places = store.units.map((unit) => ({ ...map.project(unit.position), unit }));
  const symbols = new Set(store.map.fleet.symbols);
  const far = ({ x, y }) => map.queryRenderedFeatures([[x - 14, y - 14], [x + 14, y + 14]],
    { layers: ['units', 'shape-points', 'sign-points', 'matters', 'gauges', 'entries', 'crowds'] }).length === 0;
  const alone = (one) => places.every((other) => other === one || Math.hypot(other.x - one.x, other.y - one.y) > 13);
  const found = places.find((one) => !symbols.has(one.unit.resource.id) && one.unit.resource.state === 'available'
    && one.x > 380 && one.y > 120 && one.x < wide - 80 && one.y < high - 120 && far(one) && alone(one));
  const box = map.getCanvas().getBoundingClientRect();
  return { id: found.unit.resource.id, name: found.unit.resource.name, x: box.left + found.x, y: box.top + found.y };
}"""


def declare(desk: DeskPage) -> None:
    """Give the whole fleet, then come back to the desk."""
    page = desk.page
    asked = {
        "count": FLEET,
        "situation": desk.situation,
        "role": desk.ask("desk.grant.id"),
        "csrf": desk.session()["csrf"],
        "box": desk.ask("desk.territory.bbox"),
    }
    page.goto("/donnees")
    page.wait_for_load_state()
    page.evaluate(DECLARE, asked)
    desk.open(f"&situation={asked['situation']}")


def colours_at(page: Page, x: float, y: float) -> set[tuple[int, int, int]]:
    """The colours of the screen around a place."""
    with sharp(page):
        shot = page.screenshot(clip={"x": x - 6, "y": y - 6, "width": 13, "height": 13})
    with Image.open(io.BytesIO(shot)) as image:
        found = image.convert("RGB").getcolors(maxcolors=1 << 16) or []
    return {colour for _, colour in found}  # type: ignore[misc]


def green(colours: set[tuple[int, int, int]]) -> bool:
    """Whether the ring of an available unit is among them."""
    return any(g > 170 and r < 140 and b < 170 and g - r > 60 for r, g, b in colours)


@pytest.mark.timeout(600)
def test_ten_thousand_units_on_map_and_in_list(town: NodeProcess, visit: Any, album: Album) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    before = desk.ask("desk.picture.resources.length")
    declare(desk)
    page = desk.page
    desk.wait_for(f"desk.picture.resources.length === {before + FLEET}", timeout_ms=60_000)
    page.evaluate("() => window.garance.map.setPixelRatio(1)")  # dots are counted by the pixel
    desk.tab("Moyens")
    box = desk.ask("desk.territory.bbox")

    # The whole territory: symbols keep apart, every other unit is a dot.
    desk.frame_all(box)
    symbols, dots = desk.units_in_view()
    assert 10 < symbols <= 300
    assert dots > FLEET * 0.9
    check_accessible(page, "ten thousand units")
    album.take(page, "fleet-wide")
    expect(page.get_by_role("list", name="Liste des moyens").locator("button.row").first).to_be_visible()
    assert desk.ask("desk.fleet.rows.length") == before + FLEET
    assert page.locator("button.row").count() < 60, "only the rows in view are in the page"
    states = page.get_by_role("group", name="Moyens par état")
    engaged = desk.ask("desk.picture.resources.filter(({ state }) => state === 'engaged').length")
    assert engaged >= FLEET / 20
    expect(states.get_by_role("button", name=re.compile("^Engagé"))).to_contain_text(str(engaged))

    # A dot is really drawn, is found under the pointer, and becomes a symbol once in hand.
    page.evaluate(LOOK, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 14.5])
    desk.units_in_view()
    dot = page.evaluate(A_DOT)
    assert green(colours_at(page, dot["x"], dot["y"]))
    page.mouse.move(dot["x"], dot["y"])
    page.wait_for_function("() => window.garance.map.getCanvas().style.cursor === 'pointer'")
    page.mouse.click(dot["x"], dot["y"])
    expect(page.get_by_role("region", name=f"Fiche de {dot['name']}", exact=True)).to_be_visible()
    assert desk.ask("desk.selection.id") == dot["id"]
    desk.wait_idle()
    assert dot["id"] in desk.drawn(["units"])
    desk.units_in_view()
    album.take(page, "fleet-middle")

    # From near, each has its symbol.
    page.keyboard.press("Escape")
    page.evaluate(LOOK, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 17.2])
    symbols, dots = desk.units_in_view()
    assert symbols > 0
    assert dots == 0
    album.take(page, "fleet-near")

    # Hidden, they are neither drawn nor found; on relief they are drawn still.
    desk.ask("desk.show('resources', false)")
    desk.wait_idle()
    assert desk.drawn(["units"]) == []
    desk.ask("desk.show('resources', true)")
    page.evaluate(LOOK, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 14.5])
    page.keyboard.press("v")
    page.wait_for_function("() => window.garance.map.getTerrain() !== null")
    desk.wait_idle()
    relief = page.evaluate(A_DOT)
    assert green(colours_at(page, relief["x"], relief["y"]))
    album.take(page, "fleet-relief")
    assert desk.map_problems() == []


@pytest.mark.timeout(600)
def test_the_list_of_ten_thousand_answers_the_keyboard(town: NodeProcess, visit: Any) -> None:
    desk: DeskPage = visit(town.url).open(role=OFFICER)
    if desk.ask("desk.picture.resources.length") < FLEET:
        declare(desk)
    page = desk.page
    desk.tab("Moyens")
    page.get_by_role("combobox", name="Trier les moyens").select_option("name")
    page.get_by_role("searchbox", name="Chercher un moyen").fill("engin")
    rows = page.locator("button.row")
    rows.first.focus()
    page.keyboard.press("End")
    expect(page.locator("button.row:focus")).to_contain_text(f"Engin {FLEET - 1}")
    page.keyboard.press("Home")
    expect(page.locator("button.row:focus")).to_contain_text("Engin 0")
    page.get_by_role("searchbox", name="Chercher un moyen").fill("engin 77")
    expect(page.get_by_text(re.compile(rf"^111 sur {FLEET // 1000}"))).to_be_visible()
