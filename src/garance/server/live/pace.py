"""How fast, how much, how many: every limit of the live stream in one place."""

from __future__ import annotations

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and rhythms of the live stream."""

    tick_s: float = 0.1
    """Telemetry goes out at most this often."""
    presence_s: float = 1.0
    clock_s: float = 5.0
    buffer_bytes: int = 131_072
    """What may wait for one socket; over it, the reader leaves the live stream and catches up alone."""
    tracks_bytes: int = 32_768
    """Over it, a reader skips telemetry ticks and gets the newest samples once there is room."""
    page_lines: int = 200
    page_cache: int = 128
    """Pages of catch-up kept, for many readers who resume from the same place."""
    readings: int = 2
    """Catch-up pages being read from the store at once."""
    stuck_s: float = 30.0
    """A socket that takes nothing for that long is closed (`too-slow`)."""
    behind_s: float = 120.0
    """A reader who has been behind for that long is closed (`too-slow`)."""
    samples_kept: int = 8
    """The newest samples of one series sent in one tick; all of them are in the track store."""
    doing_burst: int = 20
    doing_per_s: float = 2.0
    max_streams: int = 2_000
    max_streams_per_person: int = 12
