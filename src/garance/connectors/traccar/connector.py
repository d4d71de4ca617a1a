"""Traccar forwards over HTTP: the server receives, this decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.traccar.decode import decode
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class Traccar:
    """The source, configured. It brings nothing by itself."""

    def __init__(self, *, offline: bool) -> None:
        self._offline = offline

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What was forwarded; refuses as `decode` does."""
        return decode(frame, offline=self._offline)

    async def run(self, outlet: Outlet) -> None:
        """Nothing: Traccar sends by itself."""


def open_connector(settings: Mapping[str, Any]) -> Traccar:
    """Traccar with these settings."""
    return Traccar(offline=bool(settings.get("offline", True)))
