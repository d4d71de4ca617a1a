"""The file in which a TAK connection keeps what devices leave there: data packages, missions (dépôt)."""

from __future__ import annotations

from pathlib import Path

from garance.journal.database import Database, Shape

FILE = "depot.sqlite"
MARK = 0x47544B31
"""`GTK1`: this file holds what TAK devices left."""
_TABLES = (
    """CREATE TABLE files (
        number INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, submitter TEXT NOT NULL, name TEXT NOT NULL,
        uid TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL, keywords TEXT NOT NULL, creator TEXT NOT NULL,
        groups TEXT NOT NULL, tool TEXT NOT NULL, made_ms INTEGER NOT NULL, UNIQUE (hash, submitter)
    )""",
    "CREATE INDEX files_by_uid ON files (uid)",
    """CREATE TABLE missions (
        guid TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, said TEXT NOT NULL, made_ms INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE subscriptions (
        guid TEXT NOT NULL, uid TEXT NOT NULL, username TEXT NOT NULL, role TEXT NOT NULL, made_ms INTEGER NOT NULL,
        PRIMARY KEY (guid, uid, username)
    ) WITHOUT ROWID""",
    """CREATE TABLE contents (
        guid TEXT NOT NULL, hash TEXT NOT NULL, creator TEXT NOT NULL, made_ms INTEGER NOT NULL,
        PRIMARY KEY (guid, hash)
    ) WITHOUT ROWID""",
    "CREATE INDEX contents_by_hash ON contents (hash)",
    """CREATE TABLE points (
        guid TEXT NOT NULL, uid TEXT NOT NULL, creator TEXT NOT NULL, made_ms INTEGER NOT NULL, details TEXT NOT NULL,
        xml BLOB, PRIMARY KEY (guid, uid)
    ) WITHOUT ROWID""",
    """CREATE TABLE changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT NOT NULL, at_ms INTEGER NOT NULL, said TEXT NOT NULL
    )""",
    "CREATE INDEX changes_by_mission ON changes (guid, number)",
    """CREATE TABLE logs (
        id TEXT PRIMARY KEY, guid TEXT NOT NULL, made_ms INTEGER NOT NULL, said TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX logs_by_mission ON logs (guid, made_ms)",
)
_SHAPE = Shape(MARK, 1, _TABLES)


def open_keeping(folder: Path) -> Database:
    """The file of that folder, made there when there is none; refuses what `Database` refuses."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Database(folder / FILE, _SHAPE)
