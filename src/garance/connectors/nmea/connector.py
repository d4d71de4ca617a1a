"""A satellite receiver followed from a server over TCP, or listened to over UDP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.lines import Pauses, Peer, follow_lines, listen_datagrams, text_setting
from garance.connectors.members import MAX_NAME
from garance.connectors.nmea.decode import NmeaDecoder
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation

LONGEST_LINE = 256
SILENCE_S = 60.0
"""A receiver says something every second, even without a fix."""


class Nmea:
    """The source, configured."""

    def __init__(self, transport: str, peer: Peer, device: str, pauses: Pauses | None = None) -> None:
        self._transport = transport
        self._peer = peer
        self._pauses = pauses
        self._decoder = NmeaDecoder(device)

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What sentences say; refuses as `NmeaDecoder.decode` does."""
        return self._decoder.decode(frame)

    async def run(self, outlet: Outlet) -> None:
        """Follow or listen until cancelled."""
        peer = self._peer
        if self._transport == "udp":
            await listen_datagrams(self, peer.host, peer.port, outlet, self._pauses, longest_line=LONGEST_LINE)
        await follow_lines(self, peer, outlet, self._pauses)


def open_connector(settings: Mapping[str, Any]) -> Nmea:
    """A receiver with these settings; refuses `value-wrong` (no device, or a name of more than 100 signs)."""
    device = text_setting(settings, "device")
    if not device or len(device) > MAX_NAME:
        raise Refused("value-wrong", field="device")
    host, port = text_setting(settings, "host") or "127.0.0.1", int(settings.get("port") or 10110)
    peer = Peer(host=host, port=port, silence_s=SILENCE_S, longest_line=LONGEST_LINE)
    return Nmea(text_setting(settings, "transport") or "tcp", peer, device)
