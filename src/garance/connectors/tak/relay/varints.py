"""The few rules of protobuf that routing needs: varints, and the fields of one message, without its schema."""

from __future__ import annotations

from garance.kernel.refusal import Refused

FRAME_MARK = b"\xbf"
MESH_HEADER = b"\xbf\x01\xbf"
"""What begins a datagram of version 1 of the TAK protocol."""
MAX_FIELDS = 256
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class Fields:
    """The fields of one message, by number; the last one wins, as protobuf has it."""

    __slots__ = ("_found",)

    def __init__(self, found: dict[int, int | bytes]) -> None:
        self._found = found

    def bytes(self, number: int) -> bytes:
        """The bytes of that field; empty when it is absent or of another kind."""
        value = self._found.get(number, b"")
        return value if isinstance(value, bytes) else b""

    def text(self, number: int) -> str:
        """The text of that field; raises `UnicodeDecodeError` when it is none."""
        return self.bytes(number).decode()

    def number(self, number: int) -> int:
        """The whole number of that field; 0 when it is absent or of another kind."""
        value = self._found.get(number, 0)
        return value if isinstance(value, int) else 0


def read_fields(message: bytes) -> Fields:
    """The fields of a message; refuses `tak-message-malformed` when it is cut or too long a list."""
    found: dict[int, int | bytes] = {}
    at, count = 0, 0
    while at < len(message):
        key, at = _read_varint(message, at)
        count += 1
        if count > MAX_FIELDS:
            raise Refused("tak-message-malformed", detail={"most_fields": MAX_FIELDS})
        kind = key & 7
        if kind == _VARINT:
            found[key >> 3], at = _read_varint(message, at)
            continue
        if kind == _BYTES:
            size, at = _read_varint(message, at)
            found[key >> 3] = message[at : at + size]
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise Refused("tak-message-malformed")
        at += size
        if at > len(message):
            raise Refused("tak-message-malformed")
    return Fields(found)


def varint(value: int) -> bytes:
    """A whole number as protobuf writes it."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def framed(payload: bytes) -> bytes:
    """A payload behind the header of a stream of version 1."""
    return FRAME_MARK + varint(len(payload)) + payload


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise Refused("tak-message-malformed")
