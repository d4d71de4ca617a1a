"""The engine that follows what the code does (atheris, over libFuzzer): one decoder, in a process of its own.

What led it to new places in the code is kept in `.garance/fuzz/<decoder>/corpus/`, where the next run begins.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["garance.connectors"]):
    from support import fuzz_table

from support.fuzz import BATCH, Account, account_of, keep, parsed, write
from support.fuzz_guard import LONGEST_S, MOST_BYTES, Judge, plugged, unplugged, warm
from support.fuzz_mutating import LONGEST


class Feeding:
    """Counts what one decoder was fed, and keeps what broke it; then goes on."""

    def __init__(self, target: fuzz_table.Target, folder: Path, inputs: int) -> None:
        self.account: Account = account_of(folder, target.name, "guided")
        self._judge = Judge(target, LONGEST_S)
        self._target = target
        self._folder = folder
        self._inputs = inputs
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
        if account.inputs % BATCH == 0:
            self.note()
            if self._inputs and account.inputs >= self._inputs:
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
    feeding = Feeding(target, asked.folder, asked.inputs)
    options = [
        f"-max_len={LONGEST}", f"-timeout={int(LONGEST_S * 4)}", f"-rss_limit_mb={MOST_BYTES >> 19}",
        f"-artifact_prefix={asked.folder / target.name}/", "-print_final_stats=0", "-verbosity=0",
    ]  # fmt: skip
    if target.words:
        options.append(f"-dict={words}")
    if asked.seconds:
        options.append(f"-max_total_time={max(1, int(asked.seconds))}")
    atheris.Setup([sys.argv[0], *options, str(corpus)], feeding.feed)
    with unplugged():  # libFuzzer itself watches the time, with the same signal
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
