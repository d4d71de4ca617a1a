"""Trackers that call an address: the server receives, this decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.osmand.decode import MPS, SpeedUnit, decode
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class OsmAnd:
    """The source, configured. It brings nothing by itself."""

    def __init__(self, speed_unit: SpeedUnit) -> None:
        self._speed_unit = speed_unit

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a message says; refuses as `decode` does."""
        return decode(frame, speed_unit=self._speed_unit)

    async def run(self, outlet: Outlet) -> None:
        """Nothing: trackers send by themselves."""


def open_connector(settings: Mapping[str, Any]) -> OsmAnd:
    """Trackers by address with these settings; refuses `value-wrong`."""
    said = settings.get("speed_unit") or "knots"
    for unit in MPS:
        if unit == said:
            return OsmAnd(unit)
    raise Refused("value-wrong", field="speed_unit")
