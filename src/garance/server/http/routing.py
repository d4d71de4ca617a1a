"""From addresses to endpoints: who asks, may they, what do they say, what are they told."""

from __future__ import annotations

import asyncio
import hmac
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Generic

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from garance.kernel.refusal import Refused
from garance.server.http.conditional import NotModified
from garance.server.http.decoding import check_type, convert_query, convert_text, decode_json, read_body
from garance.server.http.endpoint import JSON, Call, Endpoint, R
from garance.server.http.problem import answer_refusal

CSRF_HEADER = "x-garance-csrf"
_ENCODER = msgspec.json.Encoder()


class Gate(Generic[R]):
    """Who is at the door. `identify` reads the session of a request; `charge` counts one without (and may refuse)."""

    def __init__(
        self,
        identify: Callable[[Request], R | Awaitable[R | None] | None],
        charge: Callable[[str], None] = lambda address: None,
    ) -> None:
        self._identify = identify
        self._charge = charge

    async def admit(self, request: Request, wanted: Endpoint) -> Call[R]:
        """Let a request reach that endpoint, or refuse it before reading anything it says."""
        found = self._identify(request)
        reader = await found if inspect.isawaitable(found) else found
        call = Call(request, reader, wanted)
        if reader is None and wanted.charged:
            self._charge(call.address)
        if not wanted.needs_reader:
            return call
        who = call.who
        if wanted.unsafe:
            if not hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), who.csrf.encode()):
                raise Refused("csrf-wrong")
            if who.read_only:
                raise Refused("read-only")
        return call


class Resource(Generic[R]):
    """One address and its methods, as an ASGI application. HEAD is GET without its body."""

    def __init__(self, endpoints: Mapping[str, Endpoint], gate: Gate[R]) -> None:
        self._gate = gate
        self._endpoints = dict(endpoints)
        if "GET" in self._endpoints:
            self._endpoints["HEAD"] = self._endpoints["GET"]
        self._allow = ", ".join(sorted({*self._endpoints, "OPTIONS"}))
        self._decoders = {
            method: msgspec.json.Decoder(each.body) for method, each in endpoints.items() if each.body is not None
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Refusals fly to `Faults`, the wall around the whole application."""
        method = scope["method"]
        wanted = self._endpoints.get(method)
        if wanted is None:
            allow = {"Allow": self._allow}
            refused = answer_refusal(Refused("method-not-allowed"), allow)
            await (Response(None, 204, allow) if method == "OPTIONS" else refused)(scope, receive, send)
            return
        scope["garance.route"] = wanted.path
        request = Request(scope, receive)
        call = await self._gate.admit(request, wanted)
        response = await self._answer(call, wanted)
        await response(scope, receive, send)

    async def _answer(self, call: Call[R], wanted: Endpoint) -> Response:
        said = self._path(call.request, wanted)
        if wanted.query is not None:
            said["query"] = convert_query(call.request.query_params.multi_items(), wanted.query)
        elif call.request.scope["query_string"]:
            raise Refused("field-unknown", field=call.request.url.query.partition("=")[0][:64])
        if wanted.body is not None:
            check_type(call.request.headers, JSON)
            content = await read_body(call.request, max_bytes=wanted.max_bytes, total_s=wanted.body_s)
            said["body"] = decode_json(self._decoders[wanted.method], content)
        elif wanted.consumes is not None:
            check_type(call.request.headers, wanted.consumes)
        try:
            async with asyncio.timeout(wanted.answer_s) as limit:
                return _respond(await wanted.run(call, **said), wanted, call)
        except NotModified:
            return Response(None, 304, call.headers)
        except TimeoutError as problem:
            if not limit.expired():
                raise
            raise Refused("too-slow", detail={"retry_after_s": 5}) from problem

    @staticmethod
    def _path(request: Request, wanted: Endpoint) -> dict[str, Any]:
        try:
            return {
                name: convert_text(request.path_params[name], kind, name) for name, kind in wanted.parameters.items()
            }
        except Refused as problem:
            raise Refused("unknown") from problem  # an address that cannot exist is an address that does not


def _respond(value: object, wanted: Endpoint, call: Call[R]) -> Response:
    if isinstance(value, Response):
        value.headers.update(call.headers)
        return value
    headers = {"Cache-Control": "private, no-store", **call.headers}
    if value is None:
        return Response(None, 204, headers)
    content = value if isinstance(value, bytes) else _ENCODER.encode(value)
    return Response(content, wanted.status, headers, media_type=wanted.produces)


def routes(endpoints: Iterable[Endpoint], gate: Gate[R]) -> list[Route]:
    """Starlette routes for these endpoints: fixed addresses before those with names in them."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for each in endpoints:
        methods = by_path.setdefault(each.path, {})
        if each.method in methods:
            raise TypeError(f"{each.method} {each.path} is declared twice")
        methods[each.method] = each
    ordered = sorted(by_path, key=lambda path: ("{" in path, path))
    return [Route(path, Resource(by_path[path], gate)) for path in ordered]
