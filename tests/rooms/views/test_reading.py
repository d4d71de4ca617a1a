"""Lines become facts; one that cannot be read never stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from support.journal import Chain, author
from support.story import entry, oid

from garance.domain import vocabulary
from garance.domain.logbook.facts import EntryWritten
from garance.domain.vocabulary import Body, PersonalText, fact, upcast
from garance.journal.envelope import Draft, Line, Record
from garance.journal.sealing import MemoryKeyRing, close_body
from garance.kernel.fact import Withheld
from garance.kernel.label import Label, Mode
from garance.views.reading import KEPT_BODIES, Reader

NEWER, SEALED, OLD = "note.taken.v2", "guest.met.v1", "note.taken.v1"
WHO = oid("guest")


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    """Two words for these tests only, one of which had an older form."""
    entries, names, upcasts = dict(vocabulary._ENTRIES), dict(vocabulary._NAMES), dict(vocabulary._UPCASTS)

    @fact(NEWER)
    class NoteTaken(Body, frozen=True, kw_only=True):
        words: str

    @fact(SEALED, subject="guest")
    class GuestMet(Body, frozen=True, kw_only=True):
        guest: str
        room: int
        name: PersonalText

    @upcast(OLD, to=NEWER)
    def read_old(members: dict[str, Any]) -> dict[str, Any]:
        return {"words": members["text"]}

    yield
    for known, kept in ((vocabulary._ENTRIES, entries), (vocabulary._NAMES, names), (vocabulary._UPCASTS, upcasts)):
        known.clear()
        known.update(kept)  # type: ignore[arg-type]


@pytest.fixture
def chain() -> Chain:
    return Chain()


def line(chain: Chain, name: str, body: bytes, *, subject: str | None = None) -> Line:
    draft = Draft(
        name=name,
        body=body,
        occurred_at=chain._moment,
        situation=oid("situation"),
        mode=Mode.EXERCISE,
        author=author(),
        label=Label(),
        subject=subject,
    )
    header, record = chain.enclose(draft)
    return Line(7, header, record)


def test_a_line_is_read_whole(chain: Chain) -> None:
    one = line(chain, "entry.written.v2", msgspec.json.encode(entry("Vu")))
    read = Reader(MemoryKeyRing()).read(one)
    header = one.header
    assert isinstance(read.body, EntryWritten)
    assert (read.body.text, read.position, read.id, read.stamp) == ("Vu", 7, header.id, header.stamp)
    assert (read.author, read.label, read.situation, read.mode) == (
        header.author, header.label, header.situation, header.mode,
    )  # fmt: skip
    assert (read.command, read.refs, read.occurred_at, read.withheld) == (
        header.command, header.refs, header.occurred_at, None,
    )  # fmt: skip


def test_what_is_withheld_stays_so_even_when_just_read(chain: Chain) -> None:
    one = line(chain, "entry.written.v2", msgspec.json.encode(entry()))
    reader = Reader(MemoryKeyRing())
    reader.read(one)
    gone = reader.read(Line(7, one.header, Record(one.record.header, None, None)))
    assert (gone.body, gone.withheld, gone.name) == (None, Withheld.REDACTED, "entry.written.v2")


def test_an_older_form_reads_as_the_newest_also_without_its_body(chain: Chain) -> None:
    one = line(chain, OLD, b'{"text":"vu"}')
    reader = Reader(MemoryKeyRing())
    read = reader.read(one)
    assert (read.name, msgspec.to_builtins(read.body)) == (NEWER, {"words": "vu"})
    assert reader.read(Line(7, one.header, Record(one.record.header, None, None))).name == NEWER


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("dragon.seen.v7", b'{"heads":3}', "fact-unknown"),
        ("entry.written.v2", b'{"text":"a"}', "body-malformed"),
        ("entry.written.v2", b'{"text":"a","category":"report","new":1}', "body-malformed"),
        ("entry.written.v2", b"\xff not json", "body-malformed"),
        (OLD, b"{}", "body-malformed"),
        (OLD, b"[]", "body-malformed"),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_its_reason(chain: Chain, name: str, body: bytes, code: str) -> None:
    reader = Reader(MemoryKeyRing())
    read = reader.read(line(chain, name, body))
    assert (read.body, read.withheld) == (None, None)
    assert reader.unreadable == {(read.name, code): 1}
    assert reader.read(line(chain, "entry.written.v2", msgspec.json.encode(entry()))).body is not None


def test_erasing_a_person_takes_effect_at_once_and_leaves_the_rest(chain: Chain) -> None:
    keys = MemoryKeyRing()
    body = close_body(SEALED, {"guest": WHO, "room": 3}, {"name": "Durand"}, person=WHO, key=keys.open_key(WHO))
    one, reader = line(chain, SEALED, body, subject=WHO), Reader(keys)
    assert msgspec.to_builtins(reader.read(one).body)["name"] == "Durand"
    keys.destroy(WHO)
    read = reader.read(one)
    assert read.withheld is Withheld.ERASED
    assert read.body is not None
    assert msgspec.structs.asdict(read.body) == {"guest": WHO, "room": 3, "name": None}


def test_bodies_kept_are_few_and_the_same(chain: Chain) -> None:
    reader = Reader(MemoryKeyRing())
    lines = [line(chain, "entry.written.v2", msgspec.json.encode(entry(str(n)))) for n in range(KEPT_BODIES + 5)]
    first = [reader.read(one).body for one in lines]
    assert len(reader._bodies) == KEPT_BODIES
    assert reader.read(lines[-1]).body is first[-1]
    assert [reader.read(one).body for one in lines] == first
