"""Second factor: six-digit codes that change with time (TOTP, RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from garance.kernel.clock import to_milliseconds

SECRET_BYTES = 20
DIGITS = 6
STEP_S = 30
DRIFT_STEPS = 1
"""How many steps early or late a phone's clock may be."""

RECOVERY_CODES = 10
RECOVERY_BYTES = 10


def new_secret() -> bytes:
    """A new secret to share with a person's phone."""
    return secrets.token_bytes(SECRET_BYTES)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 - what every authenticator knows (RFC 6238)


def code_at(secret: bytes, moment: datetime) -> str:
    """The code a phone shows at that moment."""
    return _totp(secret).generate(to_milliseconds(moment) // 1000).decode("ascii")


def step_of(secret: bytes, code: str, moment: datetime, *, after: int) -> int | None:
    """Which time step that code belongs to, among those around that moment and later than `after`; else nothing."""
    now = to_milliseconds(moment) // 1000 // STEP_S
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        shown = _totp(secret).generate(step * STEP_S)
        if hmac.compare_digest(shown, code.encode()) and step > after:
            found = step
    return found


def address_of(secret: bytes, *, login: str, issuer: str) -> str:
    """The `otpauth:` address that a phone reads as a QR code."""
    return _totp(secret).get_provisioning_uri(login, issuer)


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, each good once."""
    codes = (base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode("ascii") for _ in range(RECOVERY_CODES))
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def plain_recovery_code(code: str) -> str:
    """A recovery code as it is kept, however it was typed."""
    return code.upper().replace("-", "").replace(" ", "")
