"""What the journal says of its own keeping, and what may not be destroyed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from support.story import Story, entry, oid, person, series, shape

from garance.domain.keeping.facts import BodyRedacted, TerritoryAdopted, WriterOpened
from garance.domain.keeping.rules import adopt_territory, open_writer, redact_body
from garance.domain.keeping.state import Keeping
from garance.domain.observations.facts import SegmentSealed
from garance.domain.observations.rules import seal_segment
from garance.domain.said import Said, Settled
from garance.kernel.fact import Fact, Withheld
from garance.kernel.label import Audience, Label, Mode
from garance.kernel.refusal import Refused
from garance.kernel.signature import Signer


def recorded(story: Story, said: Said, mode: Mode = Mode.EXERCISE) -> Fact[Any]:
    settled = Settled(
        body=said.body,
        refs=said.refs,
        situation=said.situation,
        mode=said.mode or mode,
        label=said.label or Label(),
        occurred_at=story.clock.now(),
    )
    return story.record(settled, by=person())


def test_a_redaction_is_where_and_for_whom_the_fact_was(story: Story) -> None:
    written = story.tell("logbook.write", entry(), label=Label(Audience.ORGANISATION))
    said = redact_body(story.state, written, reason="nom d'un tiers")
    assert said.body == BodyRedacted(fact=written.id, reason="nom d'un tiers")
    assert (said.situation, said.mode, said.label) == (written.situation, written.mode, written.label)
    recorded(story, said)
    with pytest.raises(Refused, match="already-redacted"):
        redact_body(story.state, written, reason="encore")


def test_after_a_redaction_the_words_are_gone_and_the_thing_as_it_was(story: Story) -> None:
    written = story.tell("logbook.write", entry())
    drawn = story.tell("drawings.draw", shape())
    for target in (written, drawn):
        recorded(story, redact_body(story.state, target, reason="r"))
    entry_now = story.state.entries.known[written.id].written
    assert entry_now is not None
    assert (entry_now.value.body, entry_now.value.withheld) == (None, Withheld.REDACTED)
    assert story.state.drawings.of(story.situation, oid("zone")) is None
    story.tell("logbook.strike", {"entry": written.id, "reason": "sans objet"})
    story.tell("drawings.draw", shape())


@pytest.mark.parametrize(
    "name",
    [
        "situation.opened.v1",
        "body.redacted.v1",
        "role.ended.v1",
        "role.granted.v1",
        "person.erased.v1",
        "writer.opened.v1",
        "organisation.registered.v1",
        "territory.adopted.v1",
    ],
)
def test_what_others_stand_on_is_not_destroyed(story: Story, name: str) -> None:
    target = msgspec.structs.replace(story.facts[0], name=name)
    with pytest.raises(Refused, match="redaction-not-allowed"):
        redact_body(story.state, target, reason="r")


def test_a_writer_opens_with_the_key_that_names_it(story: Story) -> None:
    signer = Signer.create()
    said = open_writer(writer=signer.writer, public_key=signer.public_key, node="mairie")
    assert said.body == WriterOpened(public_key=signer.public_key.hex(), node="mairie")
    recorded(story, said, Mode.ACTUAL)
    assert list(story.state.keeping.writers.values()) == [signer.public_key.hex()]
    with pytest.raises(Refused, match="writer-mismatch"):
        open_writer(writer=signer.writer, public_key=Signer.create().public_key, node="mairie")


def test_a_segment_is_sealed_for_a_known_series_with_its_label(story: Story) -> None:
    segment = SegmentSealed(series=oid("gauge"), from_ms=10, to_ms=20, samples=3, digest="0" * 64)
    with pytest.raises(Refused, match="series-unknown"):
        seal_segment(story.state, segment, situation=story.situation)
    story.tell("observations.declare-series", series(), label=Label(Audience.LEVEL_ABOVE))
    said = seal_segment(story.state, segment, situation=story.situation)
    assert said.label == Label(Audience.LEVEL_ABOVE)
    recorded(story, said)
    known = story.state.observations.of(story.situation, oid("gauge"))
    assert known is not None
    assert [version.value for version in known.sealed.history()] == [segment]
    backwards = msgspec.structs.replace(segment, to_ms=9)
    with pytest.raises(Refused, match="segment-malformed"):
        seal_segment(story.state, backwards, situation=story.situation)


def test_a_fact_nobody_can_read_is_named_and_changes_nothing(story: Story) -> None:
    stranger = msgspec.structs.replace(story.facts[0], id=f"{story.writer}-99", name="dragon.seen.v7", body=None)
    story.hear(stranger)
    assert story.state.unknown == {"dragon.seen.v7"}


def adopted(version: str) -> TerritoryAdopted:
    return TerritoryAdopted(
        territory="rochefort", name="Rochefort", version=version, source_digest="b" * 16, fictitious=False
    )


def test_a_territory_is_named_when_it_changes_and_only_then(story: Story) -> None:
    for version in ("a" * 16, "c" * 16, "a" * 16):
        said = adopt_territory(story.state, adopted(version), writer=story.writer)
        assert said is not None
        recorded(story, said, Mode.ACTUAL)
        assert story.state.keeping.territory_of(story.writer) == adopted(version)
        assert adopt_territory(story.state, adopted(version), writer=story.writer) is None
    elsewhere = Signer.create().writer
    assert adopt_territory(story.state, adopted("a" * 16), writer=elsewhere) is not None


def test_the_last_territory_named_is_the_same_in_whatever_order_facts_arrive(story: Story) -> None:
    facts = []
    for version in ("a" * 16, "c" * 16):
        said = adopt_territory(story.state, adopted(version), writer=story.writer)
        assert said is not None
        facts.append(recorded(story, said, Mode.ACTUAL))
    for order in (facts, facts[::-1]):
        keeping = Keeping()
        assert all(keeping.fold(fact) for fact in order)
        assert keeping.territory_of(story.writer) == adopted("c" * 16)
