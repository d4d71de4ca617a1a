"""What a newcomer is given at once: who is here. Made once for all who come in the same moment, as after a cut."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from garance.connectors.tak.relay.clients import Client, Standing
from garance.connectors.tak.relay.routing import Router

SHARED_S = 1.0
"""How long one picture serves; those who come later within it also get what was said since."""
MAX_KEPT = 64


class Picture(NamedTuple):
    """XML messages, joined, and how many."""

    joined: bytes
    messages: int


class _Kept(NamedTuple):
    picture: Picture
    turn: int
    made_at: float


class Newcomers:
    """The pictures made lately, by standing."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._kept: dict[Standing, _Kept] = {}

    def forget(self) -> None:
        """Someone left, or rights changed: what was made says too much."""
        self._kept.clear()

    def pictures(self, client: Client, now: datetime, at: float, turn: int) -> list[Picture]:
        """What to write to a client that has just come, in order; `turn` is that of the last tick."""
        kept = self._kept.get(client.standing)
        if kept is None or at - kept.made_at > SHARED_S:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            kept = self._kept[client.standing] = _Kept(self._make(client, now, 0), turn, at)
            return [kept.picture]
        return [kept.picture] if kept.turn == turn else [kept.picture, self._make(client, now, kept.turn + 1)]

    def _make(self, client: Client, now: datetime, since_turn: int) -> Picture:
        found = self._router.present(client, now, since_turn)
        written = [piece for piece in (message.written(as_frame=False) for message in found) if piece]
        return Picture(b"".join(written), len(written))
