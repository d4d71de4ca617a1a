"""What people share beside the logbook: figures and validities, saved views, dated grids, acknowledgements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from support.story import (
    SQUARE,
    START,
    Story,
    circle,
    entry,
    grid,
    nothing,
    oid,
    person,
    point,
    refused,
    saved_view,
    sector,
    shape,
)

from garance.domain.vocabulary import decode
from garance.kernel.fact import Fact, Reference, Relation
from garance.kernel.label import Audience, Label

LATER = START + timedelta(hours=2)
GRID = grid()


def said(fact: Fact[Any]) -> Any:
    """What a fact says, as JSON has it."""
    return msgspec.json.decode(msgspec.json.encode(fact.body))


# -- drawings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [circle(), circle(radius_m=20.0), circle(radius_m=90_000.0), sector()])
def test_a_figure_is_kept_beside_its_polygon(story: Story, body: dict[str, Any]) -> None:
    drawn = story.tell("drawings.draw", body)
    assert said(drawn)["figure"] == body["figure"]


@pytest.mark.parametrize(
    "body",
    [
        circle() | {"geometry": SQUARE},
        circle() | {"geometry": point(-1, 46)},
        circle() | {"figure": circle(radius_m=520.0)["figure"]},
        circle() | {"figure": sector(radius_m=500.0)["figure"]},
        sector() | {"figure": sector(to_deg=10.0)["figure"]},
    ],
)
def test_a_figure_that_is_not_its_polygon_is_refused(story: Story, body: dict[str, Any]) -> None:
    assert refused(story, "drawings.draw", body) == ("figure-mismatch", "body.figure")
    story.tell("drawings.draw", circle())
    reshape = {key: body[key] for key in ("shape", "geometry", "figure")}
    assert refused(story, "drawings.reshape", reshape) == ("figure-mismatch", "body.figure")


@pytest.mark.parametrize("command", ["drawings.draw", "drawings.describe"])
def test_a_validity_must_end_later_than_it_begins(story: Story, command: str) -> None:
    body = shape(valid_until=START - timedelta(minutes=1))
    if command == "drawings.describe":
        story.tell("drawings.draw", shape())
        del body["geometry"]
    assert refused(story, command, body) == ("validity-ended", "body.valid_until")
    kept = story.tell(command, body | {"valid_until": "2026-11-23T12:00:00+02:00"})
    assert said(kept)["valid_until"] == "2026-11-23T10:00:00Z"


@pytest.mark.parametrize("name", ["shape.drawn", "shape.described", "shape.reshaped"])
def test_what_an_earlier_version_drew_reads_today(name: str) -> None:
    members: dict[str, Any] = shape()
    if name == "shape.described":
        del members["geometry"]
    if name == "shape.reshaped":
        members = {"shape": members["shape"], "geometry": SQUARE}
    now, body = decode(f"{name}.v1", members)
    assert now == (f"{name}.v2" if name == "shape.reshaped" else f"{name}.v3")
    assert (getattr(body, "figure", None), getattr(body, "valid_until", None)) == (None, None)


# -- saved views ----------------------------------------------------------------------------------------------------


def test_a_view_is_saved_then_changed_knowing_of_the_first(story: Story) -> None:
    first = story.tell("views.save", saved_view(at=START))
    second = story.tell("views.save", saved_view(name="Estuaire"))
    assert (first.refs, second.refs) == ((), (Reference(Relation.FOLLOWS, first.id),))
    removed = story.tell("views.remove", {"view": oid("view")})
    assert removed.refs == (Reference(Relation.FOLLOWS, second.id),)


def test_a_removed_view_is_neither_changed_nor_removed_again(story: Story) -> None:
    assert refused(story, "views.remove", {"view": oid("view")}) == ("view-unknown", "body.view")
    story.tell("views.save", saved_view())
    story.tell("views.remove", {"view": oid("view")})
    assert refused(story, "views.save", saved_view()) == ("view-removed", "body.view")
    assert refused(story, "views.remove", {"view": oid("view")}) == ("view-removed", "body.view")


def test_a_view_of_others_that_one_may_not_see_is_not_there(story: Story) -> None:
    story.tell("views.save", saved_view(), label=Label(audience=Audience.ORGANISATION))
    hidden = {"by": person("sdis", "sdis"), "sees": nothing}
    assert refused(story, "views.remove", {"view": oid("view")}, **hidden) == ("view-unknown", "body.view")
    present = {"briefing": oid("point"), "view": oid("view")}
    assert refused(story, "views.present", present, **hidden) == ("view-unknown", "body.view")


def test_a_briefing_goes_from_view_to_view_until_it_ends(story: Story) -> None:
    ended = {"briefing": oid("point")}
    assert refused(story, "views.end-briefing", ended) == ("not-declared", "body.briefing")
    for name in ("digue", "port"):
        story.tell("views.save", saved_view(view=oid(name)))
    first = story.tell("views.present", {**ended, "view": oid("digue")})
    second = story.tell("views.present", {**ended, "view": oid("port")})
    assert second.refs == (Reference(Relation.FOLLOWS, first.id),)
    story.tell("views.remove", {"view": oid("digue")})
    assert refused(story, "views.present", {**ended, "view": oid("digue")}) == ("view-removed", "body.view")
    story.tell("views.end-briefing", ended)
    for command, body in (("views.present", {**ended, "view": oid("port")}), ("views.end-briefing", ended)):
        assert refused(story, command, body) == ("already-ended", "body.briefing")


# -- grids ----------------------------------------------------------------------------------------------------------


def test_a_grid_is_dated_then_detached(story: Story) -> None:
    attached = story.tell("grids.attach", {**GRID, "at": ["2026-11-23T10:00:00+01:00", LATER]})
    assert said(attached)["at"][0] == "2026-11-23T09:00:00Z"
    detached = story.tell("grids.detach", {"grid": GRID["grid"], "reason": "autre modèle"})
    assert detached.refs == (Reference(Relation.FOLLOWS, attached.id),)
    again = {"grid": GRID["grid"], "reason": "encore"}
    assert refused(story, "grids.detach", again) == ("grid-detached", "body.grid")


def test_a_grid_is_refused_with_its_reason(story: Story) -> None:
    assert refused(story, "grids.detach", {"grid": GRID["grid"], "reason": "r"}) == ("grid-unknown", "body.grid")
    for instants in ([LATER, START], [START, START]):
        assert refused(story, "grids.attach", {**GRID, "at": instants}) == ("instants-not-increasing", "body.at")
    story.tell("grids.attach", {**GRID, "at": [START]})
    assert refused(story, "grids.attach", {**GRID, "at": [START]}) == ("already-declared", "body.grid")


# -- acknowledgements -----------------------------------------------------------------------------------------------


def test_an_order_and_a_level_are_acknowledged_once_by_each(story: Story) -> None:
    order = story.tell("logbook.write", entry("Évacuez", category="order"))
    level = story.tell("situation.set-level", {"level": 2})
    for target in (order, level):
        for name in ("rac", "sdis"):
            given = story.tell("acknowledgements.give", {"fact": target.id}, by=person(name))
            assert given.refs == (Reference(Relation.ANSWERS, target.id),)
        again = refused(story, "acknowledgements.give", {"fact": target.id}, by=person("rac"))
        assert again == ("already-acknowledged", "body.fact")


def test_what_is_not_there_or_not_to_be_seen_is_not_acknowledged(story: Story) -> None:
    assert refused(story, "acknowledgements.give", {"fact": f"{story.writer}-99"}) == ("target-unknown", "body.fact")
    drawn = story.tell("drawings.draw", shape())
    assert refused(story, "acknowledgements.give", {"fact": drawn.id}) == ("target-unknown", "body.fact")
    near = story.tell("logbook.write", entry(), label=Label(audience=Audience.ORGANISATION))
    hidden = {"by": person("sdis", "sdis"), "sees": nothing}
    assert refused(story, "acknowledgements.give", {"fact": near.id}, **hidden) == ("target-unknown", "body.fact")
    own = story.tell("acknowledgements.give", {"fact": near.id}, by=person("rac"))
    assert own.label.audience is Audience.ORGANISATION


def test_an_entry_of_another_situation_is_not_there(story: Story) -> None:
    written = story.tell("logbook.write", entry())
    other = oid("elsewhere")
    opening = {"situation": other, "title": "Feu", "kind": "fire", "mode": "exercise"}
    story.tell("situation.open", opening, situation=None)
    found = refused(story, "acknowledgements.give", {"fact": written.id}, situation=other)
    assert found == ("target-unknown", "body.fact")
