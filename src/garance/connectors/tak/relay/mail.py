"""What one tick brings to clients that hear the same: joined once, and written to each in one go (courrier). Pure."""

from __future__ import annotations

from itertools import accumulate

from garance.connectors.tak.relay.clients import Message, Standing

Marks = list[tuple[int, bytes | None]]
"""What a client gets otherwise than the others: before which piece something is inserted, or None: not that piece."""


class Mail:
    """The pieces of one tick, for all clients of one standing that speak the same."""

    def __init__(self, standing: Standing, *, as_frame: bool) -> None:
        self.standing = standing
        self.as_frame = as_frame
        self.pieces: list[bytes] = []
        self._lasting: list[bytes] = []
        """Those that nothing newer replaces."""
        self._marks: dict[int, Marks] = {}
        self._lasting_marks: dict[int, list[tuple[int, bytes | None]]] = {}
        self._joined: bytes | None = None
        self._offsets: list[int] = []

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing for anybody."""
        return not self.pieces and not self._marks

    def add(self, message: Message, *, replaceable: bool, source: int | None) -> None:
        """For everyone here but that client."""
        written = message.written(as_frame=self.as_frame)
        if not written:
            return
        if source is not None:
            self._marks.setdefault(source, []).append((len(self.pieces), None))
            if not replaceable:
                self._lasting_marks.setdefault(source, []).append((len(self._lasting), None))
        self.pieces.append(written)
        if not replaceable:
            self._lasting.append(written)

    def add_for(self, client: int, message: Message) -> None:
        """For that client alone."""
        written = message.written(as_frame=self.as_frame)
        if written:
            self._marks.setdefault(client, []).append((len(self.pieces), written))
            self._lasting_marks.setdefault(client, []).append((len(self._lasting), written))

    def for_client(self, client: int) -> tuple[bytes, int]:
        """What that client gets, joined, and how many messages that is."""
        if self._joined is None:
            self._joined = b"".join(self.pieces)
        marks = self._marks.get(client)
        if marks is None:
            return self._joined, len(self.pieces)
        if not self._offsets:
            self._offsets = [0, *accumulate(map(len, self.pieces))]
        return _woven(self._joined, self._offsets, marks), len(self.pieces) + _more(marks)

    def lasting_for(self, client: int) -> tuple[list[bytes], int]:
        """What that client must not miss, and how many others there are that newer ones will replace."""
        marks = self._lasting_marks.get(client, [])
        kept: list[bytes] = []
        last = 0
        for index, inserted in marks:
            kept += self._lasting[last:index]
            last = index + 1 if inserted is None else index
            if inserted is not None:
                kept.append(inserted)
        kept += self._lasting[last:]
        whole = len(self.pieces) + _more(self._marks.get(client, []))
        return kept, whole - len(kept)


def _more(marks: Marks) -> int:
    return sum(-1 if inserted is None else 1 for _, inserted in marks)


def _woven(joined: bytes, offsets: list[int], marks: Marks) -> bytes:
    view = memoryview(joined)
    parts: list[bytes | memoryview] = []
    last = 0
    for index, inserted in marks:
        parts.append(view[offsets[last] : offsets[index]])
        last = index + 1 if inserted is None else index
        if inserted is not None:
            parts.append(inserted)
    parts.append(view[offsets[last] :])
    return b"".join(parts)
