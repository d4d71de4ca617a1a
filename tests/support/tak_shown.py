"""What a node shows to TAK clients: one of each, to be read by others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from garance.connectors.tak.cot import Cot
from garance.connectors.tak.encode import alert, chat_line, drawing, unit
from garance.domain.drawings.facts import ShapeStatus
from garance.domain.resources.facts import ResourceStatus
from garance.kernel.label import Mode
from garance.kernel.place import Geometry, LineString, Point, Polygon, Position
from garance.ports.observation import Alarm, Located
from garance.views.shown import ResourceShown, ShapeShown

AT = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
SQUARE = Polygon([[(-1.0, 45.0), (-0.9, 45.0), (-0.9, 45.1), (-1.0, 45.1), (-1.0, 45.0)]])
LINE = LineString([(-1.0, 45.0), (-0.95, 45.05), (-0.9, 45.0)])
LOCATED = Located(
    uid="t1", at=AT - timedelta(seconds=5), position=Position(-1.5, 46.25), altitude_m=12.5, accuracy_m=3.0,
    speed_mps=8.25, course_deg=271.0, stale_at=AT + timedelta(minutes=2),
)  # fmt: skip


def resource(kind: str = "fire-engine", geometry: Point | None = None) -> ResourceShown:
    """A means."""
    return ResourceShown(
        id="0d3c1d38-0000-4000-8000-000000000001", name="FPT 1", kind=kind, state=ResourceStatus.ENGAGED,
        declared_at=AT, geometry=geometry, moved_at=AT - timedelta(hours=1), follows=(), conflict=False,
    )  # fmt: skip


def shape(geometry: Geometry, **members: object) -> ShapeShown:
    """A drawing."""
    known = ShapeShown(
        id="0d3c1d38-0000-4000-8000-000000000002", geometry=geometry, kind="danger-zone", name="Zone", drawn_at=AT,
        state=ShapeStatus.ENGAGED, changed_at=AT, follows=(), conflict=False,
    )  # fmt: skip
    return msgspec.structs.replace(known, **members)


def everything(mode: Mode) -> list[Cot]:
    """A unit, drawings, words, an alarm and an end of alarm."""
    place = Position(-1.0, 45.0)
    moving = unit(resource(), at=AT, stale_after_s=60, located=LOCATED, mode=mode)
    assert moving is not None
    return [
        moving,
        *(drawing(shape(each), at=AT, stale_after_s=60, mode=mode) for each in (Point((-1.0, 45.0)), LINE, SQUARE)),
        chat_line("Bonjour", message_id="m", sender="PC", sender_uid="G", at=AT, stale_after_s=60, mode=mode),
        alert(Alarm.EMERGENCY, identifier="x", name="B1", position=place, at=AT, stale_after_s=60, mode=mode),
        alert(Alarm.OTHER, identifier="x", name="B1", position=place, at=AT, stale_after_s=60, active=False, mode=mode),
    ]
