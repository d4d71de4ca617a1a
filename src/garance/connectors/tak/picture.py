"""The picture of a moment as a data package for TAK clients (colis de situation): a message for each thing on the map.

Opened from a file, or left on a server: nothing needs a connection to this node. Keeps the contract of
`ports.export.Exchange`. As everywhere in TAK, each thing of an exercise says so in its name and in its remarks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from garance.connectors.tak.cot import Cot, write_xml
from garance.connectors.tak.encode import drawing, unit
from garance.connectors.tak.package import Content, write_package
from garance.domain.drawings.facts import ShapeStatus
from garance.domain.resources.facts import ResourceStatus
from garance.kernel.identity import derived_id
from garance.kernel.place import Position
from garance.ports.export import Matter, Order, Stand
from garance.ports.observation import Located
from garance.views.shown import ResourceShown

STANDS_S = 86_400.0
"""How long what a package holds is vouched for, in seconds: a file is opened later, and says its age."""


class SituationPackage:
    """The means that have a place and are not given back, the drawings that are planned or engaged."""

    kind = "tak"
    media_type = "application/zip"
    suffix = "zip"
    paths = False

    def write(self, matter: Matter, order: Order) -> bytes:
        """The package; the same picture given at the same moment is the same bytes."""
        contents = [
            Content(entry=f"{cot.uid}/{cot.uid}.cot", parameters=(("uid", cot.uid),), body=write_xml(cot))
            for cot in _messages(matter, order)
        ]
        uid = derived_id("tak picture", f"{matter.situation.id} {matter.shown_at.isoformat()}")
        return write_package(contents, uid=uid, name=f"{matter.situation.title} {matter.shown_at:%Y-%m-%d %H:%M}Z")


def _messages(matter: Matter, order: Order) -> Iterator[Cot]:
    if matter.picture is None:
        return
    at, mode = matter.printed_at, matter.situation.mode
    for resource in matter.picture.resources:
        if resource.state is ResourceStatus.RELEASED:
            continue
        located = _located(resource, matter.paths.get(resource.id, ()), at)
        cot = unit(resource, at=at, stale_after_s=STANDS_S, located=located, mode=mode, language=order.language)
        if cot is not None:
            yield cot
    for shape in matter.picture.shapes:
        if shape.state in (ShapeStatus.PLANNED, ShapeStatus.ENGAGED):
            yield drawing(shape, at=at, stale_after_s=STANDS_S, mode=mode, language=order.language)


def _located(resource: ResourceShown, path: tuple[Stand, ...], at: datetime) -> Located | None:
    """Where its tracker last had it, unless somebody placed it since."""
    last = path[-1] if path else None
    if last is None or (resource.moved_at is not None and last.at < resource.moved_at):
        return None
    return Located(
        uid=resource.id,
        at=min(last.at, at),
        position=Position(last.lon_deg, last.lat_deg),
        altitude_m=last.altitude_m,
        speed_mps=last.speed_mps,
        course_deg=last.course_deg,
    )
