"""Things as a file gives them, before they are placed: parts in the file's own coordinates, tracks, attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import shapely

from garance.connectors.exchange_files.reading import MAX_ATTRIBUTES, MAX_FEATURES, Format, Problems, printable
from garance.ports.observation import MAX_TEXT

Shape = Literal["point", "line", "area"]
KINDS: dict[int, Shape] = {0: "point", 1: "line", 2: "line", 3: "area"}
"""By the number that shapely gives to a simple type."""


@dataclass(slots=True)
class Part:
    """One point, line or area. `rings` are arrays of n rows (x, y): one for a point or a line, outer then holes."""

    shape: Shape
    rings: list[Any]


@dataclass(slots=True)
class Found:
    """A thing of the file. `uid` is how it is designated there; `details` its attributes as text."""

    uid: str
    parts: list[Part] = field(default_factory=list)
    name: str = ""
    note: str | None = None
    at: datetime | None = None
    details: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Fix:
    """A timed position, in degrees and SI units; `at` None when it is not readable."""

    lon_deg: float
    lat_deg: float
    at: datetime | None
    altitude_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None


@dataclass(slots=True)
class Track:
    """Where something went: unbroken stretches of positions."""

    uid: str
    segments: list[list[Fix]]
    name: str = ""
    note: str | None = None
    details: dict[str, str] = field(default_factory=dict)


@dataclass
class Harvest:
    """Everything a file holds. `crs` is the system that it declares; `strict` when its format allows no other one, so
    that numbers are never doubted."""

    format: Format
    title: str = ""
    crs: str | None = None
    strict: bool = False
    found: list[Found | Track] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    _uids: set[str] = field(default_factory=set)

    @property
    def full(self) -> bool:
        """Whether nothing more is read; says so the first time."""
        if len(self.found) < MAX_FEATURES:
            return False
        self.problems.once("features-too-many")
        return True

    def uid(self, given: object, otherwise: str) -> str:
        """A designation met only once: the file's own where it gives one, else this one."""
        plain = as_text(given)[:180] if isinstance(given, str | int) and not isinstance(given, bool) else ""
        for uid in (plain, otherwise, f"{plain or otherwise}-{len(self.found) + 1}"):
            if uid and uid not in self._uids:
                self._uids.add(uid)
                return uid
        while otherwise in self._uids:
            otherwise += "'"
        self._uids.add(otherwise)
        return otherwise

    def attributes(self, pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
        """Attributes as text, the empty ones left out, bounded in number and length."""
        kept: dict[str, str] = {}
        for name, value in pairs:
            text, name = as_text(value), cut(printable(str(name)).strip(), 120)
            if not text or not name:
                continue
            if len(kept) >= MAX_ATTRIBUTES:
                self.problems.once("attributes-cut")
                break
            if len(text) > MAX_TEXT:
                self.problems.once("attributes-cut", name)
            kept[name] = cut(text)
        return kept


def cut(text: str, most: int = MAX_TEXT) -> str:
    """The text, ended by an ellipsis when it is longer than that."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def as_text(value: object) -> str:
    """A value of an attribute as people read it; nothing for what is empty."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else ""
    return printable(str(value)).strip()


def array_of(coordinates: object) -> Any:
    """Positions as an array of n rows (x, y), and how many ordinates they had; refuses with `ValueError`."""
    try:
        whole = np.asarray(coordinates, dtype=float)
    except (TypeError, ValueError, OverflowError, RecursionError) as problem:
        return _one_by_one(coordinates, problem)
    if whole.ndim != 2 or whole.shape[1] < 2:
        raise ValueError("not positions")
    return whole[:, :2], whole.shape[1]


def _one_by_one(coordinates: object, problem: Exception) -> Any:
    """Positions that have not all the same number of ordinates."""
    if not isinstance(coordinates, list) or not all(isinstance(one, list) and len(one) >= 2 for one in coordinates):
        raise ValueError("not positions") from problem
    try:
        flat = np.asarray([one[:2] for one in coordinates], dtype=float)
    except (TypeError, OverflowError, RecursionError) as other:
        raise ValueError("not positions") from other
    if flat.ndim != 2:
        raise ValueError("not positions")
    return flat, 3


def parts_of(shape: Any) -> list[Part]:
    """The parts of a shapely geometry, in order; nothing for one that is empty or is none."""
    parts: list[Part] = []
    for one in shapely.get_parts(shape, return_index=False) if shape is not None else ():
        kind = int(shapely.get_type_id(one))
        if kind > 3:
            parts += parts_of(one)
        elif not shapely.is_empty(one) and kind >= 0:
            rings = [one.exterior, *one.interiors] if kind == 3 else [one]
            parts.append(Part(KINDS[kind], [shapely.get_coordinates(ring) for ring in rings]))
    return parts


def read_instant(text: str | None, harvest: Harvest, uid: str) -> datetime | None:
    """An ISO 8601 date and time (a date alone is its first instant); said when it cannot be read or has no zone."""
    plain = (text or "").strip()
    if not plain:
        return None
    try:
        at = datetime.fromisoformat(_full_date(plain[:40]))
        if at.tzinfo is None:
            harvest.problems.once("time-without-zone")
            return at.replace(tzinfo=UTC)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        harvest.problems.say("time-malformed", uid, plain[:40])
        return None


def _full_date(text: str) -> str:
    """`2026` and `2026-11`, which KML allows, as the first day of theirs."""
    if text.isdecimal() and len(text) == 4:
        return f"{text}-01-01"
    return f"{text}-01" if len(text) == 7 and text[4] == "-" else text


def styled(details: dict[str, str], style: Mapping[str, str]) -> None:
    """Add colours under the names of simplestyle, the file's own attributes of the same name kept."""
    for name, value in style.items():
        details.setdefault(name, value)
