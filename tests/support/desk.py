"""The desk as the journeys use it: by what a person sees and touches, and by the API that must agree."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect
from support.chromium import Witness

READY = "() => window.garance?.ready === true"
IDLE = """() => new Promise((done) => {
  const { map } = window.garance;
  map.once('idle', () => done(true));
  map.triggerRepaint();
})"""
FIT = """([west, south, east, north]) =>
  window.garance.map.fitBounds([[west, south], [east, north]], { animate: false, padding: 60 })"""
DRAWN = """(layers) => {
  const { map } = window.garance;
  const present = layers.filter((name) => map.getLayer(name));
  const found = map.queryRenderedFeatures({ layers: present }).map((feature) => feature.properties.id);
  return [...new Set(found)].sort();
}"""
IN_VIEW = """() => {
  const { map, store } = window.garance;
  const { clientWidth: wide, clientHeight: high } = map.getCanvas();
  const within = ({ position }) => {
    const { x, y } = map.project(position);
    return x >= 0 && y >= 0 && x <= wide && y <= high;
  };
  return store.units.filter(within).map(({ resource }) => resource.id);
}"""
SYMBOLS_IN_VIEW = """(inside) => {
  const { map, store } = window.garance;
  const seen = new Set(inside);
  const drawn = map.queryRenderedFeatures({ layers: ['units'] }).map((feature) => feature.properties.id);
  return [...new Set(drawn)].filter((id) => seen.has(id));
}"""
DOTS = "() => window.garance.store.map.fleet.dots.seen"
CROWDS = """() => {
  const { map } = window.garance;
  const [left, top] = [map.getCanvas().getBoundingClientRect().left, map.getCanvas().getBoundingClientRect().top];
  return (map.getSource('crowds')?.serialize().data.features ?? []).map(({ geometry, properties }) => {
    const { x, y } = map.project(geometry.coordinates);
    const [right, down] = properties.offset;
    return { members: properties.members.split(' '), x: left + x + right, y: top + y + down };
  });
}"""
HELD = """(source) => {
  const data = window.garance.map.getSource(source)?.serialize().data;
  return (data?.features ?? []).map((feature) => feature.properties.id).sort();
}"""
SHAPE_LAYERS = ["shape-fills", "shape-lines", "shape-lines-planned", "shape-lines-lapsed", "shape-points"]
CUT_SHORT = "unknown error occurred when fetching the script"
"""What Chromium says in the console when the network goes while the pages are being kept."""
GIVEN_UP = "closed before the connection is established"
"""A desk was left while it tried to come back."""
NO_NETWORK = f"ERR_INTERNET_DISCONNECTED|{CUT_SHORT}"
"""What is heard when a journey cuts the link, whenever it does."""
LEFT_IN_A_CUT = f"{NO_NETWORK}|{GIVEN_UP}"
"""The same, when the desk is also left before the link is back."""
KEEPING_MS = 60_000
COARSE = 0.4
"""How finely journeys draw the map: a software renderer pays for each pixel."""
SHELL_KEPT = "() => navigator.serviceWorker.controller !== null"


def box_of(ring: list[list[float]]) -> list[float]:
    """West, south, east and north of a ring, in degrees."""
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    return [min(lons), min(lats), max(lons), max(lats)]


class DeskPage:
    """One person's desk."""

    def __init__(self, page: Page, witness: Witness) -> None:
        self.page = page
        self.witness = witness

    # -- coming in ----------------------------------------------------------------------------------------------

    def open(self, query: str = "", *, role: str | None = None, landed: bool = False) -> DeskPage:
        """Open the desk, taking a role of the demonstration first when one is named.

        Most journeys begin by the logbook; `landed` stays where the desk puts that person.
        """
        self.page.goto(f"/?test={COARSE}{query}")
        if role:
            self.page.get_by_role("button", name=role).click()
        return self.wait_ready(landed=landed)

    def wait_ready(self, *, landed: bool = False) -> DeskPage:
        """Wait until every fact is read and the map has drawn everything it has."""
        self.page.wait_for_function(READY, timeout=45_000)
        if not landed and self.ask("desk.tab === 'home' && desk.axis === 'conduct'"):
            self.ask("(desk.tab = 'logbook')")  # not by a click: nothing has the keyboard yet
        return self

    def wait_idle(self) -> None:
        """Wait until the map has nothing left to draw."""
        self.page.evaluate(IDLE)

    # -- looking ------------------------------------------------------------------------------------------------

    def ask(self, expression: str, argument: Any = None) -> Any:
        """A value of the desk's own store: `picture.shapes.length`."""
        return self.page.evaluate(
            f"(argument) => {{ const desk = window.garance.store; return {expression}; }}", argument
        )

    def wait_for(self, condition: str, *, timeout_ms: float = 10_000) -> None:
        """Wait until a condition on the desk's store holds."""
        self.page.wait_for_function(
            f"() => {{ const desk = window.garance?.store; return !!desk && !!({condition}); }}", timeout=timeout_ms
        )

    @property
    def situation(self) -> str:
        """The situation on the desk."""
        identifier: str = self.ask("desk.id")
        return identifier

    def session(self) -> dict[str, Any]:
        """Who this browser is to the node."""
        session: dict[str, Any] = self.page.request.get("/api/v1/session").json()
        return session

    def now(self) -> datetime:
        """The present of the node, as this desk reckons it."""
        return datetime.fromtimestamp(self.ask("desk.clock.now_ms()") / 1000, UTC)

    def command(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Give a command as this person, in their first role here, where the desk offers no gesture for it."""
        session = self.session()
        asked = {"id": str(uuid4()), "situation": self.situation, "role": self.ask("desk.grant.id"), "body": body}
        answer = self.page.request.post(
            f"/api/v1/commands/{name}", data=asked, headers={"x-garance-csrf": session["csrf"]}
        )
        assert answer.ok, answer.text()
        done: dict[str, Any] = answer.json()
        return done

    def picture(self, **parameters: str) -> dict[str, Any]:
        """The picture that the API gives to this same person."""
        answer = self.page.request.get(f"/api/v1/situations/{self.situation}/picture", params={**parameters})
        assert answer.ok, answer.text()
        picture: dict[str, Any] = answer.json()
        return picture

    def logbook(self) -> list[dict[str, Any]]:
        """Every entry that the API gives to this person, in order."""
        entries: list[dict[str, Any]] = []
        parameters = {"limit": "200"}
        while True:
            answer = self.page.request.get(f"/api/v1/situations/{self.situation}/logbook", params={**parameters})
            assert answer.ok, answer.text()
            page = answer.json()
            entries += page["items"]
            if not page["next"]:
                return entries
            parameters["after"] = page["next"]

    def frame_all(self, box: list[float]) -> None:
        """Look at that whole box, from above."""
        self.page.evaluate(FIT, box)
        self.wait_idle()

    def camera(self) -> dict[str, float]:
        """Where the map is looked at from."""
        camera: dict[str, float] = self.ask("desk.map.camera")
        return camera

    def looks_from(self, camera: dict[str, float]) -> None:
        """Fail unless the map is looked at from there."""
        found = self.camera()
        assert all(abs(value - found[name]) < 0.01 for name, value in camera.items()), (camera, found)

    def drawn(self, layers: list[str]) -> list[str]:
        """The identifiers of what those layers have really drawn on the map."""
        found: list[str] = self.page.evaluate(DRAWN, layers)
        return found

    def crowds(self) -> list[dict[str, Any]]:
        """The columns that have no more room: who is only counted there, and where the count stands on the page."""
        found: list[dict[str, Any]] = self.page.evaluate(CROWDS)
        return found

    def shown(self, layers: list[str]) -> set[str]:
        """What those layers have drawn, and what the map only counts because its column is full."""
        return {*self.drawn(layers), *(member for crowd in self.crowds() for member in crowd["members"])}

    def units_in_view(self) -> tuple[int, int]:
        """How many units are drawn as symbols and how many as dots: what stands in view is drawn, once each."""
        self.wait_idle()
        inside = self.page.evaluate(IN_VIEW)
        symbols = len(self.page.evaluate(SYMBOLS_IN_VIEW, inside))
        dots: int = self.page.evaluate(DOTS)
        assert symbols + dots == len(inside), (symbols, dots, len(inside))
        return symbols, dots

    def map_problems(self) -> list[str]:
        """What the map engine complained of."""
        problems: list[str] = self.page.evaluate("() => window.garance.problems")
        return problems

    @property
    def rows(self) -> Locator:
        """The rows of the logbook."""
        return self.page.locator("li[data-entry]")

    @property
    def listed(self) -> int:
        """How many lines the logbook has: a long one is drawn only where it is looked at."""
        return int(self.rows.first.get_attribute("aria-setsize") or 0)

    def row(self, text: str) -> Locator:
        """The row of the logbook with that text."""
        return self.rows.filter(has_text=text)

    @property
    def banner(self) -> Locator:
        """The words of the frame around the window."""
        return self.page.get_by_role("region", name=re.compile("Ce que vous regardez|What you are looking at"))

    @property
    def strip(self) -> Locator:
        """The strip of time."""
        return self.page.get_by_role("slider", name=re.compile("Temps montré|Time shown"))

    # -- acting -------------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Write an entry as one does in a hurry: the slash key, the text, Enter."""
        self.page.keyboard.press("/")
        field = self.page.locator("#entry-text")
        expect(field).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        expect(field).to_have_value("")
        field.blur()

    def tab(self, name: str | re.Pattern[str]) -> None:
        """Open one tab of the panel."""
        self.page.get_by_role("tab", name=name).click()

    def draw_polygon(self, corners: list[tuple[float, float]]) -> None:
        """Draw a zone with the mouse; corners as shares of the map's width and height."""
        self.page.get_by_role("button", name="Dessiner une zone").click()
        self.page.get_by_role("form", name="Tracé en cours").wait_for()
        box = self.page.locator(".maplibregl-canvas").bounding_box()
        assert box is not None
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
        for x, y in [*points, points[0]]:
            self.page.mouse.move(x, y, steps=4)
            self.page.mouse.down()
            self.page.mouse.up()
            self.page.wait_for_timeout(350)  # a second click too soon would be a double click

    def keep_ground(self) -> None:
        """Ask for the territory to be kept, as a person does, and wait until it is whole, the pages too."""
        page = self.page
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("button", name="Territoire hors ligne").click()
        sheet = page.get_by_role("dialog", name="Territoire hors ligne")
        if self.ask("desk.ground.state") == "none":
            sheet.get_by_role("button", name="Garder sur ce poste").click()
        expect(sheet.get_by_role("status")).to_have_text("Territoire gardé sur ce poste", timeout=KEEPING_MS)
        page.wait_for_function(SHELL_KEPT, timeout=KEEPING_MS)

    def drag_to(self, at_ms: float) -> None:
        """Drag the hand of the time strip to an instant, as a mouse does: down on the present, move, release."""
        box = self.strip.bounding_box()
        assert box is not None
        frame = self.ask("desk.timeline.window")
        share = (at_ms - frame["from_ms"]) / (frame["to_ms"] - frame["from_ms"])
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] * 0.97, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] * share, middle, steps=8)
        self.page.mouse.up()
