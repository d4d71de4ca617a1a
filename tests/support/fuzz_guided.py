"""The engine that follows what the code does (atheris, over libFuzzer): one decoder, in a process of its own.

What led it to new places in the code is kept in `.garance/fuzz/<decoder>/corpus/`, where the next run begins; so is an
input that the process died of. Only the decoder's own code is followed: following more is slow to start and to run.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import atheris
from support.fuzz_code import left_alone

with atheris.instrument_imports(include=["garance"], exclude=left_alone(sys.argv[1])):
    from support import fuzz_table

from support.fuzz import BATCH, Account, keep, parsed, taken_up, write
from support.fuzz_guard import LONGEST_S, MOST_BYTES, Judge, plugged, unplugged, warm
from support.fuzz_mutating import LONGEST

NOTED_EVERY_S = 2.0


class Feeding:
    """Counts what one decoder was fed, and keeps what broke it; then goes on."""

    def __init__(self, target: fuzz_table.Target, folder: Path, inputs: int, seconds: float) -> None:
        self.account: Account = taken_up(folder, target, "guided")
        self._judge = Judge(target, LONGEST_S)
        self._target = target
        self._folder = folder
        self._inputs = inputs
        self._noted = time.monotonic()
        self._ends = self._noted + seconds if seconds else 0.0
        self._since = time.process_time()
        self._broken: dict[str, bytes] = {}

    def feed(self, raw: bytes) -> None:
        """One input."""
        result, wrong = self._judge.judged(raw)
        account = self.account
        account.inputs += 1
        if wrong:
            self._broken.setdefault(wrong, raw)
        else:
            account.outcomes[result] = account.outcomes.get(result, 0) + 1
        now = time.monotonic()
        if account.inputs % BATCH == 0 or now - self._noted > NOTED_EVERY_S:
            self._noted = now
            self.note()
            if (self._inputs and account.inputs >= self._inputs) or (self._ends and now >= self._ends):
                os._exit(0)

    def note(self) -> None:
        """Write down what was done."""
        with plugged():
            now = time.process_time()
            self.account.seconds += now - self._since
            self._since = now
            for wrong in self._broken.keys() - self.account.wrong.keys():
                self.account.wrong[wrong] = keep(self._folder, self._target, self._broken[wrong], wrong).name
            self._broken.clear()
            write(self._folder, self._target.name, "guided", self.account)


def _quoted(word: bytes) -> str:
    """A word as libFuzzer's dictionaries write it."""
    return '"' + "".join(f"\\x{one:02x}" for one in word) + '"\n'


def main(arguments: list[str]) -> None:
    """Feed until the inputs, or the time, are used up; the process then ends."""
    asked = parsed(arguments)
    target = fuzz_table.TARGETS[asked.names[0]]
    corpus = asked.folder / target.name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for rank, seed in enumerate(target.seeds()):
        (corpus / f"seed-{rank:03}").write_bytes(seed)
    words = asked.folder / target.name / "words"
    words.write_text("".join(map(_quoted, filter(None, target.words))))
    warm(target)
    feeding = Feeding(target, asked.folder, asked.inputs, asked.seconds)
    options = [
        f"-max_len={LONGEST}", f"-timeout={int(LONGEST_S * 4)}", f"-rss_limit_mb={MOST_BYTES >> 19}",
        f"-artifact_prefix={corpus}/", "-print_final_stats=0", "-verbosity=0",
    ]  # fmt: skip
    if target.words:
        options.append(f"-dict={words}")
    atheris.Setup([sys.argv[0], *options, str(corpus)], feeding.feed)
    with unplugged():  # libFuzzer itself watches the time, with the same signal
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
