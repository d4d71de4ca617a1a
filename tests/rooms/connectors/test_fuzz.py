"""Every decoder, fed with a great deal that it never asked for: only a refusal comes out, and nothing is touched."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.fuzz import ENGINES, Account, account_of, give, has_guided, keep, main, taken_up, write
from support.fuzz_code import code_of, modules
from support.fuzz_guard import memory_of, warm, watching
from support.fuzz_mutating import Mutator, minimized
from support.fuzz_structured import inputs
from support.fuzz_table import TARGETS, Target, found
from support.source import SOURCE

SLOW_S = 120.0
"""How long the slow lane feeds them in all with each engine, on two processes; these take as long again to start."""
LEAST, LEAST_IN_ALL = 200, 100_000
"""What a machine ten times slower than that of the integration reaches, for each decoder and for all."""
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
@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_great_many_inputs(engine: str, tmp_path: Path) -> None:
    """Every decoder; the counts are printed (`-s`, or when it fails). For millions, `./run fuzz`."""
    if engine == "guided" and not has_guided():
        pytest.skip("atheris, the engine that follows the code, is not installed (it is for Linux, x86-64)")
    asked = ["--engine", engine, "--seconds", str(SLOW_S), "--workers", "2", "--folder", str(tmp_path)]
    assert main(asked) == 0
    counted = {name: account_of(tmp_path, name, engine).inputs for name in NAMES}
    assert min(counted.values()) >= LEAST, counted
    assert sum(counted.values()) >= LEAST_IN_ALL, counted


# -- the lane itself ---------------------------------------------------------------------------------------------


def test_every_decoder_is_in_the_table() -> None:
    """A connector that decodes, and is not fed here, is not tried."""
    table = (SOURCE.parents[1] / "tests" / "support" / "fuzz_table.py").read_text("utf-8")
    folders = sorted(path.parent.name for path in (SOURCE / "connectors").glob("*/decode.py"))
    assert [name for name in folders if f"garance.connectors.{name}" not in table] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_the_guided_engine_follows_is_there(name: str) -> None:
    assert set(code_of(name)) <= set(modules())


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


def test_a_fault_is_told_until_it_is_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was found is given again by the next run; what no longer breaks the decoder is no longer told."""

    def reads(raw: bytes) -> None:
        if b"bad" in raw and not mended:
            raise ValueError("bad")

    mended: list[bool] = []
    target = planted(reads)
    wrong, path = "ValueError at ", keep(tmp_path, target, b"a bad end", "ValueError at ")
    assert path.read_bytes() == b"bad"
    write(tmp_path, "planted", "mutating", Account(batches=1, inputs=2000, wrong={wrong: path.name}))
    assert taken_up(tmp_path, target, "mutating").wrong == {wrong: path.name}
    with pytest.raises(ValueError, match="bad"):
        give(target, [path])
    mended.append(True)
    assert give(target, [path]) == 0
    assert "read" in capsys.readouterr().out
    again = taken_up(tmp_path, target, "mutating")
    assert (again.wrong, again.inputs) == ({}, 2000)


@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_inputs_take_little_memory(name: str) -> None:
    target = TARGETS[name]
    warm(target)
    made = list(Mutator(target).batch(1, 100))
    with watching(target) as judge:
        assert memory_of(lambda: [judge.judged(raw) for raw in made]) < 64 << 20
