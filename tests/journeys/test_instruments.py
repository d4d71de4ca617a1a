"""The instruments of the map: what they say is what the API and the pixels say, by mouse, by touch and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from support.axe import check_accessible
from support.chromium import visiting
from support.desk import NO_NETWORK, SHAPE_LAYERS, DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.territories import real_data

pytestmark = pytest.mark.slow

MAYOR = "Maire"
MANY = ["many-lines", "many-shapes", "many-matters", "many-entries", "many-units", "many-gauges"]
STILL = """[...desk.picture.shapes, ...desk.map.fleet.matters,
  ...desk.picture.series.filter(({ geometry }) => geometry),
  ...desk.entries.filter(({ geometry, struck }) => geometry && struck.length === 0).map(({ entry }) => ({ id: entry })),
].map(({ id }) => id)"""
"""What stands on the map and does not move."""
MARKS = ["instrument-areas", "instrument-lines", "instrument-points"]
COUNT = "(layers) => window.garance.map.queryRenderedFeatures({ layers }).length"
WORDS = """(layers) => window.garance.map.queryRenderedFeatures({ layers }).map(({ properties }) => properties.text)"""
PROJECT = """([lon, lat]) => {
  const { x, y } = window.garance.map.project([lon, lat]);
  const frame = window.garance.map.getCanvas().getBoundingClientRect();
  return [x + frame.left, y + frame.top];
}"""


@pytest.fixture(scope="module")
def mayor(chromium: Browser, town: NodeProcess) -> Iterator[DeskPage]:
    """One mayor's browser for the module."""
    with visiting(chromium, town.url, permissions=["clipboard-read", "clipboard-write"]) as (page, witness):
        yield DeskPage(page, witness).open(role=MAYOR)


@pytest.fixture
def desk(mayor: DeskPage) -> DeskPage:
    """Their desk, opened again: nothing in hand, everything that goes on in sight."""
    mayor.open()
    mayor.frame_all(mayor.ask("desk.operations"))
    return mayor


def sheet(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def begin_measuring(page: Page) -> Locator:
    """Take the measure in hand; its sheet, once there: clicks before it would select."""
    page.keyboard.press("m")
    measure = sheet(page, "Mesurer")
    expect(measure).to_be_visible()
    return measure


def on_map(desk: DeskPage, layers: list[str]) -> int:
    """How many pieces of features those layers have really drawn."""
    desk.wait_idle()
    found: int = desk.page.evaluate(COUNT, layers)
    return found


def wait_on_map(desk: DeskPage, layers: list[str]) -> None:
    desk.page.wait_for_function(f"(layers) => ({COUNT})(layers) > 0", arg=layers)


def pixel(desk: DeskPage, position: list[float]) -> tuple[float, float]:
    x, y = desk.page.evaluate(PROJECT, position)
    return x, y


def inset(desk: DeskPage, across: float, down: float) -> tuple[float, float]:
    """A place of the map, as shares of what is free of it: below the tools and of what must be read."""
    box = desk.page.locator(".maplibregl-canvas").bounding_box()
    over = desk.page.locator(".over").bounding_box()
    assert box is not None
    top = max(box["y"], over["y"] + over["height"] if over else 0.0)
    return box["x"] + box["width"] * across, top + (box["y"] + box["height"] - top) * down


def copied(page: Page) -> str:
    text: str = page.evaluate("() => navigator.clipboard.readText()")
    return text


def search(page: Page, text: str) -> Locator:
    """Type in the search of the map, from the keyboard; the options found."""
    page.keyboard.press("f")
    field = page.get_by_role("combobox", name=re.compile("Chercher un lieu"))
    expect(field).to_be_focused()
    field.fill(text)
    return page.get_by_role("listbox", name="Résultats de la recherche").get_by_role("option")


def test_an_address_is_found_and_said_by_keyboard_alone(desk: DeskPage, album: Album) -> None:
    page = desk.page
    answer = page.request.get("/api/v1/territory/search", params={"q": "12 rue du port", "limit": 1}).json()["items"][0]
    options = search(page, "12 rue du port")
    expect(options.first).to_contain_text(answer["name"])
    check_accessible(page, "search")
    album.take(page, "search")
    page.keyboard.press("Enter")
    here = sheet(page, answer["name"])
    expect(here.get_by_role("heading", name=answer["name"])).to_be_focused()
    asked = {"lon": round(answer["lon_deg"], 6), "lat": round(answer["lat_deg"], 6)}
    known = page.request.get("/api/v1/territory/here", params=asked).json()
    expect(here).to_contain_text(known["phrase"]["fr"])
    expect(here).to_contain_text(f"{known['elevation_m']:.1f} m NGF".replace(".", ","))
    people = here.get_by_role("row").filter(has_text=re.compile(r"^100\sm"))
    expect(people.get_by_role("cell").nth(2)).to_have_text(str(known["people_100m"]["central"]))
    assert len(known["sites"]) > 2
    for site in known["sites"]:
        expect(here).to_contain_text(site["properties"]["name"])
    wait_on_map(desk, ["instrument-points"])
    centre = page.evaluate(
        "() => window.garance.map.queryRenderedFeatures({ layers: ['instrument-points'] })[0].geometry.coordinates"
    )
    assert centre == pytest.approx([answer["lon_deg"], answer["lat_deg"]], abs=1e-4)
    check_accessible(page, "what is here")
    album.take(page, "here")
    page.keyboard.press("Escape")
    expect(here).to_have_count(0)
    assert on_map(desk, MARKS) == 0
    # What was looked for is offered again, and can be forgotten.
    recent = search(page, "")
    expect(recent).to_have_count(1)
    page.get_by_role("button", name="Oublier ces recherches").click()
    expect(recent).to_have_count(0)
    assert desk.map_problems() == []


def test_a_unit_is_found_and_selected(desk: DeskPage) -> None:
    unit = desk.ask("desk.units[0].resource")
    expect(search(desk.page, unit["name"]).first).to_contain_text(unit["name"])
    desk.page.keyboard.press("Enter")
    desk.wait_for(f"desk.selection?.id === '{unit['id']}'")


def test_coordinates_in_every_system_lead_to_the_same_place(desk: DeskPage) -> None:
    page = desk.page
    page.keyboard.press("i")
    here = sheet(page, "Ici")
    systems = ["WGS 84", "WGS 84, ° ′ ″", "Lambert-93", "UTM", "MGRS", "DFCI"]
    texts: list[str] = []
    for system in systems:
        here.get_by_role("button", name=f"Copier : {system}", exact=True).click()
        page.wait_for_function(
            "(before) => navigator.clipboard.readText().then((now) => now !== before)", arg=(texts or [""])[-1]
        )
        texts.append(copied(page))
    assert len(set(texts)) == len(systems)
    centre = [float(part) for part in texts[0].split(", ")][::-1]
    page.keyboard.press("Escape")
    for system, text in zip(systems, texts, strict=True):
        option = search(page, text).first
        expect(option).to_contain_text(system)
        page.keyboard.press("Enter")
        desk.wait_for("window.garance.map.queryRenderedFeatures({ layers: ['instrument-points'] }).length > 0")
        desk.wait_idle()
        found = page.evaluate(
            "() => window.garance.map.queryRenderedFeatures({ layers: ['instrument-points'] })[0].geometry.coordinates"
        )
        # A DFCI code names a square of one kilometre, whose middle is shown.
        assert found == pytest.approx(centre, abs=0.01 if system == "DFCI" else 1e-4), system
        page.keyboard.press("Escape")


def test_the_chip_says_where_the_pointer_is_in_the_system_chosen(desk: DeskPage) -> None:
    page = desk.page
    x, y = inset(desk, 0.4, 0.6)
    page.mouse.move(x, y)
    shown = page.get_by_test_id("coordinates")
    expect(shown).to_have_text(re.compile(r"^\d+,\d{5}°\sN\s\d+,\d{5}°\sO$"))
    chip = page.get_by_role("button", name=re.compile("Changer de système"))
    chip.click()
    expect(shown).to_contain_text("″")
    chip.click()
    expect(shown).to_contain_text("X")
    page.reload()
    desk.wait_ready()
    expect(page.get_by_test_id("coordinates")).to_contain_text("X")
    page.keyboard.press("y")
    expect(page.get_by_text(re.compile("Copié : "))).to_be_visible()
    assert re.fullmatch(r"\d{6} \d{7}", copied(page))


def test_a_grid_is_drawn_and_gone(desk: DeskPage, album: Album) -> None:
    page = desk.page
    assert on_map(desk, ["graticule-lines"]) == 0
    page.keyboard.press("k")
    options = sheet(page, "Carroyage et coordonnées")
    for label, pattern in [
        ("Degrés (WGS 84)", "[NO]$"),
        ("UTM, kilomètres", "[EN]$"),
        ("Carrés DFCI", r"^[A-N]{2}\d\d"),
    ]:
        options.get_by_label(label).check()
        page.wait_for_function(
            "([words, pattern]) => window.garance.map.queryRenderedFeatures({ layers: [words] })"
            ".some(({ properties }) => new RegExp(pattern).test(properties.text))",
            arg=["graticule-words", pattern],
        )
        assert on_map(desk, ["graticule-lines"]) > 2
    check_accessible(page, "grid")
    album.take(page, "grid")
    options.get_by_label("Aucun").check()
    page.wait_for_function(f"(layers) => ({COUNT})(layers) === 0", arg=["graticule-lines"])


def test_a_distance_with_its_ground_then_an_area_becomes_a_drawing(desk: DeskPage, album: Album) -> None:
    page = desk.page
    measure = begin_measuring(page)
    expect(measure).to_contain_text("Cliquez chaque point")
    for legs, (across, down) in enumerate([(0.12, 0.3), (0.32, 0.4), (0.3, 0.7), (0.1, 0.65)]):
        page.mouse.click(*inset(desk, across, down), delay=30)
        expect(measure.get_by_role("row")).to_have_count(legs + 1 if legs else 0)
    page.keyboard.press("Backspace")
    expect(measure.get_by_role("row")).to_have_count(3)
    page.keyboard.press("Enter")
    expect(measure).to_contain_text("Mesure terminée")
    assert on_map(desk, ["instrument-lines"]) > 0
    words = page.evaluate(WORDS, ["instrument-words"])
    said = measure.get_by_role("row").nth(1).get_by_role("cell").nth(1).inner_text()
    assert said in words
    measure.get_by_role("button", name="Profil du terrain").click()
    chart = measure.get_by_role("img", name=re.compile("De .* NGF à .* NGF"))
    box = chart.locator(".u-over").bounding_box()
    assert box is not None
    before = on_map(desk, ["instrument-points"])
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    expect(measure.locator("figure > p")).to_contain_text(" · ")
    page.wait_for_function(f"([layers, before]) => ({COUNT})(layers) > before", arg=[["instrument-points"], before])
    check_accessible(page, "measure")
    album.take(page, "measure")
    measure.get_by_role("button", name="Copier").click()
    expect(page.get_by_text(re.compile("Copié : "))).to_be_visible()
    assert copied(page).startswith("Distance totale : ")

    measure.get_by_role("button", name="Surface", exact=True).click()
    expect(measure).to_contain_text(re.compile(r"[\d,]+ ha"))
    measure.get_by_role("button", name="Qui habite dedans").click()
    expect(measure).to_contain_text("Habitants (estimation)")
    measure.get_by_role("button", name="En faire un dessin").click()
    form = page.get_by_role("form", name="Tracé en cours")
    form.get_by_label("Nom").fill("Zone mesurée")
    form.get_by_role("button", name="Enregistrer").click()
    desk.wait_for("desk.picture.shapes.some(({ name }) => name === 'Zone mesurée')")
    shape = desk.ask("desk.picture.shapes.find(({ name }) => name === 'Zone mesurée')")
    assert shape["geometry"]["type"] == "Polygon"
    page.wait_for_function(
        "([layers, id]) => window.garance.map.queryRenderedFeatures({ layers })"
        ".some(({ properties }) => properties.id === id)",
        arg=[SHAPE_LAYERS[:2], shape["id"]],
    )
    assert on_map(desk, MARKS) == 0
    assert desk.map_problems() == []


def test_a_circle_by_keyboard_alone(desk: DeskPage) -> None:
    page = desk.page
    measure = begin_measuring(page)
    measure.get_by_role("button", name="Cercle").press("Enter")
    measure.get_by_role("button", name="Ajouter le centre").press("Enter")
    measure.get_by_label("Rayon").fill("300")
    expect(measure).to_contain_text("28,2")
    expect(measure).to_contain_text("1,88 km")
    page.keyboard.press("Escape")
    expect(measure).to_have_count(0)


def test_the_way_from_a_unit_to_a_place_clicked(desk: DeskPage, album: Album) -> None:
    page = desk.page
    page.mouse.click(*inset(desk, 0.3, 0.75), button="right")
    sheet(page, "Ici").get_by_role("button", name="Itinéraire vers ici").click()
    route = sheet(page, "Itinéraire")
    unit = desk.ask("desk.units.find(({ resource }) => resource.kind === 'ambulance').resource.name")
    route.get_by_label("Départ").select_option(label=unit)
    expect(route).to_contain_text(re.compile(r"\d (m|km)\s+\d+ min"))
    wait_on_map(desk, ["instrument-lines"])
    check_accessible(page, "route")
    album.take(page, "route")
    steps = route.get_by_role("button", name=re.compile("Étapes"))
    steps.click()
    assert route.locator("ol > li").count() == int(re.findall(r"\d+", steps.inner_text())[0])
    page.keyboard.press("Escape")
    assert on_map(desk, MARKS) == 0


def test_a_rectangle_selects_what_it_holds(desk: DeskPage, album: Album) -> None:
    page = desk.page
    desk.frame_all(desk.ask("desk.territory.bbox"))
    page.keyboard.press("b")
    several = sheet(page, "Sélectionner plusieurs objets")
    before = set(desk.ask(STILL))
    several.get_by_role("button", name="Tout ce qui est à l'écran").click()
    after = set(desk.ask(STILL))
    count = several.get_by_role("status")
    expect(count).to_have_text(re.compile(r"\d+$"))
    listed = several.get_by_role("listitem")
    assert int(re.findall(r"\d+", count.inner_text())[0]) == listed.count()
    # Something may leave the picture between the list and the look at the map, or be counted in a column, and the
    # night goes on; the rest is ringed, and nothing else.
    units = {one["id"] for one in desk.ask("desk.units.map(({ resource }) => resource)")}
    desk.wait_idle()
    ringed = set(desk.drawn(MANY)) - units
    assert before & after <= ringed | desk.shown([])
    assert ringed <= before | after
    assert len(before & after) <= listed.count() <= len(before | after) + len(units)
    check_accessible(page, "several selected")
    album.take(page, "selected")
    several.get_by_role("button", name="Copier la liste").click()
    expect(page.get_by_text(re.compile("Copié : "))).to_be_visible()
    whole = listed.count()
    assert copied(page).count("\n- ") == whole
    page.keyboard.press("Escape")
    assert on_map(desk, MANY) == 0

    # With shift and the mouse, around one gauge; something may fly over it meanwhile.
    gauge = desk.ask("desk.picture.series.find(({ geometry, name }) => geometry && name.includes('mer'))")
    x, y = pixel(desk, gauge["geometry"]["coordinates"])
    page.keyboard.down("Shift")
    page.mouse.move(x - 12, y - 12)
    page.mouse.down()
    page.mouse.move(x + 12, y + 12, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    mine = several.get_by_role("listitem").filter(has_text=gauge["name"])
    expect(mine).to_have_count(1)
    assert several.get_by_role("listitem").count() < whole / 10
    desk.wait_idle()
    assert gauge["id"] in desk.drawn(MANY)
    mine.get_by_role("button").click()
    desk.wait_for(f"desk.selection?.id === '{gauge['id']}'")
    assert desk.map_problems() == []


def test_a_click_on_a_pile_offers_a_choice(desk: DeskPage) -> None:
    page = desk.page
    place = desk.ask("desk.entries.find(({ geometry }) => geometry?.type === 'Point').geometry.coordinates")
    desk.frame_all([place[0] - 0.02, place[1] - 0.012, place[0] + 0.02, place[1] + 0.012])
    piled = page.evaluate("""() => {
      const { map } = window.garance;
      const layers = ['units', 'entries', 'shape-points', 'gauges'].filter((name) => map.getLayer(name));
      const { clientWidth, clientHeight } = map.getCanvas();
      for (let y = 60; y < clientHeight - 60; y += 6) for (let x = 60; x < clientWidth - 60; x += 6) {
        const ids = new Set(map.queryRenderedFeatures([x, y], { layers }).map(({ properties }) => properties.id));
        const frame = map.getCanvas().getBoundingClientRect();
        const free = document.elementFromPoint(x + frame.left, y + frame.top) === map.getCanvas();
        if (ids.size > 1 && free) return [x + frame.left, y + frame.top];
      }
      return null;
    }""")
    assert piled is not None, "nothing is piled up in the town any more: choose another place"
    page.mouse.click(*piled)
    choice = sheet(page, "Plusieurs objets ici")
    expect(choice.get_by_role("listitem").nth(1)).to_be_visible()
    second = choice.get_by_role("button").nth(2)
    name = second.locator("strong").inner_text()
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    selected = desk.ask("desk.selection.id")
    assert name in desk.ask(
        "[...desk.picture.resources, ...desk.picture.shapes, ...desk.picture.series,"
        " ...desk.entries.map((entry) => ({ id: entry.entry, name: entry.text.slice(0, 90).trim() }))]"
        f".filter(({{ id }}) => id === '{selected}').map(({{ name }}) => name)"
    )
    page.keyboard.press("Escape")
    expect(choice).to_have_count(0)


def test_a_count_on_the_map_opens_on_all_that_it_counts(desk: DeskPage, album: Album) -> None:
    desk.frame_all(desk.ask("desk.territory.bbox"))
    units = set(desk.ask("desk.picture.resources.map(({ id }) => id)"))
    crowd = next(one for one in desk.crowds() if not units.issuperset(one["members"]))
    desk.page.mouse.click(crowd["x"], crowd["y"])
    several = sheet(desk.page, "Sélectionner plusieurs objets")
    expect(several.get_by_role("listitem")).to_have_count(len(crowd["members"]))
    album.take(desk.page, "crowd")
    several.get_by_role("listitem").first.get_by_role("button").click()
    assert desk.ask("desk.selection.id") in crowd["members"]


def test_without_the_server_places_and_units_are_found_and_distances_measured(desk: DeskPage) -> None:
    page = desk.page
    desk.witness.expect(f"{NO_NETWORK}|ERR_FAILED|territory/search")
    unit = desk.ask("desk.units[0].resource.name")
    street = desk.ask(
        "desk.account.api.ask('GET', 'territory/search?q=rue&limit=1').then(({ items }) => items[0].name)"
    )
    desk.keep_ground()
    page.get_by_role("dialog").get_by_role("button", name="Fermer").click()
    page.context.set_offline(True)
    expect(search(page, unit).first).to_contain_text(unit)
    expect(search(page, street).first).to_contain_text(street)
    # Measuring needs no server.
    page.keyboard.press("Enter")
    measure = begin_measuring(page)
    for across, down in [(0.1, 0.3), (0.4, 0.75)]:
        page.mouse.click(*inset(desk, across, down), delay=30)
    expect(measure.get_by_role("row")).to_have_count(2)
    page.context.set_offline(False)


def test_a_long_press_says_what_is_here(town: NodeProcess, visit: Callable[..., DeskPage]) -> None:
    tablet = visit(town.url, viewport={"width": 1024, "height": 768}, has_touch=True).open(role=MAYOR)
    page = tablet.page
    x, y = inset(tablet, 0.3, 0.5)
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(sheet(page, "Ici")).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(sheet(page, "Ici")).to_contain_text("Habitants alentour")


@pytest.mark.real_data
def test_rochefort_knows_its_streets_and_its_zones(
    start_node: Callable[..., NodeProcess], visit: Callable[..., Any], album: Album
) -> None:
    source = real_data("rochefort")
    node = start_node("demo", "--territory", str(source), "--at", "04:45", "--speed", "1")
    desk = visit(node.url).open(role=MAYOR)
    page = desk.page
    found = page.request.get("/api/v1/territory/search", params={"q": "avenue", "limit": 20}).json()["items"]
    street = next(one for one in found if one["kind"] == "street" and one["context"])
    expect(search(page, street["name"]).first).to_contain_text(street["name"])
    page.keyboard.press("Enter")
    here = page.locator("section.sheet")
    expect(here).to_contain_text(street["context"])
    expect(here).to_contain_text("Habitants alentour (estimation)")
    expect(here).to_contain_text(re.compile(r"[\d,]+ m NGF"))
    expect(here).to_contain_text(re.compile("DFCI\\s*D[FG]"))
    check_accessible(page, "what is here, Rochefort")
    desk.wait_idle()
    album.take(page, "here-rochefort")
    page.keyboard.press("Escape")
    begin_measuring(page)
    for across, down in [(0.1, 0.3), (0.4, 0.75)]:
        page.mouse.click(*inset(desk, across, down), delay=30)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Profil du terrain").click()
    expect(page.get_by_role("img", name=re.compile("montée"))).to_be_visible()
    desk.wait_idle()
    album.take(page, "profile-rochefort")
    assert desk.map_problems() == []
