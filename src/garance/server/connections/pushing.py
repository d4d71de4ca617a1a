"""A recording sent again to a node that runs, as its source would: over HTTP, with its token (renvoi)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import httpx2
import msgspec

from garance.kernel.refusal import Refused
from garance.ports.connector import Frame

TIMEOUT_S = 30.0
TRIES = 30
BUSY = frozenset({429, 503})
LONGEST_WAIT_S = 60.0
"""Nobody waits longer for the next frame of a recording: a night without a word is passed over."""


class Pace:
    """Waits as long as the recording did, `speed` times faster; 0 never waits."""

    def __init__(self, speed: float, sleep: Callable[[float], None] = time.sleep) -> None:
        if speed < 0:
            raise Refused("value-wrong", field="--speed")
        self._speed = speed
        self._sleep = sleep
        self._before: datetime | None = None

    def wait(self, at: datetime) -> None:
        """Wait until it is the turn of what came then."""
        before, self._before = self._before, at
        if self._speed and before is not None and at > before:
            self._sleep(min((at - before).total_seconds() / self._speed, LONGEST_WAIT_S))


class Pusher:
    """The address of one connection of a node, and what must be presented there."""

    def __init__(self, node: str, connection: str, token: str | None) -> None:
        self.address = f"{node.rstrip('/')}/api/v1/connections/{connection}/frames"
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.Client(timeout=TIMEOUT_S, headers=headers)

    def push(self, frame: Frame, sleep: Callable[[float], None] = time.sleep) -> str | None:
        """Send one frame; the code of its refusal, or None when it was taken.

        A busy node is asked again every second. Refuses `node-unreachable`.
        """
        kind = {"content-type": frame.content_type} if frame.content_type else {}
        for _ in range(TRIES):
            try:
                answer = self._client.post(
                    self.address, content=frame.data, headers=kind, params=dict(frame.parameters)
                )
            except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
                raise Refused("node-unreachable", detail={"address": self.address}) from problem
            if answer.status_code not in BUSY:
                return None if answer.is_success else _code(answer)
            sleep(1.0)
        return _code(answer)

    def close(self) -> None:
        """Let go of the node."""
        self._client.close()


class _Problem(msgspec.Struct):
    code: str = "?"


def _code(answer: httpx2.Response) -> str:
    try:
        return msgspec.json.decode(answer.content, type=_Problem).code
    except msgspec.DecodeError:
        return str(answer.status_code)
