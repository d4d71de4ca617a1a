"""OwnTracks over HTTP: the server receives, this decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.owntracks.decode import OwnTracksDecoder
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class OwnTracks:
    """The source, configured. It brings nothing by itself."""

    def __init__(self, decoder: OwnTracksDecoder) -> None:
        self._decoder = decoder

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a message says; refuses as `OwnTracksDecoder.decode` does."""
        return self._decoder.decode(frame)

    async def run(self, outlet: Outlet) -> None:
        """Nothing: phones send by themselves."""


def open_connector(settings: Mapping[str, Any]) -> OwnTracks:
    """OwnTracks with these settings."""
    return OwnTracks(
        OwnTracksDecoder(
            crossings=bool(settings.get("crossings", True)), waypoints=bool(settings.get("waypoints", True))
        )
    )
