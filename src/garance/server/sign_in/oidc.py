"""Another service's word for who someone is: OpenID Connect 1.0, authorization code with PKCE (RFC 7636).

Nothing of what the service says is believed before its signature, its issuer, its audience, its times and our own nonce
are verified. The service is asked only when someone signs in; the addresses come from its discovery document.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from garance.kernel.clock import Clock, to_milliseconds
from garance.kernel.refusal import Refused

V = TypeVar("V")

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures by a key that the service alone holds. Never `none`, never a shared secret."""

MAX_ANSWER_BYTES = 256 * 1024
LEEWAY_S = 30
FRESH_MS = 60 * 60 * 1000
REFRESH_MS = 60 * 1000
TIMEOUT_S = 10.0


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The service, and who we are to it. `redirect_uri` is our callback's full address."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str
    link_by_email: bool = False
    scope: str = "openid email"


class Identity(msgspec.Struct, frozen=True):
    """Who the service says came: its name for them, and an address it has verified, if it said so."""

    issuer: str
    subject: str
    email: str | None


class _Discovery(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str = ""


class Service:
    """The other service. `client` is the server's one client for outgoing requests; it must not follow redirects.

    Refuses `oidc-unavailable` (not reached, or not what it should be) and `oidc-refused` (it said no, or what it
    said does not hold).
    """

    def __init__(self, settings: OidcSettings, client: httpx2.AsyncClient, clock: Clock) -> None:
        self.settings = settings
        self._client = client
        self._clock = clock
        self._discovery: tuple[int, _Discovery] | None = None
        self._keys: tuple[int, KeySet] | None = None
        self._asking = asyncio.Lock()

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser."""
        known = await self._discover()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.settings.client_id,
                "redirect_uri": self.settings.redirect_uri,
                "scope": self.settings.scope,
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{known.authorization_endpoint}{'&' if '?' in known.authorization_endpoint else '?'}{query}"

    async def identify(self, code: str, *, nonce: str, verifier: str) -> Identity:
        """Exchange the code that the browser brought back for a verified identity."""
        known = await self._discover()
        tokens = await self._exchange(known, code, verifier)
        claims = await self._verify(known, tokens.id_token, nonce)
        email = _verified_email(claims)
        if email is None and self.settings.link_by_email and known.userinfo_endpoint and tokens.access_token:
            email = await self._ask_email(known, tokens.access_token, claims["sub"])
        return Identity(self.settings.issuer, claims["sub"], email)

    async def _discover(self) -> _Discovery:
        now = to_milliseconds(self._clock.now())
        async with self._asking:
            if self._discovery is None or now - self._discovery[0] > FRESH_MS:
                address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
                found = _read(await self._get(address), _Discovery)
                self._check_discovery(found)
                self._discovery = (now, found)
            return self._discovery[1]

    def _check_discovery(self, found: _Discovery) -> None:
        if found.issuer != self.settings.issuer:
            raise Refused("oidc-unavailable", detail={"why": "issuer"})
        allowed = {urlsplit(self.settings.issuer).scheme, "https"}
        used = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint]
        if any(urlsplit(address).scheme not in allowed for address in used if address is not None):
            raise Refused("oidc-unavailable", detail={"why": "scheme"})

    async def _exchange(self, known: _Discovery, code: str, verifier: str) -> _Tokens:
        said = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "code_verifier": verifier,
        }
        auth: httpx2.BasicAuth | None = None
        secret = self.settings.client_secret
        if secret is None:
            said["client_id"] = self.settings.client_id
        elif "client_secret_basic" in known.token_endpoint_auth_methods_supported:
            auth = httpx2.BasicAuth(self.settings.client_id, secret)
        else:
            said |= {"client_id": self.settings.client_id, "client_secret": secret}
        request = self._client.build_request("POST", known.token_endpoint, data=said)
        return _read(await self._ask(request, auth, refused="oidc-refused"), _Tokens)

    async def _verify(self, known: _Discovery, id_token: str, nonce: str) -> dict[str, Any]:
        now_s = to_milliseconds(self._clock.now()) // 1000
        wanted = jwt.JWTClaimsRegistry(
            now=now_s,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = (await self._open(known, id_token)).claims
            wanted.validate(claims)
        except (JoseError, ValueError, TypeError) as problem:
            raise Refused("oidc-refused", detail={"why": "id-token"}) from problem
        many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (many or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise Refused("oidc-refused", detail={"why": "azp"})
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise Refused("oidc-refused", detail={"why": "sub"})
        return claims

    async def _open(self, known: _Discovery, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, await self._key_set(known, FRESH_MS), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # The service may have changed its keys: look again, but not for every forged token.
            return jwt.decode(id_token, await self._key_set(known, REFRESH_MS), algorithms=ALGORITHMS)

    async def _key_set(self, known: _Discovery, fresh_ms: int) -> KeySet:
        now = to_milliseconds(self._clock.now())
        async with self._asking:
            if self._keys is None or now - self._keys[0] > fresh_ms:
                document = _read(await self._get(known.jwks_uri), dict[str, Any])
                try:
                    self._keys = (now, KeySet.import_key_set({"keys": document["keys"]}))
                except (JoseError, ValueError, KeyError, TypeError) as problem:
                    raise Refused("oidc-unavailable", detail={"why": "keys"}) from problem
            return self._keys[1]

    async def _ask_email(self, known: _Discovery, access_token: str, subject: str) -> str | None:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json, application/jwt"}
        request = self._client.build_request("GET", str(known.userinfo_endpoint), headers=headers)
        content = await self._ask(request, None, refused="oidc-refused")
        if content.startswith(b"{"):
            claims = _read(content, dict[str, Any])
        else:  # ProConnect signs what it says of the person
            try:
                claims = (await self._open(known, content.decode("ascii"))).claims
            except (JoseError, ValueError) as problem:
                raise Refused("oidc-refused", detail={"why": "userinfo"}) from problem
        return _verified_email(claims) if claims.get("sub") == subject else None

    async def _get(self, address: str) -> bytes:
        return await self._ask(self._client.build_request("GET", address), None, refused="oidc-unavailable")

    async def _ask(self, request: httpx2.Request, auth: httpx2.BasicAuth | None, *, refused: str) -> bytes:
        content = bytearray()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                response = await self._client.send(request, auth=auth, stream=True, follow_redirects=False)
                try:
                    async for piece in response.aiter_bytes():
                        content += piece
                        if len(content) > MAX_ANSWER_BYTES:
                            raise Refused("oidc-unavailable", detail={"why": "size"})
                finally:
                    await response.aclose()
        except (httpx2.HTTPError, TimeoutError) as problem:
            raise Refused("oidc-unavailable", detail={"why": "network"}) from problem
        if response.status_code != 200:
            code = refused if 400 <= response.status_code < 500 else "oidc-unavailable"
            raise Refused(code, detail={"status": response.status_code})
        return bytes(content)


def _read(content: bytes, kind: type[V]) -> V:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused("oidc-unavailable", detail={"why": "answer"}) from problem


def _verified_email(claims: dict[str, Any]) -> str | None:
    email = claims.get("email")
    return email if isinstance(email, str) and claims.get("email_verified") is True else None
