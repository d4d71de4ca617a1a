"""Passwords: argon2id (RFC 9106), away from the event loop, and never more at a time than the machine can bear."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from garance.kernel.refusal import Refused

P = ParamSpec("P")
T = TypeVar("T")

MIN_LENGTH = 12
MAX_LENGTH = 256
MIN_DISTINCT = 5
WORKERS = 2
MAX_WAITING = 32


class Verdict(msgspec.Struct, frozen=True):
    """Whether the password was right, and the hash to keep instead when parameters have changed."""

    right: bool
    better: str | None = None


def check_strength(password: str, *, login: str) -> None:
    """Refuse `password-too-short` (under 12), `password-too-long` (over 256), `password-too-plain`."""
    if len(password) < MIN_LENGTH:
        raise Refused("password-too-short", field="password", detail={"least": MIN_LENGTH})
    if len(password) > MAX_LENGTH:
        raise Refused("password-too-long", field="password", detail={"most": MAX_LENGTH})
    told = password.casefold()
    if len(set(told)) < MIN_DISTINCT or (len(login) > 2 and login.casefold() in told):
        raise Refused("password-too-plain", field="password")


class Passwords:
    """Makes and checks hashes in a few threads. Refuses `overloaded` when too many wait, rather than starve the rest.

    An unknown login is checked against a hash that nobody knows the password of, so that it takes as long.
    """

    def __init__(
        self, hasher: PasswordHasher | None = None, *, workers: int = WORKERS, max_waiting: int = MAX_WAITING
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._room = workers + max_waiting
        self._nobody = self._hasher.hash(secrets.token_urlsafe())
        self._busy = 0
        self.checks = 0
        """How many times a hash was worked out to check a password, for tests and metrics."""

    async def hash(self, password: str) -> str:
        """The hash to keep of that password."""
        return await self._aside(self._make, password)

    async def verify(self, known: str | None, password: str) -> Verdict:
        """Whether that is the password of that hash; of None, never, but it takes as long."""
        return await self._aside(self._check, known, password)

    def close(self) -> None:
        """Let go of the threads, once what waits is done."""
        self._pool.shutdown()

    async def _aside(self, work: Callable[P, T], *said: P.args, **named: P.kwargs) -> T:
        if self._busy >= self._room:
            raise Refused("overloaded", detail={"retry_after_s": 2})
        self._busy += 1
        try:
            done = self._pool.submit(work, *said, **named)
            return await asyncio.wrap_future(done)
        finally:
            self._busy -= 1

    def _make(self, password: str) -> str:
        return self._hasher.hash(_plain(password))

    def _check(self, known: str | None, password: str) -> Verdict:
        try:
            self._hasher.verify(known or self._nobody, _plain(password))
        except InvalidHashError:
            return Verdict(False)
        except VerificationError:
            self.checks += 1
            return Verdict(False)
        self.checks += 1
        if known is None:
            return Verdict(False)
        better = self._make(password) if self._hasher.check_needs_rehash(known) else None
        return Verdict(True, better)


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password[: MAX_LENGTH + 1])
