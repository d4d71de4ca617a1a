"""The picture as GeoJSON and as a table of means (CSV)."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from garance.exports.exchange.outgoing import (
    Outgoing,
    Row,
    Value,
    field_names,
    instant,
    outgoing,
    words_of,
)
from garance.kernel.place import Point
from garance.ports.export import Language, Matter, Order

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run: a text that begins so is written after an apostrophe."""


class GeoJson:
    """GeoJSON (RFC 7946): one collection, a feature for each thing; what the file says of itself is in `garance`."""

    kind: ClassVar[str] = "geojson"
    media_type: ClassVar[str] = "application/geo+json"
    suffix: ClassVar[str] = "geojson"
    paths: ClassVar[bool] = False

    def write(self, matter: Matter, order: Order) -> bytes:
        """Every layer in one collection, the layer named in each feature, colours under the names of simplestyle."""
        whole = outgoing(matter, order)
        layer_field = words_of(order.language)["field.layer"]
        features = []
        for layer in whole.layers:
            names = field_names(layer.key, order.language)
            for row in layer.rows:
                said = {names[key]: _plain(value) for key, value in row.values.items() if value is not None}
                properties = {layer_field: layer.title, **said, **_look(row)}
                features.append({"type": "Feature", "id": row.id, "geometry": row.geometry, "properties": properties})
        about = {
            "situation": whole.situation,
            "at": instant(whole.shown_at),
            "mode": matter.situation.mode.value,
            "mark": whole.mark,
            "attribution": whole.source,
            "licence": whole.licence,
            "about": whole.about,
        }
        return msgspec.json.encode(
            {"type": "FeatureCollection", "name": whole.title, "garance": about, "features": features}
        )


def _plain(value: Value) -> Any:
    return instant(value) if isinstance(value, datetime) else value


def _look(row: Row) -> dict[str, Any]:
    if isinstance(row.geometry, Point) or row.geometry is None:
        return {"marker-color": row.colour}
    return {"stroke": row.colour, "stroke-width": 2, "fill": row.colour, "fill-opacity": 0.1 if row.planned else 0.25}


class MeansSheet:
    """The means, one a row, with where they are: what any spreadsheet opens (CSV; in French `;` and decimal comma)."""

    kind: ClassVar[str] = "csv"
    media_type: ClassVar[str] = "text/csv; charset=utf-8"
    suffix: ClassVar[str] = "csv"
    paths: ClassVar[bool] = False

    def write(self, matter: Matter, order: Order) -> bytes:
        """A line of titles, then the means; the situation and its moment in each row."""
        whole = outgoing(matter, order)
        words, names = words_of(order.language), field_names("means", order.language)
        places = [words["field.longitude"], words["field.latitude"]]
        said = [words["field.situation"], words["field.shown_at"]]
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";" if order.language == "fr" else ",", lineterminator="\r\n")
        writer.writerow([*names.values(), *places, *said])
        for row in whole.layers[0].rows:
            place = row.geometry.coordinates if isinstance(row.geometry, Point) else (None, None)
            cells = [*row.values.values(), *place, *_about(whole)]
            writer.writerow([_cell(value, order.language) for value in cells])
        return out.getvalue().encode("utf-8-sig")


def _about(whole: Outgoing) -> tuple[Value, Value]:
    return whole.title, whole.shown_at


def _cell(value: Value, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, float):
        return repr(value).replace(".", ",") if language == "fr" else repr(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
