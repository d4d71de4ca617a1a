"""Who may come in by a TAK connection: invitations given, devices enrolled (invitations et appareils enrôlés).

One file beside the authority of the connection. Of a word of passage only a digest is kept. What is known of devices
is also held in memory: the relay asks at each handshake and may not wait.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from garance.connectors.tak.relay.clients import Client, Identity, Standing
from garance.connectors.tak.relay.routed import Routed
from garance.journal.database import Database, Shape
from garance.kernel.clock import Clock, Instant, from_milliseconds, to_milliseconds
from garance.kernel.identity import new_id
from garance.kernel.refusal import Refused
from garance.server.sign_in.attempts import Attempts

FILE = "devices.sqlite"
MARK = 0x47525431
"""`GRT1`: this file holds who may come in by a TAK connection."""
AFTER_USE = timedelta(minutes=15)
"""How long after its last use a word of passage still opens what follows a signature (the profile)."""
MAX_DEVICES = 10_000
MAX_INVITATIONS = 1_000
EVERYONE = ("all",)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for others."""

_TABLES = (
    """CREATE TABLE invitations (
        id TEXT PRIMARY KEY, token BLOB NOT NULL UNIQUE, name TEXT NOT NULL, said TEXT NOT NULL, uses INTEGER NOT NULL,
        made_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE devices (
        serial TEXT PRIMARY KEY, name TEXT NOT NULL, said TEXT NOT NULL, made_ms INTEGER NOT NULL,
        ends_ms INTEGER NOT NULL, revoked_ms INTEGER
    ) WITHOUT ROWID""",
    "CREATE TABLE attempts (attempt TEXT NOT NULL, key BLOB NOT NULL, at_ms INTEGER NOT NULL)",
    "CREATE INDEX attempts_by_key ON attempts (key, at_ms)",
    "CREATE INDEX attempts_by_attempt ON attempts (attempt)",
    "CREATE TABLE places (place BLOB PRIMARY KEY, seen_ms INTEGER NOT NULL) WITHOUT ROWID",
)
_SHAPE = Shape(MARK, 1, _TABLES)
_DEVICE = "serial, name, said, made_ms, ends_ms, revoked_ms"
_INVITED = "id, name, said, uses, made_ms, ends_ms"


class Bearing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a device is to be in TAK: the groups it speaks to and hears, its team and role as ATAK words them."""

    groups: tuple[str, ...] = EVERYONE
    team: str = ""
    role: str = ""
    uid: str = ""
    how: Literal["enrolment", "package"] = "enrolment"


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation, without its word of passage. `uses`: how many devices it still lets in."""

    id: str
    name: str
    bearing: Bearing
    uses: int
    made_at: Instant
    ends_at: Instant


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device that was given a certificate. `serial`: upper-case hexadecimal."""

    serial: str
    name: str
    bearing: Bearing
    enrolled_at: Instant
    ends_at: Instant
    revoked_at: Instant | None = None


class Roster:
    """Keeps the contract of `relay.clients.Rights`. Safe from any thread; what writes waits for the disk.

    Refuses what `Database` refuses.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._clock = clock
        self._file = Database(folder / FILE, _SHAPE)
        self.attempts = Attempts(self._file, clock)
        with self._file.read() as connection:
            rows = connection.execute(f"SELECT {_DEVICE} FROM devices").fetchall()  # noqa: S608 - our own words
        self._devices = {device.serial: device for device in map(_device, rows)}

    # -- invitations --------------------------------------------------------------------------------------------

    def invite(self, name: str, bearing: Bearing, *, uses: int, lasts: timedelta) -> tuple[Invited, str]:
        """A new invitation and its word of passage, said this once; refuses `quota-full`."""
        now, token = self._clock.now(), _new_token()
        invited = Invited(id=new_id(), name=name, bearing=bearing, uses=uses, made_at=now, ends_at=now + lasts)
        now_ms, ends_ms = to_milliseconds(now), to_milliseconds(invited.ends_at)
        row = (invited.id, _kept(token), name, _said(bearing), uses, now_ms, ends_ms, 0)
        with self._file.write() as connection:
            connection.execute("DELETE FROM invitations WHERE ends_ms <= ?", (now_ms,))
            if connection.execute("SELECT count(*) FROM invitations").fetchone()[0] >= MAX_INVITATIONS:
                raise Refused("quota-full", detail={"most": MAX_INVITATIONS})
            connection.execute("INSERT INTO invitations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return invited, token

    def invitations(self) -> list[Invited]:
        """Those that still let somebody in, the newest first."""
        query = f"SELECT {_INVITED} FROM invitations WHERE ends_ms > ? AND uses > 0 ORDER BY made_ms DESC"  # noqa: S608
        with self._file.read() as connection:
            return [_invited(row) for row in connection.execute(query, (self._now_ms(),)).fetchall()]

    def withdraw(self, invitation: str) -> None:
        """Let nobody in by it any more; refuses `unknown`."""
        with self._file.write() as connection:
            if not connection.execute("DELETE FROM invitations WHERE id = ?", (invitation,)).rowcount:
                raise Refused("unknown")

    def recognise(self, name: str, token: str) -> Invited | None:
        """The invitation of that name and word of passage, if it still lets in or has just let in."""
        now = self._clock.now()
        query = f"""SELECT {_INVITED} FROM invitations
            WHERE token = ? AND ends_ms > ? AND (uses > 0 OR used_ms > ?)"""  # noqa: S608 - our own words
        asked = (_kept(token), to_milliseconds(now), to_milliseconds(now - AFTER_USE))
        with self._file.read() as connection:
            row = connection.execute(query, asked).fetchone()
        invited = _invited(row) if row else None
        return invited if invited is not None and invited.name.casefold() == name.casefold() else None

    # -- devices ------------------------------------------------------------------------------------------------

    def enrol(self, device: Device, invitation: str | None) -> None:
        """Keep a device, at the cost of one use of that invitation; refuses `sign-in-refused`, `quota-full`.

        Of two at once for the last use, one is let in.
        """
        now_ms = self._now_ms()
        times = (to_milliseconds(device.enrolled_at), to_milliseconds(device.ends_at), None)
        with self._file.write() as connection:
            if invitation is not None:
                _use(connection, invitation, now_ms)
            if connection.execute("SELECT count(*) FROM devices").fetchone()[0] >= MAX_DEVICES:
                connection.execute("DELETE FROM devices WHERE ends_ms <= ?", (now_ms,))
                if connection.execute("SELECT count(*) FROM devices").fetchone()[0] >= MAX_DEVICES:
                    raise Refused("quota-full", detail={"most": MAX_DEVICES})
            row = (device.serial, device.name, _said(device.bearing), *times)
            connection.execute("INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?)", row)
        self._devices[device.serial] = device

    def mark_revoked(self, serial: str) -> Device:
        """That device is out; refuses `unknown`."""
        device, now = self.device(serial), self._clock.now()
        if device is None:
            raise Refused("unknown")
        if device.revoked_at is None:
            with self._file.write() as connection:
                written = (to_milliseconds(now), serial)
                connection.execute("UPDATE devices SET revoked_ms = ? WHERE serial = ?", written)
            device = self._devices[serial] = msgspec.structs.replace(device, revoked_at=now)
        return device

    def device(self, serial: str) -> Device | None:
        """The device that shows that certificate."""
        return self._devices.get(serial)

    def devices(self) -> list[Device]:
        """All of them, the newest first."""
        return sorted(self._devices.values(), key=lambda one: (one.enrolled_at, one.serial), reverse=True)

    # -- what the relay asks ------------------------------------------------------------------------------------

    def standing(self, identity: Identity) -> Standing:
        """The groups of a device; everyone's for one without a certificate, which only the plain port lets in.

        Refuses `certificate-revoked`, and `not-allowed` for a certificate that is nobody's here.
        """
        if not identity.proven:
            return Standing()
        device = self.device(identity.serial)
        if device is None:
            raise Refused("not-allowed")
        if device.revoked_at is not None:
            raise Refused("certificate-revoked")
        groups = frozenset(device.bearing.groups)
        return Standing(sends_to=groups, hears=groups)

    def may_send(self, client: Client, routed: Routed) -> bool:
        """Always."""
        return True

    def label_of(self, client: Client, routed: Routed) -> None:
        """None: what devices say is for all of their groups."""
        return

    def may_receive(self, standing: Standing, label: Any) -> bool:
        """Never: nothing here knows labels, and what bears one is not for all."""
        return False

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _now_ms(self) -> int:
        return to_milliseconds(self._clock.now())


def _use(connection: sqlite3.Connection, invitation: str, now_ms: int) -> None:
    used = connection.execute(
        "UPDATE invitations SET uses = uses - 1, used_ms = ? WHERE id = ? AND uses > 0 AND ends_ms > ?",
        (now_ms, invitation, now_ms),
    )
    if used.rowcount != 1:
        raise Refused("sign-in-refused")


def _new_token() -> str:
    """Sixteen characters in fours, to be typed on a phone: 79 random bits."""
    drawn = [secrets.choice(_ALPHABET) for _ in range(16)]
    return "-".join("".join(drawn[at : at + 4]) for at in range(0, 16, 4))


def _kept(token: str) -> bytes:
    """What is kept of a word of passage; spaces, hyphens and capitals are forgiven."""
    plain = "".join(token.split()).replace("-", "").lower()
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()


def _said(bearing: Bearing) -> str:
    return msgspec.json.encode(bearing).decode()


def _bearing(said: str) -> Bearing:
    return msgspec.json.decode(said, type=Bearing)


def _device(row: Sequence[Any]) -> Device:
    serial, name, said, made_ms, ends_ms, revoked_ms = row
    return Device(
        serial=serial,
        name=name,
        bearing=_bearing(said),
        enrolled_at=from_milliseconds(made_ms),
        ends_at=from_milliseconds(ends_ms),
        revoked_at=None if revoked_ms is None else from_milliseconds(revoked_ms),
    )


def _invited(row: Sequence[Any]) -> Invited:
    invitation, name, said, uses, made_ms, ends_ms = row
    return Invited(
        id=invitation,
        name=name,
        bearing=_bearing(said),
        uses=uses,
        made_at=from_milliseconds(made_ms),
        ends_at=from_milliseconds(ends_ms),
    )
