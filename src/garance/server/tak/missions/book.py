"""The missions of a connection, on disk: what was answered is kept (dépôt des missions)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from garance.journal.database import Database
from garance.kernel.clock import Clock, from_milliseconds, to_milliseconds
from garance.kernel.refusal import Refused
from garance.server.tak.missions.words import (
    ADDED,
    CREATED,
    RANK,
    REMOVED,
    Change,
    DatedChange,
    Entry,
    Held,
    Mission,
    Point,
    Role,
    Subscriber,
    Told,
)

MAX_MISSIONS = 2_000
MAX_SUBSCRIBERS = 2_000
MAX_POINTS = 5_000
MAX_FILES = 1_000
MAX_ENTRIES = 10_000
KEPT_CHANGES = 20_000
_MISSION = "guid, name, said, made_ms"


class Book:
    """Missions, those who follow them, what they hold, what changed. Safe from any thread; each answer is durable.

    Refuses what `Database` refuses, and `quota-full` beyond the figures above.
    """

    def __init__(self, file: Database, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    # -- missions -----------------------------------------------------------------------------------------------

    def missions(self) -> list[Mission]:
        """All of them, by name."""
        with self._file.read() as connection:
            rows = connection.execute(f"SELECT {_MISSION} FROM missions ORDER BY name").fetchall()  # noqa: S608
        return [_mission(row) for row in rows]

    def named(self, name: str) -> Mission | None:
        """That mission."""
        return self._one("name = ?", name)

    def numbered(self, guid: str) -> Mission | None:
        """The mission of that number."""
        return self._one("guid = ?", guid.strip("{}").lower())

    def create(self, mission: Mission, owner: Subscriber) -> None:
        """A new mission and its owner; refuses `already-declared`."""
        now_ms = self._now_ms()
        row = (mission.guid, mission.name, _json(mission.told), to_milliseconds(mission.made_at))
        with self._file.write() as connection:
            _check_room(connection, "missions", "1 = 1", (), MAX_MISSIONS)
            if connection.execute("SELECT 1 FROM missions WHERE name = ?", (mission.name,)).fetchone():
                raise Refused("already-declared", field="name")
            connection.execute("INSERT INTO missions VALUES (?, ?, ?, ?)", row)
            _subscribe(connection, mission.guid, owner)
            _note(connection, mission.guid, now_ms, Change(kind=CREATED, creator=mission.told.creator))

    def describe(self, guid: str, told: Told) -> None:
        """Say otherwise what is said of a mission; refuses `unknown`."""
        with self._file.write() as connection:
            asked = (_json(told), guid)
            if not connection.execute("UPDATE missions SET said = ? WHERE guid = ?", asked).rowcount:
                raise Refused("unknown")

    def delete(self, guid: str) -> None:
        """A mission, and all that it held."""
        with self._file.write() as connection:
            for table in ("missions", "subscriptions", "contents", "points", "changes", "logs"):
                connection.execute(f"DELETE FROM {table} WHERE guid = ?", (guid,))  # noqa: S608 - our own words

    # -- those who follow ---------------------------------------------------------------------------------------

    def subscribe(self, guid: str, subscriber: Subscriber) -> None:
        """Follow a mission; who follows it already keeps their role."""
        with self._file.write() as connection:
            _check_room(connection, "subscriptions", "guid = ?", (guid,), MAX_SUBSCRIBERS)
            _subscribe(connection, guid, subscriber)

    def unsubscribe(self, guid: str, uid: str, username: str) -> None:
        """Follow it no more."""
        with self._file.write() as connection:
            query = "DELETE FROM subscriptions WHERE guid = ? AND uid = ? AND username = ?"
            connection.execute(query, (guid, uid, username))

    def set_role(self, guid: str, uid: str, role: Role | None) -> None:
        """Another role for those who follow under that uid, or none: they follow no more. Refuses `unknown`."""
        with self._file.write() as connection:
            if role is None:
                done = connection.execute("DELETE FROM subscriptions WHERE guid = ? AND uid = ?", (guid, uid))
            else:
                query = "UPDATE subscriptions SET role = ? WHERE guid = ? AND uid = ?"
                done = connection.execute(query, (role, guid, uid))
            if not done.rowcount:
                raise Refused("unknown")

    def subscribers(self, guid: str) -> list[Subscriber]:
        """Who follows it."""
        query = "SELECT uid, username, role, made_ms FROM subscriptions WHERE guid = ? ORDER BY made_ms, uid"
        with self._file.read() as connection:
            rows = connection.execute(query, (guid,)).fetchall()
        return [
            Subscriber(uid=uid, username=username, role=role, made_at=from_milliseconds(made_ms))
            for uid, username, role, made_ms in rows
        ]

    def role_of(self, guid: str, username: str) -> Role | None:
        """The most that a device may do there, whatever uid it follows under."""
        roles = [one.role for one in self.subscribers(guid) if one.username == username]
        return max(roles, key=lambda role: RANK[role], default=None)

    # -- what it holds ------------------------------------------------------------------------------------------

    def files(self, guid: str) -> list[Held]:
        """The files that it holds."""
        query = "SELECT hash, creator, made_ms FROM contents WHERE guid = ? ORDER BY made_ms, hash"
        with self._file.read() as connection:
            rows = connection.execute(query, (guid,)).fetchall()
        return [Held(hash=each, creator=creator, made_at=from_milliseconds(made)) for each, creator, made in rows]

    def points(self, guid: str) -> list[Point]:
        """What it holds of the map."""
        query = "SELECT uid, creator, made_ms, details, xml FROM points WHERE guid = ? ORDER BY made_ms, uid"
        with self._file.read() as connection:
            return [_point(row) for row in connection.execute(query, (guid,)).fetchall()]

    def add(
        self, guid: str, files: Sequence[tuple[Held, dict[str, Any]]], points: Sequence[Point]
    ) -> list[DatedChange]:
        """Hold these too; what changed: what was held already is no change, but its message is renewed."""
        now_ms, changes = self._now_ms(), list[Change]()
        with self._file.write() as connection:
            for held, resource in files:
                row = (guid, held.hash, held.creator, now_ms)
                if connection.execute("INSERT OR IGNORE INTO contents VALUES (?, ?, ?, ?)", row).rowcount:
                    changes.append(Change(kind=ADDED, creator=held.creator, hash=held.hash, resource=resource))
            for point in points:
                if _put_point(connection, guid, point, now_ms):
                    changes.append(Change(kind=ADDED, creator=point.creator, uid=point.uid, details=point.details))
            _check_room(connection, "contents", "guid = ?", (guid,), MAX_FILES + 1)
            _check_room(connection, "points", "guid = ?", (guid,), MAX_POINTS + 1)
            for change in changes:
                _note(connection, guid, now_ms, change)
        return [DatedChange(from_milliseconds(now_ms), change) for change in changes]

    def remove(self, guid: str, *, digest: str, uid: str, creator: str) -> DatedChange:
        """Hold that file or that uid no more; refuses `unknown`."""
        now_ms = self._now_ms()
        table, column, value = ("contents", "hash", digest) if digest else ("points", "uid", uid)
        with self._file.write() as connection:
            query = f"DELETE FROM {table} WHERE guid = ? AND {column} = ?"  # noqa: S608 - our own words
            if not connection.execute(query, (guid, value)).rowcount:
                raise Refused("unknown")
            change = Change(kind=REMOVED, creator=creator, uid="" if digest else uid, hash=digest)
            _note(connection, guid, now_ms, change)
        return DatedChange(from_milliseconds(now_ms), change)

    def changes(self, guid: str, since_ms: int, until_ms: int) -> list[DatedChange]:
        """What changed between two moments, the newest first."""
        query = "SELECT at_ms, said FROM changes WHERE guid = ? AND at_ms >= ? AND at_ms <= ? ORDER BY number DESC"
        with self._file.read() as connection:
            rows = connection.execute(query, (guid, since_ms, until_ms)).fetchall()
        return [DatedChange(from_milliseconds(at), msgspec.json.decode(said, type=Change)) for at, said in rows]

    # -- the log ------------------------------------------------------------------------------------------------

    def write_entry(self, entry: Entry) -> None:
        """A note, new or said otherwise."""
        with self._file.write() as connection:
            _check_room(connection, "logs", "guid = ?", (entry.mission,), MAX_ENTRIES)
            row = (entry.id, entry.mission, to_milliseconds(entry.made_at), _json(entry))
            connection.execute("INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?)", row)

    def entry(self, number: str) -> Entry | None:
        """That note."""
        with self._file.read() as connection:
            row = connection.execute("SELECT said FROM logs WHERE id = ?", (number,)).fetchone()
        return msgspec.json.decode(row[0], type=Entry) if row else None

    def entries(self, guid: str) -> list[Entry]:
        """The log of a mission, in order."""
        with self._file.read() as connection:
            query = "SELECT said FROM logs WHERE guid = ? ORDER BY made_ms, id"
            rows = connection.execute(query, (guid,)).fetchall()
        return [msgspec.json.decode(row[0], type=Entry) for row in rows]

    def strike_entry(self, number: str) -> None:
        """No such note any more."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM logs WHERE id = ?", (number,))

    # -- for those who listen -----------------------------------------------------------------------------------

    def held_uids(self) -> list[tuple[str, str]]:
        """Every uid that a mission holds: number of the mission, uid."""
        with self._file.read() as connection:
            return [
                (str(guid), str(uid)) for guid, uid in connection.execute("SELECT guid, uid FROM points").fetchall()
            ]

    def _one(self, condition: str, value: str) -> Mission | None:
        query = f"SELECT {_MISSION} FROM missions WHERE {condition}"  # noqa: S608 - our own words
        with self._file.read() as connection:
            row = connection.execute(query, (value,)).fetchone()
        return _mission(row) if row else None

    def _now_ms(self) -> int:
        return to_milliseconds(self._clock.now())


def _subscribe(connection: sqlite3.Connection, guid: str, one: Subscriber) -> None:
    row = (guid, one.uid, one.username, one.role, to_milliseconds(one.made_at))
    connection.execute("INSERT OR IGNORE INTO subscriptions VALUES (?, ?, ?, ?, ?)", row)


def _put_point(connection: sqlite3.Connection, guid: str, point: Point, now_ms: int) -> bool:
    """Whether it is new; one without a message takes nothing away from what is known of it."""
    row = (guid, point.uid, point.creator, now_ms, _json(point.details), point.xml)
    if connection.execute("INSERT OR IGNORE INTO points VALUES (?, ?, ?, ?, ?, ?)", row).rowcount:
        return True
    if point.xml is not None:
        query = "UPDATE points SET details = ?, xml = ? WHERE guid = ? AND uid = ?"
        connection.execute(query, (_json(point.details), point.xml, guid, point.uid))
    return False


def _note(connection: sqlite3.Connection, guid: str, at_ms: int, change: Change) -> None:
    query = "INSERT INTO changes (guid, at_ms, said) VALUES (?, ?, ?)"
    number = connection.execute(query, (guid, at_ms, _json(change))).lastrowid
    if number is not None and number % 100 == 0:
        connection.execute(
            """DELETE FROM changes WHERE guid = ?1 AND number <= (
                SELECT number FROM changes WHERE guid = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)""",
            (guid, KEPT_CHANGES),
        )


def _check_room(connection: sqlite3.Connection, table: str, condition: str, values: Iterable[Any], most: int) -> None:
    query = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608 - our own words
    if connection.execute(query, tuple(values)).fetchone()[0] >= most:
        raise Refused("quota-full", detail={"most": most})


def _mission(row: Sequence[Any]) -> Mission:
    guid, name, said, made_ms = row
    told = msgspec.json.decode(said, type=Told)
    return Mission(guid=guid, name=name, told=told, made_at=from_milliseconds(made_ms))


def _point(row: Sequence[Any]) -> Point:
    uid, creator, made_ms, details, xml = row
    made_at = from_milliseconds(made_ms)
    return Point(uid=uid, creator=creator, made_at=made_at, details=msgspec.json.decode(details), xml=xml)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
