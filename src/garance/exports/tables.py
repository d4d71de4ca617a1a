"""Lists on paper: means by state, drawings, and the empty census of people (tableaux)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from garance.domain.resources.facts import ResourceStatus
from garance.exports.naming import place, signed
from garance.exports.strips import desk_code, strips
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Need, Order

STATES = (
    ResourceStatus.ENGAGED, ResourceStatus.ARRIVED, ResourceStatus.IN_TRANSIT, ResourceStatus.VALIDATED,
    ResourceStatus.REQUESTED, ResourceStatus.AVAILABLE, ResourceStatus.RELEASED, ResourceStatus.OUT_OF_SERVICE,
)  # fmt: skip
"""From what is at work to what is not: the order in which a table is read."""

MOST_PLACES = 400
"""Places said in words at most: the others are said by their square alone."""
MOST_ROWS = 5_000

Column = tuple[str, int]
"""A key of words, and the part of the width it takes."""


class Section(NamedTuple):
    """A heading, rows of cells, and their columns when they are not those of the table."""

    heading: str
    rows: list[list[str]]
    columns: tuple[Column, ...] | None = None


class MeansTable:
    """The means by state, with where and since when (tableau des moyens)."""

    kind: ClassVar[str] = "means"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PICTURE})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})
    columns: ClassVar[tuple[Column, ...]] = (
        ("paper.unit", 3), ("paper.kind", 3), ("paper.since", 2), ("paper.place", 6), ("paper.remark", 3),
    )  # fmt: skip

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Lay the table out; empty rows of the same columns when blank ones are asked for."""
        voice = Voice(order)
        units = matter.picture.resources if matter.picture is not None else ()
        where = _places([one.geometry for one in units], matter, voice)
        rows: dict[ResourceStatus, list[list[str]]] = {}
        for one, said in zip(units, where, strict=True):
            cells = [one.name, voice.of("resource-kind", one.kind), voice.short(one.state_at or one.declared_at), said]
            cells.append(voice.say("conflict") if one.conflict else "")
            rows.setdefault(one.state, []).append(cells)
        named = {one: voice.of("resource-state", one) for one in STATES if one in rows}
        sections = [Section(f"{name} ({len(rows[one])})", rows[one]) for one, name in named.items()]
        return table(matter, order, voice, "title.means", self.columns, sections, tab="resources")


class DrawingsList:
    """What is drawn on the picture, by name, with its state and validity (liste des tracés)."""

    kind: ClassVar[str] = "drawings"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.PICTURE})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})
    columns: ClassVar[tuple[Column, ...]] = (
        ("paper.drawing", 4), ("paper.kind", 3), ("paper.drawn", 2), ("paper.valid-until", 2), ("paper.place", 5),
        ("paper.author", 4),
    )  # fmt: skip

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Lay the list out: what is engaged, then what is planned."""
        voice = Voice(order)
        shapes = matter.picture.shapes if matter.picture is not None else ()
        where = _places([one.geometry for one in shapes], matter, voice)
        rows: dict[str, list[list[str]]] = {}
        for one, said in zip(shapes, where, strict=True):
            kind, by = voice.of("shape-kind", one.kind), signed(one.author, matter, voice)
            cells = [one.name, kind, voice.short(one.changed_at), voice.short(one.valid_until), said, by]
            rows.setdefault(one.state.value, []).append(cells)
        sections = [Section(f"{voice.of('shape-state', state)} ({len(rows[state])})", rows[state])
                    for state in ("engaged", "planned") if state in rows]  # fmt: skip
        return table(matter, order, voice, "title.drawings", self.columns, sections, tab="shapes")


class CensusForm:
    """Empty sheets to write down people who come or are met (fiche de recensement)."""

    kind: ClassVar[str] = "census"
    needs: ClassVar[frozenset[Need]] = frozenset()
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF})
    columns: ClassVar[tuple[Column, ...]] = (
        ("paper.time", 2), ("paper.person", 5), ("paper.age", 1), ("paper.address", 5), ("paper.phone", 3),
        ("paper.needs", 4), ("paper.sent-to", 3), ("paper.left-at", 2),
    )  # fmt: skip

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Lay out as many as asked. Refuses `only-blank`."""
        if not order.blank:
            raise Refused("only-blank", field="blank")
        return table(matter, order, Voice(order), "title.census", self.columns, [], tab="logbook")


def _places(geometries: Sequence[Any], matter: Matter, voice: Voice) -> list[str]:
    bare = Matter(**{**{name: getattr(matter, name) for name in matter.__struct_fields__}, "pack": None})
    return [place(one, matter if index < MOST_PLACES else bare, voice) for index, one in enumerate(geometries)]


def table(
    matter: Matter,
    order: Order,
    voice: Voice,
    title: str,
    columns: Sequence[Column],
    sections: Sequence[Section],
    *,
    tab: str,
) -> Manuscript:
    """A table in sections. Refuses `document-too-long` beyond 5,000 rows."""
    count = sum(len(one.rows) for one in sections)
    if count > MOST_ROWS:
        raise Refused("document-too-long", detail={"lines": count, "limit": MOST_ROWS})
    said = voice.say(title)
    shown = [] if order.blank else sections
    data = {
        **strips(matter, order, voice, title=said),
        "columns": _columns(columns),
        "sections": [
            {"heading": one.heading, "rows": one.rows, "columns": _columns(one.columns or columns)} for one in shown
        ],
        "blank": order.blank,
        "code": desk_code(matter, tab=tab),
        "empty": voice.say("empty.list"),
    }
    return Manuscript(layout="table", data=data, text=None if order.blank else _as_text(said, matter, shown, voice))


def _columns(columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [{"label": label, "part": part} for label, part in columns]


def _as_text(title: str, matter: Matter, sections: Sequence[Section], voice: Voice) -> str:
    said = [f"{title} — {matter.situation.title}"] if sections else [f"{title} — {voice.say('empty.list')}"]
    for heading, rows, _ in sections:
        said.append("\n".join([heading, *("- " + " | ".join(cell for cell in row if cell) for row in rows)]))
    return "\n\n".join(said) + "\n"
