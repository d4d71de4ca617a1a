"""What carries a secret to us: the cookie of a session, the header of a program."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta

from starlette.requests import HTTPConnection

SESSION = "garance"
CROSSING = "garance-oidc"


class Cookies:
    """Writes and reads our cookies. With https their names carry `__Host-`: no other host can set them for us.

    The session's cookie is SameSite=Strict: nothing that another site starts carries it. The page that a sign-in
    service sends the browser back to needs none, and the requests the page then makes are our own.
    """

    def __init__(self, *, https: bool) -> None:
        self._https = https

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self._https else name

    def read(self, connection: HTTPConnection, name: str = SESSION) -> str | None:
        """The secret the browser brought, if any."""
        return connection.cookies.get(self._name(name))

    def write(self, secret: str, *, lasts: timedelta, name: str = SESSION, same_site: str = "Strict") -> str:
        """The `Set-Cookie` header that gives the browser this secret."""
        secure = "; Secure" if self._https else ""
        age_s = max(0, int(lasts.total_seconds()))
        return f"{self._name(name)}={secret}; Path=/; Max-Age={age_s}; HttpOnly; SameSite={same_site}{secure}"

    def clear(self, name: str = SESSION) -> str:
        """The `Set-Cookie` header that takes it back."""
        return self.write("", lasts=timedelta(0), name=name)


def carried_token(authorization: str) -> str | None:
    """The token in an `Authorization` header: after `Bearer`, or the password of `Basic`, whatever the user's name."""
    scheme, _, said = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return said.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(said.strip(), validate=True).decode().partition(":")[2] or None
    except (binascii.Error, UnicodeDecodeError):
        return None
