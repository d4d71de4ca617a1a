"""Telemetry in one SQLite file of its own: a row for each fresh sample, a compressed blob for each sealed segment."""

from __future__ import annotations

import collections
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np

from garance.journal.database import Database, Shape
from garance.journal.rows import insert_rows
from garance.journal.tracks.samples import Kind, Samples, in_order, merged
from garance.journal.tracks.segments import SEGMENT_SAMPLES, Sealed, pack, seal_samples, unpack
from garance.journal.tracks.store import SegmentFault, missing, stands
from garance.kernel.refusal import Refused

MARK = 0x47525431
"""`GRT1`: this file holds Garance tracks."""

OPEN_SEGMENTS = 64
"""Unpacked segments kept in memory: about 1 MB each at most."""

_TABLES = (
    "CREATE TABLE series (number INTEGER PRIMARY KEY, series TEXT NOT NULL UNIQUE, kind TEXT NOT NULL)",
    """CREATE TABLE samples (
        number INTEGER NOT NULL, t_ms INTEGER NOT NULL, row BLOB NOT NULL, PRIMARY KEY (number, t_ms)
    ) WITHOUT ROWID""",
    """CREATE TABLE segments (
        segment INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, from_ms INTEGER NOT NULL,
        to_ms INTEGER NOT NULL, samples INTEGER NOT NULL, digest TEXT NOT NULL UNIQUE, said INTEGER NOT NULL, data BLOB
    )""",
    "CREATE INDEX segments_by_time ON segments (number, to_ms)",
    "CREATE INDEX segments_unsaid ON segments (segment) WHERE NOT said",
    """CREATE TRIGGER segments_are_kept BEFORE DELETE ON segments
    BEGIN SELECT RAISE(ABORT, 'what was said of a segment remains'); END""",
    """CREATE TRIGGER segments_stay_as_they_are BEFORE UPDATE ON segments
    WHEN NEW.number IS NOT OLD.number OR NEW.from_ms IS NOT OLD.from_ms OR NEW.to_ms IS NOT OLD.to_ms
        OR NEW.samples IS NOT OLD.samples OR NEW.digest IS NOT OLD.digest
        OR (NEW.data IS NOT OLD.data AND NEW.data IS NOT NULL)
    BEGIN SELECT RAISE(ABORT, 'a sealed segment can only expire'); END""",
)
_SHAPE = Shape(MARK, 1, _TABLES, "NORMAL")
_SEALED = "SELECT series, from_ms, to_ms, samples, digest FROM segments JOIN series USING (number)"


class SqliteTracks:
    """Keeps the contract of `TrackStore` in one file."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SHAPE)
        self._lock = threading.Lock()
        self._unpacked: collections.OrderedDict[int, Samples] = collections.OrderedDict()
        with self._database.read() as connection:
            found = connection.execute("SELECT series, number, kind FROM series").fetchall()
        self._series = {series: (number, Kind(kind)) for series, number, kind in found}

    def record(self, samples: Mapping[str, Samples]) -> None:
        """Keep samples of several series together."""
        ordered = {series: in_order(each) for series, each in samples.items()}
        kinds = {series: each.kind for series, each in ordered.items() if series not in self._series}
        with self._database.write() as connection:
            fresh = _numbered(connection, kinds)
            rows: list[tuple[int, int, bytes]] = []
            for series, each in ordered.items():
                number, kind = fresh.get(series) or self._series[series]
                if kind is not each.kind:
                    raise Refused("series-kind-differs", detail={"series": series})
                rows += _packed(number, each)
            insert_rows(connection, "INSERT OR REPLACE INTO samples", rows)
        self._series.update(fresh)

    def kinds(self) -> dict[str, Kind]:
        """Every series and its kind."""
        return {series: kind for series, (_, kind) in self._series.copy().items()}

    def _known(self, series: str) -> tuple[int, Kind]:
        known = self._series.get(series)
        if known is None:
            raise Refused("series-unknown", detail={"series": series})
        return known

    def read(self, series: str, from_ms: int, to_ms: int, limit: int) -> Samples:
        """At most `limit` samples of that interval, unpacking no more segments than needed."""
        number, kind = self._known(series)
        with self._database.read() as connection:
            # One transaction: sealing moves samples from one table to the other.
            connection.execute("BEGIN")
            try:
                sealed = self._sealed_between(connection, number, kind, (from_ms, to_ms), limit)
                query = """SELECT t_ms, row FROM samples
                    WHERE number = ? AND t_ms >= ? AND t_ms < ? ORDER BY t_ms LIMIT ?"""
                rows = connection.execute(query, (number, from_ms, to_ms, limit)).fetchall()
            finally:
                connection.execute("COMMIT")
        return merged(kind, [*sealed, _unpacked_rows(kind, rows)]).first(limit)

    def _sealed_between(
        self, connection: sqlite3.Connection, number: int, kind: Kind, interval: tuple[int, int], limit: int
    ) -> list[Samples]:
        """What segments hold of the interval, as sealed first to last; enough for the first `limit` samples."""
        query = """SELECT segment, from_ms FROM segments
            WHERE number = ? AND to_ms >= ? AND from_ms < ? AND data IS NOT NULL ORDER BY from_ms"""
        parts: dict[int, Samples] = {}
        for segment, start in connection.execute(query, (number, *interval)).fetchall():
            if sum(map(len, parts.values())) >= limit:
                found = merged(kind, list(parts.values())).first(limit)
                if limit <= 0 or (len(found) == limit and start > found.t_ms[-1]):
                    break
            parts[segment] = self._unpack(connection, segment, kind).between(*interval)
        return [parts[segment] for segment in sorted(parts)]

    def _unpack(self, connection: sqlite3.Connection, segment: int, kind: Kind) -> Samples:
        with self._lock:
            known = self._unpacked.get(segment)
            if known is not None:
                self._unpacked.move_to_end(segment)
                return known
        query = "SELECT samples, data FROM segments WHERE segment = ?"
        count, data = connection.execute(query, (segment,)).fetchone()
        found = unpack(kind, count, data)
        with self._lock:
            self._unpacked[segment] = found
            while len(self._unpacked) > OPEN_SEGMENTS:
                self._unpacked.popitem(last=False)
        return found

    def latest(self, series: str, at_ms: int) -> Samples:
        """The last sample at or before that time."""
        number, kind = self._known(series)
        with self._database.read() as connection:
            connection.execute("BEGIN")
            try:
                return self._latest(connection, number, kind, at_ms)
            finally:
                connection.execute("COMMIT")

    def _latest(self, connection: sqlite3.Connection, number: int, kind: Kind, at_ms: int) -> Samples:
        query = "SELECT t_ms, row FROM samples WHERE number = ? AND t_ms <= ? ORDER BY t_ms DESC LIMIT 1"
        best = _unpacked_rows(kind, connection.execute(query, (number, at_ms)).fetchall())
        rank = sys.maxsize
        query = """SELECT segment, to_ms FROM segments
            WHERE number = ? AND from_ms <= ? AND data IS NOT NULL ORDER BY to_ms DESC"""
        with closing(connection.execute(query, (number, at_ms))) as found:
            for segment, end in found:
                if len(best) and end < best.t_ms[0]:
                    break
                past = self._unpack(connection, segment, kind)
                stop = int(np.searchsorted(past.t_ms, at_ms, side="right"))
                last = Samples(kind, past.t_ms[max(stop - 1, 0) : stop], past.values[max(stop - 1, 0) : stop])
                # At the same time, what was sealed first stands.
                if not len(best) or (len(last) and (last.t_ms[0], -segment) > (best.t_ms[0], -rank)):
                    best, rank = last, segment
        return best

    def seal(self, before_ms: int) -> list[Sealed]:
        """Seal every sample before that time, one segment to a transaction."""
        made: list[Sealed] = []
        for series, (number, kind) in sorted(self._series.copy().items()):
            while sealed := self._seal_next(series, number, kind, before_ms):
                made.append(sealed)
        return made

    def _seal_next(self, series: str, number: int, kind: Kind, before_ms: int) -> Sealed | None:
        with self._database.write() as connection:
            query = "SELECT t_ms, row FROM samples WHERE number = ? AND t_ms < ? ORDER BY t_ms LIMIT ?"
            rows = connection.execute(query, (number, before_ms, SEGMENT_SAMPLES)).fetchall()
            if not rows:
                return None
            samples = _unpacked_rows(kind, rows)
            sealed = seal_samples(series, samples)
            # The very same samples may have been sealed before and come again: one segment says it.
            connection.execute(
                """INSERT INTO segments (number, from_ms, to_ms, samples, digest, said, data)
                VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT (digest) DO UPDATE SET said = 0""",
                (number, sealed.from_ms, sealed.to_ms, sealed.samples, sealed.digest, pack(samples)),
            )
            query = "DELETE FROM samples WHERE number = ? AND t_ms <= ?"
            connection.execute(query, (number, sealed.to_ms))
            return sealed

    def unsaid(self) -> list[Sealed]:
        """Segments whose fact was not confirmed."""
        with self._database.read() as connection:
            return [Sealed(*row) for row in connection.execute(f"{_SEALED} WHERE NOT said ORDER BY segment").fetchall()]

    def confirm(self, digests: Iterable[str]) -> None:
        """The facts of these segments are durable."""
        with self._database.write() as connection:
            connection.executemany("UPDATE segments SET said = 1 WHERE digest = ?", [(each,) for each in digests])

    def expire(self, before_ms: int, *, series: str | None = None) -> list[Sealed]:
        """Destroy the segments that end before that time, without trace in the file."""
        where = "data IS NOT NULL AND to_ms < ?1 AND (?2 IS NULL OR series = ?2)"
        with self._database.write() as connection:
            found = connection.execute(f"{_SEALED} WHERE {where} ORDER BY segment", (before_ms, series)).fetchall()
            gone = [Sealed(*row) for row in found]
            digests = [(sealed.digest,) for sealed in gone]
            connection.executemany("UPDATE segments SET data = NULL WHERE digest = ?", digests)
        with self._lock:
            self._unpacked.clear()
        if gone:
            self._database.wipe()
        return gone

    def verify(self, said: Iterable[Sealed] = ()) -> list[SegmentFault]:
        """Digest every segment again, one at a time."""
        with self._database.read() as connection:
            known = [Sealed(*row) for row in connection.execute(f"{_SEALED} ORDER BY segment").fetchall()]
        faults = [SegmentFault("segment-altered", sealed) for sealed in known if not self._stands(sealed)]
        return faults + missing(said, known)

    def _stands(self, sealed: Sealed) -> bool:
        with self._database.read() as connection:
            query = "SELECT data FROM segments WHERE digest = ?"
            data = connection.execute(query, (sealed.digest,)).fetchone()[0]
        return data is None or (isinstance(data, bytes) and stands(sealed, self._series[sealed.series][1], data))

    def backup_to(self, target: Path) -> None:
        """Copy the tracks as they are now; refuses `storage-exists`."""
        self._database.backup_to(target)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _numbered(connection: sqlite3.Connection, kinds: Mapping[str, Kind]) -> dict[str, tuple[int, Kind]]:
    """The number and the kind of each of these series, given a number now when it has none."""
    insert_rows(connection, "INSERT OR IGNORE INTO series (series, kind)", list(kinds.items()))
    query = "SELECT series, number, kind FROM series WHERE series IN (SELECT value FROM json_each(?))"
    found = connection.execute(query, (msgspec.json.encode(list(kinds)).decode(),)).fetchall() if kinds else []
    return {series: (number, Kind(kind)) for series, number, kind in found}


def _packed(number: int, samples: Samples) -> Iterator[tuple[int, int, bytes]]:
    rows = np.ascontiguousarray(samples.values, dtype="<f8")
    for t_ms, row in zip(samples.t_ms.tolist(), rows, strict=True):
        yield number, t_ms, row.tobytes()


def _unpacked_rows(kind: Kind, rows: list[tuple[int, bytes]]) -> Samples:
    t_ms = np.array([row[0] for row in rows], dtype=np.int64)
    values = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f8").astype(np.float64)
    return Samples(kind, t_ms, values.reshape(len(rows), len(kind.columns)))
