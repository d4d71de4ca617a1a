"""The payload of the TAK protocol, version 1, to a message and back, and the two envelopes that it travels in.

Source: `protocol.txt`, `detail.proto` and the other schemas of the protocol (commoncommo). Six parts of a detail have a
message of their own, and only when that message says all that the part says; everything else stays XML, as written.
When both are there, the XML is right and the message is ignored, as the schema demands. Instants go by milliseconds.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from google.protobuf.message import DecodeError

from garance.connectors.tak.cot import UNKNOWN, Cot, place_of, read_number, read_type, read_uid, write_number
from garance.connectors.tak.payload_schema import TakMessage
from garance.connectors.tak.xml_tree import Element, read_tree, writable, write_content, write_tree
from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES

MAGIC = b"\xbf"
MESH_HEADER = b"\xbf\x01\xbf"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_BATTERY = re.compile(r"0|[1-9]\d{0,8}")
_MAX_VARINT_BYTES = 10
_OTHERS = ("caveat", "releaseableTo")
_XMLNS = "xmlns"

_TYPED: dict[str, tuple[str, dict[str, type]]] = {
    "contact": ("contact", {"callsign": str, "endpoint": str}),
    "__group": ("group", {"name": str, "role": str}),
    "precisionlocation": ("precisionLocation", {"geopointsrc": str, "altsrc": str}),
    "status": ("status", {"battery": int}),
    "takv": ("takv", {"device": str, "platform": str, "os": str, "version": str}),
    "track": ("track", {"course": float, "speed": float}),
}
"""Parts of a detail that have a message: its field, then what each attribute is. All are wanted, but `endpoint`."""


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What one payload holds: a message or none; the versions its sender reads, when it says so; who the sender is."""

    cot: Cot | None = None
    min_version: int | None = None
    max_version: int | None = None
    contact_uid: str | None = None


def read_payload(raw: bytes) -> Payload:
    """What those bytes hold, without envelope.

    Refuses `cot-too-large`, `tak-payload-malformed`, `cot-malformed` (which part, in `field`), `cot-xml-malformed`
    and `xml-with-entities` (the XML of its detail).
    """
    if len(raw) > MAX_FRAME_BYTES:
        raise Refused("cot-too-large", detail={"bytes": len(raw)})
    message: Any = TakMessage()
    try:
        message.ParseFromString(raw)
    except (DecodeError, ValueError, RecursionError) as problem:
        raise Refused("tak-payload-malformed") from problem
    cot = _read_cot(message.cotEvent) if message.HasField("cotEvent") else None
    if not message.HasField("takControl"):
        return Payload(cot=cot)
    control = message.takControl
    return Payload(
        cot=cot,
        min_version=control.minProtoVersion or 1,
        max_version=control.maxProtoVersion or 1,
        contact_uid=writable(control.contactUid) or None,
    )


def read_protobuf(raw: bytes) -> Cot | None:
    """The message of that payload; None when it only says which versions its sender reads. Refuses the same."""
    return read_payload(raw).cot


def write_protobuf(cot: Cot) -> bytes:
    """The payload of that message. Refuses `cot-malformed`: an instant before 1970."""
    message: Any = TakMessage()
    said = message.cotEvent
    said.uid, said.type, said.how = writable(cot.uid), cot.type, writable(cot.how)
    said.access, said.qos, said.opex = (writable(text or "") for text in (cot.access, cot.qos, cot.opex))
    said.sendTime, said.startTime = _milliseconds(cot.time, "time"), _milliseconds(cot.start, "start")
    said.staleTime = _milliseconds(cot.stale, "stale")
    place = cot.place
    said.lat, said.lon = place.lat_deg, place.lon_deg
    said.hae, said.ce, said.le = (
        UNKNOWN if value is None else value for value in (place.hae_m, place.ce_m, place.le_m)
    )
    for name in _OTHERS:
        setattr(said, name, writable(dict(cot.others).get(name, "")))
    if cot.detail is not None:
        said.detail.SetInParent()
        _write_detail(cot, cot.detail, said.detail)
    return bytes(message.SerializeToString(deterministic=True))


def write_versions(*, contact_uid: str, min_version: int = 1, max_version: int = 1) -> bytes:
    """A payload that only says which versions its sender reads, as mesh networks want every minute."""
    message: Any = TakMessage()
    message.takControl.minProtoVersion = min_version
    message.takControl.maxProtoVersion = max_version
    message.takControl.contactUid = writable(contact_uid)
    return bytes(message.SerializeToString(deterministic=True))


def wrap_stream(payload: bytes) -> bytes:
    """A payload as it goes on a connection: the magic byte, its length as a varint, itself."""
    length, left = bytearray(), len(payload)
    while left > 0x7F:
        length.append(left & 0x7F | 0x80)
        left >>= 7
    return MAGIC + bytes(length) + bytes([left]) + payload


def unwrap_stream(frame: bytes) -> bytes:
    """The payload of one whole frame of a connection. Refuses `tak-frame-malformed`."""
    length = 0
    for number, byte in enumerate(frame[1 : 1 + _MAX_VARINT_BYTES]):
        length |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            payload = frame[2 + number :]
            if frame[:1] == MAGIC and len(payload) == length:
                return payload
            break
    raise Refused("tak-frame-malformed")


def wrap_mesh(payload: bytes) -> bytes:
    """A payload as it goes in a datagram: the magic byte, version 1, the magic byte, itself."""
    return MESH_HEADER + payload


def unwrap_mesh(datagram: bytes) -> bytes:
    """The payload of a datagram of version 1. Refuses `tak-frame-malformed`."""
    if not datagram.startswith(MESH_HEADER):
        raise Refused("tak-frame-malformed")
    return datagram[len(MESH_HEADER) :]


def _read_cot(said: Any) -> Cot:
    others = tuple((name, writable(getattr(said, name))) for name in _OTHERS if getattr(said, name))
    return Cot(
        uid=read_uid(writable(said.uid)),
        type=read_type(said.type),
        how=writable(said.how),
        time=_instant(said.sendTime, "time"),
        start=_instant(said.startTime or said.sendTime, "start"),
        stale=_instant(said.staleTime, "stale"),
        place=place_of(said.lat, said.lon, hae_m=said.hae, ce_m=said.ce, le_m=said.le),
        access=writable(said.access) or None,
        qos=writable(said.qos) or None,
        opex=writable(said.opex) or None,
        detail=_read_detail(said.detail) if said.HasField("detail") else None,
        others=others,
    )


def _read_detail(said: Any) -> Element:
    """The XML as it came, then what the messages say that the XML does not."""
    kept = Element("detail")
    if said.xmlDetail.strip():
        text = re.sub(r"\A\s*<\?xml[^>]{0,200}\?>", "", said.xmlDetail)
        kept = read_tree(f"<detail>{text}</detail>".encode())
    already = {child.name for child in kept.elements()}
    typed = (
        _typed_element(name, getattr(said, field), kinds)
        for name, (field, kinds) in _TYPED.items()
        if said.HasField(field) and name not in already
    )
    return Element(kept.name, kept.attributes, (*kept.children, *typed))


def _typed_element(name: str, said: Any, kinds: dict[str, type]) -> Element:
    values = ((key, getattr(said, key)) for key in kinds)
    return Element(name, tuple((key, _text(value)) for key, value in values if key != "endpoint" or value))


def _text(value: object) -> str:
    if isinstance(value, float):
        return write_number(value)
    return writable(value) if isinstance(value, str) else str(value)


def _write_detail(cot: Cot, detail: Element, said: Any) -> None:
    counts = Counter(child.name for child in detail.elements())
    left: list[Element | str] = []
    for child in detail.children:
        values = _typed_values(child) if isinstance(child, Element) and counts[child.name] == 1 else None
        if values is None or isinstance(child, str):
            left.append(child)
            continue
        message = getattr(said, _TYPED[child.name][0])
        message.SetInParent()
        for key, value in values.items():
            setattr(message, key, value)
    if any(isinstance(child, Element) or child.strip() for child in left):
        said.xmlDetail = write_content(_declared(cot, detail, left))


def _typed_values(part: Element) -> dict[str, str | int | float] | None:
    """What goes in its message; None when the message could not say all that it says."""
    if part.name not in _TYPED or part.children:
        return None
    kinds, given = _TYPED[part.name][1], dict(part.attributes)
    if not set(kinds) - {"endpoint"} <= set(given) <= set(kinds) or not all(given.values()):
        return None
    values = {key: _value(text, kinds[key]) for key, text in given.items()}
    return {key: value for key, value in values.items() if value is not None} if None not in values.values() else None


def _value(text: str, kind: type) -> str | int | float | None:
    if kind is int:
        return int(text) if _BATTERY.fullmatch(text) else None
    return read_number(text) if kind is float else writable(text)


def _declared(cot: Cot, detail: Element, left: list[Element | str]) -> list[Element | str]:
    """The same, each element that needs a namespace declared above it declaring it itself."""
    above = {key: value for key, value in (*cot.others, *detail.attributes) if key.split(":")[0] == _XMLNS}
    if not above:
        return left
    return [_declaring(child, above) if isinstance(child, Element) else child for child in left]


def _declaring(child: Element, above: dict[str, str]) -> Element:
    written = write_tree(child)
    missing = [
        (key, value)
        for key, value in above.items()
        if child.get(key) is None and (key == _XMLNS or f"{key.removeprefix('xmlns:')}:" in written)
    ]
    return Element(child.name, (*child.attributes, *missing), child.children)


def _instant(milliseconds: int, field: str) -> datetime:
    try:
        return _EPOCH + milliseconds * _MILLISECOND
    except OverflowError as problem:
        raise Refused("cot-malformed", field=field) from problem


def _milliseconds(at: datetime, field: str) -> int:
    if at < _EPOCH:
        raise Refused("cot-malformed", field=field)
    return (at - _EPOCH) // _MILLISECOND
