from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from support.territories import line, quiet, square, write_layer

from garance.kernel.refusal import Refused
from garance.territory import Pack, import_territory


def codes(pack: Pack) -> dict[tuple[str, str], int]:
    return {(entry.code, entry.subject): entry.count for entry in pack.manifest.report}


def refusal_of(source: Path, out: Path) -> Refused:
    with pytest.raises(Refused) as refusal:
        import_territory(source, out, progress=quiet)
    assert not out.exists()
    assert [path for path in out.parent.iterdir() if path.name.startswith(f".{out.name}")] == []
    return refusal.value


def test_layers_are_recognised_whatever_their_file_is_called(tiny: Pack) -> None:
    counts = {layer.name: layer.count for layer in tiny.manifest.layers}
    assert counts == {"risk-zones": 2, "roads": 3, "defences": 1, "communes": 2, "commune-labels": 2, "sites": 1}
    assert tiny.manifest.name == "Échillais"
    assert tiny.manifest.insee_codes == ["17146", "17237"]


def test_attributes_are_those_of_the_contract(tiny: Pack) -> None:
    by_importance = {feature.properties["importance"]: feature.properties for feature in tiny.features("roads")}
    assert by_importance[3] == {
        "name": "Avenue du 8 Mai 1945", "importance": 3, "kind": "road", "bridge": False, "oneway": "no",
    }  # fmt: skip
    assert by_importance[5]["bridge"] is True
    assert by_importance[5]["kind"] == "roundabout"
    assert by_importance[1]["kind"] == "motorway"
    assert "name" not in by_importance[1]
    zones = {feature.properties["zone"]: feature.properties["kind"] for feature in tiny.features("risk-zones")}
    assert zones == {"Rs3": "red", "Bs1": "blue"}


def test_the_state_of_a_dyke_comes_from_one_file_and_its_name_from_the_other(tiny: Pack) -> None:
    (dyke,) = tiny.features("defences")
    assert dyke.properties == {"kind": "dike", "status": "bad", "crest_m": 4.2, "name": "Digue du Port"}
    assert codes(tiny)["attributes-borrowed", "e.zip"] == 1


def test_repairs_and_doubts_are_counted_and_told_in_french(tiny: Pack) -> None:
    found = codes(tiny)
    assert found["polygons-repaired", "c.zip"] == 1
    assert found["crs-missing", "d.zip"] == 1
    assert found["empty-shapes", "f.csv"] == 1
    assert found["outside-window", "f.csv"] == 1
    assert all(feature.shape.is_valid for feature in tiny.features("risk-zones"))
    text = " ".join(entry.text_fr for entry in tiny.manifest.report)
    assert "1 polygone invalide réparé" in text


def test_what_is_missing_says_what_it_disables(tiny: Pack) -> None:
    lost = {missing.role: missing.disables_fr for missing in tiny.manifest.missing}
    assert set(lost) == {
        "water", "coast", "past-extent", "buildings", "land-use", "terrain", "addresses", "hydrants", "roughness",
    }  # fmt: skip
    assert "3D" in lost["terrain"]
    assert tiny.manifest_json()["terrain"] is None
    assert tiny.elevation_m(*tiny.manifest.centre) is None


def test_rights_follow_the_data(tiny: Pack) -> None:
    assert tiny.manifest.attribution == "Ville de test CC BY-SA 4.0"
    assert tiny.manifest.licences == ["CC BY-SA 4.0"]
    assert {layer.attribution for layer in tiny.manifest.layers} == {"Ville de test CC BY-SA 4.0"}


def test_the_geopackage_opens_elsewhere(tiny: Pack) -> None:
    layers = {str(row[0]) for row in pyogrio.list_layers(tiny.file("territory.gpkg"))}
    assert layers == {layer.name for layer in tiny.manifest.layers}
    assert pyogrio.read_info(tiny.file("territory.gpkg"), layer="roads")["crs"] == "EPSG:4326"


def test_the_same_files_are_not_built_twice_and_a_changed_one_is(tiny_source: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "pack"
    shutil.copytree(tiny_source, source)
    first = import_territory(source, out, progress=quiet)
    built = (out / "territory.gpkg").stat().st_ino
    again = import_territory(source, out, progress=quiet)
    assert (out / "territory.gpkg").stat().st_ino == built
    assert again.manifest == first.manifest
    elsewhere = import_territory(source, tmp_path / "other", progress=quiet)
    assert elsewhere.manifest == first.manifest
    write_layer(source / "g.geojson", [line((0, 500), (500, 500))], nom_1_g=["CHE DU BAC"], importance=["5"])
    changed = import_territory(source, out, progress=quiet)
    assert changed.manifest.source_digest != first.manifest.source_digest
    assert (out / "territory.gpkg").stat().st_ino != built
    assert not list(tmp_path.glob(".pack*"))


def test_cancelling_leaves_the_former_pack_whole(tiny_source: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "pack"
    shutil.copytree(tiny_source, source)
    first = import_territory(source, out, progress=quiet)
    (source / "README.md").write_text("changed", "utf-8")

    def cancel(what: str, share: float) -> None:
        if what == "Fond de carte":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_territory(source, out, progress=cancel)
    assert Pack(out, first.manifest).features("roads")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack", "source"]


def test_something_that_is_no_pack_is_never_replaced(tiny_source: Path, tmp_path: Path) -> None:
    out = tmp_path / "precious"
    out.mkdir()
    (out / "letter.txt").write_text("dear")
    with pytest.raises(Refused, match="output-not-a-pack"):
        import_territory(tiny_source, out, progress=quiet)
    assert (out / "letter.txt").read_text() == "dear"


def test_a_folder_that_is_absent_or_empty_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "absent", tmp_path / "pack").code == "territory-source-missing"
    (tmp_path / "empty").mkdir()
    assert refusal_of(tmp_path / "empty", tmp_path / "pack").code == "territory-source-empty"


def test_a_folder_where_nothing_is_recognised_is_refused_with_the_reasons(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "broken.zip").write_bytes(b"PK\x03\x04 not really")
    (source / "letter.docx").write_bytes(b"dear mayor")
    refusal = refusal_of(source, tmp_path / "pack")
    assert refusal.code == "territory-nothing-recognised"
    assert refusal.detail["reasons"] == "archive-corrupted, document"


def test_a_hostile_archive_refuses_the_whole_folder(tiny_source: Path, tmp_path: Path) -> None:
    for name, member, content, code in (
        ("escape", "../../roads.shp", b"1", "archive-unsafe"),
        ("bomb", "roads.shp", bytes(70 * 1024**2), "archive-too-large"),
    ):
        source = tmp_path / name
        shutil.copytree(tiny_source, source)
        with zipfile.ZipFile(source / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, content)
        assert refusal_of(source, tmp_path / "pack").code == code


def test_a_damaged_file_is_set_aside_with_its_reason_and_the_rest_is_kept(tiny_source: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(tiny_source, source)
    (source / "cut.zip").write_bytes((source / "a.zip").read_bytes()[:-40])
    (source / "cut.tif").write_bytes(b"II*\0" + bytes(20))
    (source / "cut.geojson").write_text('{"type": "FeatureCollection", "features": [{"ty')
    (source / "mystery.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"q":1},'
        '"geometry":{"type":"Point","coordinates":[-1.0,45.9]}}]}'
    )
    pack = import_territory(source, tmp_path / "pack", progress=quiet)
    reasons = {entry.subject: entry.code for entry in pack.manifest.report if entry.kind == "not-understood"}
    assert reasons == {
        "cut.zip": "archive-corrupted",
        "cut.tif": "raster-unreadable",
        "cut.geojson": "layer-unreadable",
        "mystery.geojson": "role-unknown",
    }
    assert {layer.count for layer in pack.manifest.layers if layer.name == "communes"} == {2}


def test_coordinates_at_infinity_and_of_no_system_are_set_aside(tiny_source: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(tiny_source, source)
    write_layer(source / "far.zip", [shapely.box(5e8, 5e8, 6e8, 6e8)], crs=None, typezone=["U"])
    pack = import_territory(source, tmp_path / "pack", progress=quiet)
    assert codes(pack)["crs-unknown", "far.zip"] == 0


def test_heights_in_centimetres_are_read_as_metres(tiny_source: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(tiny_source, source)
    west, _, _, north = square(0, 0, 2000).bounds
    heights = np.full((100, 100), 425, dtype="int16")
    heights[:10, :10] = -1200
    with rasterio.open(
        source / "mnt.tif", "w", driver="GTiff", width=100, height=100, count=1, dtype="int16", crs="EPSG:2154",
        transform=Affine(20, 0, west, 0, -20, north),
    ) as raster:  # fmt: skip
        raster.write(heights, 1)
    pack = import_territory(source, tmp_path / "pack", progress=quiet)
    assert pack.elevation_m(*pack.manifest.centre) == pytest.approx(4.25)
    assert "centimètres" in next(e.text_fr for e in pack.manifest.report if e.code == "terrain-found")
    assert "terrain" not in {missing.role for missing in pack.manifest.missing}
