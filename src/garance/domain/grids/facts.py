"""A film of a territory pack (simulated water depths) gets its instants in a situation."""

from __future__ import annotations

from typing import Annotated

import msgspec

from garance.domain.situation.facts import Reason
from garance.domain.vocabulary import Body, fact
from garance.kernel.clock import Instant
from garance.kernel.identity import ObjectId, Slug

MAX_BANDS = 1000


@fact("grid.attached.v1")
class GridAttached(Body, frozen=True, kw_only=True):
    """A grid of the territory is given its place in the situation's time (grille datée): `at` is one instant per band.

    `raster` is its name in the pack of that `territory` version. `provenance` names the source and says how the
    instants were chosen. Refused: `already-declared`, `instants-not-increasing`.
    """

    grid: ObjectId
    raster: Slug
    territory: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    at: Annotated[tuple[Instant, ...], msgspec.Meta(min_length=1, max_length=MAX_BANDS)]
    provenance: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


@fact("grid.detached.v1")
class GridDetached(Body, frozen=True, kw_only=True):
    """A grid is no longer shown (grille retirée). It stays in the past. Refused: `grid-unknown`, `grid-detached`."""

    grid: ObjectId
    reason: Reason
