"""The picture as KML 2.2 and as GPX 1.1. Both are made as trees: no word of a person can become markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from garance.exports.exchange.outgoing import Layer, Outgoing, Row, Value, field_names, instant, outgoing, words_of
from garance.kernel.place import Geometry, LineString, Point, Polygon, Vertex
from garance.ports.export import Language, Matter, Order

KML = "http://www.opengis.net/kml/2.2"
GPX = "http://www.topografix.com/GPX/1/1"
PLANNED = {True: ("99", "1a"), False: ("ff", "40")}
"""The opacity of the line and of the inside, as KML writes it, by whether the thing is only planned."""


def _whole(root: Element) -> bytes:
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    one = SubElement(parent, tag, attributes)
    one.text = text
    return one


class Kml:
    """KML 2.2: a folder for each layer, a style for each look, the moment of each thing, its fields in ExtendedData."""

    kind: ClassVar[str] = "kml"
    media_type: ClassVar[str] = "application/vnd.google-earth.kml+xml"
    suffix: ClassVar[str] = "kml"
    paths: ClassVar[bool] = False

    def write(self, matter: Matter, order: Order) -> bytes:
        """The whole file, in the order of elements that its schema wants."""
        whole = outgoing(matter, order)
        root = Element("kml", {"xmlns": KML})
        document = _add(root, "Document")
        _add(document, "name", whole.title)
        _add(document, "open", "1")
        _add(document, "description", whole.about)
        _add(_add(document, "TimeStamp"), "when", instant(whole.shown_at))
        for colour, planned in sorted({(row.colour, row.planned) for layer in whole.layers for row in layer.rows}):
            document.append(_style(colour, planned))
        about = {"situation": whole.situation, "at": instant(whole.shown_at), "mode": matter.situation.mode.value,
                 "attribution": whole.source, "licence": whole.licence}  # fmt: skip
        _extend(document, about.items())
        for layer in whole.layers:
            document.append(_folder(layer, whole, order.language))
        return _whole(root)


def _style_name(colour: str, planned: bool) -> str:
    return f"s{colour[1:]}{'-planned' if planned else ''}"


def _style(colour: str, planned: bool) -> Element:
    line, inside = PLANNED[planned]
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    style = Element("Style", {"id": _style_name(colour, planned)})
    _add(_add(style, "IconStyle"), "color", f"{line}{blue}{green}{red}")
    stroke = _add(style, "LineStyle")
    _add(stroke, "color", f"{line}{blue}{green}{red}")
    _add(stroke, "width", "2")
    _add(_add(style, "PolyStyle"), "color", f"{inside}{blue}{green}{red}")
    return style


def _folder(layer: Layer, whole: Outgoing, language: Language) -> Element:
    names = field_names(layer.key, language)
    folder = Element("Folder", {"id": layer.key})
    _add(folder, "name", layer.title)
    for row in layer.rows:
        mark = _add(folder, "Placemark", id=f"x{row.id}")
        _add(mark, "name", row.name)
        note = row.values.get("note")
        told = "\n".join(str(line) for line in (whole.mark, row.values.get("state"), note) if line)
        if told:
            _add(mark, "description", told)
        _add(_add(mark, "TimeStamp"), "when", instant(row.at))
        _add(mark, "styleUrl", f"#{_style_name(row.colour, row.planned)}")
        _extend(mark, ((names[key], said) for key, value in row.values.items() if (said := _said(value)) is not None))
        if row.geometry is not None:
            mark.append(_kml_shape(row.geometry))
    return folder


def _said(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    return instant(value) if not isinstance(value, int | float) else repr(value)


def _extend(parent: Element, pairs: Iterable[tuple[str, str]]) -> None:
    extended = _add(parent, "ExtendedData")
    for name, value in pairs:
        _add(_add(extended, "Data", name=name), "value", value)


def _line(vertices: list[Vertex]) -> str:
    return " ".join(f"{lon_deg!r},{lat_deg!r}" for lon_deg, lat_deg in vertices)


def _kml_shape(geometry: Geometry) -> Element:
    if isinstance(geometry, Polygon):
        shape = Element("Polygon")
        for number, ring in enumerate(geometry.coordinates):
            boundary = _add(shape, "innerBoundaryIs" if number else "outerBoundaryIs")
            _add(_add(boundary, "LinearRing"), "coordinates", _line(ring))
        return shape
    shape = Element("Point" if isinstance(geometry, Point) else "LineString")
    vertices = [geometry.coordinates] if isinstance(geometry, Point) else geometry.coordinates
    _add(shape, "coordinates", _line(vertices))
    return shape


class Gpx:
    """GPX 1.1, for receivers carried in the field: points as waypoints, lines and outlines as tracks, and where tracked
    means went, with their times."""

    kind: ClassVar[str] = "gpx"
    media_type: ClassVar[str] = "application/gpx+xml"
    suffix: ClassVar[str] = "gpx"
    paths: ClassVar[bool] = True

    def write(self, matter: Matter, order: Order) -> bytes:
        """Metadata, then waypoints, then tracks."""
        whole = outgoing(matter, order)
        root = Element("gpx", {"xmlns": GPX, "version": "1.1", "creator": "Garance"})
        metadata = _add(root, "metadata")
        _add(metadata, "name", whole.title)
        _add(metadata, "desc", f"{whole.about}\n{whole.situation}")
        copyright_ = _add(metadata, "copyright", author=whole.source)
        _add(copyright_, "year", str(whole.shown_at.year))
        _add(metadata, "time", instant(whole.shown_at))
        _add(metadata, "keywords", whole.situation)
        rows = [(layer, row) for layer in whole.layers for row in layer.rows]
        for layer, row in rows:
            if isinstance(row.geometry, Point):
                root.append(_waypoint(layer, row, whole))
        for layer, row in rows:
            if isinstance(row.geometry, LineString | Polygon):
                root.append(_outline(layer, row, whole))
        for layer, row in rows:
            if len(row.path) > 1:
                root.append(_path(layer, row, whole, words_of(order.language)["path.of"]))
        return _whole(root)


def _describe(parent: Element, layer: Layer, row: Row, whole: Outgoing) -> None:
    """`cmt`, `desc`, `src` and `type`, in the order of the schema; the mark of an exercise first."""
    told = (whole.mark, row.values.get("kind"), row.values.get("state"), row.values.get("note"))
    _add(parent, "cmt", whole.mark or layer.title)
    _add(parent, "desc", " – ".join(str(one) for one in told if one))
    _add(parent, "src", whole.source)


def _waypoint(layer: Layer, row: Row, whole: Outgoing) -> Element:
    lon_deg, lat_deg = row.geometry.coordinates if isinstance(row.geometry, Point) else (0.0, 0.0)
    point = Element("wpt", {"lat": repr(lat_deg), "lon": repr(lon_deg)})
    altitude_m = row.values.get("altitude_m")
    if isinstance(altitude_m, float):
        _add(point, "ele", repr(altitude_m))
    _add(point, "time", instant(row.at))
    _add(point, "name", row.name)
    _describe(point, layer, row, whole)
    _add(point, "type", str(row.values["kind_code"]))
    return point


def _track(layer: Layer, row: Row, whole: Outgoing, name: str) -> Element:
    track = Element("trk")
    _add(track, "name", name)
    _describe(track, layer, row, whole)
    _add(track, "type", str(row.values["kind_code"]))
    return track


def _outline(layer: Layer, row: Row, whole: Outgoing) -> Element:
    track = _track(layer, row, whole, row.name)
    for ring in _rings(row.geometry):
        segment = _add(track, "trkseg")
        for lon_deg, lat_deg in ring:
            _add(segment, "trkpt", lat=repr(lat_deg), lon=repr(lon_deg))
    return track


def _rings(geometry: Geometry | None) -> Iterator[list[Vertex]]:
    if isinstance(geometry, LineString):
        yield geometry.coordinates
    elif isinstance(geometry, Polygon):
        yield from geometry.coordinates


def _path(layer: Layer, row: Row, whole: Outgoing, said: str) -> Element:
    track = _track(layer, row, whole, said.format(name=row.name))
    segment = _add(track, "trkseg")
    for stand in row.path:
        point = _add(segment, "trkpt", lat=repr(stand.lat_deg), lon=repr(stand.lon_deg))
        if stand.altitude_m is not None:
            _add(point, "ele", repr(stand.altitude_m))
        _add(point, "time", instant(stand.at))
    return track
