"""Tables of places: columns of position under their French names, and the shapes such tables have in practice."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import shapely
from support.reading import only, read

from garance.territory.projection import WGS84, project
from garance.territory.reading import Table

PLACE = (-0.96, 45.94)


def rows(header: str, *lines: str) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def place_of(table: Table) -> tuple[float, float]:
    point = project(table.shapes[:1], table.crs, WGS84)[0]
    return (round(point.x, 2), round(point.y, 2))


@pytest.mark.parametrize(
    ("content", "crs", "doubt"),
    [
        (rows("nom,lon,lat", "A,-0.96,45.94"), "EPSG:4326", None),
        (rows("nom;Longitude (WGS84);Latitude (WGS84)", "A;-0,96;45,94"), "EPSG:4326", None),
        (rows("nom\tx_wgs84\ty_wgs84", "A\t-0.96\t45.94"), "EPSG:4326", None),
        (rows("nom;lng;latitude", "A;-0.96;45.94"), "EPSG:4326", None),
        (rows("nom;geo_point_2d", 'A;"45.94, -0.96"'), "EPSG:4326", None),
        (rows("nom;Coordonnées", "A;45.94, -0.96"), "EPSG:4326", None),
        (rows("nom;X;Y", "A;393318;6545503"), "EPSG:2154", "crs-missing"),
        (rows("nom;X_L93;Y_L93", "A;393318;6545503"), "EPSG:2154", None),
        (rows("nom;coord_x_lambert93;coord_y_lambert93", "A;393 318;6 545 503"), "EPSG:2154", None),
        (rows("nom;X;Y;latitude;longitude", "A;0;0;45.94;-0.96"), "EPSG:4326", None),
        (rows("nom;geom", "A;POINT (-0.96 45.94)"), "EPSG:4326", None),
        (rows("nom;geo_shape", 'A;"{""type"":""Point"",""coordinates"":[-0.96,45.94]}"'), "EPSG:4326", None),
        (rows("nom;longitude;latitude", "A;0°57'36\"O;45°56'24\"N"), "EPSG:4326", None),
        (rows("nom;longitude;latitude", "A;45.94;-0.96"), "EPSG:4326", "axes-swapped"),
        (rows("Liste des sites", "mise à jour 2024", "", "nom;lon;lat", "A;-0.96;45.94"), "EPSG:4326", None),
        ("nom;lon;lat\nMoëze;-0,96;45,94\n".encode("utf-16"), "EPSG:4326", None),
        ("nom;lon;lat\nMoëze;-0,96;45,94\n".encode("cp1252"), "EPSG:4326", None),
        (json.dumps([{"nom": "A", "lat": 45.94, "lon": -0.96}]).encode(), "EPSG:4326", None),
    ],
)
def test_positions_are_found_under_every_name(tmp_path: Path, content: bytes, crs: str, doubt: str | None) -> None:
    (tmp_path / ("a.json" if content[:1] == b"[" else "a.csv")).write_bytes(content)
    table = only(read(tmp_path))
    assert (table.geometry, len(table), table.crs, table.doubt) == ("point", 1, crs, doubt)
    assert place_of(table) == PLACE
    assert table.columns["nom"][0] in ("A", "Moëze")


def test_the_old_system_of_france_is_told_by_its_numbers(tmp_path: Path) -> None:
    old = project(shapely.points([PLACE]), WGS84, "EPSG:27572")[0]
    (tmp_path / "a.csv").write_text(f"nom;x;y\nA;{old.x:.1f};{old.y:.1f}\n".replace(".", ","))
    table = only(read(tmp_path))
    assert (table.crs, table.doubt, place_of(table)) == ("EPSG:27572", "crs-missing", PLACE)


def test_rows_without_position_are_counted_and_titles_met_twice_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nom;nom;lat;lon\nA;B;45.9;-1\nC;D;;\nE;F;x;y\nG;H;400;-1\nZero;Z;0;0\n")
    table = only(read(tmp_path))
    assert (len(table), table.empty) == (1, 4)
    assert (table.columns["nom"][0], table.columns["nom_2"][0]) == ("A", "B")


def test_texts_encoded_twice_in_some_rows_only(tmp_path: Path) -> None:
    broken = "Échillais".encode().decode("cp1252")
    (tmp_path / "a.csv").write_text(f"nom;lat;lon\n{broken};45.9;-1\nMoëze;45.9;-1\nÂge d'or;45.9;-1\n", "utf-8")
    table = only(read(tmp_path))
    assert list(table.columns["nom"]) == ["Échillais", "Moëze", "Âge d'or"]
    assert table.recoded == 1


def workbook(path: Path, sheet: str) -> None:
    """A workbook as spreadsheets write it, reduced to what a reader needs."""
    space = "http://schemas.openxmlformats.org"
    kinds = f"{space}/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0"?><Types xmlns="{space}/package/2006/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook xmlns="{space}/spreadsheetml/2006/main" xmlns:r="{kinds}"><sheets>'
            '<sheet name="Sites" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<?xml version="1.0"?><worksheet xmlns="{space}/spreadsheetml/2006/main"><sheetData>{sheet}'
            "</sheetData></worksheet>",
        )


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def test_a_workbook_whose_table_starts_lower_with_a_formula(tmp_path: Path) -> None:
    workbook(
        tmp_path / "a.xlsx",
        f'<row r="1">{text("A1", "Sites de la commune")}</row>'
        f'<row r="3">{text("A3", "Nom")}{text("B3", "Longitude")}{text("C3", "Latitude")}{text("D3", "INSEE")}</row>'
        f'<row r="4">{text("A4", "Mairie")}<c r="B4"><v>-0.96</v></c><c r="C4"><f>45+0.94</f><v>45.94</v></c>'
        '<c r="D4"><v>17237</v></c></row>',
    )
    table = only(read(tmp_path))
    assert (place_of(table), table.columns["nom"][0], table.columns["insee"][0]) == (PLACE, "Mairie", "17237")


def test_a_workbook_with_one_cell_at_the_end_of_the_world_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    workbook(
        tmp_path / "a.xlsx",
        f'<row r="1">{text("A1", "lon")}{text("B1", "lat")}</row><row r="1048576">{text("XFD1048576", "x")}</row>',
    )
    assert read(tmp_path).unread == [("a.xlsx", "table-too-large")]


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Sites">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def ods(path: Path, *lines: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml", ODS.format("".join(f"<table:table-row>{line}</table:table-row>" for line in lines))
        )


def cell(value: str, times: int = 1) -> str:
    return f'<table:table-cell table:number-columns-repeated="{times}"><text:p>{value}</text:p></table:table-cell>'


def test_an_open_document_sheet(tmp_path: Path) -> None:
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    ods(tmp_path / "a.ods", cell("nom") + cell("lon") + cell("lat"), cell("A") + cell("-0,96") + cell("45,94"), blank)
    assert place_of(only(read(tmp_path))) == PLACE


def test_an_open_document_sheet_that_repeats_a_cell_for_ever_is_refused(tmp_path: Path) -> None:
    ods(tmp_path / "a.ods", cell("lon") + cell("lat"), cell("x", 900_000_000))
    assert read(tmp_path).unread == [("a.ods", "table-too-large")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table-without-position"),
        (b"nom;adresse\nA;B\n", "table-without-position"),
        (b"nom;lat;lon\nA;;\n", "layer-empty"),
        (b"lat;lon;" + b"c;" * 3_000 + b"\n45;1\n", "table-too-large"),
        (b"nom;lat;lon\n" + b"x" * 2_000_000 + b";45;1\n", "table-too-large"),
        (b"\x00" * 100, "table-without-position"),
    ],
)
def test_tables_that_give_no_place_say_why(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert read(tmp_path).unread == [("a.csv", code)]
