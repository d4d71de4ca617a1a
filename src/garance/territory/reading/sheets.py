"""Rows of a table of outside: CSV, TSV, XLSX, XLS, ODS. Bounded before anything is unfolded."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from garance.kernel.refusal import Refused
from garance.territory.reading.archive import DAMAGE, Step, check_archive
from garance.territory.reading.fences import DECLARATION
from garance.territory.reading.texts import decode

SHEET_ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
MAX_TABLE_BYTES = 400 * 1024**2
MAX_SHEET_BYTES = 600 * 1024**2
MAX_ROWS = 2_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 20_000_000
MAX_CELL_LETTERS = 1_000_000
SHEETS_TRIED = 20
CHUNK = 1 << 20

Row = list[Any]

_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,4})(\d{1,9})["']""")
_ODD_CELL = re.compile(rb"""\br\s*=\s*["'](?:[^"']*[&a-z]|[A-Z]{5}|[A-Z]*\d{10})""")
_ODS = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def read_sheets(path: Path, label: str, step: Step) -> Iterator[tuple[str, list[Row]]]:
    """Each sheet by name, with its rows, cells as text or numbers. Refuses `table-too-large`, `layer-unreadable`,
    `archive-encrypted` (a password), and for the zipped kinds what `check_archive` refuses."""
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv"):
        yield path.stem, _separated(path, label, step)
        return
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise Refused("table-too-large", field=label)
    if ending == ".json":
        yield path.stem, _records(path, label)
        return
    if ending == ".ods":
        yield from _ods(path, label, step)
        return
    if ending != ".xls":
        _check_workbook(path, label, step)
    yield from _workbook(path, label, step)


def _separated(path: Path, label: str, step: Step) -> list[Row]:
    size = path.stat().st_size
    if size > MAX_TABLE_BYTES:
        raise Refused("table-too-large", field=label, detail={"bytes": size, "limit": MAX_TABLE_BYTES})
    return separate(decode(path.read_bytes()), label, step)


def separate(text: str, label: str, step: Step, *, most_rows: int = MAX_ROWS) -> list[Row]:
    """The rows of a text whose cells are set apart by commas, semicolons, tabs or bars; empty rows are left out.

    Refuses `table-too-large` (also beyond that many rows), `layer-unreadable`.
    """
    csv.field_size_limit(MAX_CELL_LETTERS)
    rows: list[Row] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            if len(row) > MAX_COLUMNS or len(rows) >= most_rows:
                raise Refused("table-too-large", field=label, detail={"columns": len(row), "rows": len(rows)})
            if any(row):
                rows.append(list(row))
            if len(rows) % 50_000 == 0:
                step()
    except csv.Error as problem:
        code = "table-too-large" if "limit" in str(problem) else "layer-unreadable"
        raise Refused(code, field=label) from problem
    return rows


def _records(path: Path, label: str) -> list[Row]:
    """A bare JSON list of flat records, its titles in the first row; values that are not flat are kept as JSON."""
    try:
        records = json.loads(decode(path.read_bytes()))
    except (ValueError, RecursionError) as problem:
        raise Refused("layer-unreadable", field=label) from problem
    records = [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []
    titles = list(dict.fromkeys(title for record in records[:1000] for title in record))
    if len(titles) > MAX_COLUMNS or len(records) * max(1, len(titles)) > MAX_CELLS:
        raise Refused("table-too-large", field=label, detail={"columns": len(titles), "rows": len(records)})
    return [titles, *([_flat(record.get(title)) for title in titles] for record in records)] if titles else []


def _flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _delimiter(text: str) -> str:
    """The sign found most evenly in the first lines, quoted texts left out."""
    bare = re.sub(r'"[^"]*"', "", text[:20_000])
    lines = [line for line in bare.splitlines()[:20] if line.strip()]

    def score(sign: str) -> tuple[int, int]:
        counts = sorted(line.count(sign) for line in lines)
        return (counts[len(counts) // 2], counts[-1]) if counts else (0, 0)

    return max(";\t,|", key=score)


def _check_workbook(path: Path, label: str, step: Step) -> None:
    """No bomb, no declared entity, and no far-away cell that would make a small file an enormous grid."""
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_SHEET_BYTES:
                raise Refused("table-too-large", field=label)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(member) as stream:
                        _check_part(stream, label, "worksheets/" in member.filename.lower(), step)
    except DAMAGE as problem:
        raise Refused("archive-corrupted", field=label) from problem


def _check_part(stream: Any, label: str, is_sheet: bool, step: Step) -> None:
    rows = columns = 1
    tail = b""
    while chunk := stream.read(CHUNK):
        step()
        text = tail + chunk
        if DECLARATION.search(text):
            raise Refused("xml-with-entities", field=label)
        if is_sheet:
            if _ODD_CELL.search(text):
                raise Refused("layer-unreadable", field=label)
            for letters, digits in _CELL.findall(text):
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        tail = text[-64:]
    if rows * columns > MAX_CELLS:
        raise Refused("table-too-large", field=label, detail={"rows": rows, "columns": columns})


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _workbook(path: Path, label: str, step: Step) -> Iterator[tuple[str, list[Row]]]:
    try:
        with path.open("rb") as stream:
            book = CalamineWorkbook.from_filelike(stream)
            for name in book.sheet_names[:SHEETS_TRIED]:
                step()
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
                yield name, [row for row in rows if any(cell not in ("", None) for cell in row)]
    except PasswordError as problem:
        raise Refused("archive-encrypted", field=label) from problem
    except (CalamineError, ZipError, *DAMAGE, KeyError, IndexError, TypeError) as problem:
        raise Refused("layer-unreadable", field=label) from problem
    except BaseException as problem:
        if type(problem).__name__ == "PanicException":
            raise Refused("layer-unreadable", field=label) from problem
        raise


def _ods(path: Path, label: str, step: Step) -> Iterator[tuple[str, list[Row]]]:
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo("content.xml").file_size > MAX_SHEET_BYTES:
                raise Refused("table-too-large", field=label)
            with archive.open("content.xml") as stream:
                _check_part(stream, label, False, step)
            with archive.open("content.xml") as stream:
                yield from _ods_tables(stream, label, step)
    except (ElementTree.ParseError, KeyError, *DAMAGE) as problem:
        raise Refused("layer-unreadable", field=label) from problem


def _ods_tables(stream: Any, label: str, step: Step) -> Iterator[tuple[str, list[Row]]]:
    name, cells = "", 0
    rows: list[Row] = []
    for moment, element in ElementTree.iterparse(stream, ("start", "end")):  # noqa: S314 (entities refused above)
        if element.tag == f"{_ODS}table":
            if moment == "start":
                name, rows = element.get(f"{_ODS}name", ""), []
            else:
                yield name, rows
                element.clear()
        elif moment == "end" and element.tag == f"{_ODS}table-row":
            row = _ods_row(element, label)
            if row:
                times = min(_times(element, "rows"), MAX_ROWS)
                cells += len(row) * times
                if cells > MAX_CELLS:
                    raise Refused("table-too-large", field=label)
                rows.extend([row] * times)
            element.clear()
            if len(rows) % 10_000 == 0:
                step()


def _ods_row(element: Any, label: str) -> Row:
    row: Row = []
    for cell in element:
        if cell.tag not in (f"{_ODS}table-cell", f"{_ODS}covered-table-cell"):
            continue
        value = cell.get(f"{_OFFICE}value") or "\n".join("".join(part.itertext()) for part in cell)
        times = _times(cell, "columns")
        if value and len(row) + times > MAX_COLUMNS:
            raise Refused("table-too-large", field=label)
        row.extend([value] * min(times, MAX_COLUMNS))
        if len(row) > 2 * MAX_COLUMNS:
            break
    while row and not row[-1]:
        row.pop()
    return row


def _times(element: Any, what: str) -> int:
    text = element.get(f"{_ODS}number-{what}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) < 10 else 1
