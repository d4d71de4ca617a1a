"""Units: SI inside, named in every variable; these conversions are for the edges only."""

from __future__ import annotations

METRES_PER_FOOT = 0.3048
METRES_PER_SECOND_PER_KNOT = 1852 / 3600


def metres_from_feet(feet: float) -> float:
    """International feet to metres."""
    return feet * METRES_PER_FOOT


def mps_from_knots(knots: float) -> float:
    """Knots to metres per second."""
    return knots * METRES_PER_SECOND_PER_KNOT
