"""Who may read an attachment (pièce jointe): whoever sent it, and whoever may see a line that carries it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from garance.access.sight import may_see
from garance.domain.logbook.facts import Attachment
from garance.kernel.clock import Clock
from garance.kernel.refusal import Refused
from garance.server.files import FileStore, StoredContent
from garance.server.follower import Follower
from garance.server.sign_in.reader import Reader


class Carried:
    """Answers whether a file is there for a reader: one that is not for them is one that is not there."""

    def __init__(self, files: FileStore, follower: Follower, clock: Clock) -> None:
        self._files = files
        self._follower = follower
        self._clock = clock

    def organisations(self, reader: Reader) -> frozenset[str]:
        """For whom the reader acts now."""
        now = self._clock.now()
        return frozenset(g.organisation for g in reader.grants(self._follower.state.people) if g.active(now))

    def find(self, reader: Reader, sha256: str) -> StoredContent | None:
        """What is known of that file, if the reader may read it."""
        found = self._files.about(sha256)
        if found is None:
            return None
        if self.organisations(reader) & frozenset(found.organisations) or self._shown(reader, sha256):
            return found
        return None

    def _shown(self, reader: Reader, sha256: str) -> bool:
        """Whether a line that carries it stands before the reader's eyes; a struck line still does."""
        state, now = self._follower.state, self._clock.now()
        for line in state.entries.carrying.get(sha256, ()):
            entry = state.entries.known[line]
            owner = self._follower.owner(entry.situation)
            held = reader.clearance(state.people, entry.situation, now, owner=owner) if owner is not None else None
            written = entry.written
            if held and written and written.author and may_see(held, written.author, written.label):
                return True
        return False

    def check(self, reader: Reader, body: msgspec.Struct) -> None:
        """Refuse `attachment-unknown`: a line that names a file which is not kept here as it says, or not for them."""
        for named in _attachments(body):
            kept = self.find(reader, named.sha256)
            if kept is None or (kept.size_bytes, kept.kind) != (named.size_bytes, named.kind):
                raise Refused("attachment-unknown", field="body.attachments", detail={"name": named.name})


def _attachments(body: msgspec.Struct) -> Iterator[Attachment]:
    yield from getattr(body, "attachments", ())
