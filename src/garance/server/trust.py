"""Whose word counts here: the writers whose facts may give rights, or destroy what others wrote (confiance).

A journal can hold other nodes' chains. They are proven, shown and replayed like our own; but a chain that came in a
file must not make its author our administrator, nor erase our people, nor redact our facts. Trusted are this node's
own writer, the writers it was before (a restored node signs a new chain), and those that its operator names with
`garance journal trust`. They are listed in a file beside the keys: trust is decided here, and never arrives in a fact.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from garance.domain.keeping.facts import BodyRedacted
from garance.domain.vocabulary import Body
from garance.journal.database import OWNER_ONLY, sync_folder
from garance.journal.envelope import Line
from garance.journal.keys import WRITER_KEY, open_signer
from garance.journal.sealing import KeyRing
from garance.kernel.fact import Fact
from garance.kernel.identity import split_fact_id
from garance.kernel.refusal import Refused
from garance.views.reading import Reader

FILE = "trusted-writers"
RIGHTS = ("organisation.", "person.", "role.")
_WRITER = re.compile(r"w[0-9a-f]{20}")


def trusted_writers(folder: Path) -> frozenset[str]:
    """The writers listed in that data folder; refuses `trusted-writers-malformed`."""
    try:
        names = (folder / FILE).read_text("ascii").split()
    except FileNotFoundError:
        return frozenset()
    except UnicodeDecodeError as problem:
        raise Refused("trusted-writers-malformed") from problem
    if not all(_WRITER.fullmatch(name) for name in names):
        raise Refused("trusted-writers-malformed")
    return frozenset(names)


def own_writers(folder: Path) -> frozenset[str]:
    """The writers listed, and the node's own if it has begun to write."""
    own = {open_signer(folder).writer} if (folder / WRITER_KEY).is_file() else set()
    return trusted_writers(folder) | own


def trust_writers(folder: Path, writers: Iterable[str]) -> None:
    """List these writers too, durably; refuses `trusted-writers-malformed`, `writer-malformed`."""
    wanted = sorted(trusted_writers(folder) | set(writers))
    if not all(_WRITER.fullmatch(name) for name in wanted):
        raise Refused("writer-malformed")
    partial = folder / f"{FILE}.partial"
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("".join(f"{name}\n" for name in wanted))
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, folder / FILE)
    sync_folder(folder)


class TrustingReader(Reader):
    """Reads lines as any reader does, but takes their force from those that only a trusted writer may say.

    Who, when and for whom remain; the body is passed over, as that of a later version of Garance would be.
    """

    def __init__(self, keys: KeyRing, writers: Iterable[str]) -> None:
        super().__init__(keys)
        self._writers = frozenset(writers)

    def read(self, line: Line) -> Fact[Body]:
        """The fact on that line, without its body when its writer has no say in the matter."""
        fact = super().read(line)
        if line.header.writer in self._writers or self._harmless(line, fact.body):
            return fact
        return msgspec.structs.replace(fact, body=None)

    @staticmethod
    def _harmless(line: Line, body: Body | None) -> bool:
        """Anyone may speak of a situation, and take back the words of their own chain."""
        if isinstance(body, BodyRedacted):
            return split_fact_id(body.fact)[0] == line.header.writer
        return not line.header.name.startswith(RIGHTS)
