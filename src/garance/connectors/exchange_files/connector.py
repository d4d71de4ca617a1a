"""Files of exchange as a connector: it only decodes, a person gives the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.exchange_files.decode import read
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class ExchangeFiles:
    """Reads what is dropped on the map."""

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What the file holds, in order; what was set aside is only in the whole reading (`decode.read`)."""
        return read(frame.data, frame.name).observations

    async def run(self, outlet: Outlet) -> None:
        """Nothing comes by itself."""


def open_connector(settings: Mapping[str, Any]) -> ExchangeFiles:
    """The connector; it has no setting."""
    return ExchangeFiles()
