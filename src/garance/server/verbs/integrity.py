"""Is a data folder at rest what it should be? Asked of every copy made and of every backup put back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

from garance.journal.head import Head
from garance.journal.keys import SqliteKeyRing
from garance.journal.sqlite import SqliteStore
from garance.journal.verify import Report, verify
from garance.kernel.digest import digest
from garance.kernel.identity import split_fact_id
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


class Printed(NamedTuple):
    """What a sheet of paper says of a fact: the beginning of its digest."""

    writer: str
    seq: int
    digest: str


def read_printed(text: str) -> Printed:
    """`FACT DIGEST` or `FACT=DIGEST`, as printed at the foot of a sheet; refuses `printed-malformed`."""
    match = re.fullmatch(r"(w[0-9a-f]{20}-[1-9][0-9]{0,15})[ =:]+([0-9a-f]{16,64})", text.strip().lower())
    if match is None:
        raise Refused("printed-malformed", field="printed")
    return Printed(*split_fact_id(match[1]), match[2])


def check_printed(folder: DataFolder, printed: Sequence[Printed]) -> list[Printed]:
    """Those of these that the journal no longer bears out: the fact is gone, or is another."""
    with closing(SqliteStore(folder.journal, read_only=True)) as store:
        return [one for one in printed if not _borne_out(store, one)]


def _borne_out(store: SqliteStore, printed: Printed) -> bool:
    lines = store.chain(printed.writer, printed.seq - 1, 1)
    return any(one.header.seq == printed.seq and digest(one.record.header).startswith(printed.digest) for one in lines)


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
