"""Sheets of paper and the room that a map has on them. Millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from garance.ports.export import PaperSize, Turned

SIZES_MM: dict[PaperSize, tuple[int, int]] = {
    PaperSize.A0: (841, 1189),
    PaperSize.A1: (594, 841),
    PaperSize.A2: (420, 594),
    PaperSize.A3: (297, 420),
    PaperSize.A4: (210, 297),
    PaperSize.A5: (148, 210),
}
"""Width and height, held upright (ISO 216)."""

MARGIN_MM = 8.0
HEAD_MM = 12.0
RIM_MM = 6.0
"""The strip around the map where the squares are named."""


@dataclass(frozen=True)
class Room:
    """What a sheet leaves to the map: the window itself, and the band below for legend and title block."""

    sheet_mm: tuple[float, float]
    window_mm: tuple[float, float]
    band_mm: float


def room_on(paper: PaperSize, turned: Turned, band_mm: float) -> Room:
    """The room on that sheet when the band below is that high."""
    short, long = SIZES_MM[paper]
    width, height = (long, short) if turned is Turned.LANDSCAPE else (short, long)
    window = (width - 2 * MARGIN_MM - 2 * RIM_MM, height - 2 * MARGIN_MM - HEAD_MM - band_mm - 2 * RIM_MM)
    return Room((width, height), window, band_mm)
