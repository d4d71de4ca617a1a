"""Two other sign-in services on real sockets: `oidc-provider-mock`, and a strict one of ours that can also lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

_MOCK = """
import sys, warnings
warnings.simplefilter("ignore")
from oidc_provider_mock import User, run_server_in_thread
people = [
    User(sub="anne-sub", claims={"email": "anne@example.org", "email_verified": True}),
    User(sub="plain-sub", claims={"email": "anne@example.org"}),
    User(sub="nobody-sub", claims={"email": "nobody@example.org", "email_verified": True}),
]
with run_server_in_thread(user_claims=people) as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@contextmanager
def mock_provider() -> Iterator[str]:
    """`oidc-provider-mock`, in a process of its own (its libraries warn of their own old age); gives its issuer."""
    with subprocess.Popen(
        [sys.executable, "-c", _MOCK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        yield f"http://localhost:{int(process.stdout.readline())}"
        process.communicate(timeout=10)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass
class StrictProvider:
    """A service that checks what we send it (PKCE, secret, redirect address) and signs what it is told to say."""

    issuer: str = ""
    subject: str = "anne-sub"
    now_s: int = 0
    key: RSAKey = field(default_factory=lambda: KEY)
    shown_key: RSAKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    userinfo: dict[str, Any] | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    raw_token: str | None = None
    basic: bool = True
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    key_reads: int = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _discover(self, request: Request) -> Response:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic" if self.basic else "client_secret_post"],
        }
        if self.userinfo is not None:
            said["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        return JSONResponse(said | self.discovery)

    async def _authorize(self, request: Request) -> Response:
        said = dict(request.query_params)
        assert said["response_type"] == "code"
        assert said["code_challenge_method"] == "S256"
        assert "openid" in said["scope"].split()
        code = secrets.token_urlsafe()
        self.asked[code] = said
        query = urlencode({"code": code, "state": said["state"], "iss": self.issuer, "session_state": "kept"})
        return RedirectResponse(f"{said['redirect_uri']}?{query}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        said = self.asked.pop(str(form["code"]), None)
        if said is None or form["redirect_uri"] != said["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if _base64(challenge) != said["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        expected = "Basic " + base64.b64encode(f"{said['client_id']}:a secret".encode()).decode()
        shown = request.headers.get("authorization") == expected if self.basic else form["client_secret"] == "a secret"
        if not shown:
            return JSONResponse({"error": "invalid_client"}, 401)
        token = self.raw_token or self._signed(said)
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

    def _signed(self, said: dict[str, str]) -> str:
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": said["client_id"],
            "nonce": said["nonce"],
            "iat": self.now_s,
            "exp": self.now_s + 300,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] == "HS256":  # the old confusion: the public key as a shared secret
            content = f"{_part(self.header)}.{_part(claims)}"
            made = hmac.new(self.key.as_pem(private=False), content.encode(), hashlib.sha256).digest()
            return f"{content}.{_base64(made)}"
        return jwt.encode(self.header, claims, self.key)

    async def _keys(self, request: Request) -> Response:
        self.key_reads += 1
        return JSONResponse(KeySet([self.shown_key or self.key]).as_dict(private=False))

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer opaque"
        assert self.userinfo is not None
        if self.userinfo.get("signed"):
            return Response(jwt.encode(self.header, self.userinfo, self.key), media_type="application/jwt")
        return JSONResponse(self.userinfo)


class StrictServer:
    """A socket behind which one strict service after another answers."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._answering = Starlette()

    def provider(self, now_s: int) -> StrictProvider:
        """A new service, that answers from now on."""
        made = StrictProvider(issuer=self.issuer, now_s=now_s)
        self._answering = made.app()
        return made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answering(scope, receive, send)


@contextmanager
def strict_server() -> Iterator[StrictServer]:
    """A server on a free port, in a thread of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        behind = StrictServer(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(behind, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.005)
            yield behind
        finally:
            server.should_exit = True
            thread.join(10)
