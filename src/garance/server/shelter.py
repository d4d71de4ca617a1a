"""The shelter around every address: headers for browsers, whom we answer to, and how much at a time.

Plain ASGI layers, cheap enough to stand in front of everything. Refusals fly to `http.Faults`, which stands outside
them and inside `Headers`.
"""

from __future__ import annotations

import asyncio
import collections
import ipaddress
import time
from collections.abc import Callable, Set
from urllib.parse import urlsplit

from starlette.datastructures import Headers as Asked
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from garance.kernel.refusal import Refused
from garance.server.http.endpoint import UNSAFE

CONTENT_POLICY = (
    "default-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_TRANSPORT = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
WATCHERS = frozenset({"/health", "/ready", "/metrics"})
"""Addresses that answer even under overload: that is when they are needed."""

SEND_S = 60.0
RETRY_S = 2
MAX_ADDRESSES = 20_000


class Headers:
    """Puts the security headers on every answer that does not say otherwise itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        chosen = _HEADERS | (_TRANSPORT if https else {})
        self._headers = [(name.encode(), value.encode()) for name, value in chosen.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add what is missing to the head of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = list(message.get("headers", ()))
                names = {name for name, _ in said}
                message["headers"] = said + [each for each in self._headers if each[0] not in names]
            await send(message)

        await self._app(scope, receive, complete)


class Threshold:
    """Answers only to our own name, and changes nothing at the wish of another site.

    Refuses `host-unknown` (the `Host` is not one of `hosts`; None accepts any) and `cross-site` (an unsafe method that
    a browser says comes from elsewhere: `Sec-Fetch-Site`, else `Origin`).
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then let through."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = Asked(scope=scope)
        host = asked.get("host", "").lower()
        known = self._hosts is None or host in self._hosts or scope["path"] in WATCHERS
        if scope["type"] == "websocket" and not known:
            await send({"type": "websocket.close", "code": 1008})
            return
        if not known:
            raise Refused("host-unknown")
        if scope.get("method") in UNSAFE and _from_elsewhere(asked, self._hosts or {host}):
            raise Refused("cross-site")
        await self._app(scope, receive, send)


def _from_elsewhere(asked: Asked, ours: Set[str]) -> bool:
    site = asked.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = asked.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() not in ours


class Pressure:
    """Refuses early what could not be answered in time: `overloaded`, with when to come back.

    At most `max_requests` at a time; no command while more than `max_waiting` wait for the disk. A reader who takes
    nothing for a minute is let go.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_requests: int,
        max_waiting: int,
        waiting: Callable[[], int] = lambda: 0,
    ) -> None:
        self._app = app
        self._max_requests = max_requests
        self._max_waiting = max_waiting
        self._waiting = waiting
        self.in_progress = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the request if there is room."""
        if scope["type"] != "http" or scope["path"] in WATCHERS:
            await self._app(scope, receive, send)
            return
        commanded = scope["method"] == "POST" and scope["path"].startswith("/api/v1/commands/")
        if self.in_progress >= self._max_requests or (commanded and self._waiting() > self._max_waiting):
            raise Refused("overloaded", detail={"retry_after_s": RETRY_S})

        async def hand_over(message: Message) -> None:
            if not message.get("more_body"):  # a whole answer is handed over at once, to the server's own buffer
                await send(message)
                return
            async with asyncio.timeout(SEND_S):
                await send(message)

        self.in_progress += 1
        try:
            await self._app(scope, receive, hand_over)
        finally:
            self.in_progress -= 1


class Rates:
    """How many requests an address may make without a session: a bucket each, refilled evenly.

    Neighbours of one IPv6 /64 share a bucket. Refuses `too-many-requests` with when to come back.
    """

    def __init__(self, per_minute: int, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now_s = now_s
        self._buckets: collections.OrderedDict[str, tuple[float, float]] = collections.OrderedDict()

    def charge(self, address: str) -> None:
        """Count one request of that address."""
        key, now = _neighbourhood(address), self._now_s()
        left, since = self._buckets.pop(key, (float(self._per_minute), now))
        left = min(float(self._per_minute), left + (now - since) * self._per_minute / 60)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        if not allowed:
            wait_s = max(1, round((1 - left) * 60 / self._per_minute))
            raise Refused("too-many-requests", detail={"retry_after_s": wait_s})


def _neighbourhood(address: str) -> str:
    try:
        host = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is None:
        return str(ipaddress.ip_network((host, 64), strict=False))
    return str(getattr(host, "ipv4_mapped", None) or host)
