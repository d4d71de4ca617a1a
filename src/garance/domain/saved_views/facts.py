"""What can happen to a saved view (vue enregistrée): a camera, a time, layers, kept under a name."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

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
