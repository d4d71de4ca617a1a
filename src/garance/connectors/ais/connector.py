"""AIS followed from a server over TCP, or listened to over UDP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.ais.decode import AisDecoder
from garance.connectors.lines import Pauses, Peer, follow_lines, listen_datagrams, text_setting
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation

LONGEST_LINE = 1024


class Ais:
    """The source, configured."""

    def __init__(self, transport: str, host: str, port: int, pauses: Pauses | None = None) -> None:
        self._transport = transport
        self._peer = Peer(host=host, port=port, longest_line=LONGEST_LINE)
        self._pauses = pauses
        self._decoder = AisDecoder()

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What sentences say; refuses as `AisDecoder.decode` does."""
        return self._decoder.decode(frame)

    async def run(self, outlet: Outlet) -> None:
        """Follow or listen until cancelled."""
        peer = self._peer
        if self._transport == "udp":
            await listen_datagrams(self, peer.host, peer.port, outlet, self._pauses, longest_line=LONGEST_LINE)
        await follow_lines(self, peer, outlet, self._pauses)


def open_connector(settings: Mapping[str, Any]) -> Ais:
    """AIS with these settings."""
    host = text_setting(settings, "host") or "127.0.0.1"
    return Ais(text_setting(settings, "transport") or "tcp", host, int(settings.get("port") or 10110))
