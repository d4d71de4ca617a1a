"""What can happen to a saved view (vue enregistrée): a camera, a time, layers, kept under a name; shown to a room."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from garance.domain.telling import tells
from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.place import Latitude, Longitude


class Camera(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the map is looked at from: its centre, WGS 84, and how."""

    lon_deg: Longitude
    lat_deg: Latitude
    zoom: Annotated[float, msgspec.Meta(ge=0, le=24)]
    pitch_deg: Annotated[float, msgspec.Meta(ge=0, le=85)] = 0.0
    bearing_deg: Annotated[float, msgspec.Meta(ge=-360, le=360)] = 0.0


@fact("view.saved.v1")
class ViewSaved(Body, frozen=True, kw_only=True):
    """A way of looking is kept under a name, or changed (vue enregistrée).

    `at` None shows the present; an instant, the picture of that moment by the time that rules (`by`). `order` ranks
    views on a wall screen and in a briefing, `dwell_s` is how long a wall screen stays on it. `look` is the short form
    of opacities and order of layers, as a shared link carries it. Refused: `view-removed`.
    """

    view: ObjectId
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    axis: Slug
    layers: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=100)]
    camera: Camera
    volume: bool = False
    at: Instant | None = None
    by: Literal["occurred", "recorded"] = "occurred"
    order: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 0
    dwell_s: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 20
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] | None = None
    look: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None


@fact("view.removed.v1")
class ViewRemoved(Body, frozen=True, kw_only=True):
    """A saved view is no longer offered (vue retirée). It stays in the past.

    Refused: `view-unknown`, `view-removed`.
    """

    view: ObjectId


@tells("briefing", "view", begins=True)
@fact("briefing.shown.v1")
class BriefingShown(Body, frozen=True, kw_only=True):
    """Somebody leads a briefing, and wall screens show that saved view with them (vue présentée).

    Each step of one briefing says its view; the wall screens follow the latest step said in the situation, until its
    briefing ends or an hour passes without a step. Refused: `view-unknown`, `view-removed`, `already-ended`.
    """

    briefing: ObjectId
    view: ObjectId


@tells("briefing", "ended", ends=True)
@fact("briefing.ended.v1")
class BriefingEnded(Body, frozen=True, kw_only=True):
    """A briefing is over: wall screens go through their own views again (fin de la présentation).

    Refused: `not-declared`, `already-ended`.
    """

    briefing: ObjectId
