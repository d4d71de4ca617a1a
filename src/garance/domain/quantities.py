"""Numbers that people are not sure of: a range (fourchette)."""

from __future__ import annotations

from garance.kernel.refusal import Refused


def check_range(low: int | None, high: int | None, *, field: str) -> None:
    """Refuse `range-upside-down`: the least is more than the most."""
    if low is not None and high is not None and low > high:
        raise Refused("range-upside-down", field=field)
