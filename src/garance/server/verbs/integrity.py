"""Is a data folder at rest what it should be? Asked of every copy made and of every backup put back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from garance.journal.head import Head
from garance.journal.keys import SqliteKeyRing
from garance.journal.sqlite import SqliteStore
from garance.journal.verify import Report, verify
from garance.kernel.refusal import Refused
from garance.server.aftermath import carry_out_all
from garance.server.data_folder import DataFolder
from garance.server.trust import trusted_writers


def verify_folder(folder: DataFolder, heads: Sequence[Head] = ()) -> Report:
    """Read that folder's whole journal and report; a running server is not disturbed."""
    if not folder.journal.is_file():
        raise Refused("folder-unusable", detail={"folder": str(folder.path)})
    with closing(SqliteStore(folder.journal, read_only=True)) as store:
        return verify(store, heads=heads)


def demand_sound(folder: DataFolder) -> None:
    """Refuse `journal-unsound`, with the first fault, unless the journal proves itself."""
    report = verify_folder(folder)
    if not report.sound:
        first = report.faults[0]
        count = len(report.faults) + report.faults_unnamed
        detail: dict[str, str | int] = {"count": count, "code": first.code, "writer": first.writer, "seq": first.seq}
        raise Refused("journal-unsound", detail=detail)


def make_whole(folder: DataFolder) -> None:
    """Make a folder just restored fit to be used: proven sound, and what was erased since erased again."""
    demand_sound(folder)
    with closing(SqliteStore(folder.journal)) as store, closing(SqliteKeyRing(folder.keys)) as keys:
        carry_out_all(store, keys, trusted_writers(folder.path))
