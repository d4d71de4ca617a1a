from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from garance.territory.projection import LAMBERT_93, WGS84, Reading, guess, metric_crs, project, read_crs

ROCHEFORT = (380_617.0, 6_542_070.0, 395_217.0, 6_551_510.0)
ROCHEFORT_CC46 = (1_382_196.0, 5_197_938.0, 1_394_966.0, 5_205_834.0)
UNNAMED = (
    'PROJCS["Lambert_Conformal_Conic",GEOGCS["GCS_GRS 1980(IUGG, 1980)",DATUM["unknown",'
    'SPHEROID["GRS80",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Lambert_Conformal_Conic_2SP"],PARAMETER["standard_parallel_1",44],'
    'PARAMETER["standard_parallel_2",49],PARAMETER["latitude_of_origin",46.5],PARAMETER["central_meridian",3],'
    'PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000],UNIT["Meter",1]]'
)


@pytest.mark.parametrize(
    ("declared", "bounds", "expected"),
    [
        ("EPSG:2154", ROCHEFORT, Reading("EPSG:2154")),
        ("EPSG:3946", ROCHEFORT_CC46, Reading("EPSG:3946")),
        ("EPSG:4326", (-1.12, 45.90, -0.94, 45.99), Reading("EPSG:4326")),
        (None, ROCHEFORT, Reading("EPSG:2154", "crs-missing")),
        (None, ROCHEFORT_CC46, Reading("EPSG:3946", "crs-missing")),
        (None, (-1.12, 45.90, -0.94, 45.99), Reading("EPSG:4326", "crs-missing")),
        (UNNAMED, ROCHEFORT, Reading("EPSG:2154", "crs-unnamed")),
        ("EPSG:4269", ROCHEFORT, Reading("EPSG:2154", "crs-wrong")),
        ("EPSG:4326", ROCHEFORT_CC46, Reading("EPSG:3946", "crs-wrong")),
        ("not a system", ROCHEFORT, Reading("EPSG:2154", "crs-missing")),
        (None, (5e9, 5e9, 6e9, 6e9), None),
        ("EPSG:2154", (float("inf"), 0.0, 0.0, float("nan")), None),
    ],
)
def test_settles_the_system_from_what_is_said_and_from_the_numbers(
    declared: str | None, bounds: tuple[float, float, float, float], expected: Reading | None
) -> None:
    assert read_crs(declared, bounds) == expected


def test_every_french_zone_is_told_by_its_numbers() -> None:
    for zone in range(42, 51):
        north = (zone - 41) * 1_000_000 + 200_000
        assert guess((1_700_000, north - 5_000, 1_710_000, north + 5_000)) == f"EPSG:{3900 + zone}"


@given(st.floats(-4.5, 8.0), st.floats(42.5, 51.0))
def test_there_and_back_is_the_same_place(lon_deg: float, lat_deg: float) -> None:
    place = np.array([shapely.points(lon_deg, lat_deg)], dtype=object)
    back = project(project(place, WGS84, LAMBERT_93), LAMBERT_93, WGS84)[0]
    assert back.x == pytest.approx(lon_deg, abs=1e-9)
    assert back.y == pytest.approx(lat_deg, abs=1e-9)


def test_heights_are_dropped() -> None:
    flat = project(np.array([shapely.points(2.0, 46.0, 12.0)], dtype=object), WGS84, LAMBERT_93)
    assert not shapely.has_z(flat).any()


def test_overseas_has_its_own_metres() -> None:
    assert metric_crs(2.3, 48.8) == "EPSG:2154"
    assert metric_crs(-61.5, 16.2) == "EPSG:32620"
    assert metric_crs(55.5, -21.1) == "EPSG:32740"
