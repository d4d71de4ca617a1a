"""One connected reader: a seat, a pipe, and how far it has read."""

from __future__ import annotations

from datetime import datetime

from garance.kernel.label import Author
from garance.server.live.audience import Audience
from garance.server.live.pipe import Pipe
from garance.server.live.seat import Seat
from garance.server.live.wire import Doing, bye_frame

POLICY = 1008
"""WebSocket close code: the reader may not, or said something it should not."""
GOING_AWAY = 1001


class Reader:
    """A connection of one person, or of a wall screen, to one situation."""

    def __init__(self, *, seat: Seat, pipe: Pipe, audience: Audience, position: int, since: datetime) -> None:
        self.seat = seat
        self.pipe = pipe
        self.audience = audience
        self.position = position
        """Everything up to there was sent; it only moves while catching up, for live readers stand at the hub's."""
        self.since = since
        self.doing: Doing = "looking"
        self.about: str | None = None
        self.role: Author | None = next(iter(seat.roles.values()), None)
        self.behind_since_s: float | None = None
        """When it left the live stream for want of room, by the loop's clock."""
        self.ended = False
        self._words = 0.0
        self._words_at_s = 0.0

    @property
    def present_as(self) -> Author | None:
        """Who the others see here: nobody for a wall screen."""
        return None if self.seat.person is None or self.seat.read_only else self.role

    def take_word(self, now_s: float, *, burst: int, per_s: float) -> bool:
        """Count one message of the client; False when it says too much."""
        self._words = max(0.0, self._words - (now_s - self._words_at_s) * per_s) + 1
        self._words_at_s = now_s
        return self._words <= burst

    def end(self, code: str, *, close_code: int = POLICY) -> None:
        """Tell the reader why, and close."""
        if not self.ended:
            self.ended = True
            self.pipe.push(bye_frame(code))
            self.pipe.finish(close_code)
