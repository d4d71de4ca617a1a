"""The file of accounts (`accounts.sqlite`): its tables, and the secrets it never holds in clear.

Passwords are kept as argon2id hashes; tokens of sessions, wall screens, first links and recovery codes, all random
and long, as SHA-256. The shared secrets of second factors have to be kept as they are: what protects them is that
only the owner of the file may read it (0600). The running server and the command line open it together.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from garance.journal.database import Database, Shape

NAME = "accounts.sqlite"
MARK = 0x47524331
"""`GRC1`, in the SQLite header: this file holds accounts of Garance."""

TOKEN_BYTES = 32

_TABLES = (
    """CREATE TABLE accounts (
        login TEXT PRIMARY KEY, person TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, made_ms INTEGER NOT NULL,
        factor BLOB, factor_confirmed INTEGER NOT NULL DEFAULT 0, factor_step INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    "CREATE TABLE barred (person TEXT PRIMARY KEY, since_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE recovery (person TEXT NOT NULL, code BLOB NOT NULL, PRIMARY KEY (person, code)) WITHOUT ROWID",
    """CREATE TABLE linked (
        issuer TEXT NOT NULL, subject TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (issuer, subject)
    ) WITHOUT ROWID""",
    """CREATE TABLE sessions (
        id TEXT PRIMARY KEY, token BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, person TEXT NOT NULL,
        opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX sessions_by_person ON sessions (person)",
    """CREATE TABLE walls (
        id TEXT PRIMARY KEY, token BLOB NOT NULL UNIQUE, situation TEXT NOT NULL, organisation TEXT NOT NULL,
        title TEXT NOT NULL, made_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE TABLE first_links (token BLOB PRIMARY KEY, ends_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE attempts (attempt TEXT NOT NULL, key BLOB NOT NULL, at_ms INTEGER NOT NULL)",
    "CREATE INDEX attempts_by_key ON attempts (key, at_ms)",
    "CREATE INDEX attempts_by_attempt ON attempts (attempt)",
    "CREATE TABLE places (place BLOB PRIMARY KEY, seen_ms INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE crossings (
        state BLOB PRIMARY KEY, browser BLOB NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL,
        begun_ms INTEGER NOT NULL
    ) WITHOUT ROWID""",
)

_LATER = (
    """CREATE TABLE IF NOT EXISTS invitations (
        token BLOB PRIMARY KEY, person TEXT NOT NULL UNIQUE, drops_factor INTEGER NOT NULL, ends_ms INTEGER NOT NULL
    ) WITHOUT ROWID""",
)
"""Tables that files made before them lack. An older Garance does not look at them, so the version stays."""

SHAPE = Shape(MARK, 1, _TABLES)


def open_accounts(folder: Path) -> Database:
    """The file of accounts of that data folder, made if there was none; refuses what `Database` refuses."""
    file = Database(folder / NAME, SHAPE, alone=False)
    with file.read() as connection:
        known = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "invitations" not in known:
        with file.write() as connection:
            for statement in _LATER:
                connection.execute(statement)
    return file


def new_token() -> str:
    """A new secret of 256 random bits, for a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def kept(secret: str) -> bytes:
    """What is kept of a random secret: enough to recognise it, not to know it."""
    return hashlib.sha256(secret.encode()).digest()
