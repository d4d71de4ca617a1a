"""The map on paper: what is measured on the sheet is what lies on the ground, and all that was asked is on it."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import pytest
from pypdf import PdfReader
from pyproj import Geod
from support.pages import pages_of, text_of
from support.papers import CENTRE, a_story, matter_of
from support.story import SQUARE, Story, oid, point, shape

from garance.exports.map_sheet.drawing import draw_map
from garance.exports.map_sheet.export import TITLE_MM
from garance.exports.map_sheet.framing import Frame, frame_of
from garance.exports.map_sheet.graticule import dfci_code
from garance.exports.map_sheet.names import Room as Names
from garance.exports.map_sheet.paper import SIZES_MM, room_on
from garance.exports.registry import document
from garance.exports.typesetting.press import set_pdf
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import GridName, Matter, Order, PaperSize, Turned
from garance.symbols.reading import french_set
from garance.territory import Pack

EARTH = Geod(ellps="WGS84")
ROOMS = {turned: room_on(PaperSize.A4, turned, TITLE_MM + 15) for turned in Turned}
BOX = (-1.0, 45.94, -0.97, 45.96)


def frame(**asked: Any) -> Frame:
    """A sheet over the box."""
    return frame_of(Order(**asked), asked.get("box", BOX), ROOMS)


@pytest.mark.parametrize("grid", list(GridName))
@pytest.mark.parametrize("place", [(-1.0, 45.95), (2.35, 48.85), (7.7, 48.58), (9.1, 42.3)])
def test_a_length_on_paper_is_its_length_on_the_ground(grid: GridName, place: tuple[float, float]) -> None:
    lon, lat = place
    laid = frame_of(Order(grid=grid, scale=25_000), (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01), ROOMS)
    for to_lon, to_lat in ((lon + 0.02, lat), (lon, lat + 0.015), (lon + 0.015, lat - 0.01)):
        ground_m = EARTH.inv(lon, lat, to_lon, to_lat)[2]
        (ax, ay), (bx, by) = laid.point(lon, lat), laid.point(to_lon, to_lat)
        paper_mm = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        assert paper_mm * 25 == pytest.approx(ground_m, rel=2e-4)


def test_overseas_is_laid_in_its_own_zone_and_has_no_forest_squares() -> None:
    reunion = (55.4, -21.0, 55.5, -20.9)
    assert frame(box=reunion).crs == "EPSG:32740"
    with pytest.raises(Refused, match="grid-not-here"):
        frame(box=reunion, grid=GridName.DFCI)


def test_the_scale_fitted_is_a_usual_one_that_shows_all() -> None:
    fitted = frame()
    assert fitted.scale == 20_000
    west, north = fitted.point(BOX[0], BOX[3])
    east, south = fitted.point(BOX[2], BOX[1])
    width, height = fitted.room.window_mm
    assert 0 <= west < east <= width
    assert 0 <= north < south <= height
    assert fitted.turned is Turned.PORTRAIT if east - west < south - north else Turned.LANDSCAPE


def test_a_sheet_shows_all_it_was_asked_for_or_is_refused_with_what_would() -> None:
    with pytest.raises(Refused) as refusal:
        frame(box=BOX, scale=5_000)
    assert refusal.value.code == "sheet-too-small"
    assert refusal.value.detail == {"scale_that_fits": 20_000, "paper_that_fits": "A0"}
    rooms = {turned: room_on(PaperSize.A0, turned, TITLE_MM + 15) for turned in Turned}
    assert frame_of(Order(box=BOX, scale=5_000, paper=PaperSize.A0), BOX, rooms).scale == 5_000


@pytest.mark.parametrize("box", [(1, 45, 0, 46), (0, 45, 0, 46), (0, 45, 20, 46), (0, 90, 1, 95), (0, math.nan, 1, 46)])
def test_what_is_no_box_is_refused(box: Any) -> None:
    with pytest.raises(Refused, match="box-wrong"):
        frame(box=box)


def test_squares_have_the_codes_that_the_desk_says() -> None:
    """The same places as `web/packages/map/test/coordinates.test.ts` reads."""
    assert dfci_code(344_000 + 1, 2_110_000 + 1, 100_000) == "DG"
    assert dfci_code(344_001, 2_110_001, 20_000) == "DG40"
    assert dfci_code(344_001, 2_110_001, 2_000) == "DG40C5"
    assert dfci_code(-1, 2_110_000, 2_000) is None


def test_no_name_is_written_over_another() -> None:
    names = Names((100.0, 100.0))
    assert names.middle("Rochefort", 50, 50, 3)
    assert not names.middle("Moëze", 52, 50, 3)
    assert names.beside("Échillais", 50, 53.5, 2, 3), "there is room beside"
    assert not names.beside("Échillais", 50, 50, 0, 3)
    assert names.middle("Soubise", 50, 80, 3)
    assert not names.middle("Trop au bord", 1, 10, 3)


def test_signs_at_one_place_are_all_seen() -> None:
    names = Names((100.0, 100.0))
    places = [names.near(50, 50, 8, 4.6) for _ in range(20)]
    for index, (x, y) in enumerate(places):
        assert all(abs(x - ox) >= 8 or abs(y - oy) >= 4.6 for ox, oy in places[:index])


@pytest.fixture(scope="module")
def matter(fictional: Pack) -> Matter:
    """The story, in the made-up town."""
    west, south, east, north = fictional.manifest.bbox
    x, y = fictional.manifest.centre
    ring = [[x, y], [x + 0.004, y], [x + 0.004, y + 0.003], [x, y + 0.003], [x, y]]
    assert west < x < east and south < y < north  # noqa: PT018 - the centre is in the box
    return matter_of(a_story(zone={"type": "Polygon", "coordinates": [ring]}), fictional)


@pytest.mark.parametrize("paper", sorted(set(PaperSize) - {PaperSize.A5}))
@pytest.mark.parametrize("turned", list(Turned))
def test_every_paper_is_one_sheet_of_its_size(paper: PaperSize, turned: Turned, matter: Matter) -> None:
    x, y = matter.pack.manifest.centre if matter.pack else (0.0, 0.0)
    order = Order(paper=paper, turned=turned, box=(x - 0.004, y - 0.004, x + 0.008, y + 0.007))
    content = set_pdf(document("map").compose(matter, order))
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) == 1
    short, long = SIZES_MM[paper]
    wanted = (long, short) if turned is Turned.LANDSCAPE else (short, long)
    box = pages[0].mediabox
    assert (float(box.width) * 25.4 / 72, float(box.height) * 25.4 / 72) == pytest.approx(wanted, abs=0.2)


def test_the_sheet_says_all_that_it_must(matter: Matter) -> None:
    x, y = matter.pack.manifest.centre if matter.pack else (0.0, 0.0)
    box = (x - 0.002, y - 0.002, x + 0.006, y + 0.005)
    said = text_of(set_pdf(document("map").compose(matter, Order(box=box, relief=True))))
    for words in ("Carte de situation", "EXERCICE", "Territoire fictif", "zone inondée", "Zone du Port", "UTM"):
        assert words in said, words
    assert re.search(r"1 : \d", said)
    assert "N" in said
    assert "centre d'accueil" not in said, "the legend tells only of what is on the sheet"


def test_the_legend_never_leaves_the_sheet(matter: Matter) -> None:
    order = Order(turned=Turned.PORTRAIT)
    drawn = draw_map(matter, order, Voice(order), ROOMS)
    pages = pages_of(set_pdf(document("map").compose(matter, order)))
    assert len(pages) == 1
    assert all(" ".join(one.words.split()) in " ".join(pages[0].split()) for one in drawn.legend)


def test_without_a_territory_what_is_drawn_is_still_printed_and_nothing_drawn_is_refused() -> None:
    told = matter_of(a_story())
    assert "Zone du Port" in text_of(set_pdf(document("map").compose(told, Order())))
    empty = Story()
    empty.begin()
    with pytest.raises(Refused, match="no-territory"):
        document("map").compose(matter_of(empty), Order())


def lined(*coordinates: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(each) for each in coordinates]}


def drawn(story: Story) -> str:
    """The map as SVG, around what is drawn."""
    picture: str = document("map").compose(matter_of(story), Order(paper=PaperSize.A3)).data["map"]["picture"]
    return picture


def legend(story: Story) -> set[str]:
    made = document("map").compose(matter_of(story), Order(paper=PaperSize.A3)).data["map"]
    return {one["words"] for one in made["legend"]}


def test_a_drawing_is_printed_with_its_symbol_its_words_its_turn_and_dashed_while_planned() -> None:
    lon, lat = CENTRE
    charter = "french-civil-security"
    hose, post = {"set": charter, "id": "hose-line"}, {"set": charter, "id": "command-post", "text": "PC NORD"}
    pictures = {}
    for state in ("engaged", "planned"):
        story = Story()
        story.begin()
        line, here = lined((lon, lat), (lon + 0.01, lat + 0.004)), point(lon, lat)
        story.tell("drawings.draw", shape("Lance", geometry=line, kind="note", symbol=hose, state=state))
        story.tell("drawings.draw", shape("PC", geometry=here, kind="command-post", symbol=post, state=state))
        pictures[state] = drawn(story)
        assert "PC NORD" in pictures[state]
        names = {french_set().set.symbol(one) for one in ("hose-line", "command-post")}
        assert {one.name.fr for one in names if one is not None} <= legend(story)
    assert pictures["planned"].count("stroke-dasharray") > pictures["engaged"].count("stroke-dasharray")
    turned = Story()
    turned.begin()
    aimed = {"set": charter, "id": "wind", "rotation_deg": 135}
    turned.tell("drawings.draw", shape("Vent", geometry=point(lon, lat), kind="note", symbol=aimed))
    assert "rotate(135 50 50)" in drawn(turned)


def test_a_symbol_of_a_charter_that_is_not_here_is_drawn_by_its_kind() -> None:
    story = Story()
    story.begin()
    lost = {"set": "lost", "id": "x"}
    story.tell("drawings.draw", shape("DZ", geometry=point(*CENTRE), kind="landing-zone", symbol=lost))
    assert "zone de poser (DZ)" in legend(story)


def test_what_the_boards_follow_lies_on_the_map_until_it_is_over() -> None:
    story = Story()
    story.begin()
    lon, lat = CENTRE
    fire = {"incident": oid("feu"), "nature": "fire", "title": "Feu de pinède", "geometry": point(lon, lat)}
    story.tell("incidents.describe", fire)
    zone = {"zone": oid("bas"), "name": "Quartier bas", "measure": "evacuation", "geometry": SQUARE}
    story.tell("population.describe-zone", zone)
    story.tell("population.set-zone-state", {"zone": oid("bas"), "state": "ordered"})
    gym = {"centre": oid("gym"), "name": "Gymnase", "role": "reception", "capacity": 10}
    story.tell("population.describe-centre", {**gym, "geometry": point(lon + 0.01, lat)})
    assert {"sinistre", "zone à évacuer", "centre d'accueil"} <= legend(story)
    assert all(name in drawn(story) for name in ("Feu de pinède", "Quartier bas", "Gymnase"))
    story.tell("incidents.evolve", {"incident": oid("feu"), "evolution": "over"})
    story.tell("population.set-zone-state", {"zone": oid("bas"), "state": "lifted"})
    assert legend(story) & {"sinistre", "zone à évacuer"} == set()
    assert "Feu de pinède" not in drawn(story)
