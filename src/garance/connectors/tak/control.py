"""The words of the protocol itself: pings, and the agreement on a version. Pure. Source: `protocol.txt`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from garance.connectors.tak.cot import Cot, Place
from garance.connectors.tak.xml_tree import Element, element

PING, PONG = "t-x-c-t", "t-x-c-t-r"
OFFER, REQUEST, ANSWER = "t-x-takp-v", "t-x-takp-q", "t-x-takp-r"
VERSIONS = (1,)
"""The versions of the protocol that are spoken here, besides XML."""
_NOWHERE = Place(lat_deg=0.0, lon_deg=0.0)
_STANDS_S = 20.0
_NEGOTIATION_S = 60.0


def is_ping(cot: Cot) -> bool:
    """Whether a client asks if anybody is there."""
    return cot.type == PING


def ping_answer(*, at: datetime) -> Cot:
    """Somebody is there."""
    return _word(PONG, "takPong", at, _STANDS_S, None)


def is_control(cot: Cot) -> bool:
    """Whether it is a word between two ends of a connection, which goes no farther."""
    return cot.type in (PING, PONG, OFFER, REQUEST, ANSWER)


def version_offer(*, uid: str, at: datetime, versions: Sequence[int] = VERSIONS) -> Cot:
    """A server says which versions it speaks: once a connection. `uid` names the negotiation and nothing else."""
    said = (element("TakProtocolSupport", {"version": str(version)}) for version in versions)
    return _word(OFFER, uid, at, _NEGOTIATION_S, Element("TakControl", (), tuple(said)))


def version_request(offer: Cot, version: int, *, at: datetime) -> Cot:
    """A client asks for one of the versions offered."""
    asked = element("TakRequest", {"version": str(version)})
    return _word(REQUEST, offer.uid, at, _NEGOTIATION_S, Element("TakControl", (), (asked,)))


def version_answer(request: Cot, *, accepted: bool, at: datetime) -> Cot:
    """The server answers: when accepted, both sides speak that version from the next byte."""
    said = element("TakResponse", {"status": "true" if accepted else "false"})
    return _word(ANSWER, request.uid, at, _NEGOTIATION_S, Element("TakControl", (), (said,)))


def versions_offered(cot: Cot) -> tuple[int, ...]:
    """The versions that a server offers; none when it is not such a message."""
    return _versions(cot, OFFER, "TakProtocolSupport")


def version_requested(cot: Cot) -> int | None:
    """The version that a client asks for; None when it is not such a message, or not with exactly one version."""
    asked = _versions(cot, REQUEST, "TakRequest")
    return asked[0] if len(asked) == 1 else None


def version_accepted(cot: Cot) -> bool | None:
    """What a server answered; None when it is not such a message."""
    part = cot.part("TakControl")
    said = part.first("TakResponse") if part is not None and cot.type == ANSWER else None
    return None if said is None else (said.get("status") or "").lower() == "true"


def _versions(cot: Cot, wanted: str, name: str) -> tuple[int, ...]:
    part = cot.part("TakControl")
    if part is None or cot.type != wanted:
        return ()
    said = (each.get("version") or "" for each in part.elements(name))
    return tuple(int(text) for text in said if text.isascii() and text.isdigit() and len(text) <= 9)


def _word(kind: str, uid: str, at: datetime, stands_s: float, part: Element | None) -> Cot:
    return Cot(
        uid=uid,
        type=kind,
        how="m-g",
        time=at,
        start=at,
        stale=at + timedelta(seconds=stands_s),
        place=_NOWHERE,
        detail=Element("detail", (), (part,)) if part is not None else Element("detail"),
    )
