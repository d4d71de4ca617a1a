"""What may go out: nothing that one reader of the feed could not see; what stands, in true time; which lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tak_shown import LINE, resource, shape

from garance.access.clearance import Acting, Clearance
from garance.access.sight import may_see
from garance.domain.acknowledgements.facts import AcknowledgementGiven
from garance.domain.drawings.facts import ShapeStatus
from garance.domain.feeds.facts import Bringing
from garance.domain.logbook.facts import Category, EntryCorrected, EntryStruck, EntryWritten, Importance
from garance.domain.observations.facts import SeriesKind
from garance.domain.resources.facts import ResourceStatus
from garance.domain.situation.facts import ClockSet
from garance.domain.situation.state import Situation
from garance.domain.state import State
from garance.domain.versions import Version
from garance.intake.meaning import Feed
from garance.kernel.clock import Stamp
from garance.kernel.fact import Fact
from garance.kernel.label import Audience, Author, Label, Mode, Sensitivity
from garance.kernel.place import Point, Position
from garance.ports.observation import Located
from garance.ports.outgoing import AlarmOut, WordsOut
from garance.server.connections.letting_out import came_by, farthest, shapes, true_time, units
from garance.server.connections.lines_out import Lines
from garance.views.shown import ChoiceShown, CourseShown, PictureShown, SeriesShown, ShapeShown

AT = datetime(2026, 11, 28, 6, tzinfo=UTC)
ORGANISATIONS, CELLS = ("commune", "sdis"), ("", "water")


def feed(author: Author, label: Label) -> Feed:
    return Feed(
        id="f",
        situation="s",
        connection="tak",
        title="Terrain",
        brings=Bringing.UNITS,
        author=author,
        label=label,
    )


authors = st.builds(
    lambda organisation, cell: Author("p", "dos", organisation, cell or None),
    st.sampled_from(ORGANISATIONS),
    st.sampled_from(CELLS),
)


@st.composite
def told(draw: st.DrawFn) -> tuple[Author, Label]:
    """Who says something, and for whom: a label as the node records it."""
    author, audience = draw(authors), draw(st.sampled_from(Audience))
    if audience is Audience.CELL and author.cell is None:
        audience = Audience.ORGANISATION
    cell = author.cell if audience is Audience.CELL else None
    return author, Label(audience, draw(st.sampled_from(Sensitivity)), cell)


acting = st.frozensets(
    st.builds(Acting, st.sampled_from((*ORGANISATIONS, "other")), st.sampled_from(CELLS)), max_size=3
)


@given(told(), told(), acting, st.booleans(), st.booleans(), st.frozensets(st.sampled_from(Sensitivity)))
def test_whatever_goes_out_every_reader_of_the_feed_may_see(
    attached: tuple[Author, Label],
    said: tuple[Author, Label],
    roles: frozenset[Acting],
    partner: bool,
    above: bool,
    cares: frozenset[Sensitivity],
) -> None:
    """Those who take part, as the organisation that opened the situation does; and nothing that needs care."""
    reader = Clearance(
        situation="s",
        acting=roles,
        partner=partner or any(one.organisation == attached[0].organisation for one in roles),
        level_above=above,
        sensitivities=cares,
        abilities=frozenset(),
    )
    held = farthest(State(), feed(*attached), owner=attached[0].organisation)
    if not may_see(held, *said):
        return
    assert said[1].sensitivity is Sensitivity.ORDINARY
    if may_see(reader, *attached):
        assert may_see(reader, *said)


def test_a_feed_of_one_that_takes_no_part_shows_its_own_and_what_is_public() -> None:
    own = Author("p", "dos", "commune")
    held = farthest(State(), feed(own, Label(Audience.ORGANISATION)), owner="sdis")
    assert may_see(held, own, Label(Audience.ORGANISATION))
    assert not may_see(held, Author("q", "dos", "sdis"), Label(Audience.PARTNERS))
    assert may_see(held, Author("q", "dos", "sdis"), Label(Audience.PUBLIC))


@pytest.mark.parametrize("speed", [0, 4.0])
def test_the_time_of_a_story_is_turned_into_the_true_one(speed: float) -> None:
    story = datetime(2010, 2, 28, tzinfo=UTC)
    clock = ClockSet(story_at=story, real_at=AT, speed=speed)
    situation = Situation()
    situation.clock.said["f"] = Version("f", Stamp(0, 0, "w"), AT, clock, author=None, label=Label())
    real = true_time(situation)
    assert real(story + timedelta(hours=4)) == AT + timedelta(hours=4 / (speed or 1))
    assert true_time(Situation())(story) == story


def picture(**members: Any) -> PictureShown:
    nothing = dict.fromkeys(PictureShown.__struct_fields__, ())
    return PictureShown(**{**nothing, "situation": None, **members})


def test_what_is_over_or_only_thought_of_does_not_go_out() -> None:
    def drawn(identifier: str, **members: Any) -> ShapeShown:
        return shape(LINE, id=identifier, **members)

    chosen = ChoiceShown(fact="f", reason="r", at=AT)
    courses = [
        CourseShown(id="a", name="A", chosen=chosen, described_at=AT, follows=(), conflict=False),
        CourseShown(id="b", name="B", described_at=AT, follows=(), conflict=False),
    ]
    all_drawn = [
        drawn("stands"),
        drawn("planned", state=ShapeStatus.PLANNED),
        drawn("done", state=ShapeStatus.DONE),
        drawn("cancelled", state=ShapeStatus.CANCELLED),
        drawn("lapsed", valid_until=AT),
        drawn("still", valid_until=AT + timedelta(minutes=1)),
        drawn("of the course chosen", course="a"),
        drawn("of another", course="b"),
        drawn("theirs"),
    ]
    found = shapes(
        picture(shapes=tuple(all_drawn), courses=tuple(courses)),
        ours=lambda one: one.id != "theirs",
        real=lambda at: at,
        now=AT,
    )
    assert [name for name, _ in found] == ["stands", "planned", "still", "of the course chosen"]


def test_a_unit_is_where_it_was_last_seen_or_said_to_be() -> None:
    here, moved_at = Point((-1.0, 45.0)), AT
    series = SeriesShown(
        id="track", name="t", kind=SeriesKind.POSITION, unit="deg", provenance="p", thresholds=(), declared_at=AT,
        conflict=False, resource="followed",
    )  # fmt: skip

    def one(identifier: str, **members: Any) -> Any:
        import msgspec

        return msgspec.structs.replace(resource(geometry=here), id=identifier, moved_at=moved_at, **members)

    resources = (
        one("followed"),
        one("nowhere", geometry=None),
        one("back", state=ResourceStatus.RELEASED),
        one("theirs"),
    )
    shown = picture(resources=resources, series=(series,))

    def seen(at: datetime) -> dict[str, Located]:
        return {"track": Located(uid="track", at=at, position=Position(-1.1, 45.1))}

    later = dict(units(shown, but={"theirs"}, seen=seen(AT + timedelta(seconds=1)), real=lambda at: at))
    assert list(later) == ["followed"]
    assert later["followed"].located is not None
    before = dict(units(shown, but={"theirs"}, seen=seen(AT - timedelta(seconds=1)), real=lambda at: at))
    assert before["followed"].located is None
    assert not dict(units(shown, but=(), seen={}, real=lambda at: at, only={"another"}))


def test_what_the_node_drew_before_it_last_started_is_taken_to_have_come_by_any() -> None:
    node, person = Author("node", "node", "commune"), Author("claire", "dos", "commune")
    brought = {"here": "tak", "there": "files"}
    drawn = {name: shape(LINE, id=name, author=node) for name in ("here", "there", "before")}
    assert [came_by(one, node, brought, "tak") for one in drawn.values()] == [True, False, True]
    assert not came_by(shape(LINE, id="hers", author=person), node, brought, "tak")


# -- lines -------------------------------------------------------------------------------------------------------


def said(body: Any, identifier: str = "w0000-1") -> Fact[Any]:
    return Fact(
        position=1, id=identifier, name="n", occurred_at=AT, recorded_at=AT, tick=0, situation="s", mode=Mode.ACTUAL,
        author=Author("claire", "dos", "commune"), label=Label(), command="c", body=body,
    )  # fmt: skip


def heard(lines: Lines, body: Any, identifier: str = "w0000-1") -> list[Any]:
    return list(lines.heard(said(body, identifier), lambda at: at))


def a_line(text: str = "Repli.", **members: Any) -> EntryWritten:
    return EntryWritten(text=text, category=Category.ORDER, **members)


def test_which_lines_go_out_and_to_whom() -> None:
    lines = Lines(frozenset({"Terrain", "tak"}))
    assert heard(lines, a_line()) == []
    assert [one.recipient for one in heard(lines, a_line(recipient=" TERRAIN"))] == [None]
    assert [one.recipient for one in heard(lines, a_line(recipient="VSAV 1"))] == ["VSAV 1"]
    (vital,) = heard(lines, a_line(importance=Importance.VITAL, recipient="Mairie"))
    assert (vital.recipient, vital.urgent, vital.sender) == (None, True, "Garance")


def test_what_is_done_to_a_line_follows_it() -> None:
    lines = Lines(frozenset({"Terrain"}))
    entry, point = "w0000-1", Point((-1.0, 45.0))
    words, alarm = heard(lines, a_line("Rupture.", importance=Importance.VITAL, geometry=point), entry)
    assert isinstance(words, WordsOut)
    assert isinstance(alarm, AlarmOut)
    corrected = EntryCorrected(entry=entry, text="Rupture à l'est.", reason="r")
    assert [(one.text, one.amends) for one in heard(lines, corrected, "w0000-2")] == [("Rupture à l'est.", "corrected")]
    assert [one.active for one in heard(lines, AcknowledgementGiven(fact=entry), "w0000-3")] == [False]
    assert heard(lines, AcknowledgementGiven(fact=entry), "w0000-4") == []
    (struck,) = heard(lines, EntryStruck(entry=entry, reason="r"), "w0000-5")
    assert (struck.text, struck.amends) == ("Rupture à l'est.", "struck")
    assert heard(lines, EntryStruck(entry="w0000-9", reason="r"), "w0000-6") == []
