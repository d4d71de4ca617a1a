"""What a file of exchange says once read: observations, what was set aside or mended, and its columns (lecture)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from garance.ports.observation import Drawn, Located

MAX_FILE_BYTES = 50 << 20
"""The largest file that is read, as it comes."""
MAX_UNPACKED_BYTES = 200 << 20
"""The most that an archive may hold once opened."""
MAX_FEATURES = 20_000
"""The most things read of one file."""
MAX_ALL_VERTICES = 400_000
"""The most vertices of all drawings of one file: outlines are thinned together beyond."""
MAX_ALL_RINGS = 50_000
"""The most rings of all areas of one file."""
MAX_POSITIONS = 100_000
"""The most timed positions of one file: a track that goes beyond is read as a line."""
MAX_ATTRIBUTES = 100
"""The most attributes kept of one thing."""
MAX_COLUMNS = 300
MAX_LISTED = 50
"""The most problems told one by one under the same code; all are counted."""


class Format(enum.StrEnum):
    """What a file is, told by its content."""

    GEOJSON = "geojson"
    GEOJSON_LINES = "geojson-lines"
    GPX = "gpx"
    KML = "kml"
    KMZ = "kmz"
    TCX = "tcx"
    SHAPEFILE = "shapefile"
    GEOPACKAGE = "geopackage"
    CSV = "csv"
    ARCHIVE = "archive"
    """A zipped folder of several of these."""


Weight = Literal["aside", "mended", "said"]
"""A thing was not read; was read and put right; or is only worth knowing."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something of the file that was not taken as it stood.

    `code` is a key of the reading's `words`; `feature` the uid of the observation, or how the file designates the thing
    (`feature-12`, `row-40`, the name of a layer); none when it is of the whole file. `detail` is a name or a number.
    """

    code: str
    feature: str | None = None
    detail: str | None = None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How often a problem was met, what it is to whoever reads (`weight`), and its words in French and English."""

    code: str
    count: Annotated[int, msgspec.Meta(ge=1)]
    weight: Weight
    fr: str
    en: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute met in the file: its name as written there, in how many things it is filled, and up to five
    different values, cut at 80 letters."""

    name: str
    filled: int
    samples: tuple[str, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A file, read (lecture).

    `observations` keep the order of the file: `Drawn` for points, lines and areas, a run of `Located` of the same uid
    for each timed track (`details["segment"]` counts its unbroken stretches from 1). `details` of a drawing holds its
    attributes as text, and its colours under the names of simplestyle (`stroke`, `fill`, `marker-color`…). Positions
    are kept to 7 decimals (1 cm). `crs` is the system in which the file's coordinates were understood.
    `problems` lists at most 50 a code; `tallies` counts them all.
    """

    format: Format
    title: str
    crs: str = "EPSG:4326"
    observations: tuple[Drawn | Located, ...]
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    tallies: tuple[Tally, ...]

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """The points, lines and areas, in order."""
        return tuple(one for one in self.observations if isinstance(one, Drawn))


class ProblemWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a problem is said."""

    weight: Weight
    fr: str
    en: str


@cache
def problem_words() -> Mapping[str, ProblemWords]:
    """The words of every problem, by code."""
    text = (Path(__file__).parent / "problems.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, ProblemWords])


def printable(text: str) -> str:
    """The text without the signs that no screen shows; lines are kept, unbreakable spaces are plain ones."""
    if text.isprintable():
        return text
    kept = (" " if sign.isspace() and sign not in "\n\t" else sign for sign in text.replace("\r\n", "\n"))
    return "".join(sign for sign in kept if sign.isprintable() or sign in "\n\t")


class Problems:
    """Problems as they are met: listed while they are few, always counted."""

    def __init__(self) -> None:
        self._listed: list[Problem] = []
        self._counts: dict[str, int] = {}

    def say(self, code: str, feature: str | None = None, detail: str | None = None, *, times: int = 1) -> None:
        """Note a problem; `detail` is cut at 200 letters."""
        before = self._counts.get(code, 0)
        self._counts[code] = before + times
        if before < MAX_LISTED:
            told = printable(detail[:200]) if detail is not None else None
            self._listed.append(Problem(code=code, feature=feature, detail=told))

    def once(self, code: str, detail: str | None = None) -> None:
        """Note a problem of the whole file, a single time."""
        if code not in self._counts:
            self.say(code, None, detail)

    def add(self, other: Reading, feature: str) -> None:
        """Take in those of a file held in this one."""
        for one in other.problems:
            if sum(1 for known in self._listed if known.code == one.code) < MAX_LISTED:
                named = f"{feature}:{one.feature}" if one.feature is not None else feature
                self._listed.append(msgspec.structs.replace(one, feature=named))
        for tally in other.tallies:
            self._counts[tally.code] = self._counts.get(tally.code, 0) + tally.count

    @property
    def listed(self) -> tuple[Problem, ...]:
        """Those told one by one."""
        return tuple(self._listed)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """How often each was met, what was set aside first."""
        words = problem_words()
        order = {"aside": 0, "mended": 1, "said": 2}
        codes = sorted(self._counts, key=lambda code: (order[words[code].weight], code))
        return tuple(
            Tally(code=code, count=self._counts[code], weight=words[code].weight, fr=words[code].fr, en=words[code].en)
            for code in codes
        )
