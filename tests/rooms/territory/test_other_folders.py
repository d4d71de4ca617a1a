"""Real folders of other makers: OpenStreetMap with SRTM, a CNIG plan, a LiDAR tile, an observatory's indicators."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.territories import quiet, real_data

from garance.territory import Pack, import_territory

pytestmark = pytest.mark.real_data


def imported(name: str, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return import_territory(real_data(name), tmp_path_factory.mktemp("packs") / name, progress=quiet)


@pytest.fixture(scope="module")
def riviera(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return imported("riviera_osm", tmp_path_factory)


def test_monaco_and_its_neighbours_from_openstreetmap(riviera: Pack) -> None:
    manifest = riviera.manifest
    counts = {layer.name: layer.count for layer in manifest.layers}
    assert manifest.name == "Monaco"
    assert counts["buildings"] > 1_200
    assert counts["roads"] > 2_500
    names = {commune.properties["name"] for commune in riviera.features("communes")}
    assert {"Monaco", "Beausoleil", "Cap-d'Ail", "Roquebrune-Cap-Martin"} <= names
    assert len(names) < 12
    kinds = Counter(site.properties["kind"] for site in riviera.features("sites"))
    assert kinds["fire-station"] >= 3
    assert kinds["town-hall"] >= 7
    assert kinds["school"] >= 40
    assert "OpenStreetMap" in manifest.attribution
    assert "ODbL" in manifest.licences
    assert "sea" in counts


def test_srtm_gives_the_heights_of_the_riviera(riviera: Pack) -> None:
    assert riviera.elevation_m(7.4005, 43.7457) == pytest.approx(480, abs=60)  # La Turbie
    harbour_m = riviera.elevation_m(7.4255, 43.7350)
    assert harbour_m is None or harbour_m < 15


def test_two_extracts_of_roads_make_one_network(riviera: Pack) -> None:
    found = riviera.ways.route((7.4210, 43.7310), (7.4660, 43.7600))
    assert 6_000 < found.length_m < 13_000
    assert found.gap_m == 0


def test_a_plan_of_the_cnig_standard(tmp_path_factory: pytest.TempPathFactory) -> None:
    pack = imported("plu_cnig_30014", tmp_path_factory)
    counts = {layer.name: layer.count for layer in pack.manifest.layers}
    assert counts == {
        "planning-zones": 90, "planning-areas": 95, "planning-lines": 15, "planning-points": 99, "communes": 1,
        "commune-labels": 1,
    }  # fmt: skip
    assert pack.manifest.name == "Arpaillargues-et-Aureillac"
    assert pack.manifest.insee_codes == ["30014"]
    kinds = Counter(zone.properties["kind"] for zone in pack.features("planning") if zone.layer == "planning-zones")
    assert set(kinds) == {"U", "AU", "A", "N"}
    codes = {line.code for line in pack.manifest.report}
    assert {"commune-derived", "document", "table-without-position"} <= codes


def test_a_lidar_tile_gives_relief_and_buildings(tmp_path_factory: pytest.TempPathFactory) -> None:
    pack = imported("lidar_ign", tmp_path_factory)
    height_m = pack.elevation_m(*pack.manifest.centre)
    assert height_m is not None
    assert 20 < height_m < 100
    houses = pack.features("buildings")
    assert len(houses) >= 2
    assert all(2 <= house.properties["height_m"] < 20 for house in houses)
    assert {"terrain-from-points", "buildings-from-points"} <= {line.code for line in pack.manifest.report}


def test_indicators_of_communes_and_a_flood_zone(tmp_path_factory: pytest.TempPathFactory) -> None:
    pack = imported("vienne_vulnerabilite", tmp_path_factory)
    counts = {layer.name: layer.count for layer in pack.manifest.layers}
    assert (counts["communes"], counts["hazard-zones"]) == (49, 61)
    assert pack.manifest.name == "Poitiers"


def test_what_a_killed_import_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / ".lidar_ign.4194999.abcdef"
    (left / "pack").mkdir(parents=True)
    other = tmp_path / ".other.4194999.abcdef"
    other.mkdir()
    import_territory(real_data("lidar_ign"), tmp_path / "lidar_ign", progress=quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.4194999.abcdef", "lidar_ign"]
