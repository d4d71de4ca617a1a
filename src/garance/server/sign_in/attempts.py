"""How often one may try: failed sign-ins are counted by login and by address, on disk, over a sliding quarter hour.

A login and an address together may fail a few times; an address may fail for many logins (a town hall behind one
address) only so often; a login attacked from many addresses closes to all but the addresses where its owner has signed
in before, so that an attacker cannot lock the mayor out of the mayor's own office. What does not exist is counted like
what does.
"""

from __future__ import annotations

import hashlib
import ipaddress

import msgspec

from garance.journal.database import Database
from garance.kernel.clock import Clock, to_milliseconds
from garance.kernel.identity import new_id
from garance.kernel.refusal import Refused

WINDOW_MS = 15 * 60 * 1000
PLACE_MS = 90 * 24 * 3600 * 1000


class Limits(msgspec.Struct, frozen=True):
    """How many failures within the window close the door."""

    login_here: int = 8
    address: int = 60
    login: int = 40


def network_of(address: str) -> str:
    """What stands for an address: itself, or its /64 in IPv6, where one machine has as many as it likes."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _key(*parts: str) -> bytes:
    # Hashed: people type passwords where logins go.
    return hashlib.sha256("\0".join(parts).encode()).digest()


class Attempts:
    """Counts before the password is looked at, so that many at once count as many."""

    def __init__(self, file: Database, clock: Clock, limits: Limits | None = None) -> None:
        self._file = file
        self._clock = clock
        self._limits = limits or Limits()

    def begin(self, login: str, address: str) -> str:
        """Count one attempt as failed until forgiven; refuses `too-many-attempts` with `retry_after_s`."""
        now = to_milliseconds(self._clock.now())
        network = network_of(address)
        place = _key("place", login, network)
        limits = [(_key("here", login, network), self._limits.login_here), (_key("at", network), self._limits.address)]
        with self._file.write() as connection:
            connection.execute("DELETE FROM attempts WHERE at_ms <= ?", (now - WINDOW_MS,))
            own = connection.execute(
                "SELECT 1 FROM places WHERE place = ? AND seen_ms > ?", (place, now - PLACE_MS)
            ).fetchone()
            if own is None:
                limits.append((_key("login", login), self._limits.login))
            for key, most in limits:
                # The oldest of the `most` latest failures: when it leaves the window, one more try is allowed.
                full = connection.execute(
                    "SELECT at_ms FROM attempts WHERE key = ? ORDER BY at_ms DESC LIMIT 1 OFFSET ?", (key, most - 1)
                ).fetchone()
                if full is not None:
                    wait_ms = int(full[0]) + WINDOW_MS - now
                    raise Refused("too-many-attempts", detail={"retry_after_s": max(1, -(-wait_ms // 1000))})
            attempt = new_id()
            connection.executemany("INSERT INTO attempts VALUES (?, ?, ?)", [(attempt, key, now) for key, _ in limits])
        return attempt

    def forgive(self, attempt: str) -> None:
        """That attempt was no failure."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM attempts WHERE attempt = ?", (attempt,))

    def succeed(self, attempt: str, login: str, address: str) -> None:
        """That attempt succeeded: the login's failures from there are forgotten, and the place is its own."""
        now = to_milliseconds(self._clock.now())
        network = network_of(address)
        with self._file.write() as connection:
            connection.execute("DELETE FROM attempts WHERE attempt = ?", (attempt,))
            connection.execute(
                "DELETE FROM attempts WHERE attempt IN (SELECT attempt FROM attempts WHERE key = ?)",
                (_key("here", login, network),),
            )
            connection.execute("DELETE FROM places WHERE seen_ms <= ?", (now - PLACE_MS,))
            connection.execute("INSERT OR REPLACE INTO places VALUES (?, ?)", (_key("place", login, network), now))
