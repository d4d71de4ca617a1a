"""QR codes, drawn here so that no address is ever given to anybody else to draw."""

from __future__ import annotations

import io

import segno


def qr_code(content: str) -> str:
    """The QR code of that text as an SVG drawing, dark on light whatever the theme: that is what phones read."""
    drawn = io.BytesIO()
    segno.make(content, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, light="#ffffff", dark="#000000", border=4, omitsize=True
    )
    return drawn.getvalue().decode("utf-8")
