"""Tables of places (CSV): longitude and latitude, plane coordinates, or whole shapes written in a column."""

from __future__ import annotations

from garance.connectors.exchange_files.found import Found, Harvest, parts_of
from garance.connectors.exchange_files.reading import MAX_FEATURES, Format
from garance.kernel.refusal import Refused
from garance.territory.reading.places import locate, shapes_of
from garance.territory.reading.sheets import Row, separate
from garance.territory.reading.texts import decode

MAX_CELLS = 4_000_000
MAX_NUMBER_LETTERS = 80


def read_sheet(raw: bytes, name: str) -> Harvest:
    """Each row that has a place. Refuses `table-without-position`, `table-too-large`, `layer-unreadable`, and
    `format-unknown` for what is no text."""
    if b"\0" in raw[:4096] and raw[:2] not in (b"\xff\xfe", b"\xfe\xff") and raw[1:2] != b"\0":
        raise Refused("format-unknown", field="file")
    rows = separate(decode(raw), "file", lambda: None, most_rows=10 * MAX_FEATURES)
    if sum(len(row) for row in rows) > MAX_CELLS:
        raise Refused("table-too-large", field="file")
    located = locate(rows)
    if located is None:
        raise Refused("table-without-position", field="file")
    top, where = located
    titles = [str(cell).strip() or f"column_{number + 1}" for number, cell in enumerate(rows[top])]
    harvest = Harvest(Format.CSV, title=name, crs=where.crs)
    width = len(titles)
    kept = [(row + [""] * width)[:width] for row in rows[top + 1 : top + 2 + MAX_FEATURES]]
    placed = kept if where.kind == "shape" else [_short(row, where.columns) for row in kept]
    for number, (row, shape) in enumerate(zip(kept, shapes_of(placed, where), strict=True), start=top + 2):
        if harvest.full:
            break
        found = Found(harvest.uid(None, f"row-{number}"), parts_of(shape))
        found.details = harvest.attributes(zip(_apart(titles), row, strict=True))
        harvest.found.append(found)
        if not found.parts:
            harvest.problems.say("row-without-position", found.uid)
    return harvest


def _short(row: Row, columns: tuple[int, ...]) -> Row:
    """The row, its numbers cut to what a number can be: patterns are tried on them."""
    shorter = list(row)
    for column in columns:
        shorter[column] = " ".join(str(row[column])[:200].split())[:MAX_NUMBER_LETTERS]
    return shorter


def _apart(titles: list[str]) -> list[str]:
    """Titles met only once: those repeated bear their rank."""
    seen: dict[str, int] = {}
    names = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        names.append(title if seen[title] == 1 else f"{title}_{seen[title]}")
    return names
