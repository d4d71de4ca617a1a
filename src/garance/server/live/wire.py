"""What the server says on the stream, as JSON.

A fact on the wire carries no position: positions are counts, and a gap in them would tell of facts withheld. Where
to resume is the frame's cursor, which is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from garance.kernel.fact import Fact, Reference, Withheld
from garance.kernel.label import Audience, Author, Mode, Sensitivity
from garance.server.live.frame import Prepared

Doing = Literal["looking", "writing", "drawing"]
Sample = Sequence[float | int | None]
"""One measure of a series: `t_ms` first, then the columns of its kind."""


class WireLabel(msgspec.Struct, frozen=True):
    """A label with nothing left to guess."""

    audience: Audience
    sensitivity: Sensitivity
    cell: str | msgspec.UnsetType = msgspec.UNSET


class WireFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as browsers and other clients receive it."""

    id: str
    name: str
    situation: str | None
    mode: Mode
    occurred_at: datetime
    recorded_at: datetime
    tick: int
    author: Author
    label: WireLabel
    refs: tuple[Reference, ...]
    command: str
    body: Any
    withheld: Withheld | msgspec.UnsetType = msgspec.UNSET


class Present(msgspec.Struct, frozen=True):
    """Someone connected: who, as what, doing what, since when; `about` which thing or which kind of thing.

    A thing is named by its identifier alone: it means something only to those who may see the thing.
    """

    person: str
    role: str
    organisation: str
    doing: Doing
    since: datetime
    about: str | msgspec.UnsetType = msgspec.UNSET


class ClientFrame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="doing"):
    """The one thing a client may say: what the person is doing, to which thing, and under which of their grants."""

    doing: Doing
    role: str
    about: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,64}$")] | None = None


_JSON = msgspec.json.Encoder()
_CLIENT = msgspec.json.Decoder(ClientFrame)


def wire_fact(fact: Fact[Any]) -> WireFact:
    """The fact as sent; who may see it was settled before."""
    label = fact.label
    return WireFact(
        id=fact.id,
        name=fact.name,
        situation=fact.situation,
        mode=fact.mode,
        occurred_at=fact.occurred_at,
        recorded_at=fact.recorded_at,
        tick=fact.tick,
        author=fact.author,
        label=WireLabel(label.audience, label.sensitivity, label.cell or msgspec.UNSET),
        refs=fact.refs,
        command=fact.command,
        body=fact.body,
        withheld=fact.withheld or msgspec.UNSET,
    )


def encode_fact(fact: Fact[Any]) -> bytes:
    """One fact's JSON."""
    return _JSON.encode(wire_fact(fact))


def facts_frame(encoded: Iterable[bytes], cursor: str) -> Prepared:
    """Facts already encoded, and where to resume after them."""
    return Prepared(b'{"type":"facts","facts":[' + b",".join(encoded) + b'],"cursor":"' + cursor.encode() + b'"}')


def welcome_frame(*, now: datetime, cursor: str, node: str) -> Prepared:
    """The first word of the server."""
    return _frame({"type": "welcome", "now": now, "cursor": cursor, "node": node})


def clock_frame(*, now: datetime, cursor: str) -> Prepared:
    """The time, every few seconds: the heartbeat, and the moving cursor of those who were shown nothing."""
    return _frame({"type": "clock", "now": now, "cursor": cursor})


def presence_frame(people: Sequence[Present]) -> Prepared:
    """Who is there."""
    return _frame({"type": "presence", "people": people})


def encode_samples(series: str, samples: Sequence[Sample]) -> bytes:
    """One member of the `series` object of a `tracks` frame."""
    return _JSON.encode(series) + b":" + _JSON.encode(samples)


def tracks_frame(members: Iterable[bytes]) -> Prepared:
    """Samples of several series, each member made by `encode_samples`."""
    return Prepared(b'{"type":"tracks","series":{' + b",".join(members) + b"}}")


def bye_frame(code: str) -> Prepared:
    """The last word: why the stream ends."""
    return _frame({"type": "bye", "code": code})


def _frame(members: Mapping[str, Any]) -> Prepared:
    return Prepared(_JSON.encode(members))


LIVE = _frame({"type": "live"})
BEHIND = _frame({"type": "behind"})


def read_client_frame(text: str | bytes) -> ClientFrame | None:
    """What a client said, or nothing when it is not one of the agreed words."""
    try:
        return _CLIENT.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
