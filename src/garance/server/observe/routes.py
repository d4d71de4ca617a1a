"""`/health`, `/ready`, `/metrics`: what watches over a node asks it."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST

from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.observe.metrics import Metrics
from garance.server.observe.readiness import Readiness


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    alive: Literal[True] = True


class Ready(msgspec.Struct, frozen=True):
    """The node can do its work."""

    ready: Literal[True] = True


def observed_endpoints(
    readiness: Readiness, metrics: Metrics, *, addresses: Sequence[str], token: str | None
) -> list[Endpoint]:
    """The three addresses. `/metrics` is for those networks, or for whoever holds the token (Authorization: Bearer)."""
    networks = [ipaddress.ip_network(each, strict=False) for each in addresses]

    @endpoint("GET", "/health", tag="node", needs_reader=False, charged=False)
    async def tell_health(call: Call[Any]) -> Alive:
        """Say that the process is alive."""
        return Alive()

    @endpoint("GET", "/ready", tag="node", needs_reader=False, charged=False, refusals=("not-ready",))
    async def tell_ready(call: Call[Any]) -> Ready:
        """Say whether the node can do its work, and if not, why."""
        await asyncio.to_thread(readiness.demand)
        return Ready()

    settings: dict[str, Any] = {"answer": None, "status": 200, "produces": CONTENT_TYPE_LATEST}

    @endpoint("GET", "/metrics", tag="node", needs_reader=False, charged=False, refusals=("not-allowed",), **settings)
    async def tell_metrics(call: Call[Any]) -> bytes:
        """Give the metrics in Prometheus' format."""
        said = call.request.headers.get("authorization", "").removeprefix("Bearer ")
        by_token = token is not None and hmac.compare_digest(said.encode(), token.encode())
        if not by_token and not _within(call.address, networks):
            raise Refused("not-allowed")
        return metrics.exposition()

    return [tell_health, tell_ready, tell_metrics]


def _within(address: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        host = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(host, "ipv4_mapped", None) or host
    return any(plain in network for network in networks)
