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
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from garance.kernel.refusal import Refused
from garance.server.http.conditional import NotModified
from garance.server.http.decoding import check_type, convert_query, convert_text, decode_json, read_body
from garance.server.http.endpoint import JSON, Call, Endpoint, R
from garance.server.http.problem import answer_refusal

CSRF_HEADER = "x-garance-csrf"
_ENCODER = msgspec.json.Encoder()


class Gate(Generic[R]):
    """Who is at the door. `identify` reads the session of a request; `charge` counts one without (and may refuse).

    `bearer` reads the token that a program carries, for the endpoints that take one.
    """

    def __init__(
        self,
        identify: Callable[[Request], R | Awaitable[R | None] | None],
        charge: Callable[[str], None] = lambda address: None,
        bearer: Callable[[Request], R | None] = lambda request: None,
    ) -> None:
        self._identify = identify
        self._charge = charge
        self._bearer = bearer

    async def admit(self, request: Request, wanted: Endpoint) -> Call[R]:
        """Let a request reach that endpoint, or refuse it before reading anything it says."""
        found = self._identify(request)
        reader = await found if inspect.isawaitable(found) else found
        if reader is None and wanted.tokens:
            reader = self._bearer(request)
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
        elif wanted.own_query is None and call.request.scope["query_string"]:
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
                name: convert_text(request.path_params[name], kind, name)
                for name, kind in wanted.parameters.items()
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


class Addresses(BaseRoute):
    """Every address of the endpoints, found without trying them one by one (there are dozens, and tiles by thousands).

    An address with no name in it is looked up as it stands; the others by their first word and their length.
    """

    def __init__(self, known: Mapping[str, Route]) -> None:
        self.routes = list(known.values())
        self._fixed = {path: route for path, route in known.items() if "{" not in path}
        self._named: dict[tuple[str, int], list[Route]] = {}
        for path in sorted(known.keys() - self._fixed.keys()):
            self._named.setdefault(_shape_of(path), []).append(known[path])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of them is asked, and with which names."""
        if scope["type"] != "http":
            return Match.NONE, {}
        fixed = self._fixed.get(scope["path"])
        for route in (fixed,) if fixed is not None else self._named.get(_shape_of(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is not Match.NONE:
                return match, {**found, "garance.address": route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the one that matched answer."""
        await scope["garance.address"].handle(scope, receive, send)


def _shape_of(path: str) -> tuple[str, int]:
    """First word and number of words."""
    return path[1:].partition("/")[0], path.count("/")


def routes(endpoints: Iterable[Endpoint], gate: Gate[R]) -> list[BaseRoute]:
    """Starlette routes for these endpoints: fixed addresses before those with names in them."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for each in endpoints:
        methods = by_path.setdefault(each.path, {})
        if each.method in methods:
            raise TypeError(f"{each.method} {each.path} is declared twice")
        methods[each.method] = each
    return [Addresses({path: Route(path, Resource(methods, gate)) for path, methods in by_path.items()})]
