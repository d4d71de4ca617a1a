"""What everyone does with their own account: password, second factor, sessions (mon compte)."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

import msgspec

from garance.exports.qr_code import qr_code
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.sign_in import second_factor
from garance.server.sign_in.accounts import Account
from garance.server.sign_in.entrance import Entrance, Secret
from garance.server.sign_in.passwords import check_strength
from garance.server.sign_in.reader import Kind, Reader

TAG = "account"
FACTOR = "/api/v1/second-factor"
SESSIONS = "/api/v1/sessions"
ISSUER = "Garance"
MAX_BYTES = 8192
PROOF = ("account-needed", "password-wrong", "too-many-attempts")


class OwnPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password, asked again so that a screen left open is not enough."""

    password: Secret


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password that holds, and the one wanted instead."""

    old: Secret
    new: Secret


class FactorCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The six digits that the phone shows."""

    code: Annotated[str, msgspec.Meta(min_length=6, max_length=6)]


class FactorShown(msgspec.Struct, frozen=True):
    """Whether the reader has a local account (and its login), a second factor, and how many recovery codes left."""

    login: str | None
    in_use: bool
    recovery_codes: int


class FactorProposed(msgspec.Struct, frozen=True):
    """A secret to give to the phone: as an `otpauth:` address, and as the QR code of it (SVG). Shown this once."""

    address: str
    image: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Codes for a lost phone, each good once. Shown this once."""

    codes: list[str]


class SessionKept(msgspec.Struct, frozen=True):
    """One of the reader's sessions; `current` is the one that asks."""

    session: str
    kind: Kind
    opened_at: Instant
    seen_at: Instant
    current: bool


class SessionsShown(msgspec.Struct, frozen=True):
    """The reader's sessions in force, oldest first."""

    items: list[SessionKept]


def own_account_endpoints(entrance: Entrance) -> list[Endpoint]:
    """Every endpoint about the reader's own account."""
    return [_password(entrance), *_factor(entrance), *_sessions(entrance)]


def _own(entrance: Entrance, reader: Reader) -> Account:
    account = None if reader.kind is not Kind.PERSON else entrance.accounts.of(reader.person)
    if account is None:
        raise Refused("account-needed")
    return account


def _password(entrance: Entrance) -> Endpoint:
    @endpoint(
        "POST",
        "/api/v1/password",
        tag=TAG,
        max_bytes=MAX_BYTES,
        refusals=(*PROOF, "password-too-short", "password-too-long", "password-too-plain"),
    )
    async def change_password(call: Call[Reader], body: PasswordChange) -> None:
        """Replace one's own password; every other session of the reader ends."""
        account = _own(entrance, call.who)
        await entrance.prove_password(account, body.old, address=call.address)
        check_strength(body.new, login=account.login)
        hashed = await entrance.passwords.hash(body.new)
        keep = partial(entrance.accounts.set_password, account.login, hashed, keep=call.who.session)
        await asyncio.to_thread(keep)

    return change_password


def _factor(entrance: Entrance) -> list[Endpoint]:
    accounts = entrance.accounts

    @endpoint("GET", FACTOR, tag=TAG)
    async def show_factor(call: Call[Reader]) -> FactorShown:
        """Whether the reader is asked a second factor."""
        account = accounts.of(call.who.person) if call.who.kind is Kind.PERSON else None
        if account is None:
            return FactorShown(None, False, 0)
        return FactorShown(account.login, account.factor_confirmed, accounts.recovery_codes(account.person))

    @endpoint("POST", FACTOR, tag=TAG, max_bytes=MAX_BYTES, refusals=(*PROOF, "second-factor-in-use"))
    async def propose_factor(call: Call[Reader], body: OwnPassword) -> FactorProposed:
        """Propose a second factor; it is not asked for until a first code confirms it."""
        account = _own(entrance, call.who)
        await entrance.prove_password(account, body.password, address=call.address)
        if account.factor_confirmed:
            raise Refused("second-factor-in-use")
        secret = await asyncio.to_thread(accounts.propose_factor, account.login)
        address = second_factor.address_of(secret, login=account.login, issuer=ISSUER)
        return FactorProposed(address, qr_code(address))

    @endpoint(
        "POST",
        FACTOR + "/confirm",
        tag=TAG,
        max_bytes=MAX_BYTES,
        refusals=("account-needed", "code-wrong", "second-factor-in-use"),
    )
    async def confirm_factor(call: Call[Reader], body: FactorCode) -> RecoveryCodes:
        """Ask for the second factor from now on."""
        account = _own(entrance, call.who)
        if account.factor_confirmed:
            raise Refused("second-factor-in-use")
        return RecoveryCodes(await asyncio.to_thread(accounts.confirm_factor, account.login, body.code))

    @endpoint("POST", FACTOR + "/drop", tag=TAG, max_bytes=MAX_BYTES, refusals=PROOF)
    async def drop_factor(call: Call[Reader], body: OwnPassword) -> None:
        """Ask no second factor any more; its recovery codes are worth nothing."""
        account = _own(entrance, call.who)
        await entrance.prove_password(account, body.password, address=call.address)
        await asyncio.to_thread(accounts.drop_factor, account.login)

    return [show_factor, propose_factor, confirm_factor, drop_factor]


def _sessions(entrance: Entrance) -> list[Endpoint]:
    @endpoint("GET", SESSIONS, tag=TAG)
    async def list_sessions(call: Call[Reader]) -> SessionsShown:
        """The reader's own sessions."""
        return SessionsShown(
            [
                SessionKept(one.session, one.kind, one.opened_at, one.seen_at, one.session == call.who.session)
                for one in entrance.sessions.of(call.who.person)
            ]
        )

    @endpoint("DELETE", SESSIONS + "/{session}", tag=TAG, refusals=("unknown", "session-current"))
    async def end_own_session(call: Call[Reader], session: ObjectId) -> None:
        """End one of the reader's other sessions at once."""
        if session == call.who.session:
            raise Refused("session-current")
        if not any(one.session == session for one in entrance.sessions.of(call.who.person)):
            raise Refused("unknown")
        await asyncio.to_thread(entrance.sessions.end, session)

    return [list_sessions, end_own_session]
