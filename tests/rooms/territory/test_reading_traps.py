"""The traps of French data: systems missing or wrong, axes exchanged, letters damaged, shapes that are no place."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reading import only, points, read, squares, write
from support.territories import write_layer

from garance.territory.projection import WGS84, is_earth, project, project_bounds, read_crs
from garance.territory.reading import read_source, resettle
from garance.territory.wording import repair_text

NEAR = (2.0, 48.6, 2.6, 49.0)
CORSICA, BREST, STRASBOURG, ROCHEFORT = (9.0, 42.2), (-4.4, 48.4), (7.75, 48.58), (-0.96, 45.94)


def box_at(crs: str, lon: float, lat: float) -> tuple[float, float, float, float]:
    return project_bounds((lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01), WGS84, crs)


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:2154", CORSICA), ("EPSG:2154", BREST), ("EPSG:3942", CORSICA), ("EPSG:3948", BREST),
        ("EPSG:27572", ROCHEFORT), ("EPSG:27572", STRASBOURG), ("EPSG:27571", BREST), ("EPSG:27573", (3.9, 43.6)),
        ("EPSG:27574", CORSICA), ("EPSG:4326", ROCHEFORT), ("EPSG:4326", (55.45, -20.88)), ("EPSG:4326", (-61.0, 14.6)),
    ],
)  # fmt: skip
def test_french_systems_are_told_by_their_numbers_alone(crs: str, place: tuple[float, float]) -> None:
    found = read_crs(None, box_at(crs, *place))
    assert found is not None
    assert (found.crs, found.doubt) == (crs, "crs-missing")


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:25830", ROCHEFORT), ("EPSG:25831", (2.3, 48.8)), ("EPSG:25832", STRASBOURG), ("EPSG:3857", ROCHEFORT),
        ("EPSG:5490", (-61.5, 16.2)), ("EPSG:2975", (55.45, -20.88)), ("EPSG:2972", (-52.3, 4.9)),
        ("EPSG:4471", (45.2, -12.8)), ("EPSG:4467", (-56.2, 46.8)), ("EPSG:27561", BREST), ("EPSG:27562", ROCHEFORT),
    ],
)  # fmt: skip
def test_where_the_other_layers_lie_settles_the_rest(crs: str, place: tuple[float, float]) -> None:
    lon, lat = place
    near = (lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2)
    missing = read_crs(None, box_at(crs, lon, lat), near)
    assert missing is not None
    assert (missing.crs, missing.doubt) == (crs, "crs-missing")
    stated = read_crs(crs, box_at(crs, lon, lat))
    assert stated is not None
    assert (stated.crs, stated.doubt) == (crs, None)


def test_equal_zones_are_said_to_be_equal() -> None:
    found = read_crs(None, box_at("EPSG:25831", 2.3, 43.3))
    assert found is not None
    assert found.doubt in ("crs-ambiguous", "crs-missing")
    assert found.crs.startswith("EPSG:2583")


@pytest.mark.parametrize(
    ("declared", "true"),
    [
        ("EPSG:4269", "EPSG:2154"), ("EPSG:27572", "EPSG:2154"), ("EPSG:2154", "EPSG:27572"),
        ("EPSG:3946", "EPSG:2154"),
        ("EPSG:2154", "EPSG:4326"), ("EPSG:4326", "EPSG:3946"), ("EPSG:32631", "EPSG:2154"), ("EPSG:5070", "EPSG:2154"),
        ("EPSG:2154", "EPSG:3946"), ("EPSG:2975", "EPSG:2154"),
    ],
)  # fmt: skip
def test_a_system_that_does_not_go_with_the_numbers_is_not_believed(declared: str, true: str) -> None:
    found = read_crs(declared, box_at(true, *ROCHEFORT))
    assert found is not None
    assert (found.crs, found.doubt) == (true, "crs-wrong")


def test_a_stated_system_abroad_is_believed() -> None:
    for crs, place in (("EPSG:31370", (4.35, 50.85)), ("EPSG:4326", (-73.6, 45.5)), ("EPSG:25830", (-3.7, 40.4))):
        found = read_crs(crs, box_at(crs, *place))
        assert found is not None
        assert (found.crs, found.doubt) == (crs, None)


SHIFTED = (
    'PROJCS["unnamed",GEOGCS["unnamed",DATUM["unknown",SPHEROID["GRS80",6378137,298.257222101],TOWGS84[0,0,0,0,0,0,0]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic_2SP"],'
    'PARAMETER["standard_parallel_1",49],PARAMETER["standard_parallel_2",44],PARAMETER["latitude_of_origin",46.5],'
    'PARAMETER["central_meridian",3],PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000],'
    'UNIT["metre",1]]'
)


def test_a_system_known_by_its_shift_only() -> None:
    found = read_crs(SHIFTED, box_at("EPSG:2154", *ROCHEFORT))
    assert found is not None
    assert (found.crs, found.doubt) == ("EPSG:2154", "crs-unnamed")


MOON = (
    'GEOGCS["Moon 2000",DATUM["D_Moon_2000",SPHEROID["Moon",1737400,0]],PRIMEM["Reference",0],'
    'UNIT["Degree",0.0174532925]]'
)


def test_another_body_is_not_earth() -> None:
    assert not is_earth(MOON)
    assert is_earth("EPSG:2154")
    assert is_earth(None)


@pytest.mark.parametrize("place", [ROCHEFORT, BREST, STRASBOURG, CORSICA, (55.45, -20.88), (-61.0, 14.6), (-52.3, 4.9)])
@pytest.mark.parametrize("declared", [None, "EPSG:4326"])
def test_latitude_before_longitude(place: tuple[float, float], declared: str | None) -> None:
    lon, lat = place
    found = read_crs(declared, (lat - 0.01, lon - 0.01, lat + 0.01, lon + 0.01))
    assert found is not None
    assert (found.crs, found.doubt, found.swapped) == ("EPSG:4326", "axes-swapped", True)


def test_where_the_others_lie_settles_which_axis_comes_first() -> None:
    djibouti = (43.0, 11.4, 43.2, 11.6)
    plain = read_crs("EPSG:4326", djibouti, (42.9, 11.3, 43.3, 11.7))
    assert plain is not None
    assert plain.doubt is None
    northing_first = (6_545_000.0, 393_000.0, 6_546_000.0, 394_000.0)
    turned = read_crs("EPSG:2154", northing_first)
    assert turned is not None
    assert (turned.crs, turned.doubt) == ("EPSG:2154", "axes-swapped")


@settings(max_examples=25, deadline=None)
@given(st.floats(-4.0, 7.5), st.floats(43.5, 50.0))
def test_a_plain_french_place_is_never_turned_round(lon: float, lat: float) -> None:
    for crs in ("EPSG:4326", "EPSG:2154"):
        found = read_crs(crs, box_at(crs, lon, lat))
        assert found is not None
        assert (found.crs, found.doubt) == (crs, None)


def test_a_file_whose_axes_are_exchanged_is_put_right(tmp_path: Path) -> None:
    write(tmp_path / "a.geojson", [shapely.points(p.y, p.x) for p in points()], "EPSG:4326")
    table = only(read(tmp_path))
    assert table.doubt == "axes-swapped"
    assert (table.shapes[0].x, table.shapes[0].y) == (-1.0, 45.95)


def test_a_table_read_before_its_neighbours_is_settled_again(tmp_path: Path) -> None:
    paris = np.array([shapely.points(2.3 + n / 100, 48.85) for n in range(3)], dtype=object)
    here = project(paris, WGS84, "EPSG:3857")
    write_layer(tmp_path / "a.shp", list(here), crs=None, name=["a", "b", "c"])
    before = only(read(tmp_path))
    assert before.crs == "EPSG:2154"
    after = resettle(before, NEAR)
    assert (after.crs, after.doubt) == ("EPSG:3857", "crs-missing")
    assert resettle(after, NEAR) is after
    ((_, found),) = [pair for pair in read_source(tmp_path, [tmp_path / "a.shp"], near=NEAR)]
    assert found.tables[0].crs == "EPSG:3857"


def test_a_few_lost_shapes_do_not_move_the_layer(tmp_path: Path) -> None:
    lost = [shapely.box(0, 0, 1, 1), shapely.box(5e6, 5e6, 5e6 + 1, 5e6 + 1)]
    write_layer(tmp_path / "a.shp", [*squares(198), *lost], crs=None, name=["x"] * 200)
    table = only(read(tmp_path))
    assert (table.crs, len(table)) == ("EPSG:2154", 200)


def forged(value: float) -> Any:
    """A square one of whose corners lies at that northing, as only a damaged file says it."""
    ring = [(385_000, 6_546_000), (385_100, 6_546_000), (385_100, 6_546_123), (385_000, 6_546_000)]
    blob = shapely.to_wkb(shapely.polygons(ring))
    with np.errstate(invalid="ignore"):
        return shapely.from_wkb(blob.replace(struct.pack("<d", 6_546_123), struct.pack("<d", value)))


def test_shapes_that_are_no_place_are_set_aside_and_counted(tmp_path: Path) -> None:
    odd = [
        forged(float("inf")),
        shapely.box(1e9, 1e9, 2e9, 2e9),
        shapely.from_wkt("POLYGON EMPTY"),
        forged(float("nan")),
    ]
    write(tmp_path / "a.gpkg", [*squares(), *odd], layer="a", name=["x"] * 7)
    table = only(read(tmp_path))
    assert (len(table), table.empty) == (3, 1)
    assert dict(table.notes) == {"coordinates-not-finite": 2, "coordinates-out-of-range": 1}


def dbf_only(tmp_path: Path, stored: str, said: str | None) -> list[str]:
    """A shapefile whose texts are stored in one table of letters and declared in another, or in none."""
    write(tmp_path / "a.shp", squares(2), name=["Moëze", "Échillais"], encoding=stored)
    codepage = tmp_path / "a.cpg"
    raw = bytearray((tmp_path / "a.dbf").read_bytes())
    raw[29] = 0
    (tmp_path / "a.dbf").write_bytes(bytes(raw))
    if said is None:
        codepage.unlink(missing_ok=True)
    else:
        codepage.write_text(said)
    return list(only(read(tmp_path)).columns["name"])


@pytest.mark.parametrize("stored", ["ISO-8859-1", "UTF-8", "CP1252"])
@pytest.mark.parametrize("said", [None, "UTF-8", "ISO-8859-1", "1252"])
def test_letters_survive_a_codepage_that_is_missing_or_wrong(tmp_path: Path, stored: str, said: str | None) -> None:
    assert dbf_only(tmp_path, stored, said) == ["Moëze", "Échillais"]


@pytest.mark.parametrize(
    "text",
    ["Moëze", "Échillais", "Rue de l’Église", "Œuvre", "Île d'Oléron", "À côté", "Saint-Émilion", "Tâche n°3", "€ 5"],
)
def test_damage_is_undone_and_sound_text_is_left_alone(text: str) -> None:
    assert repair_text(text) == text
    for wrong in ("latin-1", "cp1252"):
        try:
            damaged = text.encode().decode(wrong)
        except UnicodeDecodeError:
            continue
        assert repair_text(damaged) == text
        assert repair_text(damaged.encode().decode("latin-1")) == text


@given(st.text(alphabet="abcé èàçÉôœ'-’ABC°", max_size=20))
def test_sound_french_is_never_touched(text: str) -> None:
    assert repair_text(text) == text
