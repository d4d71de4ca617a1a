from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import shapely

from garance.kernel.refusal import Refused
from garance.territory import Pack, Role, open_pack

CONTRACT = {
    "id", "name", "fictitious", "version", "bbox", "centre", "insee_codes", "attribution", "licences", "basemap",
    "terrain", "layers", "rasters", "series", "missing", "report",
}  # fmt: skip


def test_the_card_has_the_fields_of_the_contract(fictional: Pack) -> None:
    card = fictional.manifest_json()
    assert set(card) == CONTRACT
    assert card["basemap"] == f"/territory/{card['version']}/basemap.pmtiles"
    assert card["terrain"] == f"/territory/{card['version']}/terrain.pmtiles"
    assert set(card["layers"][0]) == {
        "name", "title_fr", "title_en", "geometry", "role", "count", "attributes", "source", "licence", "attribution",
    }  # fmt: skip
    west, south, east, north = card["bbox"]
    assert west < card["centre"][0] < east
    assert south < card["centre"][1] < north


@pytest.mark.parametrize(
    "name",
    ["../territory.toml", "/etc/passwd", "..", "", ".", "territory.toml/", "sub/dem.tif", "secret.txt", "a\0b"],
)
def test_only_the_files_of_the_pack_are_given(tiny: Pack, name: str) -> None:
    with pytest.raises(Refused, match="territory-file-unknown"):
        tiny.file(name)


def test_a_link_out_of_the_pack_is_not_followed(tiny: Pack, tmp_path: Path) -> None:
    shutil.copytree(tiny.folder, tmp_path / "pack")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "pack" / "basemap.pmtiles").unlink()
    (tmp_path / "pack" / "basemap.pmtiles").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match="territory-file-unknown"):
        open_pack(tmp_path / "pack").file("basemap.pmtiles")


def test_inside_and_outside(fictional: Pack) -> None:
    town_hall = next(site for site in fictional.features("sites") if site.properties["kind"] == "town-hall")
    lon_deg, lat_deg = town_hall.shape.x, town_hall.shape.y
    assert fictional.contains(lon_deg, lat_deg)
    commune = fictional.commune_at(lon_deg, lat_deg)
    assert commune is not None
    assert commune.properties["name"] == "Port-Galène (fictif)"
    assert not fictional.contains(2.35, 48.85)
    sea = next(feature for feature in fictional.features("water") if feature.layer == "sea")
    assert not fictional.contains(*shapely.get_coordinates(shapely.point_on_surface(sea.shape))[0])


def test_the_nearest_is_the_nearest_of_all(fictional: Pack) -> None:
    lon_deg, lat_deg = fictional.manifest.centre
    found = fictional.nearest("sites", lon_deg, lat_deg)
    assert found is not None
    feature, away_m = found
    assert feature.layer == "sites"
    others = [fictional.nearest("sites", site.shape.x, site.shape.y) for site in fictional.features("sites")]
    assert all(other is not None and other[1] < 0.01 for other in others)
    degrees = {site.properties["name"]: site.shape.distance(shapely.points(lon_deg, lat_deg))
               for site in fictional.features("sites")}  # fmt: skip
    assert away_m <= min(degrees.values()) * 111_320 * 1.01


def test_heights_on_land_at_sea_and_nowhere(fictional: Pack) -> None:
    town_hall = next(site for site in fictional.features("sites") if site.properties["kind"] == "town-hall")
    height_m = fictional.elevation_m(town_hall.shape.x, town_hall.shape.y)
    assert height_m is not None
    assert height_m > 3
    sea = next(feature for feature in fictional.features("water") if feature.layer == "sea")
    at_sea_m = fictional.elevation_m(*shapely.get_coordinates(shapely.point_on_surface(sea.shape))[0])
    assert at_sea_m is not None
    assert at_sea_m < 0
    assert fictional.elevation_m(2.35, 48.85) is None
    assert fictional.elevation_m(float("nan"), 46.0) is None


def test_questions_that_make_no_sense_are_refused(tiny: Pack) -> None:
    with pytest.raises(Refused, match="territory-role-unknown"):
        tiny.features("unicorns")
    with pytest.raises(Refused, match="geometry-not-finite"):
        tiny.nearest("roads", float("inf"), 0)
    with pytest.raises(Refused, match="geometry-not-finite"):
        tiny.contains(0, 91)


def test_a_role_nobody_fills_has_no_objects_and_no_nearest(tiny: Pack) -> None:
    assert tiny.features(Role.BUILDINGS) == []
    assert tiny.nearest(Role.BUILDINGS, *tiny.manifest.centre) is None


def test_folders_that_are_no_pack_are_refused(tiny: Pack, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not-a-territory-pack"):
        open_pack(tmp_path)
    shutil.copytree(tiny.folder, tmp_path / "pack")
    card = tmp_path / "pack" / "territory.toml"
    good = card.read_text("utf-8")
    for bad in (
        "= nonsense",
        "id = 3",
        good.replace("fictitious", "fictive"),
        good.replace(tiny.manifest.version, "1"),
    ):
        card.write_text(bad, "utf-8")
        with pytest.raises(Refused, match="territory-manifest-malformed"):
            open_pack(tmp_path / "pack")
    card.write_text(good, "utf-8")
    (tmp_path / "pack" / "basemap.pmtiles").unlink()
    with pytest.raises(Refused, match="territory-pack-incomplete"):
        open_pack(tmp_path / "pack")
