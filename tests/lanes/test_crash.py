"""Crash lane: a writer under load is killed at random instants; what it acknowledged is there, once, and verifies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from support.crash_writer import Orders, intent

from garance.journal.sqlite import SqliteStore
from garance.journal.verify import verify

SOURCE = Path(__file__).parents[2]


class Lane:
    """Runs the writer again and again, and remembers what it said."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.done: dict[int, tuple[str, ...]] = {}
        self.pending: set[int] = set()
        self.next = 0
        self.answered_in_a_run = 0

    def run_and_kill(self) -> None:
        """One run, killed before, at, or some time after its first answer."""
        path = f"{SOURCE / 'src'}{os.pathsep}{SOURCE / 'tests'}"
        process = subprocess.Popen(
            [sys.executable, "-m", "support.crash_writer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        orders = Orders(str(self.folder), sorted(self.pending), self.next)
        process.stdin.write(msgspec.json.encode(orders).decode() + "\n")
        process.stdin.close()
        if self.random.random() < 0.1:
            time.sleep(self.random.uniform(0, 0.4))  # even while it starts
            lines = []
        else:
            lines = [process.stdout.readline()]
            time.sleep(self.random.expovariate(20))
        process.kill()
        lines += process.stdout.readlines()
        process.stdout.close()
        process.wait()
        self.note(lines)

    def note(self, lines: list[str]) -> None:
        """What was sent is pending until it is done; the last line may be cut short."""
        for line in lines:
            if not line.endswith("\n"):
                continue
            word, *rest = line.split()
            if word == "sent":
                self.pending.add(int(rest[0]))
                self.next = max(self.next, int(rest[0]) + 1)
            elif word == "done":
                facts = tuple(rest[1:])
                assert self.done.setdefault(int(rest[0]), facts) == facts
                self.pending.discard(int(rest[0]))

    def check_answers(self, store: SqliteStore, numbers: set[int]) -> None:
        """Every acknowledged command has its receipt and its two facts."""
        for number in numbers:
            receipt = store.receipt(*intent(number).key)
            assert receipt is not None, f"command {number} was acknowledged and is lost"
            assert receipt.facts == self.done[number]
            for fact in receipt.facts:
                writer, seq = fact.rsplit("-", 1)
                assert store.chain(writer, int(seq) - 1, 1)[0].header.command == receipt.command

    def check_everything(self, store: SqliteStore) -> None:
        """The chain verifies; each command is there with its two facts, or not at all; none twice."""
        report = verify(store)
        assert report.sound, report.faults
        facts: dict[str, int] = {}
        after = 0
        while lines := store.read(after, 5_000):
            for line in lines:
                facts[line.header.command] = facts.get(line.header.command, 0) + 1
            after = lines[-1].position
        assert set(facts.values()) <= {2}
        missing = [number for number in self.done if intent(number).command not in facts]
        assert missing == []

    def go(self, kills: int) -> None:
        """That many kills, a light check after each and a full one now and then."""
        for kill in range(1, kills + 1):
            before = set(self.done)
            self.run_and_kill()
            fresh = set(self.done) - before
            self.answered_in_a_run = max(self.answered_in_a_run, len(fresh))
            with closing(SqliteStore(self.folder / "journal.sqlite")) as store:
                self.check_answers(store, fresh)
                if kill % 25 == 0 or kill == kills:
                    self.check_everything(store)


def test_nothing_acknowledged_is_lost_or_doubled_over_ten_kills(tmp_path: Path) -> None:
    lane = Lane(tmp_path, seed=10)
    lane.go(10)
    assert lane.answered_in_a_run > 0


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_acknowledged_is_lost_or_doubled_over_two_hundred_kills(tmp_path: Path) -> None:
    lane = Lane(tmp_path, seed=200)
    lane.go(200)
    assert len(lane.done) > 200
