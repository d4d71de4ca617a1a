"""How each thing folded is shown at a moment, its contradictions beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garance.domain.acknowledgements.state import Answers
from garance.domain.drawings.state import Shape
from garance.domain.following import ancestors
from garance.domain.grids.state import Grid
from garance.domain.moment import Moment, known_by
from garance.domain.observations.state import Series
from garance.domain.resources.facts import ResourceStatus
from garance.domain.resources.state import Resource
from garance.domain.saved_views.state import SavedView
from garance.domain.situation.state import Situation
from garance.domain.versions import Version, Versions
from garance.kernel.clock import from_milliseconds
from garance.views.shown import (
    AcknowledgementShown,
    ConflictShown,
    GridShown,
    ResourceShown,
    SavedViewShown,
    SeriesShown,
    ShapeShown,
    SituationShown,
    VersionShown,
)

Aspects = dict[str, Versions[Any]]


class Showing:
    """One look at a moment: it gathers the conflicts met on the way."""

    def __init__(self, moment: Moment | None) -> None:
        self.moment = moment
        self.conflicts: list[ConflictShown] = []

    def contradictions(self, thing: str, identifier: str, aspects: Aspects) -> bool:
        """Note the conflicts between statements about a thing; whether there is any."""
        found = [(name, aspect.conflicting()) for name, aspect in aspects.items()]
        for name, heads in found:
            if heads:
                versions = tuple(version_shown(head, name) for head in heads)
                self.conflicts.append(ConflictShown(thing=thing, id=identifier, aspect=name, versions=versions))
        return any(heads for _, heads in found)


def version_shown(version: Version[Any], aspect: str) -> VersionShown:
    """One statement in a conflict."""
    return VersionShown(
        fact=version.fact,
        aspect=aspect,
        value=version.value,
        author=version.author,
        occurred_at=version.occurred_at,
        recorded_at=from_milliseconds(version.stamp.milliseconds),
    )


def follows_of(aspects: Aspects) -> tuple[str, ...]:
    """The facts to name in a change to the thing so seen: the heads of all its aspects."""
    return tuple(sorted({head.fact for aspect in aspects.values() for head in aspect.heads()}))


def show_acknowledgements(answers: Answers | None, moment: Moment | None) -> tuple[AcknowledgementShown, ...]:
    """Who says to have read it by then, in order."""
    given = answers.given.upto(moment).history() if answers else []
    return tuple(AcknowledgementShown(fact=one.fact, author=one.author, at=one.occurred_at) for one in given)


def show_situation(
    showing: Showing, identifier: str, situation: Situation, answers: Mapping[str, Answers]
) -> SituationShown | None:
    """A situation; its title and clock are shown whatever moment is established, its level and closing from then on."""
    opened = situation.opened.upto(known_by(showing.moment)).first()
    if opened is None:
        return None
    closed = situation.closed.upto(showing.moment).current()
    aspects: Aspects = {"level": situation.level.upto(showing.moment)}
    level = aspects["level"].current()
    showing.contradictions("situation", identifier, aspects)
    aspects["opened"] = situation.opened
    aspects["clock"] = situation.clock.upto(known_by(showing.moment))
    return SituationShown(
        id=identifier,
        title=opened.value.title,
        kind=opened.value.kind,
        mode=opened.value.mode,
        level=level.value if level else 0,
        level_fact=level.fact if level else None,
        acknowledged=show_acknowledgements(answers.get(level.fact), showing.moment) if level else (),
        status="closed" if closed else "open",
        opened_at=opened.occurred_at,
        clock=situation.clock_at(showing.moment),
        closed_at=closed.occurred_at if closed else None,
        follows=follows_of(aspects),
    )


def show_resource(showing: Showing, identifier: str, resource: Resource) -> ResourceShown | None:
    """A resource once declared; `available` and nowhere until said otherwise."""
    declared = resource.declared.upto(showing.moment)
    named = declared.current()
    first = declared.first()
    if named is None or first is None:
        return None
    place, status = resource.place.upto(showing.moment), resource.status.upto(showing.moment)
    aspects: Aspects = {"name": declared, "geometry": place, "state": status}
    at, state = place.current(), status.current()
    return ResourceShown(
        id=identifier,
        name=named.value.name,
        kind=named.value.kind,
        state=state.value if state else ResourceStatus.AVAILABLE,
        declared_at=first.occurred_at,
        state_at=state.occurred_at if state else None,
        geometry=at.value if at else None,
        moved_at=at.occurred_at if at else None,
        follows=follows_of(aspects),
        conflict=showing.contradictions("resource", identifier, aspects),
    )


def show_shape(showing: Showing, identifier: str, shape: Shape) -> ShapeShown | None:
    """A shape once drawn and until ended."""
    drawn = shape.drawn.upto(showing.moment).first()
    outline, description = shape.outline.upto(showing.moment), shape.description.upto(showing.moment)
    geometry, described = outline.current(), description.current()
    figure = shape.figure.upto(showing.moment).current()
    if drawn is None or geometry is None or described is None:
        return None
    ended = shape.ended.upto(showing.moment)
    aspects: Aspects = {"geometry": outline, "description": description}
    if ended:
        _show_unaware_end(showing, identifier, ended, aspects)
        return None
    return ShapeShown(
        id=identifier,
        geometry=geometry.value,
        figure=figure.value if figure else None,
        kind=described.value.kind,
        name=described.value.name,
        state=described.value.state,
        valid_until=described.value.valid_until,
        symbol=described.value.symbol,
        sector=described.value.sector,
        course=described.value.course,
        phase=described.value.phase,
        author=drawn.author,
        drawn_at=drawn.occurred_at,
        changed_at=max(geometry.occurred_at, described.occurred_at),
        follows=follows_of(aspects),
        conflict=showing.contradictions("shape", identifier, aspects),
    )


def _show_unaware_end(showing: Showing, identifier: str, ended: Versions[str], aspects: Aspects) -> None:
    """A shape ended by someone who did not know of a change made to it: the change must not be lost from sight."""
    said = {fact: version for aspect in aspects.values() for fact, version in aspect.said.items()}
    known = ancestors((fact for end in ended.history() for fact in end.follows), said)
    missed = [
        version_shown(head, name) for name, part in aspects.items() for head in part.heads() if head.fact not in known
    ]
    if missed:
        ends = [version_shown(end, "ended") for end in ended.history()]
        versions = (*ends, *missed)
        showing.conflicts.append(ConflictShown(thing="shape", id=identifier, aspect="ended", versions=versions))


def show_series(showing: Showing, identifier: str, series: Series) -> SeriesShown | None:
    """A series once declared."""
    declared = series.declared.upto(showing.moment)
    current, first = declared.current(), declared.first()
    if current is None or first is None:
        return None
    body = current.value
    return SeriesShown(
        id=identifier,
        name=body.name,
        kind=body.kind,
        unit=body.unit,
        provenance=body.provenance,
        thresholds=body.thresholds,
        geometry=body.geometry,
        resource=body.resource,
        mobile=body.mobile,
        declared_at=first.occurred_at,
        conflict=showing.contradictions("series", identifier, {"declaration": declared}),
    )


def show_grid(showing: Showing, identifier: str, grid: Grid) -> GridShown | None:
    """A grid once attached and until detached."""
    attached = grid.attached.upto(showing.moment)
    current, first = attached.current(), attached.first()
    if current is None or first is None or grid.detached.upto(showing.moment):
        return None
    body, aspects = current.value, {"attachment": attached}
    return GridShown(
        id=identifier,
        raster=body.raster,
        territory=body.territory,
        name=body.name,
        at=body.at,
        provenance=body.provenance,
        attached_at=first.occurred_at,
        author=first.author,
        follows=follows_of(aspects),
        conflict=showing.contradictions("grid", identifier, aspects),
    )


def show_saved_view(showing: Showing, identifier: str, view: SavedView) -> SavedViewShown | None:
    """A saved view, until removed."""
    saved = view.saved.upto(showing.moment)
    current, first = saved.current(), saved.first()
    if current is None or first is None or view.removed.upto(showing.moment):
        return None
    body, aspects = current.value, {"view": saved}
    return SavedViewShown(
        id=identifier,
        name=body.name,
        axis=body.axis,
        layers=body.layers,
        camera=body.camera,
        volume=body.volume,
        at=body.at,
        by=body.by,
        order=body.order,
        dwell_s=body.dwell_s,
        note=body.note,
        look=body.look,
        author=first.author,
        saved_at=current.occurred_at,
        follows=follows_of(aspects),
        conflict=showing.contradictions("view", identifier, aspects),
    )
