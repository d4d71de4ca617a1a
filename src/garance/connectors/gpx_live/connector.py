"""GPX over HTTP: the server receives, this decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.gpx_live.decode import decode
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class GpxLive:
    """The source, configured. It brings nothing by itself."""

    def __init__(self, *, waypoints: bool) -> None:
        self._waypoints = waypoints

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a piece of GPX says; refuses as `decode` does."""
        return decode(frame, waypoints=self._waypoints)

    async def run(self, outlet: Outlet) -> None:
        """Nothing: recorders send by themselves."""


def open_connector(settings: Mapping[str, Any]) -> GpxLive:
    """GPX with these settings."""
    return GpxLive(waypoints=bool(settings.get("waypoints", True)))
