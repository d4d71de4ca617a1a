"""Tables of places: which columns say where, under all the names they have in French files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from garance.kernel.refusal import Refused
from garance.territory.projection import WGS84, Bounds
from garance.territory.reading.archive import Step
from garance.territory.reading.findings import Findings, Table
from garance.territory.reading.placing import clean, settle, tables_by_kind
from garance.territory.reading.sheets import Row, read_sheets
from garance.territory.reading.texts import repair_cells
from garance.territory.wording import fold

HEADER_ROWS = 40
"""How far down the sheet the line of titles is looked for."""

LONGITUDES = frozenset(
    "lon lng long longitude xwgs84 wgs84x lonwgs84 longwgs84 longitudewgs84 longitudex xlongitude xlon xlong geolon"
    " geolongitude coordlon coordonneelongitude gpslon gpslongitude gpslng longitudedecimale longitudedd lond x4326"
    " coordgpslon coordlong longdd longitudeentreesortie lonentreesortie coordxy1 coordonneegpsx".split()
)
LATITUDES = frozenset(
    "lat latitude ywgs84 wgs84y latwgs84 latitudewgs84 latitudey ylatitude ylat geolat geolatitude coordlat"
    " coordonneelatitude gpslat gpslatitude latitudedecimale latitudedd latd y4326 coordgpslat latdd"
    " latitudeentreesortie latentreesortie coordxy2 coordonneegpsy".split()
)
PLANE = re.compile(r"^(coord|coordonnee|coordonnees|coords|pos|position|point|geo)?(?P<axis>[xy])(?P<system>.*)$")
SYSTEMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"l(amb(ert)?)?_?93|2154|rgf93"), "EPSG:2154"),
    (re.compile(r"l(amb(ert)?)?(2|ii)e?(tendu)?$|27572|etendu"), "EPSG:27572"),
    (re.compile(r"wgs|4326|gps|deg"), WGS84),
    (re.compile(r"cc(?P<zone>4[2-9]|50)"), "EPSG:39"),
)
PLAIN_SYSTEMS = frozenset({"", "m", "coord", "coordonnee", "pos", "position", "metre", "metres", "local", "centroide"})
BOTH = frozenset(
    "geopoint2d geopoint coordonnees coordonneesgeo coordonneesgps coordonneesgeographiques coordonneesfinales gps"
    " latlon latlng latlong latitudelongitude position geolocalisation geoloc geocoordonnees coordinates coord"
    " coordonneeswgs84 localisation pointgeo latitudeetlongitude coords geo".split()
)
BOTH_TURNED = frozenset(
    "lonlat lnglat longlat longitudelatitude coordonneesxy xy coordonneeslonlat coordonnesxy".split()
)
SHAPES = frozenset("geoshape geom thegeom geometry wkt wktgeom geometrie shape geojson".split())
PAIR = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*°?\s*[,;/ |]\s*(-?\d+(?:[.,]\d+)?)")
DEGREES = re.compile(
    r"^\s*(?P<sign>-?)(?P<d>\d{1,3})\s*[°d:]\s*(?P<m>\d{1,2}(?:[.,]\d+)?)?\s*['’′m:]?\s*(?P<s>\d{1,2}(?:[.,]\d+)?)?"
    r"\s*(?:\"|''|″|s)?\s*(?P<side>[NSEWOnsewo]?)\s*$"
)


@dataclass(frozen=True)
class Where:
    """The columns that say where: two of numbers, or one of both, or one of whole shapes; and the stated system."""

    kind: str
    columns: tuple[int, ...]
    crs: str | None = None


def read_places(path: Path, label: str, found: Findings, step: Step, near: Bounds | None = None) -> None:
    """Add a table for each sheet that has positions. Refuses `table-without-position` when none has, `layer-empty`,
    and what `read_sheets` refuses."""
    before, empty = len(found.tables), False
    for name, rows in read_sheets(path, label, step):
        located = locate(rows)
        if located is None:
            continue
        top, where = located
        several = path.suffix.lower() not in (".csv", ".tsv") and before < len(found.tables)
        title = f"{path.stem} {name}" if several else path.stem
        table = _table(rows[top], rows[top + 1 :], where, label, title, near)
        if table is None:
            empty = True
        else:
            found.tables.extend(tables_by_kind(table))
    if len(found.tables) == before:
        raise Refused("layer-empty" if empty else "table-without-position", field=label)


def locate(rows: list[Row]) -> tuple[int, Where] | None:
    """The number of the line of titles, and the columns that say where; nothing when no line names any."""
    for number, row in enumerate(rows[:HEADER_ROWS]):
        where = find_columns([plain(cell) for cell in row])
        if where is not None:
            return number, where
    return None


def plain(cell: Any) -> str:
    """A title with letters and digits only: `Longitude (WGS84)` gives `longitudewgs84`."""
    return re.sub(r"[^a-z0-9]", "", fold(str(cell))) if cell not in (None, "") else ""


def find_columns(titles: list[str]) -> Where | None:
    """The best columns among those titles: degrees, then plane coordinates, then pairs, then shapes."""
    for choose in (_degrees, _plane, _pair, _shape):
        where = choose(titles)
        if where is not None:
            return where
    return None


def _degrees(titles: list[str]) -> Where | None:
    lon = next((index for index, title in enumerate(titles) if title in LONGITUDES), None)
    lat = next((index for index, title in enumerate(titles) if title in LATITUDES), None)
    return Where("two", (lon, lat), WGS84) if lon is not None and lat is not None else None


def _plane(titles: list[str]) -> Where | None:
    seen: dict[str, dict[str, int]] = {}
    for index, title in enumerate(titles):
        match = PLANE.match(title)
        trailing = re.match(r"^(?P<system>coord|coordonnee|position|centroide)(?P<axis>[xy])$", title)
        match = trailing or match
        if match is not None:
            seen.setdefault(match["system"], {}).setdefault(match["axis"], index)
    for system, axes in seen.items():
        if len(axes) < 2:
            continue
        stated = next((code for pattern, code in SYSTEMS if pattern.search(system)), None)
        if stated == "EPSG:39":
            stated += re.sub(r"\D", "", system)[-2:]
        if stated is not None or system in PLAIN_SYSTEMS:
            return Where("two", (axes["x"], axes["y"]), stated)
    return None


def _pair(titles: list[str]) -> Where | None:
    for index, title in enumerate(titles):
        if title in BOTH:
            return Where("latlon", (index,), None)
        if title in BOTH_TURNED:
            return Where("lonlat", (index,), None)
    return None


def _shape(titles: list[str]) -> Where | None:
    return next((Where("shape", (index,)) for index, title in enumerate(titles) if title in SHAPES), None)


def _table(header: Row, rows: list[Row], where: Where, label: str, name: str, near: Bounds | None) -> Table | None:
    width = len(header)
    rows = [row[:width] + [""] * (width - len(row)) for row in rows]
    shapes = shapes_of(rows, where)
    part = clean(shapes)
    if len(part.shapes) == 0:
        return None
    placed, crs, doubt = settle(where.crs, part.shapes, label, near)
    if where.crs is None and crs == WGS84 and doubt == "crs-missing":
        doubt = None
    columns: dict[str, Any] = {}
    recoded = 0
    kept = [row for row, used in zip(rows, part.usable, strict=True) if used]
    for index, title in sorted(_titles(header), key=lambda pair: pair[1]):
        cells = np.array([_cell(row[index]) for row in kept], dtype=object)
        columns[title], changed = repair_cells(cells)
        recoded += changed
    return Table(
        label, name, "point", columns, placed, crs, doubt, recoded, part.empty, part.flattened, part.notes, where.crs
    )


def _titles(header: Row) -> Iterator[tuple[int, str]]:
    """Each column and its name in lower case; a name met twice bears its rank."""
    seen: dict[str, int] = {}
    for index, cell in enumerate(header):
        title = str(cell).strip().lower() or f"column_{index + 1}"
        seen[title] = seen.get(title, 0) + 1
        yield index, title if seen[title] == 1 else f"{title}_{seen[title]}"


def _cell(value: Any) -> Any:
    """Spreadsheets keep 17000 as 17000.0; a whole number is written as one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else ("" if value is None else str(value))


def shapes_of(rows: list[Row], where: Where) -> Any:
    """The shape of each row, None where there is none; rows are as long as their titles."""
    if where.kind == "shape":
        return _whole_shapes([str(row[where.columns[0]]) for row in rows])
    if where.kind == "two":
        east, north = where.columns
        places = np.array([(number(row[east]), number(row[north])) for row in rows], dtype=float).reshape(-1, 2)
    else:
        pairs = [_both(str(row[where.columns[0]])) for row in rows]
        places = np.array(pairs, dtype=float).reshape(-1, 2)
        if where.kind == "latlon":
            places = places[:, ::-1]
    good = np.isfinite(places).all(axis=1)
    if where.crs == WGS84:
        good &= (np.abs(places) <= 180).all(axis=1)
    shapes = np.full(len(rows), None, dtype=object)
    shapes[good] = shapely.points(places[good])
    return shapes


def _both(text: str) -> tuple[float, float]:
    match = PAIR.search(text)
    return (number(match[1]), number(match[2])) if match else (float("nan"), float("nan"))


def _whole_shapes(texts: list[str]) -> Any:
    """Shapes written out as WKT or as GeoJSON, one a row; what is neither is no shape."""
    cells = np.array([text.strip() for text in texts], dtype=object)
    json = np.array([text.startswith("{") for text in cells], dtype=bool)
    shapes = np.full(len(cells), None, dtype=object)
    shapes[json] = shapely.from_geojson(cells[json], on_invalid="ignore")
    bare = np.array(
        [text.partition(";")[2] if text.startswith("SRID=") else text for text in cells[~json]], dtype=object
    )
    shapes[~json] = shapely.from_wkt(bare, on_invalid="ignore")
    return shapes


def number(cell: Any) -> float:
    """A number as people write it (comma, spaces, degrees-minutes-seconds); not-a-number when it is none."""
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell or "").strip().replace("\u00a0", "").replace("\u202f", "").replace("\u2212", "-")
    try:
        return float(text.replace(" ", "").replace(",", "."))
    except ValueError:
        return _sexagesimal(text)


def _sexagesimal(text: str) -> float:
    match = DEGREES.match(text)
    if match is None:
        return float("nan")
    parts = [float((match[name] or "0").replace(",", ".")) for name in ("d", "m", "s")]
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -value if match["sign"] or match["side"].upper() in ("S", "W", "O") else value
