"""APRS-IS followed: the login line, its filter, and a comment now and then so that the link is not taken for dead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from garance.connectors.aprs.decode import decode
from garance.connectors.lines import Pauses, Peer, follow_lines, text_setting
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation

SILENCE_S = 120.0
"""A server says something every 20 seconds: past this, the link is dead."""

_CALLSIGN = re.compile(r"[A-Z0-9]{3,9}(-[A-Z0-9]{1,2})?")


class Aprs:
    """The source, configured."""

    def __init__(self, peer: Peer, pauses: Pauses | None = None) -> None:
        self._peer = peer
        self._pauses = pauses

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a packet says; refuses as `decode` does."""
        return decode(frame)

    async def run(self, outlet: Outlet) -> NoReturn:
        """Follow the server until cancelled."""
        await follow_lines(self, self._peer, outlet, self._pauses)


def login(callsign: str, passcode: str, kept: str) -> bytes:
    """The line that opens a session; refuses `value-wrong` (a callsign that is none, words over several lines)."""
    if not _CALLSIGN.fullmatch(callsign):
        raise Refused("value-wrong", field="callsign")
    if not re.fullmatch(r"-1|\d{1,5}", passcode):
        raise Refused("value-wrong", field="passcode")
    if kept and not (kept.isascii() and kept.isprintable()):
        raise Refused("value-wrong", field="filter")
    wanted = f" filter {kept}" if kept else ""
    return f"user {callsign} pass {passcode} vers Garance 1{wanted}\r\n".encode("ascii")


def open_connector(settings: Mapping[str, Any]) -> Aprs:
    """APRS-IS with these settings; refuses `value-wrong`."""
    host = text_setting(settings, "host")
    if not host:
        raise Refused("value-wrong", field="host")
    return Aprs(
        Peer(
            host=host,
            port=int(settings.get("port") or 14580),
            greeting=login(
                text_setting(settings, "callsign").upper(),
                text_setting(settings, "passcode") or "-1",
                text_setting(settings, "filter"),
            ),
            keepalive=b"# Garance\r\n",
            silence_s=SILENCE_S,
            longest_line=1024,
        )
    )
