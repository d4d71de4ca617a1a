"""A symbol as a fragment of SVG, in a box of 100 by 100: what paper prints and what a legend shows."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable

from garance.symbols.charter import Ink, Lettering, Line, Mark, Palette, State, Symbol

FACE = "'Atkinson Hyperlegible Next', sans-serif"
MAX_TEXT = 40
FADED = 0.6
DASH = "9 6"
HALO_WIDTH = 6.0
LETTER_WIDTH = 0.62
"""Of its height, in the bold of our face."""

SAMPLE_LINE, SAMPLE_AREA = "M6 50H94", "M8 22H92V78H8Z"
CLOSE_PX = 70
PART = 0.33
"""The size of a mark on the sample of a line."""
LINE_DASHES: dict[str, str] = {"dashed": "14 9", "dotted": "1 9"}
PLANNED_DASHES: dict[str, str] = {"solid": "14 9", "double": "14 9", "dashed": "5 13", "dotted": "1 18"}
"""A line that is dashed by nature is planned when its dashes are far between."""
_OVER: dict[State, Mark] = {
    "done": Mark(d="M66 12l9 10 17-20", width=7),
    "cancelled": Mark(d="M6 94L94 6", width=6),
}


def draw(symbol: Symbol, *, palette: Palette, state: State = "engaged", text: str = "", rotation_deg: float = 0) -> str:
    """One `<g>` for the box (0, 0)–(100, 100). Planned is dashed, done is faded and ticked, cancelled struck through.

    `text` is cut at 40 characters, and goes where the symbol says; it may stand outside the box. `rotation_deg`,
    clockwise, turns the strokes of a symbol that turns: words stay level. One of lines or areas only gives a sample.
    """
    ink = palette.inks[symbol.role]
    body = _strokes(symbol, ink, palette.halo, state) if symbol.marks or not symbol.line else ""
    if not body and symbol.line:
        body = _sample(symbol, symbol.line, ink, palette.halo, planned=state == "planned")
    turned = f' transform="rotate({rotation_deg % 360:g} 50 50)"' if symbol.turns and rotation_deg % 360 else ""
    words = _words(symbol, plain(text), ink, palette.halo, state)
    letter = _role_letter(ink, palette.halo) if ink.letter else ""
    faded = f' opacity="{FADED}"' if state in _OVER else ""
    over = _stroke(_OVER[state], ink, palette.halo, state) if state in _OVER else ""
    return f"<g><g{faded}><g{turned}>{body}</g>{words}{letter}</g>{over}</g>"


def draw_marks(marks: Iterable[Mark], ink: Ink, halo: str, state: State) -> str:
    """Strokes alone, in the box (0, 0)–(100, 100): what stands along a line or at its ends."""
    return "".join(_stroke(mark, ink, halo, state) for mark in marks)


def plain(text: str) -> str:
    """What can be written of it: one line, no control character, 40 characters at most."""
    shown = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    return " ".join(shown.split())[:MAX_TEXT]


def _strokes(symbol: Symbol, ink: Ink, halo: str, state: State) -> str:
    under = [_path(mark.d, halo, mark.width + HALO_WIDTH) for mark in symbol.marks]
    return "".join(under) + "".join(_stroke(mark, ink, halo, state) for mark in symbol.marks)


def _stroke(mark: Mark, ink: Ink, halo: str, state: State) -> str:
    planned = state == "planned"
    fills = {"none": "none", "ink": ink.colour, "ground": halo, "engaged": halo if planned else ink.colour}
    return _path(mark.d, ink.colour, mark.width, fills[mark.fill], DASH if planned and mark.dash else "")


def _path(d: str, colour: str, width: float, fill: str = "none", dash: str = "") -> str:
    pen = f'stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round"'
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{d}" fill="{fill}" {pen}{dashed}/>' if width else f'<path d="{d}" fill="{fill}"/>'


def _sample(symbol: Symbol, line: Line, ink: Ink, halo: str, *, planned: bool) -> str:
    """A length of the line, with what stands along it; around a patch, when it is the edge of an area."""
    area = symbol.places[0] == "area"
    path = SAMPLE_AREA if area else SAMPLE_LINE
    dash = (PLANNED_DASHES if planned else LINE_DASHES).get(line.stroke, "")
    width = line.width_px * 1.8
    parts = (
        [f'<path d="{SAMPLE_AREA}" fill="{ink.colour}" fill-opacity="0.2"/>'] if symbol.fill != "none" and area else []
    )
    if symbol.fill == "hatch":
        parts.append(_path("M8 60L46 22M22 78L78 22M54 78L92 40", ink.colour, 2))
    if line.stroke == "double":
        parts += [_path(path, ink.colour, width * 2.6, dash=dash), _path(path, halo, width)]
    elif line.stroke != "none":
        parts.append(_path(path, ink.colour, width, dash=dash))
    parts += [
        f'<g transform="translate({x - 50 * PART:g} {y - 50 * PART:g}) scale({PART})">'
        + draw_marks(marks, ink, halo, "planned" if planned else "engaged")
        + "</g>"
        for x, y, marks in _standing(line, 22 if area else 50)
    ]
    return "".join(parts)


def _standing(line: Line, y: float) -> list[tuple[float, float, tuple[Mark, ...]]]:
    """Where the marks of a sample stand: one along it, or three when they follow each other closely."""
    along = ((8, 50, 92) if line.every_px < CLOSE_PX else (50,)) if line.along else ()
    ends = [(92.0, y, line.head)] * bool(line.head) + [(8.0, y, line.tail)] * bool(line.tail)
    return [*((float(x), y, line.along) for x in along), *ends]


def _words(symbol: Symbol, said: str, ink: Ink, halo: str, state: State) -> str:
    """The letters of the symbol, and what a person wrote: in their place, or under the box."""
    letters = symbol.letters
    inside = (said if symbol.label == "inside" else "") or (letters.text if letters else "")
    shown = []
    if inside:
        place = letters or Lettering()
        on_ink = place.ink == "ground" or (place.ink == "engaged" and state != "planned")
        shown.append(_text(inside, place, halo if on_ink else ink.colour, None if on_ink else halo))
    if said and symbol.label in ("below", "along"):
        shown.append(
            _text(said, Lettering(y=114 if symbol.label == "below" else 30, size=22, width=140), ink.colour, halo)
        )
    return "".join(shown)


def _text(said: str, place: Lettering, colour: str, halo: str | None) -> str:
    size = min(place.size, place.width / (max(1, len(said)) * LETTER_WIDTH))
    around = f' stroke="{halo}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    # Capitals have their middle at 0.35 of their height: not every renderer knows `dominant-baseline`.
    return (
        f'<text x="{place.x:g}" y="{place.y + size * 0.35:g}" font-family="{FACE}" font-weight="700" '
        f'font-size="{size:.3g}" text-anchor="middle" fill="{colour}"{around}>{html.escape(said)}</text>'
    )


def _role_letter(ink: Ink, halo: str) -> str:
    return _text(ink.letter, Lettering(x=95, y=92, size=24, width=40), ink.colour, halo)
