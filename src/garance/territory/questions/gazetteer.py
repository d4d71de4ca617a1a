"""Finding a place by what people type: the search index of a pack, read only (répertoire des lieux)."""

from __future__ import annotations

import bisect
import contextlib
import math
import sqlite3
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from garance.territory.search_index import KINDS, NUMBERS
from garance.territory.search_words import (
    SUFFIXES,
    HouseNumber,
    coordinates_in,
    key_of,
    split_house,
    tokens_of,
)

MAX_LENGTH, MAX_WORDS = 200, 12
MAX_FOUND = 200
FAIR, SURE = 0.3, 0.86
"""Below the first, nothing was found; above the second, nobody looks for spelling mistakes."""

STREETS_TRIED = 20
HOUSE_BONUS = 0.01
TIERS = 50


@dataclass(frozen=True)
class Found:
    """A place found: its `kind` (`commune`, `street`, `address`, `site`, `road`, `position`…), what it is called, where
    it is (`context`: a commune), and how well it answers, 0 to 1. `detail`: the kind of site, of water…"""

    kind: str
    name: str
    context: str
    lon_deg: float
    lat_deg: float
    score: float
    detail: str = ""


@dataclass(frozen=True)
class _Query:
    tokens: tuple[str, ...]
    house: HouseNumber | None = None


class Gazetteer:
    """The names of a pack. The index is read at the first question and kept; any thread may ask."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def search(
        self,
        text: str,
        *,
        near: tuple[float, float] | None = None,
        kinds: Iterable[str] | None = None,
        limit: int = 20,
    ) -> list[Found]:
        """What that text may mean, the best first: exact before beginnings before misspellings, then the important,
        then what is near (longitude, latitude). At most `limit` (1 to 200), of these kinds or of all."""
        place = coordinates_in(text[:MAX_LENGTH])
        if place is not None:
            return [Found("position", text.strip(), "", *place, 1.0)]
        tokens = tokens_of(text[:MAX_LENGTH])[:MAX_WORDS]
        if not tokens or len(self._index.importance) == 0:
            return []
        typing = not text[:MAX_LENGTH].endswith(" ")
        wanted = set(kinds) if kinds is not None else None
        queries = [_Query(tokens)]
        if wanted is None or "address" in wanted:
            queries += [_Query(rest, house) for house, rest in split_house(tokens)]
        scored = [(query, self._scores(query.tokens, typing)) for query in queries]
        with contextlib.closing(self._base()) as base:
            found = self._houses(base, scored[1:], near)
            found += self._named(base, scored[0][1], wanted, near, limit)
        ranked = sorted(found, key=lambda each: self._rank(each, near))
        return [each for _, each in ranked[: max(1, min(limit, MAX_FOUND))]]

    def everything(self) -> list[Found]:
        """Every entry, the important first; `score` is how important it is."""
        index = self._index
        with contextlib.closing(self._base()) as base:
            rows = base.execute("SELECT id, kind, name, context, detail FROM entry ORDER BY id").fetchall()
        found = [
            Found(kind, name, context, *index.place(entry), float(index.importance[entry]), detail)
            for entry, kind, name, context, detail in rows
        ]
        return sorted(found, key=lambda each: -each.score)

    @cached_property
    def _index(self) -> _Index:
        with self._lock, contextlib.closing(self._base()) as base:
            rows = base.execute("SELECT name, bytes FROM part").fetchall()
            return _Index({str(name): zlib.decompress(told) for name, told in rows})

    def _base(self) -> sqlite3.Connection:
        """A connection that cannot write."""
        return sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def _scores(self, tokens: tuple[str, ...], typing: bool) -> Any:
        """How well each entry answers, 0 to 1; mistakes are looked for only when nothing answers well."""
        scores = self._index.scores(tokens, typing, mistakes=False)
        if float(scores.max()) < SURE:
            scores = np.maximum(scores, self._index.scores(tokens, typing, mistakes=True))
        if float(scores.max()) < 2 * FAIR:
            scores = np.maximum(scores, self._index.likenesses(tokens))
        return scores

    def _named(
        self,
        base: sqlite3.Connection,
        scores: Any,
        wanted: set[str] | None,
        near: tuple[float, float] | None,
        limit: int,
    ) -> list[tuple[int, Found]]:
        index = self._index
        if wanted is not None:
            scores = np.where(np.isin(index.kinds, [KINDS.index(kind) for kind in wanted if kind in KINDS]), scores, 0)
        fair = np.flatnonzero(scores >= FAIR)
        tier = np.floor(scores[fair] * TIERS)
        away = index.away(fair, near)
        best = fair[np.lexsort((fair, away, -index.importance[fair], -tier))][: max(1, min(limit, MAX_FOUND))]
        rows = _rows(base, best.tolist())
        return [
            (entry, Found(kind, name, context, *index.place(entry), float(scores[entry]), detail))
            for entry, kind, name, context, detail in rows
        ]

    def _houses(
        self, base: sqlite3.Connection, scored: list[tuple[_Query, Any]], near: tuple[float, float] | None
    ) -> list[tuple[int, Found]]:
        """The houses of that number in the streets that answer well."""
        found: dict[tuple[int, str], tuple[int, Found]] = {}
        for query, scores in scored:
            streets = np.flatnonzero((scores >= 2 * FAIR) & (self._index.kinds == KINDS.index("street")))
            tier, away = np.floor(scores[streets] * TIERS), self._index.away(streets, near)
            best = streets[np.lexsort((streets, away, -tier))][:STREETS_TRIED]
            for entry, _, name, context, _ in _rows(base, best.tolist()):
                house = _house(base, entry, query.house)
                if house is not None:
                    score = min(1.0, float(scores[entry])) + HOUSE_BONUS
                    number, lon_deg, lat_deg = house
                    told = Found("address", f"{number} {name}", context, lon_deg, lat_deg, score)
                    if (entry, number) not in found or found[entry, number][1].score < score:
                        found[entry, number] = (entry, told)
        return list(found.values())

    def _rank(self, found: tuple[int, Found], near: tuple[float, float] | None) -> tuple[float, float, float, int, str]:
        entry, told = found
        away = _away((told.lon_deg, told.lat_deg), near)
        return (-math.floor(told.score * TIERS), -float(self._index.importance[entry]), away, entry, told.name)


class _Index:
    """The inverted index, as arrays: for each word in order, the entries that have it."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.words = parts["words"].decode().split("\n") if parts["words"] else []
        keys = parts["keys"].decode().replace(" ", "").split("\n") if parts["keys"] else []
        self.names = sorted(set(keys))
        place = {key: at for at, key in enumerate(self.names)}
        self.name_of = np.array([place[key] for key in keys], dtype=np.int64)
        self.starts = np.frombuffer(parts["starts"], dtype="<i4")
        self.entries = np.frombuffer(parts["entries"], dtype="<i4")
        self.named = np.frombuffer(parts["named"], dtype="u1").astype(bool)
        self.kinds = np.frombuffer(parts["kinds"], dtype="u1")
        self.importance = np.frombuffer(parts["importance"], dtype="<f4")
        self.places = np.frombuffer(parts["places"], dtype="<f8").reshape(-1, 2)
        counts = np.maximum(np.diff(self.starts), 1)
        self.weight = (np.log(1 + len(self.kinds) / counts) + 0.1).astype("f4")
        self.owner = np.repeat(np.arange(len(self.words)), np.diff(self.starts))
        heavy = np.where(self.named, self.weight[self.owner], 0)
        self.name_weight = np.bincount(self.entries, weights=heavy, minlength=len(self.kinds)) + 1e-6
        self.lengths = np.array([len(word) for word in self.words])

    def place(self, entry: int) -> tuple[float, float]:
        """Its longitude and latitude."""
        lon_deg, lat_deg = self.places[entry].tolist()
        return lon_deg, lat_deg

    def away(self, entries: Any, near: tuple[float, float] | None) -> Any:
        """How far each of these is from there, roughly, in degrees of latitude; nothing matters without a place."""
        if near is None:
            return np.zeros(len(entries))
        gap = self.places[entries] - near
        return np.hypot(gap[:, 0] * math.cos(math.radians(near[1])), gap[:, 1])

    def scores(self, tokens: tuple[str, ...], typing: bool, *, mistakes: bool) -> Any:
        """For each entry: the share of what was typed that it has, and of its name that was typed."""
        total, name, asked = np.zeros(len(self.kinds)), np.zeros(len(self.kinds)), 0.0
        for order, token in enumerate(tokens):
            last = typing and order == len(tokens) - 1
            words, likeness = self._alike(token, beginning=last, mistakes=mistakes)
            weight = float(self.weight[words[likeness.argmax()]]) if len(words) else float(np.median(self.weight))
            at, owner = self._postings(words)
            hit = likeness[owner]
            answer, covered = np.zeros(len(total)), np.zeros(len(total))
            np.maximum.at(answer, self.entries[at], hit)
            np.maximum.at(covered, self.entries[at], np.where(self.named[at], hit * self.weight[words[owner]], 0))
            total += weight * answer
            name += covered
            asked += weight
        return total / asked * (0.72 + 0.28 * np.minimum(1, name / self.name_weight))

    def likenesses(self, tokens: tuple[str, ...]) -> Any:
        """How much each whole name looks like what was typed, spaces aside: the last resort."""
        typed = "".join(tokens)
        found = process.cdist([typed], self.names, scorer=Indel.normalized_similarity, score_cutoff=0.7)[0]
        return found[self.name_of].astype(float) * 0.9

    def _postings(self, words: Any) -> tuple[Any, Any]:
        """Where the entries of these words are, and for each which of the words it is."""
        starts, counts = self.starts[words], self.starts[words + 1] - self.starts[words]
        owner = np.repeat(np.arange(len(words)), counts)
        inside = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        return starts[owner] + inside, owner

    def _alike(self, token: str, *, beginning: bool, mistakes: bool) -> tuple[Any, Any]:
        """The words like this one, and how much, 0 to 1: itself, those that it begins, those that it misspells."""
        low = bisect.bisect_left(self.words, token)
        exact = low < len(self.words) and self.words[low] == token
        found: dict[int, float] = {}
        if mistakes and len(token) >= 3:
            found |= self._misspelt(token)
        if len(token) >= 2 or beginning:
            high = bisect.bisect_left(self.words, token + "\uffff")
            begun = 0.88 if beginning else 0.7
            found |= {word: begun + 0.1 * len(token) / self.lengths[word] for word in range(low, high)}
        if exact:
            found[low] = 1.0
        order = sorted(found)
        return np.array(order, dtype=np.int64), np.array([found[word] for word in order])

    def _misspelt(self, token: str) -> dict[int, float]:
        """Words one mistake away, two when the word is long: a letter more, less, another, or two turned round."""
        most = 1 if len(token) <= 5 else 2
        near = np.flatnonzero(np.abs(self.lengths - len(token)) <= most)
        words = [self.words[word] for word in near.tolist()]
        if not words:
            return {}
        apart = process.cdist([token], words, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
        close = np.flatnonzero(apart <= most)
        likeness = 0.93 - apart[close] * (0.9 / max(len(token), 4))
        return dict(zip(near[close].tolist(), likeness.tolist(), strict=True))


def _away(place: tuple[float, float], near: tuple[float, float] | None) -> float:
    if near is None:
        return 0.0
    return math.hypot((place[0] - near[0]) * math.cos(math.radians(near[1])), place[1] - near[1])


def _rows(base: sqlite3.Connection, entries: list[int]) -> list[tuple[int, str, str, str, str]]:
    marks = ",".join("?" * len(entries))
    asked = f"SELECT id, kind, name, context, detail FROM entry WHERE id IN ({marks})"  # noqa: S608 - only marks
    return base.execute(asked, entries).fetchall()


def _house(base: sqlite3.Connection, entry: int, wanted: HouseNumber | None) -> tuple[str, float, float] | None:
    row = base.execute("SELECT numbers FROM houses WHERE entry = ?", (entry,)).fetchone()
    if row is None or wanted is None:
        return None
    houses = np.frombuffer(zlib.decompress(row[0]), dtype=NUMBERS)
    suffix = SUFFIXES.index(wanted.suffix) + 1 if wanted.suffix in SUFFIXES else ord(wanted.suffix or "\0")
    same = houses[houses["number"] == wanted.number]
    exact = same[same["suffix"] == suffix]
    if len(exact):
        return str(wanted), float(exact[0]["lon_e6"]) / 1e6, float(exact[0]["lat_e6"]) / 1e6
    if wanted.suffix and len(same) and not same[0]["suffix"]:
        return str(wanted.number), float(same[0]["lon_e6"]) / 1e6, float(same[0]["lat_e6"]) / 1e6
    return None


def same_name(one: str, other: str) -> bool:
    """Whether two ways of writing are one name: `Av. du Gal de Gaulle`, `avenue du Général-de-Gaulle`."""
    return key_of(one) == key_of(other)
