"""Secret keys on disk: one per person (to seal, and to erase by destroying), one for the writer (to sign heads).

What protects them is the file's own rights (0600: its owner alone; Windows has no such call, the folder's rights
decide) and whatever encryption the operator gives the disk. The keys are not wrapped under another key: one kept
beside them would protect nothing, and a fire station's computer must start again alone after a power cut.
A destroyed key may live on in older backups: after restoring one, destroy again (`redaction.unfinished`).
"""

from __future__ import annotations

import os
import re
import threading
from contextlib import suppress
from pathlib import Path

from garance.journal.database import OWNER_ONLY, Database, Shape, sync_folder
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer, new_key

MARK = 0x47524B31
"""`GRK1`: this file is a Garance key ring."""

WRITER_KEY = "writer.key"

_TABLES = (
    "CREATE TABLE keys (person TEXT NOT NULL PRIMARY KEY, key BLOB) WITHOUT ROWID",
    """CREATE TRIGGER destroyed_is_for_ever BEFORE UPDATE ON keys WHEN NEW.key IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a key never changes and never comes back'); END""",
    """CREATE TRIGGER tombs_are_kept BEFORE DELETE ON keys
    BEGIN SELECT RAISE(ABORT, 'destroyed keys are remembered'); END""",
)

_SHAPE = Shape(MARK, 1, _TABLES)
_KEY_LINE = re.compile(r"garance writer key 1\n([0-9a-f]{64})\n")


class SqliteKeyRing:
    """Keeps the contract of `KeyRing` in one file. A destroyed key leaves a mark, so that no new one is made."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SHAPE)
        self._known: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def key_of(self, person: str) -> bytes | None:
        """The person's key, or nothing when there is none or it was destroyed."""
        known = self._known.get(person)
        if known is not None:
            return known
        # Remembered under the lock: else a key destroyed meanwhile could be remembered after its destruction.
        with self._lock, self._database.read() as connection:
            found = connection.execute("SELECT key FROM keys WHERE person = ?", (person,)).fetchone()
            if found is None or found[0] is None:
                return None
            return self._known.setdefault(person, bytes(found[0]))

    def open_key(self, person: str) -> bytes:
        """The person's key, made durable now if there was none; refuses `person-erased` once destroyed."""
        known = self._known.get(person)
        if known is not None:
            return known
        with self._lock, self._database.write() as connection:
            connection.execute("INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING", (person, new_key()))
            found = connection.execute("SELECT key FROM keys WHERE person = ?", (person,)).fetchone()
        if found[0] is None:
            raise Refused("person-erased")
        return bytes(found[0])

    def destroy(self, person: str) -> None:
        """Destroy the key for ever: overwritten in the file, gone from the WAL."""
        with self._lock:
            with self._database.write() as connection:
                query = "INSERT INTO keys VALUES (?, NULL) ON CONFLICT DO UPDATE SET key = NULL"
                connection.execute(query, (person,))
            self._known.pop(person, None)
        self._database.wipe()

    def backup_to(self, target: Path) -> None:
        """Copy the keys as they are now; refuses `storage-exists`. Guard the copy like the keys themselves."""
        self._database.backup_to(target)

    def close(self) -> None:
        """Let go of the file."""
        self._known.clear()
        self._database.close()


def open_signer(folder: Path) -> Signer:
    """The writer's private key of this node, made at first start in `writer.key`, for its owner's eyes only.

    Refuses `key-malformed` (the file is not a key: put the right one back; a new key would be another writer) and
    `storage-failed`.
    """
    path = folder / WRITER_KEY
    try:
        if not path.exists():
            _write_key(path, Signer.create())
        with suppress(OSError):
            path.chmod(OWNER_ONLY)
        match = _KEY_LINE.fullmatch(path.read_bytes().decode("ascii", errors="replace"))
    except OSError as problem:
        raise Refused("storage-failed", detail={"file": path.name}) from problem
    if match is None:
        raise Refused("key-malformed", detail={"file": path.name})
    return Signer(bytes.fromhex(match.group(1)))


def _write_key(path: Path, signer: Signer) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(f"garance writer key 1\n{signer.private_key.hex()}\n".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    sync_folder(path.parent)
