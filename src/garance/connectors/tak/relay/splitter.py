"""Where messages begin and end in a stream of TAK: XML messages head to tail, or protobuf frames; never a tree.

The rules are those of `protocol.txt` of the TAK protocol (commoncommo): an XML message ends with the closing tag of its
root; a frame is `0xBF`, a varint length, then so many bytes. A stream may pass from one to the other between two
messages. The fast path looks for the closing tag alone; as soon as a comment, a CDATA section, a quote or a second
opening tag makes it doubtful, a scanner that only knows tags, quotes and sections takes over for that message.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from garance.kernel.refusal import Refused

MAX_MESSAGE_BYTES = 1 << 20
"""The longest message that is relayed."""
MAX_GARBAGE_BYTES = 10 << 20
"""How many bytes that belong to no message a client may send before it is closed."""
FRAME_MARK = 0xBF
_MAX_VARINT_BYTES = 10
_PREAMBLE_BYTES = 200
"""How much is looked at before a root: the XML declaration, with its encoding."""
_KEPT_BYTES = 512
"""What is kept of garbage: room for a declaration and for the beginning of a root."""

_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]{0,60}):)?event(?=[\s/>])")
_PLAIN_OPENING, _PLAIN_CLOSING = b"<event", b"</event"
_PLAIN_BEGINNING = re.compile(
    rb"""(?:<\?xml version=["']1\.0["'](?: encoding=["']UTF-8["'])?(?: standalone=["'](?:yes|no)["'])? ?\?>\s*)?"""
    rb"""<event(?=\s)"""
)
_SPACE = re.compile(rb"[\s\x00]*(?:\xef\xbb\xbf[\s\x00]*)*")
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]*\?>[^<]*$""")
_PLAIN_DECLARATIONS = (b"utf-8", b"utf8", b"us-ascii", b"ascii", b"standalone")
_WESTERN = {b"iso-8859-1": "latin-1", b"latin1": "latin-1", b"windows-1252": "cp1252", b"iso-8859-15": "iso8859-15"}


class Piece(NamedTuple):
    """One message as it came: an XML root element (UTF-8), or the payload of a frame."""

    is_frame: bool
    body: bytes


class Splitter:
    """Gives the messages of one stream, whatever way it is cut: `feed` what came, `pieces` what is whole.

    `trouble` is set when the stream can no longer be followed: `tak-message-too-large`, `tak-garbage` (too many bytes
    outside of messages), `tak-frame-malformed`. Messages that came before are given; nothing comes after.
    """

    def __init__(self, *, max_message: int = MAX_MESSAGE_BYTES, max_garbage: int = MAX_GARBAGE_BYTES) -> None:
        self._max_message = max_message
        self._max_garbage = max_garbage
        self._buffer = bytearray()
        self._at = 0
        """Where the message begins that is being looked for."""
        self._root: _Root | None = None
        self._framed = False
        """The last message was a frame: another one may follow garbage."""
        self._found_frame = False
        self._lost = False
        """The middle of garbage: only a root ends it, whatever byte comes."""
        self.waits = False
        """Whole messages may be left, that were not asked for yet."""
        self.garbage_bytes = 0
        self.trouble: Refused | None = None

    def feed(self, data: bytes) -> None:
        """Take note of what came."""
        if self.trouble is None:
            self._buffer += data

    def pieces(self, most: int = 1 << 30) -> list[Piece]:
        """The next whole messages, in order, so many at most; `waits` tells whether there may be more."""
        found: list[Piece] = []
        self.waits = False
        try:
            while self.trouble is None:
                piece = self._next()
                if piece is None:
                    break
                most -= 1
                if piece.body:
                    found.append(piece)
                if most <= 0:
                    self.waits = True
                    break
        except Refused as why:
            self.trouble = why
        self._forget()
        return found

    def add_garbage(self, count: int) -> None:
        """Count a message that nobody could read as garbage too."""
        self.garbage_bytes += count
        if self.garbage_bytes > self._max_garbage:
            self.trouble = Refused("tak-garbage", detail={"bytes": self.garbage_bytes})

    def _forget(self) -> None:
        """Drop what was given."""
        if self.trouble is not None:
            self._buffer, self._at = bytearray(), 0
        elif self._at == len(self._buffer):
            self._buffer.clear()
            self._at = 0
        elif self._at:
            del self._buffer[: self._at]
            if self._root is not None:
                self._root.shift(self._at)
            self._at = 0

    def _next(self) -> Piece | None:
        if self._root is None:
            piece = self._whole()
            if piece is not None:
                return piece
            buffer = self._buffer
            if self._at < len(buffer) and buffer[self._at] not in b"<\xbf":
                self._at = _after_space(buffer, self._at)
            if self._at >= len(buffer):
                return None
            if buffer[self._at] == FRAME_MARK and not self._lost:
                return self._frame()
            if not self._find_root():
                return self._frame() if self._found_frame else None
        return self._element()

    def _whole(self) -> Piece | None:
        """The next message when it is all here and plainly written; None when it takes more care, or more bytes."""
        buffer = self._buffer
        match = _PLAIN_BEGINNING.match(buffer, self._at)
        if match is None:
            return None
        begin = match.end() - len(_PLAIN_OPENING)
        head_end = buffer.find(b">", begin)
        end = buffer.find(_PLAIN_CLOSING, head_end) if head_end > 0 else -1
        after = end + len(_PLAIN_CLOSING)
        if end < 0 or after >= len(buffer) or buffer[after] != 0x3E or after - begin >= self._max_message:
            return None
        body = bytes(memoryview(buffer)[begin : after + 1])
        if (
            body.find(_PLAIN_OPENING, 1) >= 0
            or b"<!" in body
            or buffer[head_end - 1] == 0x2F
            or buffer.rfind(b"<", begin, end) > buffer.rfind(b">", begin, end)
            or _doubtful(buffer, begin, head_end)
            or _doubtful(buffer, begin, end)
            or not body.isascii()
        ):
            return None
        self._at, self._framed, self._lost = after + 1, False, False
        return Piece(False, body)

    def _find_root(self) -> bool:
        """Go to the next root; all that comes before, but a declaration, is garbage."""
        buffer = self._buffer
        self._found_frame = False
        match = _ROOT.search(buffer, self._at)
        frame = buffer.find(FRAME_MARK, self._at) if self._framed else -1
        if frame >= 0 and (match is None or frame < match.start()):
            self._skip(frame)
            self._found_frame, self._lost = self.trouble is None, False
            return False
        if match is None:
            if len(buffer) - self._at > 2 * _KEPT_BYTES:
                self._skip(len(buffer) - _KEPT_BYTES)
                self._lost = True
            return False
        self._lost = False
        begin = match.start()
        preamble = bytes(buffer[max(self._at, begin - _PREAMBLE_BYTES) : begin])
        if preamble and not preamble.lstrip().startswith(b"<?xml"):
            self.add_garbage(begin - self._at)
        self._root = _Root(begin, match.group(1), _encoding(preamble))
        self._at = begin
        return self.trouble is None

    def _skip(self, to: int) -> None:
        self.add_garbage(to - self._at)
        self._at = to

    def _element(self) -> Piece | None:
        root = self._root
        if root is None:
            return None
        end = root.end(self._buffer)
        if root.broken_at is not None:
            self._skip(root.broken_at)
            self._root = None
            return Piece(False, b"")
        if (len(self._buffer) if end < 0 else end) - self._at > self._max_message:
            raise Refused("tak-message-too-large", detail={"most_bytes": self._max_message})
        if end < 0:
            return None
        body = bytes(memoryview(self._buffer)[self._at : end])
        self._at, self._root, self._framed = end, None, False
        text = _as_utf8(body, root.encoding)
        if text is None:
            self.add_garbage(len(body))
            return Piece(False, b"")
        return Piece(False, text)

    def _frame(self) -> Piece | None:
        buffer, at, size, shift = self._buffer, self._at + 1, 0, 0
        while True:
            if at >= len(buffer):
                return None
            byte = buffer[at]
            size |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                break
            if shift >= 7 * _MAX_VARINT_BYTES:
                raise Refused("tak-frame-malformed")
        if size > self._max_message:
            raise Refused("tak-message-too-large", detail={"most_bytes": self._max_message})
        if len(buffer) - at < size:
            return None
        self._at, self._framed = at + size, True
        return Piece(True, bytes(memoryview(buffer)[at : at + size]))


_TEXT, _TAG, _DOUBLE, _SINGLE, _COMMENT, _CDATA, _INSTRUCTION, _CLOSING = range(8)
_TERMINATORS = {_DOUBLE: b'"', _SINGLE: b"'", _COMMENT: b"-->", _CDATA: b"]]>", _INSTRUCTION: b"?>", _CLOSING: b">"}
_IN_TAG = re.compile(rb"""["'<>]""")
_DECLARATION = b"<?xml "
_SECTIONS = ((b"<!--", _COMMENT), (b"<![CDATA[", _CDATA), (b"<?", _INSTRUCTION), (b"</", _CLOSING))


class _Root:
    """One XML message that has begun: where it ends, as soon as that is known. Each byte is looked at a few times."""

    def __init__(self, begin: int, prefix: bytes | None, encoding: str | None) -> None:
        self.encoding = encoding
        self._begin = begin
        name = (prefix + b":" if prefix else b"") + b"event"
        self._opening = b"<" + name
        self._closing = b"</" + name
        self._from = begin
        self._careful = False
        self._head_known = False
        self.broken_at: int | None = None
        """Where another document begins before the end of this one, which was cut."""
        self._state = _TEXT
        self._depth = 0
        self._counted = False
        """Whether the tag being read is one of the root's name."""

    def shift(self, by: int) -> None:
        """The buffer lost so many bytes at its beginning."""
        self._begin -= by
        self._from -= by

    def end(self, buffer: bytearray) -> int:
        """Just after the end of the message; -1 when it has not come yet."""
        if not self._careful:
            end = self._quick(buffer)
            if end is not None:
                return end
            self._careful, self._from = True, self._begin
        return self._scan(buffer)

    def _quick(self, buffer: bytearray) -> int | None:
        """The end, -1 when it has not come yet, None when it takes care to tell."""
        if not self._head_known:
            head_end = buffer.find(b">", self._from)
            if head_end < 0:
                self._from = len(buffer)
                return -1
            self._head_known = True
            if buffer[head_end - 1] == 0x2F or _doubtful(buffer, self._begin, head_end):
                return None
            self._from = head_end
        closing = self._closing
        at = buffer.find(closing, self._from)
        after = at + len(closing)
        if at < 0 or after >= len(buffer):
            self._from = max(self._from, len(buffer) - len(closing)) if at < 0 else at
            return -1
        if (
            buffer[after] != 0x3E
            or buffer.find(self._opening, self._begin + 1, at) >= 0
            or buffer.find(b"<!", self._begin, at) >= 0
            or buffer.rfind(b"<", self._begin, at) > buffer.rfind(b">", self._begin, at)
            or _doubtful(buffer, self._begin, at)
        ):
            return None
        return after + 1

    def _scan(self, buffer: bytearray) -> int:
        while self._from < len(buffer):
            state = self._state
            if state == _TEXT:
                if not self._open_something(buffer):
                    return -1
            elif state == _TAG:
                if self._in_tag(buffer):
                    return self._from
            elif not self._out_of(buffer, state):
                return -1
            elif state == _CLOSING and self._counted:
                self._depth -= 1
                if self._depth == 0:
                    return self._from
        return -1

    def _open_something(self, buffer: bytearray) -> bool:
        at = buffer.find(b"<", self._from)
        if at < 0:
            self._from = len(buffer)
            return False
        self._from = at
        head = bytes(buffer[at : at + len(self._closing) + len(_SECTIONS[1][0])])
        for mark, state in _SECTIONS:
            if head.startswith(mark):
                if state == _CLOSING and not self._names(head, self._closing):
                    return False
                if state == _INSTRUCTION and (len(head) < len(_DECLARATION) or head.startswith(_DECLARATION)):
                    self.broken_at = at if head.startswith(_DECLARATION) else None
                    return False
                self._state, self._from = state, at + len(mark)
                return True
            if len(head) < len(mark) and mark.startswith(head):
                return False
        if not self._names(head, self._opening):
            return False
        self._state, self._from = _TAG, at + 1
        return True

    def _names(self, head: bytes, tag: bytes) -> bool:
        """Whether enough has come to tell a tag's name; and whether it is the root's, in `_counted`."""
        self._counted = head.startswith(tag) and head[len(tag) : len(tag) + 1] in b" \t\r\n/>"
        return len(head) > len(tag) or not (head.startswith(tag) or tag.startswith(head))

    def _in_tag(self, buffer: bytearray) -> bool:
        """Go on in an opening tag; tell whether the message ends with it."""
        match = _IN_TAG.search(buffer, self._from)
        if match is None:
            self._from = len(buffer)
            return False
        at = match.start()
        byte = buffer[at]
        if byte in b"\"'":
            self._state = _DOUBLE if byte == 0x22 else _SINGLE
            self._from = at + 1
            return False
        self._state = _TEXT
        if byte == 0x3C:
            self._from = at
            return False
        self._from = at + 1
        if not self._counted:
            return False
        if buffer[at - 1] != 0x2F:
            self._depth += 1
        return self._depth == 0

    def _out_of(self, buffer: bytearray, state: int) -> bool:
        mark = _TERMINATORS[state]
        at = buffer.find(mark, self._from)
        if at < 0:
            self._from = max(self._from, len(buffer) - len(mark) + 1)
            return False
        self._from = at + len(mark)
        self._state = _TAG if state in (_DOUBLE, _SINGLE) else _TEXT
        return True


def _doubtful(buffer: bytearray, begin: int, end: int) -> bool:
    """Whether a quote is open there."""
    return bool(buffer.count(b'"', begin, end) % 2 or buffer.count(b"'", begin, end) % 2)


def _after_space(buffer: bytearray, at: int) -> int:
    match = _SPACE.match(buffer, at)
    return at if match is None else match.end()


def _encoding(preamble: bytes) -> str | None:
    """The encoding declared, when it is not UTF-8 (`?` for one that is not read); None for UTF-8."""
    match = _DECLARED.search(preamble)
    if match is None or match.group(1).lower() in _PLAIN_DECLARATIONS:
        return None
    return _WESTERN.get(match.group(1).lower(), "?")


def _as_utf8(body: bytes, encoding: str | None) -> bytes | None:
    """The same message in UTF-8; None when it is in no encoding that is read."""
    if encoding is None and body.isascii():
        return body
    try:
        text = body.decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None
    return body if encoding is None else text.encode()
