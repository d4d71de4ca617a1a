"""What a symbol set holds, exactly as it is written in its JSON file.

Everything is drawn in a box of 100 by 100, y downwards. Nothing in a set is ever run or fetched: strokes are the
numbers of SVG path data, colours are six hexadecimal digits, words are text.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from garance.kernel.identity import Slug

Colour = Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}\Z")]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Letters = Annotated[str, msgspec.Meta(max_length=6)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z]\Z")]
Place = Annotated[float, msgspec.Meta(ge=-100, le=200)]
PathData = Annotated[str, msgspec.Meta(pattern=r"^[MmLlHhVvCcSsQqTtAaZz0-9 ,.\-]+\Z", max_length=2000)]
Emsi = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,8}(/[A-Z]{2,8}){0,3}\Z")]

Geometry = Literal["point", "line", "area"]
Ground = Literal["light", "dark"]
State = Literal["planned", "engaged", "done", "cancelled"]
STATES: tuple[State, ...] = ("planned", "engaged", "done", "cancelled")


class Described(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A part of a set: a member nobody knows is a mistake to be told."""


class Words(Described, frozen=True, kw_only=True):
    """The same in French and in English."""

    fr: Word
    en: Word


class Role(Described, frozen=True, kw_only=True):
    """What an object is for (rôle): its colours on light and dark grounds, and a letter that says it without colour."""

    name: Words
    letter: Annotated[str, msgspec.Meta(max_length=2)] = ""
    light: Colour
    dark: Colour


class Family(Described, frozen=True, kw_only=True):
    """A shelf of the palette (famille), opened by its letter."""

    id: Slug
    key: Key
    name: Words


class Mark(Described, frozen=True, kw_only=True):
    """One stroke of a template. `fill`: what it is filled with; `engaged` fills with ink unless only planned.

    `width` 0 draws no outline. `dash`: the outline is dashed while planned.
    """

    d: PathData
    fill: Literal["none", "ink", "ground", "engaged"] = "none"
    width: Annotated[float, msgspec.Meta(ge=0, le=20)] = 4.5
    dash: bool = True


class Lettering(Described, frozen=True, kw_only=True):
    """Letters of a template, centred on a place; what a person writes replaces them when the label is `inside`."""

    text: Letters = ""
    x: Place = 50
    y: Place = 50
    size: Annotated[float, msgspec.Meta(ge=6, le=80)] = 26
    width: Annotated[float, msgspec.Meta(ge=10, le=140, description="longer words are set smaller")] = 80
    ink: Literal["ink", "ground", "engaged"] = "ink"


class Line(Described, frozen=True, kw_only=True):
    """How a line, or the edge of an area, is drawn. Widths in pixels; marks point along the line (towards +x), their
    box centred on it: `along` repeated every `every_px`, `head` at its last vertex, `tail` at its first.
    """

    stroke: Literal["solid", "dashed", "dotted", "double", "none"] = "solid"
    width_px: Annotated[float, msgspec.Meta(gt=0, le=16)] = 3
    along: tuple[Mark, ...] = ()
    every_px: Annotated[float, msgspec.Meta(ge=16, le=400)] = 60
    head: tuple[Mark, ...] = ()
    tail: tuple[Mark, ...] = ()
    mark_px: Annotated[float, msgspec.Meta(ge=8, le=64)] = 26


class Symbol(Described, frozen=True, kw_only=True):
    """One symbol (signe). `places`: what it can be drawn on; the first is the usual one.

    `kind`: what the drawing is for whoever does not know this set (`shape.kind`). `label`: where the words a person
    writes go. `turns`: whether it can be turned; `wide_px`: its size on a map. `emsi`: the object it is in exchanges
    (ISO/TR 22351), when one says it.
    """

    id: Slug
    name: Words
    family: Slug
    role: Slug
    kind: Slug = "note"
    places: Annotated[tuple[Geometry, ...], msgspec.Meta(min_length=1, max_length=3)]
    marks: Annotated[tuple[Mark, ...], msgspec.Meta(max_length=12)] = ()
    letters: Lettering | None = None
    label: Literal["inside", "below", "along", "none"] = "below"
    line: Line | None = None
    fill: Literal["none", "tint", "hatch"] = "none"
    turns: bool = False
    wide_px: Annotated[float, msgspec.Meta(ge=16, le=96)] = 36
    emsi: Emsi | None = None
    words: Annotated[tuple[Word, ...], msgspec.Meta(max_length=20)] = ()


class Ink(msgspec.Struct, frozen=True):
    """What a role is drawn with on one ground."""

    colour: str
    letter: str


class Palette(msgspec.Struct, frozen=True):
    """What every role of a set is drawn with on one ground, and the colour around it."""

    inks: dict[str, Ink]
    halo: str


HALOS: dict[Ground, str] = {"light": "#ffffff", "dark": "#101416"}


class SymbolSet(Described, frozen=True, kw_only=True):
    """A whole charter (charte). `version` changes with any symbol; a drawing names the set and the symbol only."""

    id: Slug
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,31}\Z")]
    name: Words
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    licence: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    roles: Annotated[dict[Slug, Role], msgspec.Meta(min_length=1, max_length=32)]
    families: Annotated[tuple[Family, ...], msgspec.Meta(min_length=1, max_length=26)]
    symbols: Annotated[tuple[Symbol, ...], msgspec.Meta(min_length=1, max_length=500)]

    def palette(self, ground: Ground) -> Palette:
        """The inks for that ground."""
        inks = {
            name: Ink(role.light if ground == "light" else role.dark, role.letter) for name, role in self.roles.items()
        }
        return Palette(inks, HALOS[ground])

    def symbol(self, identifier: str) -> Symbol | None:
        """That symbol, if the set has it."""
        return next((one for one in self.symbols if one.id == identifier), None)
