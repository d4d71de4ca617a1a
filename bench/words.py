"""What is said in benches: a logbook line of ordinary length, by one author, read the ordinary way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from garance.access.clearance import Acting, Clearance
from garance.domain.vocabulary import Body, decode, fact
from garance.journal.envelope import Draft, Line, Tail, enclose
from garance.kernel.fact import Fact
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label, Mode
from garance.kernel.signature import Signer

SITUATION = derived_id("bench", "situation")
COMMUNE = derived_id("bench", "commune")
FIRE_SERVICE = derived_id("bench", "fire-service")
MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@fact("bench.noted.v1")
class BenchNoted(Body, frozen=True, kw_only=True):
    """A line about as long as those of a real logbook."""

    text: str
    category: str
    channel: str


def author(name: str, organisation: str) -> Author:
    """Someone of that organisation."""
    return Author(derived_id("bench-person", name), "logbook-secretary", organisation)


def clearance_for(organisation: str) -> Clearance:
    """A partner's rights."""
    return Clearance(
        situation=SITUATION,
        acting=frozenset({Acting(organisation, "")}),
        partner=True,
        level_above=False,
        sensitivities=frozenset(),
        abilities=frozenset(),
    )


def note(number: int) -> Draft:
    """The draft of a numbered line."""
    body = BenchNoted(
        text=f"#{number:09d}# Montée des eaux quai aux Vivres, 40 cm sur la chaussée, trois familles à reloger.",
        category="information",
        channel="radio",
    )
    return Draft(
        name="bench.noted.v1",
        body=msgspec.json.encode(body),
        occurred_at=MOMENT,
        situation=SITUATION,
        mode=Mode.EXERCISE,
        author=author("secretary", COMMUNE),
        label=Label(),
    )


def read(line: Line) -> Fact[Any]:
    """The fact on a line."""
    header = line.header
    name, body = decode(header.name, msgspec.json.decode(line.record.body or b"{}"))
    return Fact(
        position=line.position,
        id=header.id,
        name=name,
        occurred_at=header.occurred_at,
        recorded_at=header.recorded_at,
        tick=header.tick,
        situation=header.situation,
        mode=header.mode,
        author=header.author,
        label=header.label,
        refs=header.refs,
        command=header.command,
        body=body,
    )


class WordsOfBench:
    """Makes lines without a store."""

    def __init__(self) -> None:
        self._writer = Signer.create().writer

    def line(self, number: int) -> Line:
        """One line."""
        header, record = enclose(
            note(number), writer=self._writer, tail=Tail(), moment=MOMENT, tick=0, command=derived_id("bench", "command")
        )
        return Line(number, header, record)
