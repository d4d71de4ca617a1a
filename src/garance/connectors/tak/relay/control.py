"""What the relay itself says: the answer to a ping, the negotiation, who left (messages de service). XML, pure.

Shapes are those of `protocol.txt` and of the public TAK servers; none of these is relayed when a client sends it,
but the removal of what is not another client.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from xml.sax.saxutils import quoteattr

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
"""What comes before each XML message; nothing comes after one."""
PING, PONG = "t-x-c-t", "t-x-c-t-r"
OFFER, REQUEST, RESPONSE = "t-x-takp-v", "t-x-takp-q", "t-x-takp-r"
LEFT = "t-x-d-d"
"""What takes things off maps: those who left, said by the relay; what a client drew, said by a client."""
CONSUMED = frozenset({PING, PONG, OFFER, REQUEST, RESPONSE, "t-x-c-f", "t-x-c-m", "t-x-c-i-e", "t-x-c-i-d", "t-x-g-c"})
"""What clients say to the relay alone, or may not say at all."""
CONSUMED_BEGINNINGS = ("t-b",)
_BRIEF = timedelta(seconds=20)
_LONG = timedelta(minutes=1)
_NOWHERE = b'<point lat="0.0" lon="0.0" hae="0.0" ce="9999999" le="9999999"/>'
VERSION = 1
"""The only version of the TAK protocol above XML."""


def is_consumed(kind: str) -> bool:
    """Whether a message of that type is for the relay alone."""
    return kind.startswith("t-") and (kind in CONSUMED or kind.startswith(CONSUMED_BEGINNINGS))


def pong(now: datetime) -> bytes:
    """The answer to a ping."""
    return _message("takPong", PONG, "h-g-i-g-o", now, _BRIEF, b"")


def ping(now: datetime, uid: str) -> bytes:
    """A ping to a client that has said nothing for long."""
    return _message(uid, PING, "m-g", now, _BRIEF, b"")


def offer(now: datetime, uid: str) -> bytes:
    """That version 1 may be asked for."""
    return _control(uid, OFFER, now, f'<TakProtocolSupport version="{VERSION}"/>')


def response(now: datetime, uid: str, *, accepted: bool) -> bytes:
    """Whether what was asked for begins now."""
    return _control(uid, RESPONSE, now, f'<TakResponse status="{"true" if accepted else "false"}"/>')


def left(now: datetime, message_uid: str, uid: str, kind: str) -> bytes:
    """That the client with that uid, last seen as that type, is no longer connected."""
    link = f'<link relation="p-p" uid={quoteattr(uid)} type={quoteattr(kind)}/>'
    return _message(message_uid, LEFT, "h-g-i-g-o", now, _BRIEF, f"<detail>{link}</detail>".encode())


def written(moment: datetime) -> str:
    """An instant as TAK writes it, to the millisecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _control(uid: str, kind: str, now: datetime, what: str) -> bytes:
    return _message(uid, kind, "m-g", now, _LONG, f"<detail><TakControl>{what}</TakControl></detail>".encode())


def _message(uid: str, kind: str, how: str, now: datetime, lasts: timedelta, detail: bytes) -> bytes:
    at, stale = written(now), written(now + lasts)
    head = (
        f'<event version="2.0" uid={quoteattr(uid)} type="{kind}" time="{at}" start="{at}" stale="{stale}" how="{how}">'
    )
    return head.encode() + _NOWHERE + (detail or b"<detail/>") + b"</event>"
