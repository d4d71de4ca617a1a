"""Inputs near the true ones, from a seed: the same number gives the same input, so that a run can be taken up again."""

from __future__ import annotations

import random
from collections.abc import Iterator

from support.fuzz_guard import watching
from support.fuzz_table import Target

LONGEST = 1 << 16
ODD = (
    b"", b"\x00", b"\xff", b"\x80", b"\xed\xa0\x80", b"-1", b"0", b"1e400", b"99999999999999999999", b"nan", b"inf",
    b"-inf", "é".encode(), "٣".encode(), "\u202e".encode(), b"\r", b"\n", b"\t", b" " * 40, b"9999-12-31T23:59:59Z",
    b"0001-01-01T00:00:00+14:00", b"2024-02-30T25:61:61Z", b"91", b"-181", b"1e-320", b"0x10", b"1_0", b"A" * 300,
)  # fmt: skip
EDGES = b"<>{}[]\"',;:/=& \r\n|*"


class Mutator:
    """Makes inputs for one decoder: cut, doubled, spliced, flipped, with words of its language and odd values."""

    def __init__(self, target: Target, seeds: list[bytes] | None = None) -> None:
        self._seeds = sorted(target.seeds() if seeds is None else seeds) or [b""]
        self._words = (*target.words, *ODD)
        self._name = target.name

    def batch(self, number: int, count: int) -> Iterator[bytes]:
        """So many inputs, those of that number."""
        chance = random.Random(f"{self._name} {number}")
        for _ in range(count):
            yield self._one(chance)

    def _one(self, chance: random.Random) -> bytes:
        if chance.random() < 0.02:
            return self._generated(chance)
        raw = bytearray(chance.choice(self._seeds))
        for _ in range(1 + int(chance.expovariate(0.6))):
            self._change(raw, chance)
        return bytes(raw[:LONGEST])

    def _generated(self, chance: random.Random) -> bytes:
        """Words of the language one after the other, or plain noise."""
        if chance.random() < 0.5:
            return chance.randbytes(chance.randrange(200))
        return b"".join(chance.choice(self._words) for _ in range(chance.randrange(1, 30)))

    def _change(self, raw: bytearray, chance: random.Random) -> None:
        size = len(raw)
        at = chance.randrange(size + 1)
        span = min(size - at, int(chance.expovariate(0.1)) + 1)
        match chance.randrange(8):
            case 0 if at < size:
                raw[at] ^= 1 << chance.randrange(8)
            case 1:
                del raw[at : at + span]
            case 2:
                raw[at:at] = raw[at : at + span] * chance.choice((1, 1, 2, 40))
            case 3:
                raw[at : at + chance.choice((0, span))] = chance.choice(self._words)
            case 4:
                self._fill(raw, at, chance)
            case 5:
                other = chance.choice(self._seeds)
                start = chance.randrange(len(other) + 1)
                raw[at : at + span] = other[start : start + span * 3]
            case 6:
                del raw[at:]
            case _:
                raw[at : at + 1] = bytes((chance.randrange(256),))

    def _fill(self, raw: bytearray, at: int, chance: random.Random) -> None:
        """Another value between two edges: where a number or a word was."""
        begin = at
        while begin and raw[begin - 1] not in EDGES:
            begin -= 1
        end = at
        while end < len(raw) and raw[end] not in EDGES:
            end += 1
        raw[begin:end] = chance.choice(self._words)


def minimized(target: Target, raw: bytes, wrong: str, *, most: int = 2_000) -> bytes:
    """A shorter input with the same fault: pieces are taken away, halves first, as long as the fault stays."""
    step = max(1, len(raw) // 2)
    with watching(target) as judge:
        while step and most > 0:
            at = 0
            while at < len(raw) and most > 0:
                shorter, most = raw[:at] + raw[at + step :], most - 1
                if judge.judged(shorter)[1] == wrong:
                    raw = shorter
                else:
                    at += step
            step //= 2
    return raw
