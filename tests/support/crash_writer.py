"""A writer under load, run as a process of its own to be killed: says on its output what was acknowledged, and when.

Its input is one JSON line: the journal's folder, the commands to repeat, the number of the first new command.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from support.journal import author, command, draft

from garance.journal.envelope import Draft
from garance.journal.keys import open_signer
from garance.journal.sqlite import SqliteStore
from garance.journal.writer import Intent, Writer
from garance.kernel.clock import SystemClock

CLIENTS = 16


class Orders(msgspec.Struct):
    """What this run is to do."""

    folder: str
    repeat: list[int]
    start: int


def intent(number: int) -> Intent:
    """The intention of that number: the same each time."""
    return Intent(author().person, command(number), f"asked {number}")


def drafts(number: int) -> list[Draft]:
    """Two facts, which must appear together or not at all."""
    return [draft(f"{number} first"), draft(f"{number} second")]


def say(word: str) -> None:
    """One line out, at once."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def submit_all(writer: Writer, numbers: Iterator[int]) -> None:
    """One client: a command after the other, for ever."""
    for number in numbers:
        say(f"sent {number}")
        answer = await writer.submit(intent(number), lambda number=number: drafts(number))  # type: ignore[misc]
        say(f"done {number} {' '.join(answer.receipt.facts)}")


async def run(orders: Orders) -> None:
    """Write until killed."""
    folder = Path(orders.folder)
    writer = Writer(SqliteStore(folder / "journal.sqlite"), open_signer(folder), SystemClock())
    writer.start()
    say("ready")
    numbers = itertools.chain(orders.repeat, itertools.count(orders.start))
    await asyncio.gather(*(submit_all(writer, numbers) for _ in range(CLIENTS)))


if __name__ == "__main__":
    asyncio.run(run(msgspec.json.decode(sys.stdin.readline(), type=Orders)))
