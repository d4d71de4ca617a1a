"""ADS-B polled over HTTP: the server asks, this decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.adsb.decode import AdsbDecoder
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class Adsb:
    """The source, configured: the server asks `address`, `every_s` seconds after each answer."""

    def __init__(self, *, address: str, every_s: float, oldest_s: float) -> None:
        self.address = address
        self.every_s = every_s
        self._decoder = AdsbDecoder(oldest_s=oldest_s)

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a frame says; refuses as `AdsbDecoder.decode` does."""
        return self._decoder.decode(frame)

    async def run(self, outlet: Outlet) -> None:
        """Nothing: the server asks the receiver."""


def open_connector(settings: Mapping[str, Any]) -> Adsb:
    """ADS-B with these settings."""
    every_s = float(settings.get("every_s") or 2.0)
    return Adsb(
        address=str(settings.get("url") or ""), every_s=every_s, oldest_s=float(settings.get("oldest_s") or 60.0)
    )
