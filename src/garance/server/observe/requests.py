"""The outermost layer: each request gets an identifier, is counted, and leaves one line."""

from __future__ import annotations

import logging
import random
import time

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from garance.server.observe.logs import request_id
from garance.server.observe.metrics import Metrics

_log = logging.getLogger("garance.request")


class Observed:
    """Counts and logs requests by the template of their address, never by the address itself."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._counted: dict[tuple[str, str, int], Counter] = {}
        self._timed: dict[str, Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, watching what is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = f"{random.getrandbits(64):016x}"
        request_id.set(number)
        begun, status, sent = time.perf_counter(), 500, 0

        async def watch(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", number.encode())]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        self._metrics.in_progress.inc()
        try:
            await self._app(scope, receive, watch)
        finally:
            self._metrics.in_progress.dec()
            self._note(scope, status, time.perf_counter() - begun, sent)

    def _note(self, scope: Scope, status: int, seconds: float, sent: int) -> None:
        route, method = scope.get("garance.route", "other"), scope["method"]
        if method not in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            method = "other"
        counted = self._counted.get((route, method, status))
        if counted is None:  # finding a labelled metric costs more than counting
            counted = self._metrics.requests.labels(route, method, str(status))
            self._counted[(route, method, status)] = counted
            self._timed[route] = self._metrics.request_seconds.labels(route)
        counted.inc()
        self._timed[route].observe(seconds)
        self._metrics.sent_bytes.inc(sent)
        particulars = {"method": method, "route": route, "status": status, "ms": round(seconds * 1e3, 2), "bytes": sent}
        _log.info("answered", extra=particulars)
