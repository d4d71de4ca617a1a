"""A request of a TAK device, read with patience, and answers in the envelope that TAK clients know."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from garance.connectors.tak.relay.clients import Identity
from garance.kernel.refusal import Refused
from garance.server.http.decoding import read_body
from garance.server.http.problem import answer_refusal
from garance.server.tak.peer import peer_of
from garance.server.tak.roster import Device

if TYPE_CHECKING:
    from garance.server.tak.site import TakSite

MAX_QUERY_CHARACTERS = 2_000
MAX_JSON_BYTES = 1 << 20
BODY_S = 30.0
ANSWER_S = 60.0
VERSION = "3"
"""The version of the interface that TAK clients look for."""
_ASK = {"WWW-Authenticate": 'Basic realm="TAK", charset="UTF-8"'}


class Asked:
    """One request. `site` is the connection it came by."""

    __slots__ = ("request", "site")

    def __init__(self, site: TakSite, request: Request) -> None:
        self.site = site
        self.request = request

    @property
    def peer(self) -> Identity:
        """Who asks, as far as TLS proves it."""
        return peer_of(self.request)

    @property
    def device(self) -> Device:
        """The enrolled device that asks; refuses `not-allowed`, `certificate-revoked`."""
        peer = self.peer
        device = self.site.roster.device(peer.serial) if peer.proven else None
        if device is None:
            raise Refused("not-allowed")
        if device.revoked_at is not None or self.site.authority.is_revoked(peer.serial):
            raise Refused("certificate-revoked")
        return device

    @property
    def groups(self) -> frozenset[str]:
        """The groups that the device hears."""
        return frozenset(self.device.bearing.groups)

    def path(self, name: str) -> str:
        """A part of the address; refuses `value-wrong` for what nobody means."""
        return _checked(str(self.request.path_params[name]), name)

    def said(self, name: str, default: str = "") -> str:
        """A word of the query, the first of that name; others are let be. Refuses `value-wrong` when it is too long."""
        return _checked(self.request.query_params.get(name, default), name)

    def all_said(self, name: str) -> list[str]:
        """Every word of the query under that name, those joined by commas told apart."""
        found = [_checked(one, name) for one in self.request.query_params.getlist(name)]
        return [part.strip() for one in found for part in one.split(",") if part.strip()]

    def needed(self, name: str) -> str:
        """A word of the query that must be there; refuses `field-missing`."""
        found = self.said(name).strip()
        if not found:
            raise Refused("field-missing", field=name)
        return found

    async def body(self, max_bytes: int = MAX_JSON_BYTES) -> bytes:
        """The whole body; refuses `body-too-large`, `body-too-slow`."""
        return await read_body(self.request, max_bytes=max_bytes, total_s=BODY_S)

    async def json(self, kind: Any) -> Any:
        """The body as a value of that type, whatever else it says; refuses `json-malformed`, `value-wrong`."""
        content = await self.body()
        try:
            return msgspec.json.decode(content, type=kind, strict=False)
        except msgspec.ValidationError as problem:
            raise Refused("value-wrong", field="body") from problem
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise Refused("json-malformed") from problem

    def credentials(self) -> tuple[str, str]:
        """Name and word of a basic authentication; both empty without one."""
        kind, _, said = self.request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return "", ""
        try:
            name, _, word = base64.b64decode(said.strip(), validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return "", ""
        return name[:200], word[:200]


Run = Callable[[Asked], Awaitable[Response]]


def route(
    site: TakSite,
    methods: str | Sequence[str],
    path: str,
    run: Run,
    *,
    enrolled: bool = True,
    answer_s: float = ANSWER_S,
) -> Route:
    """An address of TAK. Refusals fly to `http.Faults`, but those of a basic authentication, which say what to show."""

    async def answer(request: Request) -> Response:
        request.scope["garance.route"] = path
        asked = Asked(site, request)
        if enrolled:
            _ = asked.device
        try:
            async with asyncio.timeout(answer_s):
                return await run(asked)
        except TimeoutError as problem:
            raise Refused("too-slow") from problem
        except Refused as refused:
            if refused.code != "sign-in-refused":
                raise
            return answer_refusal(refused, _ASK)

    return Route(path, answer, methods=[methods] if isinstance(methods, str) else list(methods))


def envelope(site: TakSite, kind: str, found: Any, status: int = 200) -> Response:
    """The envelope of TAK: a version, a type, what is told, who tells."""
    return told({"version": VERSION, "type": kind, "data": found, "nodeId": site.node_id}, status)


def told(value: Any, status: int = 200) -> Response:
    """Plain JSON."""
    headers = {"Cache-Control": "private, no-store"}
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def text(value: str, kind: str = "text/plain") -> Response:
    """Plain words."""
    return Response(value, headers={"Cache-Control": "private, no-store"}, media_type=kind)


def _checked(word: str, name: str) -> str:
    if len(word) > MAX_QUERY_CHARACTERS or any(ord(one) < 32 or 0xD800 <= ord(one) <= 0xDFFF for one in word):
        raise Refused("value-wrong", field=name)
    return word
