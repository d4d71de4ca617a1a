"""Keep a small journal as this version writes it, for every later build to open: `python scripts/keep_past.py`.

Run once for each version, before it is released, and commit `tests/past/<version>/`. What is kept is never made
again: it refuses to replace a folder that exists.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
from support.journal import MOMENT, OTHER_SITUATION, SITUATION, Chain, author, draft, receipt_for

import garance
from garance.journal.files import export_file, heads_of_file, write_heads
from garance.journal.keys import SqliteKeyRing
from garance.journal.sealing import close_body
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Batch
from garance.journal.tracks.samples import Kind, samples_from
from garance.journal.tracks.sqlite import SqliteTracks
from garance.kernel.clock import SetClock, to_milliseconds
from garance.kernel.fact import Reference, Relation
from garance.kernel.identity import derived_id, fact_id

PERSON = derived_id("person", "Jeanne")


def tell(folder: Path) -> None:
    """Two writers, a correction, a sealed body, a destroyed body, a receipt."""
    ours, theirs = Chain(1), Chain(2, at=MOMENT + timedelta(seconds=1))
    with (
        closing(SqliteStore(folder / "journal.sqlite", clock=SetClock(MOMENT))) as store,
        closing(SqliteKeyRing(folder / "keys.sqlite")) as keys,
    ):
        store.append(ours.batch(*(draft(f"note {number}") for number in range(1, 6))))
        store.append(theirs.batch(draft("élève à l'étage", by=author("Paul")), draft("elsewhere", situation=None)))
        refs = (Reference(Relation.CORRECTS, fact_id(ours.writer, 2)),)
        store.append(ours.batch(draft("note 2, corrected", refs=refs), draft("apart", situation=OTHER_SITUATION)))
        key = keys.open_key(PERSON)
        sealed = close_body("note.taken.v1", {"text": "a volunteer"}, {"phone": "06"}, person=PERSON, key=key)
        plain = draft(subject=PERSON)
        header, record = ours.enclose(msgspec.structs.replace(plain, body=sealed))
        store.append(Batch([record], [ours.head()], [receipt_for(header)]))
        store.destroy_body(ours.writer, 4)


def follow(folder: Path) -> None:
    """A gauge and a unit, partly sealed."""
    start = to_milliseconds(MOMENT)
    with closing(SqliteTracks(folder / "tracks.sqlite")) as tracks:
        gauge = samples_from(Kind.SCALAR, ([start + 60_000 * n, 3.5 + n / 100] for n in range(30)))
        unit = samples_from(
            Kind.POSITION, ([start + 1000 * n, -0.96, 45.94 + n / 1000, None, 20, 0] for n in range(30))
        )
        tracks.record({"gauge": gauge, "unit": unit})
        tracks.seal(start + 15_000)


def expect(folder: Path) -> dict[str, object]:
    """What every later build must find."""
    with closing(SqliteStore(folder / "journal.sqlite")) as store, closing(SqliteTracks(folder / "tracks.sqlite")) as t:
        lines = store.read(0, 1000)
        return {
            "situation": SITUATION,
            "person": PERSON,
            "facts": [
                {"id": line.id, "name": line.header.name, "body": line.record.body and line.record.body.decode()}
                for line in lines
            ],
            "samples": {series: t.read(series, 0, 1 << 50, 1000).rows() for series in sorted(t.kinds())},
            "sealed": [[s.series, s.from_ms, s.to_ms, s.samples, s.digest] for s in t.unsaid()],
        }


def main() -> None:
    """Write `tests/past/<version>/`."""
    folder = Path(__file__).parents[1] / "tests" / "past" / garance.__version__
    if folder.exists():
        sys.exit(f"{folder.name} is kept already: what is past does not change")
    folder.mkdir(parents=True)
    tell(folder)
    follow(folder)
    export_file(folder / "journal.sqlite", folder / "journal.garance", clock=SetClock(MOMENT))
    (folder / "heads.jsonl").write_bytes(write_heads(heads_of_file(folder / "journal.sqlite").values()))
    text = json.dumps(expect(folder), ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    for lock in folder.glob("*.lock"):
        lock.unlink()


if __name__ == "__main__":
    main()
