"""Questions asked of the ground through a node that really listens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import shapely
from pyproj import Geod
from support.running_node import running_node
from support.territories import EAST_M, NORTH_M, square

from garance.territory import Pack
from garance.territory.manifest import MANIFEST
from garance.territory.projection import LAMBERT_93, WGS84, project, transformer

ROOT = "/api/v1/territory"


@pytest.fixture(scope="module")
def web(tiny: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with running_node(tmp_path_factory.mktemp("node") / "data", tiny.folder) as node:
        with httpx2.Client(base_url=node.url, cookies={"garance": node.session}) as client:
            yield client


def place(x: float, y: float) -> tuple[float, float]:
    """A place of the tiny town, metres from its corner, in degrees."""
    lon_deg, lat_deg = transformer(LAMBERT_93, WGS84).transform(EAST_M + x, NORTH_M + y)
    return float(lon_deg), float(lat_deg)


def said(x: float, y: float) -> str:
    lon_deg, lat_deg = place(x, y)
    return f"{lon_deg:.7f},{lat_deg:.7f}"


def area(x: float, y: float, side: float) -> dict[str, Any]:
    shape: dict[str, Any] = shapely.geometry.mapping(project(square(x, y, side), LAMBERT_93, WGS84))
    return {"geometry": {"type": "Polygon", "coordinates": shape["coordinates"]}}


def test_a_place_is_found_by_what_is_typed(web: httpx2.Client) -> None:
    found = web.get(f"{ROOT}/search", params={"q": "echilais"}).json()["items"]
    assert (found[0]["kind"], found[0]["name"]) == ("commune", "Échillais")
    street = web.get(f"{ROOT}/search", params={"q": "av 8 mai", "near": said(0, 0), "limit": 1}).json()["items"]
    assert [one["name"] for one in street] == ["Avenue du 8 Mai 1945"]


def test_a_place_is_said_with_what_is_known_of_it(web: httpx2.Client) -> None:
    lon_deg, lat_deg = place(250, 250)
    shown = web.get(f"{ROOT}/here", params={"lon": lon_deg, "lat": lat_deg}).json()
    assert (shown["commune"], shown["insee_code"]) == ("Moëze", "17237")
    assert shown["phrase"]["fr"]
    assert shown["phrase"]["en"] != shown["phrase"]["fr"]
    assert shown["elevation_m"] == pytest.approx(12.5, abs=0.3)
    assert [one["layer"] for one in shown["zones"]] == ["risk-zones"]
    assert shown["zones"][0]["properties"]["zone"] == "Bs1"
    assert [one["properties"]["kind"] for one in shown["sites"]] == ["hospital"]
    assert shown["people_100m"]["low"] <= shown["people_100m"]["central"] <= shown["people_100m"]["high"]
    central = [shown[f"people_{radius}m"]["central"] for radius in (100, 300, 500, 1000)]
    assert central == sorted(central)
    assert central[0] < central[2] <= central[3] <= 553


def test_what_is_near_a_place_says_how_far_and_which_way(web: httpx2.Client) -> None:
    lon_deg, lat_deg = place(250, 250)
    shown = web.get(f"{ROOT}/here", params={"lon": lon_deg, "lat": lat_deg}).json()
    near = [*shown["sites"], *shown["water_points"], *shown["defences"]]
    assert {one["layer"] for one in near} >= {"sites", "defences"}
    for one in near:
        bearing_deg, _, away_m = Geod(ellps="WGS84").inv(lon_deg, lat_deg, one["lon_deg"], one["lat_deg"])
        assert one["distance_m"] == pytest.approx(away_m, abs=1.5)
        assert one["bearing_deg"] == pytest.approx(bearing_deg % 360, abs=0.5)
    kinds = [one["properties"]["kind"] for one in shown["sites"]]
    assert len(kinds) == len(set(kinds))
    assert shown["sites"] == sorted(shown["sites"], key=lambda one: one["distance_m"])
    far = web.get(f"{ROOT}/here", params={"lon": 2.0, "lat": 48.0}).json()
    assert far["water_points"] == far["defences"] == []


def test_an_area_is_counted(web: httpx2.Client) -> None:
    answer = web.post(f"{ROOT}/inside", json=area(-10, -10, 1020))
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["people"] == {"low": 553, "central": 553, "high": 553}
    assert shown["roads_m"] == pytest.approx(900 + 800 + 110, rel=0.01)
    assert shown["sites_by_kind"] in ({}, {"hospital": 1})
    assert shown["zones_by_layer"] == {"risk-zones": 2}
    half = web.post(f"{ROOT}/inside", json=area(0, 0, 500)).json()["people"]
    assert (half["low"], half["central"], half["high"]) == (0, 138, 553)


def test_the_ground_along_a_line(web: httpx2.Client) -> None:
    shown = web.get(f"{ROOT}/profile", params={"line": f"{said(500, 900)};{said(500, 100)}", "samples": 41}).json()
    assert len(shown["distance_m"]) == len(shown["elevation_m"]) >= 41
    assert shown["distance_m"][-1] == pytest.approx(800, rel=0.01)
    assert shown["drop_m"] == pytest.approx(8, abs=0.5)
    assert shown["climb_m"] == pytest.approx(0, abs=0.1)
    away = web.get(f"{ROOT}/profile", params={"line": "2.0,48.0;2.1,48.0"}).json()
    assert set(away["elevation_m"]) == {None}


def test_a_way_from_one_place_to_another(web: httpx2.Client) -> None:
    shown = web.get(f"{ROOT}/route", params={"from": said(10, 100), "to": said(900, 890), "profile": "foot"}).json()
    assert shown["length_m"] == pytest.approx(890 + 790, rel=0.02)
    assert shown["geometry"]["type"] == "LineString"
    assert shown["steps"][0]["name"] == "Avenue du 8 Mai 1945"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("search?q=", "value-wrong"),
        ("search?q=a&near=1", "value-wrong"),
        ("search?q=a&near=181,0", "geometry-not-finite"),
        ("here?lon=181&lat=0", "value-wrong"),
        ("here?lon=0&lat=nan", "value-wrong"),
        ("here?lat=0", "field-missing"),
        ("profile?line=0,0", "value-wrong"),
        ("profile?line=0,0;0,91", "geometry-not-finite"),
        ("profile?line=0,0;,;", "value-wrong"),
        ("profile?line=0,45;0,45", "profile-malformed"),
        ("profile?line=" + ";".join(["0,45"] * 501), "profile-malformed"),
        ("route?from=0,45&to=0,95", "geometry-not-finite"),
        ("route?from=10,10&to=10,10", "road-not-near"),
    ],
)
def test_what_cannot_be_answered_is_refused(web: httpx2.Client, path: str, code: str) -> None:
    answer = web.get(f"{ROOT}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        ([[0, 0], [0, 1], [1, 1], [1, 0]], "ring-not-closed"),
        ([[0, 0], [0, 1], [0, 0]], "value-wrong"),
        ([[0, 0], [0, 91], [1, 1], [0, 0]], "value-wrong"),
        ([[0, 0]] * 20_001, "value-wrong"),
    ],
)
def test_what_is_no_area_is_refused(web: httpx2.Client, ring: list[list[float]], code: str) -> None:
    answer = web.post(f"{ROOT}/inside", json={"geometry": {"type": "Polygon", "coordinates": [ring]}})
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_a_territory_replaced_on_disk_is_said_until_the_node_restarts(tiny: Pack, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(tiny.folder, tmp_path / "pack"))
    with running_node(tmp_path / "data", pack) as node, httpx2.Client(base_url=node.url, headers=node.headers) as web:
        assert web.get(f"{ROOT}/search", params={"q": "moeze"}).status_code == 200
        shutil.move(pack, tmp_path / "former")
        shutil.copytree(tmp_path / "former", pack, copy_function=shutil.copy)
        assert (pack / MANIFEST).is_file()
        answer = web.get(f"{ROOT}/search", params={"q": "moeze"})
        assert (answer.status_code, answer.json()["code"]) == (409, "territory-replaced")
        assert web.get(f"/territory/{tiny.manifest.version}/basemap.pmtiles").status_code == 200


def test_what_a_cut_takes_away_is_told(web: httpx2.Client) -> None:
    asked = {"network": "power", **area(-10, -10, 1020)}
    shown = web.post(f"{ROOT}/dependents", json=asked).json()
    assert (shown["total"], shown["sensitive"], shown["by_kind"]) == (1, 1, {"hospital": 1})
    hospital = shown["items"][0]
    assert (hospital["name"], hospital["loses"], hospital["inside"]) == ("Centre hospitalier", ["power"], True)
    assert "autonomy_h" in hospital
    nothing = web.post(f"{ROOT}/dependents", json={"network": "water", "stations": ["CE-1"]}).json()
    assert nothing == {"total": 0, "sensitive": 0, "by_kind": {}, "items": []}
    wrong = web.post(f"{ROOT}/dependents", json={"network": "steam"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "value-wrong")
