"""ADS-B polled over HTTP: the server asks, this decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.adsb.decode import AdsbDecoder
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class Adsb:
    """The source, configured. It brings nothing by itself."""

    def __init__(self, *, oldest_s: float) -> None:
        self._decoder = AdsbDecoder(oldest_s=oldest_s)

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a frame says; refuses as `AdsbDecoder.decode` does."""
        return self._decoder.decode(frame)

    async def run(self, outlet: Outlet) -> None:
        """Nothing: the server asks the receiver."""


def open_connector(settings: Mapping[str, Any]) -> Adsb:
    """ADS-B with these settings."""
    return Adsb(oldest_s=float(settings.get("oldest_s") or 60.0))
