"""The shell of the server: everything around the endpoints, put together once (coque du serveur)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

import garance
from garance.server.http import Call, Endpoint, Faults, Gate, describe, endpoint, refuse_http, routes, weak_tag
from garance.server.observe import Metrics, Observed, Readiness, observed_endpoints
from garance.server.pages import Pages
from garance.server.settings import Settings
from garance.server.shelter import Headers, Pressure, Rates, Threshold

OPENAPI = "/api/v1/openapi.json"


@dataclass(kw_only=True)
class Shell:
    """What surrounds a node's endpoints. `waiting` tells how many commands wait for the disk."""

    settings: Settings
    waiting: Callable[[], int] = lambda: 0
    pages: Pages = field(default_factory=Pages)
    metrics: Metrics = field(default_factory=Metrics)
    readiness: Readiness = field(default_factory=Readiness)

    def __post_init__(self) -> None:
        """One count of requests without a session, whatever they ask."""
        self.rates = Rates(self.settings.limits.anonymous_per_minute)

    def application(
        self,
        endpoints: Iterable[Endpoint],
        identify: Callable[..., Any],
        *,
        streams: Sequence[BaseRoute] = (),
        bearer: Callable[..., Any] = lambda request: None,
        version: str = garance.__version__,
    ) -> Starlette:
        """The ASGI application: these endpoints, those that watch the node, the description of all, the pages.

        `identify(request)` gives the reader of a session, or None; `bearer(request)` that of a program's token;
        `streams` are routes that are not endpoints (WebSocket).
        """
        limits, metrics = self.settings.limits, self.settings.metrics
        gate: Gate[Any] = Gate(identify, self.rates.charge, bearer)
        known = [*endpoints]
        known += observed_endpoints(self.readiness, self.metrics, addresses=metrics.addresses, token=metrics.token)
        known.append(_description(known, version, cookie="__Host-garance" if self.settings.https else "garance"))
        return Starlette(
            routes=[*routes(known, gate), *streams, Route("/{path:path}", self.pages)],
            middleware=[
                Middleware(Observed, metrics=self.metrics),
                Middleware(Headers, https=self.settings.https),
                Middleware(Faults),
                Middleware(Threshold, hosts=self.settings.hosts),
                Middleware(
                    Pressure,
                    max_requests=limits.requests,
                    max_waiting=limits.waiting_commands,
                    waiting=self.waiting,
                ),
            ],
            exception_handlers={HTTPException: refuse_http},
        )


def _description(known: Sequence[Endpoint], version: str, *, cookie: str) -> Endpoint:
    """The endpoint that gives the description of all the others, and of itself."""
    settings: dict[str, Any] = {"conditional": True, "answer": None, "status": 200, "needs_reader": False}

    @endpoint("GET", OPENAPI, tag="node", **settings)
    async def describe_api(call: Call[Any]) -> bytes:
        """Describe this interface (OpenAPI 3.1)."""
        call.unless_known(tag)
        return content

    content = msgspec.json.encode(describe([*known, describe_api], title="Garance", version=version, cookie=cookie))
    tag = weak_tag(content)
    return describe_api
