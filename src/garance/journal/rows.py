"""Many rows written to SQLite in few statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

ROWS_TOGETHER = 64
"""Rows in one statement: few statements, and few enough lengths of them for SQLite to keep each one prepared."""


def insert_rows(connection: sqlite3.Connection, insert: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert all these rows: between two statements a thread must win Python's lock back from the busy loop.

    `insert` is the statement up to its values, in our own words; every row has as many values.
    """
    for start in range(0, len(rows), ROWS_TOGETHER):
        some = rows[start : start + ROWS_TOGETHER]
        places = ", ".join([f"({', '.join('?' * len(some[0]))})"] * len(some))
        connection.execute(f"{insert} VALUES {places}", [value for row in some for value in row])
