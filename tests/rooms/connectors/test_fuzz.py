"""Every decoder, fed with a great deal that it never asked for: only a refusal comes out, and nothing is touched."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.fuzz import account_of, main
from support.fuzz_guard import memory_of, warm, watching
from support.fuzz_mutating import Mutator, minimized
from support.fuzz_structured import inputs
from support.fuzz_table import TARGETS, Target, found
from support.source import SOURCE

SLOW_S = 420.0
"""How long the slow lane feeds them in all, on two processes."""
NAMES = sorted(TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_mutated_frames(name: str) -> None:
    target = TARGETS[name]
    warm(target)
    made = [*target.seeds(), *Mutator(target).batch(0, 200)]
    with watching(target) as judge:
        for raw in made:
            assert judge.judged(raw)[1] == "", raw[:300]


@pytest.mark.parametrize("name", NAMES)
def test_what_once_broke_it(name: str) -> None:
    target = TARGETS[name]
    warm(target)
    broke = list(found(name))
    with watching(target) as judge:
        for file, raw in broke:
            assert judge.judged(raw)[1] == "", file


@pytest.mark.parametrize("name", NAMES)
def test_inputs_of_the_right_shape(name: str) -> None:
    _shaped(TARGETS[name], 30)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", NAMES)
def test_many_inputs_of_the_right_shape(name: str) -> None:
    _shaped(TARGETS[name], 1_500)


def _shaped(target: Target, count: int) -> None:
    warm(target)

    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(inputs(target), min_size=1, max_size=4))
    def each(raws: list[bytes]) -> None:
        with watching(target) as judge:
            for raw in raws:
                assert judge.judged(raw)[1] == ""

    each()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_millions_of_inputs(tmp_path: Path) -> None:
    """Both engines, every decoder; the counts are printed (`-s`, or when it fails). The long one is `./run fuzz`."""
    pytest.importorskip("atheris", reason="the engine that follows the code is not installed (Linux, x86-64)")
    assert main(["--seconds", str(SLOW_S), "--workers", "2", "--folder", str(tmp_path)]) == 0
    counted = {name: sum(account_of(tmp_path, name, one).inputs for one in ("mutating", "guided")) for name in NAMES}
    assert min(counted.values()) > 1_000, counted
    assert sum(counted.values()) > 1_000_000, counted


# -- the lane itself ---------------------------------------------------------------------------------------------


def test_every_decoder_is_in_the_table() -> None:
    """A connector that decodes, and is not fed here, is not tried."""
    table = (SOURCE.parents[1] / "tests" / "support" / "fuzz_table.py").read_text("utf-8")
    folders = sorted(path.parent.name for path in (SOURCE / "connectors").glob("*/decode.py"))
    assert [name for name in folders if f"garance.connectors.{name}" not in table] == []


def planted(eat: object) -> Target:
    assert callable(eat)
    return Target("planted", eat, lambda: [b"true"])


def test_what_comes_out_is_told() -> None:
    def reads(raw: bytes) -> None:
        if b"k" in raw:
            raise KeyError(raw)
        if b"o" in raw:
            Path("/etc/hostname").read_bytes()
        if b"p" in raw:
            subprocess.run([sys.executable, "--version"], check=True)
        while b"l" in raw:
            pass

    with watching(planted(reads), 0.2) as judge:
        assert judge.judged(b"true") == ("read", "")
        assert judge.judged(b"k")[1].startswith("KeyError")
        assert judge.judged(b"o")[1].startswith("Touched open")
        assert judge.judged(b"p")[1].startswith("Touched")
        assert judge.judged(b"l")[1].startswith("TooLong")
        assert judge.judged(b"true") == ("read", "")
    assert Path(__file__).read_bytes()


def test_a_fault_is_cut_to_its_shortest() -> None:
    def reads(raw: bytes) -> None:
        if b"bad" in raw:
            raise ValueError

    target = planted(reads)
    with watching(target) as judge:
        wrong = judge.judged(b"a long story with a bad end")[1]
    assert minimized(target, b"a long story with a bad end" * 20, wrong) == b"bad"


def test_the_same_number_gives_the_same_inputs() -> None:
    target = TARGETS["nmea"]
    assert list(Mutator(target).batch(3, 50)) == list(Mutator(target).batch(3, 50))
    assert list(Mutator(target).batch(3, 50)) != list(Mutator(target).batch(4, 50))


def test_a_run_is_taken_up_again(tmp_path: Path) -> None:
    asked = ["nmea", "--engine", "mutating", "--workers", "1", "--folder", str(tmp_path), "--inputs"]
    assert main([*asked, "2000"]) == 0
    once = account_of(tmp_path, "nmea", "mutating")
    began = time.monotonic()
    assert main([*asked, "2000"]) == 0
    again = account_of(tmp_path, "nmea", "mutating")
    assert (once.inputs, again.inputs, again.batches) == (2000, 2000, 1)
    assert time.monotonic() - began < 60
    assert main([*asked, "4000"]) == 0
    assert account_of(tmp_path, "nmea", "mutating").batches == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_inputs_take_little_memory(name: str) -> None:
    target = TARGETS[name]
    warm(target)
    made = list(Mutator(target).batch(1, 100))
    with watching(target) as judge:
        assert memory_of(lambda: [judge.judged(raw) for raw in made]) < 64 << 20
