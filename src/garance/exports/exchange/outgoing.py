"""What goes out, the same for every format: layers of rows with typed fields, and what the file says of itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from garance.domain.incidents.natures import nature_of, natures
from garance.exports.map_sheet.marks import COMING, UNIT_COLOURS, sign_of
from garance.exports.words import Voice
from garance.kernel.label import Mode
from garance.kernel.place import Geometry, Point
from garance.ports.export import Language, Matter, Order, Stand
from garance.views.shown import ResourceShown, ShapeShown, ThingShown

FieldType = Literal["text", "whole", "number", "instant", "yes-no"]
Value = str | int | float | bool | datetime | None
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
UNIT_COLOUR = "#111111"
INCIDENT_COLOUR = "#c62828"

COMMON: dict[str, FieldType] = {
    "id": "text", "name": "text", "mode": "text", "kind": "text", "kind_code": "text",
}  # fmt: skip
FIELDS: Mapping[str, Mapping[str, FieldType]] = {
    "means": COMMON | {
        "state": "text", "state_code": "text", "state_at": "instant", "declared_at": "instant",
        "position_at": "instant", "altitude_m": "number", "speed_mps": "number", "course_deg": "number",
        "call_sign": "text", "owner": "text", "crew": "whole", "quantity": "whole", "note": "text",
        "in_conflict": "yes-no",
    },
    "drawings": COMMON | {
        "state": "text", "state_code": "text", "drawn_at": "instant", "changed_at": "instant",
        "valid_until": "instant", "radius_m": "number", "symbol": "text", "symbol_code": "text",
        "symbol_text": "text", "phase": "whole", "in_conflict": "yes-no",
    },
    "incidents": COMMON | {
        "severity": "whole", "evolution": "text", "evolution_code": "text", "place": "text", "began_at": "instant",
        "changed_at": "instant", "note": "text", "in_conflict": "yes-no",
    },
}  # fmt: skip
"""The fields of each layer, in order, and their types."""


class Row(NamedTuple):
    """A thing: its fields by key (those of `FIELDS`), and how it looks. `at` is when it was last said to be so."""

    id: str
    name: str
    geometry: Geometry | None
    at: datetime
    colour: str
    planned: bool
    values: dict[str, Value]
    path: tuple[Stand, ...] = ()


class Layer(NamedTuple):
    """Rows of one sort."""

    key: str
    title: str
    rows: list[Row]


class Outgoing(NamedTuple):
    """A picture ready to be written. `mark` is EXERCICE or TEST, none for what really happens."""

    title: str
    mark: str | None
    situation: str
    shown_at: datetime
    state: str
    written: str
    source: str
    licence: str
    layers: tuple[Layer, ...]

    @property
    def about(self) -> str:
        """What the file says of itself, in lines."""
        said = (self.mark, self.state, self.written, self.source, self.licence)
        return "\n".join(line for line in said if line)


@functools.cache
def words_of(language: Language) -> Mapping[str, str]:
    """The words of exchanged files."""
    text = (Path(__file__).parent / "words.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, dict[str, str]])[language]


def field_names(layer: str, language: Language) -> dict[str, str]:
    """The name of each field of a layer in that language, in order."""
    return {key: words_of(language)[f"field.{key}"] for key in FIELDS[layer]}


def outgoing(matter: Matter, order: Order) -> Outgoing:
    """Everything of the picture at the moment shown, as its reader may see it."""
    voice, words = Voice(order), words_of(order.language)
    mode = matter.situation.mode
    mark = None if mode is Mode.ACTUAL else words[f"mark.{mode.value}"]
    organisation = matter.organisations.get(matter.organisation or "", matter.printed_by)
    title = clean(matter.situation.title)
    found = {"means": _means, "drawings": _drawings, "incidents": _incidents}
    layers = {key: [_marked(row, key, mark) for row in rows(matter, voice)] for key, rows in found.items()}
    return Outgoing(
        title=words["about.marked"].format(mark=mark, title=title) if mark else title,
        mark=mark,
        situation=matter.situation.id,
        shown_at=matter.shown_at,
        state=words["about.state"].format(at=voice.moment(matter.shown_at)),
        written=words["about.written"].format(by=clean(matter.printed_by), at=voice.moment(matter.printed_at)),
        source=words["about.source"].format(organisation=clean(organisation)),
        licence=words["about.licence"],
        layers=tuple(Layer(key, words[f"layer.{key}"], rows) for key, rows in layers.items()),
    )


def _marked(row: Row, layer: str, mark: str | None) -> Row:
    """The row with the mark of what does not really happen, and every field of its layer."""
    said = row.values | {"mode": mark}
    return row._replace(values={key: _tidy(said.get(key)) for key in FIELDS[layer]})


def _tidy(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return (clean(value) or None) if isinstance(value, str) else value


def clean(text: str) -> str:
    """The text without the signs that no format carries."""
    return _UNSEEN.sub("", text)


def instant(at: datetime) -> str:
    """An instant in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _means(matter: Matter, voice: Voice) -> Iterator[Row]:
    details = {one.id: one.told("details") for one in matter.board.things if one.kind == "resource"}
    for one in matter.picture.resources if matter.picture is not None else ():
        yield _resource(one, details.get(one.id, {}), matter.paths.get(one.id, ()), voice)


def _resource(one: ResourceShown, told: Mapping[str, Any], path: tuple[Stand, ...], voice: Voice) -> Row:
    last = path[-1] if path and (one.moved_at is None or path[-1].at >= one.moved_at) else None
    geometry = Point((last.lon_deg, last.lat_deg)) if last is not None else one.geometry
    moved_at = last.at if last is not None else one.moved_at or one.declared_at
    values: dict[str, Value] = {
        "id": one.id, "name": one.name, "kind": voice.of("resource-kind", one.kind), "kind_code": one.kind,
        "state": voice.of("resource-state", one.state), "state_code": one.state.value, "state_at": one.state_at,
        "declared_at": one.declared_at, "position_at": moved_at if geometry is not None else None,
        "in_conflict": one.conflict,
    }  # fmt: skip
    if last is not None:
        values |= {name: getattr(last, name) for name in ("altitude_m", "speed_mps", "course_deg")}
    values |= {name: told.get(name) for name in ("call_sign", "owner", "crew", "quantity", "note")}
    at = max(moved_at, one.state_at or one.declared_at)
    colour = UNIT_COLOURS.get(one.kind, UNIT_COLOUR)
    return Row(one.id, clean(one.name), geometry, at, colour, one.state in COMING, values, path)


def _drawings(matter: Matter, voice: Voice) -> Iterator[Row]:
    symbols = {(one.id, each.id): each.name for one in matter.charters for each in one.symbols}
    for one in matter.picture.shapes if matter.picture is not None else ():
        values = _shape(one, voice)
        if one.symbol is not None:
            said = symbols.get((one.symbol.set, one.symbol.id))
            values |= {
                "symbol": getattr(said, voice.language) if said is not None else None,
                "symbol_code": f"{one.symbol.set}/{one.symbol.id}", "symbol_text": one.symbol.text,
            }  # fmt: skip
        planned = one.state.value == "planned"
        yield Row(one.id, clean(one.name), one.geometry, one.changed_at, sign_of(one.kind).colour, planned, values)


def _shape(one: ShapeShown, voice: Voice) -> dict[str, Value]:
    return {
        "id": one.id, "name": one.name, "kind": voice.of("shape-kind", one.kind), "kind_code": one.kind,
        "state": voice.of("shape-state", one.state), "state_code": one.state.value, "drawn_at": one.drawn_at,
        "changed_at": one.changed_at, "valid_until": one.valid_until, "phase": one.phase,
        "radius_m": one.figure.radius_m if one.figure is not None else None, "in_conflict": one.conflict,
    }  # fmt: skip


def _incidents(matter: Matter, voice: Voice) -> Iterator[Row]:
    for one in matter.board.things:
        if one.kind == "incident" and not one.ended:
            yield _incident(one, voice)


def _incident(one: ThingShown, voice: Voice) -> Row:
    told, turn = one.told("description"), one.told("evolution")
    code = str(told.get("nature", "other"))
    nature = nature_of(code)
    named = (nature.fr if voice.language == "fr" else nature.en) if code in natures() else code
    geometry = msgspec.convert(told["geometry"], Geometry) if told.get("geometry") else None
    title = str(told.get("title", "")) or named
    values: dict[str, Value] = {
        "id": one.id, "name": title, "kind": named, "kind_code": code, "severity": told.get("severity"),
        "evolution": voice.of("evolution", turn.get("evolution")), "evolution_code": turn.get("evolution"),
        "place": told.get("place"), "began_at": one.began_at, "changed_at": one.changed_at,
        "note": turn.get("note") or told.get("note"), "in_conflict": one.conflict,
    }  # fmt: skip
    return Row(one.id, clean(title), geometry, one.changed_at, INCIDENT_COLOUR, False, values)
