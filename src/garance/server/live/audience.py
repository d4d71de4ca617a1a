"""An audience: every reader of one situation who may see the same. Filtered once, encoded once, written to all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from garance.access.clearance import Clearance
from garance.access.door import About, nothing, readable, readings, see
from garance.access.sight import may_see
from garance.kernel.fact import Fact
from garance.kernel.label import Author, Label
from garance.server.live.frame import Prepared
from garance.server.live.wire import Present, encode_fact, facts_frame

if TYPE_CHECKING:
    from garance.server.live.reader import Reader

PRESENT = Label()
"""Who is connected is known to partners in the situation, like an ordinary entry."""


class Encoding:
    """The JSON of facts, made once per fact whatever the number of audiences it goes to.

    The door gives back the very same fact when nothing of it is withheld, so identity is the key.
    """

    def __init__(self) -> None:
        self._made: dict[int, tuple[Fact[Any], bytes]] = {}

    def of(self, fact: Fact[Any]) -> bytes:
        """One fact's JSON."""
        made = self._made.get(id(fact))
        if made is None:
            made = (fact, encode_fact(fact))
            self._made[id(fact)] = made
        return made[1]


class Showing(msgspec.Struct, frozen=True):
    """What an audience is shown of some facts: the frame, and the facts whose reading must be recorded."""

    frame: Prepared
    personal: tuple[Fact[Any], ...]


class Audience:
    """Readers who see the same things."""

    def __init__(self, situation: str, clearance: Clearance, *, about: About = nothing) -> None:
        self.situation = situation
        self.key = clearance.audience
        self.readers: set[Reader] = set()
        """Those in the live stream; readers catching up are not among them."""
        self.members = 0
        """All of them, so that the audience is forgotten with its last one."""
        self.present: tuple[Present, ...] = ()
        """The presence last sent."""
        self._clearance = clearance
        self._about = about
        self._series: dict[str, bool] = {}

    def show(self, facts: Sequence[Fact[Any]], cursor: str, encoding: Encoding) -> Showing | None:
        """One frame of what may be seen of these facts; nothing at all when that is nothing."""
        seen = see(facts, self._clearance, about=self._about)
        if not seen:
            return None
        frame = facts_frame([encoding.of(fact) for fact in seen], cursor)
        return Showing(frame, self._personal(seen) if self._clearance.sensitivities else ())

    def sees(self, fact: Fact[Any]) -> bool:
        """Whether these readers may know of that fact."""
        return readable(fact, self._clearance, about=self._about) is not None

    @staticmethod
    def _personal(seen: Sequence[Fact[Any]]) -> tuple[Fact[Any], ...]:
        read = {identifier for reading in readings(seen, reader="", purpose="") for identifier in reading.facts}
        return tuple(fact for fact in seen if fact.id in read)

    def knows(self, author: Author) -> bool:
        """Whether these readers may know that this author is connected."""
        return may_see(self._clearance, author, PRESENT)

    def follows(self, series: str, author: Author, label: Label) -> bool:
        """Whether these readers may see that series, by the fact that declared it."""
        known = self._series.get(series)
        if known is None:
            known = self._series[series] = may_see(self._clearance, author, label)
        return known

    def write(self, frame: Prepared, buffer_bytes: int) -> list[Reader]:
        """Hand one frame to every reader, waiting for none; gives those with no room left for it."""
        return [reader for reader in self.readers if not reader.pipe.offer(frame, buffer_bytes)]
