"""What intake is given and what it answers: an observation with who brought it, kept or set aside with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from garance.ports.connector import Sender
from garance.ports.observation import Alarmed, Drawn, Located, Measured, Observation, Reported, Said

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees; west greater than east crosses the antimeridian."""


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """One observation, who brought it, and when it reached this node."""

    observation: Observation
    sender: Sender
    received_at: datetime

    @property
    def at(self) -> datetime:
        """When it was so: as the source says, else when it arrived."""
        return self.observation.at or self.received_at

    @property
    def where(self) -> tuple[float, float] | None:
        """Longitude and latitude, in degrees, of what has a place of its own."""
        match self.observation:
            case Located(position=position):
                return position.lon_deg, position.lat_deg
            case (
                Measured(position=position)
                | Said(position=position)
                | Alarmed(position=position)
                | Reported(position=position)
            ) if position is not None:
                return position.lon_deg, position.lat_deg
            case Drawn():
                return None
        return None


class Aside(msgspec.Struct, frozen=True):
    """Set aside (mis à l'écart): by which check, and what it found, in words of its own without personal data."""

    why: str
    detail: str = ""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is believable from one connection. Times in seconds, speeds in metres per second, heights in metres."""

    proof: bool = False
    """Only senders that the link proves."""
    ahead_s: Annotated[float, msgspec.Meta(ge=0)] = 120.0
    behind_s: Annotated[float, msgspec.Meta(ge=0)] = 86_400.0
    area: Box | None = None
    fastest_mps: Annotated[float, msgspec.Meta(gt=0)] = 100.0
    coarsest_m: Annotated[float, msgspec.Meta(gt=0)] = 5_000.0
    lowest_m: float = -500.0
    highest_m: float = 20_000.0
    per_source_per_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    burst: Annotated[int, msgspec.Meta(ge=1)] = 30
