"""From what was read to what is drawn: which column is the name, the note, the kind (correspondance)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ByName
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from garance.connectors.exchange_files.found import Part, cut
from garance.connectors.exchange_files.outlines import Drawing, Unfit
from garance.connectors.exchange_files.reading import Column, Problems, Reading
from garance.kernel.identity import Slug
from garance.kernel.place import Geometry, LineString, Point
from garance.ports.observation import Drawn, Located
from garance.territory.wording import fold

Place = Literal["point", "line", "area"]

NAMES = (
    "nom", "name", "libelle", "label", "title", "titre", "intitule", "designation", "denomination", "toponyme",
    "nom_voie", "route", "lieu", "place", "site", "adresse", "address", "commune",
)  # fmt: skip
NOTES = (
    "description", "desc", "note", "notes", "commentaire", "commentaires", "comment", "comments", "remarque",
    "remarques", "observation", "observations", "remark", "cmt", "detail", "details", "info", "informations",
)  # fmt: skip
SORTS = (
    "kind", "nature_code", "kind_code", "nature", "type", "categorie", "category", "classe", "class", "cause", "objet",
    "theme", "libelle", "sym", "symbole", "symbol", "folder",
)  # fmt: skip
MAX_VALUES = 60
"""The most different values of a column whose kinds are proposed one by one."""


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a reading becomes drawings.

    `name`, `note` and `kind` are names of columns, none for no column. `kinds` gives our word for a value of the column
    `kind`, as written in the file; other values, and kinds that cannot be drawn so, fall back on `point`, `line` and
    `area`. Timed tracks are drawn as `lines`, or left out (`none`).
    """

    name: str | None = None
    note: str | None = None
    kind: str | None = None
    kinds: dict[str, Slug] = {}
    point: Slug = "note"
    line: Slug = "note"
    area: Slug = "note"
    tracks: Literal["lines", "none"] = "lines"


class KindWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a kind may be drawn on, and how files name it."""

    on: tuple[Place, ...]
    words: tuple[str, ...]


@cache
def kind_table() -> ByName[str, KindWords]:
    """Every kind of drawing."""
    return msgspec.toml.decode((Path(__file__).parent / "kinds.toml").read_bytes(), type=dict[str, KindWords])


def plain(text: str) -> str:
    """Words alone, folded: `Zone d'évacuation (n° 2)` gives `zone d evacuation n 2`."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(text.replace("_", " "))))


@cache
def _kind_words() -> tuple[tuple[str, str], ...]:
    return tuple((_singular(word), kind) for kind, one in kind_table().items() for word in one.words)


def _singular(text: str) -> str:
    """The words without the mark of the plural."""
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in text.split())


def kind_named(text: str) -> str | None:
    """The kind that a value names, by its own word or by those of files; none when it names none."""
    if text.strip() in kind_table():
        return text.strip()
    said = f" {_singular(plain(text))} "
    found = [(len(word), kind) for word, kind in _kind_words() if f" {word} " in said]
    return max(found)[1] if found else None


def propose(reading: Reading) -> Mapping:
    """The likeliest mapping, for a person to look at: columns by their titles, kinds by their values, else by the name
    of the file or of its columns (`type_coupure`)."""
    columns = {plain(one.name).replace(" ", "_"): one for one in reversed(reading.columns)}
    drawn = reading.drawn
    named = any(one.name for one in drawn)
    sort = next((one for title in SORTS if (one := columns.get(title)) is not None and _kinds(one, drawn)), None)
    kinds = _kinds(sort, drawn) if sort is not None else {}
    name = None if named and "name" not in columns else _first(columns, NAMES, len(drawn))
    note = None if any(one.note for one in drawn) else _first(columns, NOTES, 0)
    about = kind_named(reading.title) or next((kind for title in columns if (kind := kind_named(title))), None)
    on = kind_table()[about].on if about is not None else ()
    return Mapping(
        name=name,
        note=note,
        kind=sort.name if sort is not None else None,
        kinds=kinds,
        point=about if about is not None and "point" in on else "note",
        line=about if about is not None and "line" in on else "note",
        area=about if about is not None and "area" in on else "note",
    )


def _first(columns: ByName[str, Column], titles: Sequence[str], count: int) -> str | None:
    """The first of those titles that is a column, or a word of one, filled in at least half of so many things."""
    filled = {title: one.name for title, one in columns.items() if one.filled * 2 >= count}
    whole = (filled[title] for title in titles if title in filled)
    part = (name for title in titles for said, name in filled.items() if title in said.split("_"))
    return next(whole, None) or next(part, None)


def _kinds(column: Column, drawn: Sequence[Drawn]) -> dict[str, Slug]:
    """Our word for each value of a column that has few; empty when none names a kind that can be drawn there."""
    said = [(one.details[column.name], place_of(one.geometry)) for one in drawn if column.name in one.details]
    values = dict.fromkeys(value for value, _ in said)
    if len(values) > MAX_VALUES:
        return {}
    named = {value: kind for value in values if (kind := kind_named(value)) is not None}
    fit = {value for value, place in said if value in named and place in kind_table()[named[value]].on}
    return {value: kind for value, kind in named.items() if value in fit}


def apply(reading: Reading, mapping: Mapping) -> tuple[Drawn, ...]:
    """The drawings, each with a name (its own, that of its column, else the file's and its rank), a note and a kind
    that can be drawn on its geometry."""
    made: list[Drawn] = []
    for one in (*reading.drawn, *(_lines(reading) if mapping.tracks == "lines" else ())):
        name = one.details.get(mapping.name, "") if mapping.name is not None else ""
        note = one.details.get(mapping.note) if mapping.note is not None else None
        made.append(
            msgspec.structs.replace(
                one,
                name=cut(" ".join((name or one.name).split()) or f"{reading.title} {len(made) + 1}".strip(), 200),
                note=note if note is not None else one.note,
                kind=_kind(one, mapping),
            )
        )
    return tuple(made)


def _kind(one: Drawn, mapping: Mapping) -> str:
    place = place_of(one.geometry)
    value = one.details.get(mapping.kind, "") if mapping.kind is not None else ""
    defaults = {"point": mapping.point, "line": mapping.line, "area": mapping.area}
    for kind in (mapping.kinds.get(value, ""), defaults[place]):
        if kind in kind_table() and place in kind_table()[kind].on:
            return kind
    return "note"


def place_of(geometry: Geometry) -> Place:
    """What a geometry is for whoever draws."""
    return "point" if isinstance(geometry, Point) else "line" if isinstance(geometry, LineString) else "area"


def _lines(reading: Reading) -> Iterator[Drawn]:
    """Each unbroken stretch of each timed track, as a line."""
    drawing = Drawing(Problems())
    located = [one for one in reading.observations if isinstance(one, Located)]
    for (uid, segment), run in groupby(located, key=lambda one: (one.uid, one.details.get("segment", ""))):
        fixes = list(run)
        line = Part("line", [np.array([(one.position.lon_deg, one.position.lat_deg) for one in fixes], dtype=float)])
        try:
            geometries = list(drawing.geometries(line, uid))
        except Unfit:
            continue  # a lone position is no line
        for number, geometry in enumerate(geometries, start=1):
            rank = f"{uid}/{segment}" if len(geometries) == 1 else f"{uid}/{segment}/{number}"
            yield Drawn(uid=rank, at=fixes[0].at, details=fixes[0].details, geometry=geometry, name=fixes[0].name or "")
