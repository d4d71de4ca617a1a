"""Fuzz the decoders: `python -m support.fuzz [DECODER…] --inputs N`, or `--seconds S` shared out among them.

Each decoder runs in processes of its own, so that one that dies stops no other. What was done is written down and
taken up again; what breaks a decoder is cut to its shortest and kept in `.garance/fuzz/<decoder>/`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
from support.fuzz_guard import LONGEST_S, MOST_BYTES, warm, watching
from support.fuzz_mutating import Mutator, minimized
from support.fuzz_table import TARGETS, Target, outcome
from support.source import ROOT

KEPT = ROOT / ".garance" / "fuzz"
BATCH = 2_000
SAID_EVERY_S = 30.0
SPARE_S = 90.0
ENGINES = ("mutating", "guided")


class Account(msgspec.Struct):
    """What was done with one decoder by one engine, since the beginning."""

    batches: int = 0
    inputs: int = 0
    seconds: float = 0.0
    """Of the processor: what the machine does beside does not count."""
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)
    wrong: dict[str, str] = msgspec.field(default_factory=dict)
    """What came out that was no refusal, and the file of the input that shows it."""


class Wish(NamedTuple):
    """How far to go, with one decoder: so many inputs in all, or so long from now."""

    inputs: int
    seconds: float
    folder: Path
    longest_s: float = LONGEST_S


def account_of(folder: Path, name: str, engine: str) -> Account:
    """What was written down."""
    path = folder / name / f"{engine}.json"
    return msgspec.json.decode(path.read_bytes(), type=Account) if path.is_file() else Account()


def write(folder: Path, name: str, engine: str, account: Account) -> None:
    """Write it down, whole or not at all."""
    path = folder / name / f"{engine}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(account)))
    beside.replace(path)


def taken_up(folder: Path, target: Target, engine: str) -> Account:
    """What was written down; of the faults, those that are still there: what was kept of each is given again."""
    account = account_of(folder, target.name, engine)
    kept = [folder / target.name / file for file in account.wrong.values() if file.endswith(".input")]
    raws = {path.name: path.read_bytes() for path in kept if path.is_file()}
    with watching(target) as judge:
        said = {judge.judged(raw)[1]: file for file, raw in raws.items()}
    account.wrong = {wrong: file for wrong, file in said.items() if wrong}
    return account


def keep(folder: Path, target: Target, raw: bytes, wrong: str) -> Path:
    """Keep what breaks a decoder, cut to its shortest."""
    short = raw if wrong.startswith("TooLong") else minimized(target, raw, wrong)
    path = folder / target.name / f"{hashlib.sha256(short).hexdigest()[:12]}.input"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(short)
    return path


def mutate(target: Target, wish: Wish) -> Account:
    """Feed one decoder with mutated inputs, in this process."""
    warm(target)
    account, mutator = taken_up(wish.folder, target, "mutating"), Mutator(target)
    bound_memory()
    begun = said = time.monotonic()
    counted: Counter[str] = Counter(account.outcomes)
    while _goes_on(account, wish, begun):
        started = time.process_time()
        broken: dict[str, bytes] = {}
        with watching(target, wish.longest_s) as judge:
            for raw in mutator.batch(account.batches, BATCH):
                result, wrong = judge.judged(raw)
                counted[result] += not wrong
                if wrong:
                    broken.setdefault(wrong, raw)
        for wrong in broken.keys() - account.wrong.keys():
            account.wrong[wrong] = keep(wish.folder, target, broken[wrong], wrong).name
        account.batches, account.inputs = account.batches + 1, account.inputs + BATCH
        account.seconds += time.process_time() - started
        account.outcomes = dict(counted.most_common())
        write(wish.folder, target.name, "mutating", account)
        if time.monotonic() - said > SAID_EVERY_S:
            said = time.monotonic()
            print(told(target.name, "mutating", account), flush=True)
    return account


def _goes_on(account: Account, wish: Wish, begun: float) -> bool:
    if wish.seconds and time.monotonic() - begun >= wish.seconds:
        return False
    return not wish.inputs or account.inputs < wish.inputs


def bound_memory() -> None:
    """No more than so much over what the process holds now; the system refuses the rest."""
    if sys.platform != "linux":
        return
    import resource

    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MOST_BYTES, held + MOST_BYTES))


def told(name: str, engine: str, account: Account) -> str:
    """One line: how many inputs, how fast, how many read, what was wrong."""
    read = account.outcomes.get("read", 0)
    rate = account.inputs / account.seconds if account.seconds else 0.0
    return (
        f"  {name:16}{engine:10}{account.inputs:>12,} inputs {rate:>9,.0f}/s  {read:>11,} read  "
        f"{len(account.outcomes) - bool(read):>3} reasons refused  {len(account.wrong)} wrong"
        + "".join(f"\n      {wrong}  ({file})" for wrong, file in account.wrong.items())
    )


def has_guided() -> bool:
    """Whether the engine that follows what the code does is there."""
    from importlib.util import find_spec

    return find_spec("atheris") is not None


def share(name: str, engine: str, wish: Wish) -> Account:
    """One decoder and one engine, in a process of its own; one that dies or never ends is a fault, told as such."""
    module = "support.fuzz_guided" if engine == "guided" else "support.fuzz"
    command = [sys.executable, "-m", module, name, "--inside", "--folder", str(wish.folder)]
    command += ["--inputs", str(wish.inputs), "--seconds", str(wish.seconds)]
    (wish.folder / name).mkdir(parents=True, exist_ok=True)
    try:
        with (wish.folder / name / f"{engine}.log").open("wb") as log:
            limit = wish.seconds + SPARE_S if wish.seconds else None
            done = subprocess.run(command, check=False, timeout=limit, stderr=log, env=_environment())
        died = "" if done.returncode == 0 else f"the process ended with {done.returncode}"
    except subprocess.TimeoutExpired:
        died = "an input never ended"
    account = account_of(wish.folder, name, engine)
    if died:
        account.wrong.setdefault(died, f"{engine}.log")
    return account


def _environment() -> dict[str, str]:
    """Where the process of a decoder finds the house, however this one found it."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests"), *sys.path])}


def fuzz(names: list[str], engines: list[str], wish: Wish, workers: int) -> dict[tuple[str, str], Account]:
    """Every decoder by every engine, so many at a time; what each did in all."""
    jobs = [(name, engine) for engine in engines for name in names]
    seconds = wish.seconds * workers / len(jobs) if wish.seconds else 0.0
    inputs = -(-wish.inputs // len(engines))
    each = wish._replace(seconds=seconds, inputs=inputs)
    with ThreadPoolExecutor(workers) as pool:
        done = pool.map(lambda job: share(job[0], job[1], each), jobs)
        return dict(zip(jobs, done, strict=True))


def give(target: Target, paths: list[Path]) -> int:
    """Give kept inputs to a decoder, outside any guard: what comes out is shown with its trace."""
    for path in paths:
        raw = path.read_bytes()
        print(f"{path.name}: {len(raw):,} bytes {raw[:80]!r}")
        print(f"  {outcome(target, raw)}")
    return 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    """What was asked."""
    parser = argparse.ArgumentParser(prog="./run fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*TARGETS, []], help="which decoders; all when none is named")
    parser.add_argument("--inputs", type=int, default=0, help="how many inputs in all, for each decoder")
    parser.add_argument("--seconds", type=float, default=0.0, help="how long in all, shared out among decoders")
    parser.add_argument("--engine", choices=ENGINES, help="one engine only; both when the guided one is installed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many processes at a time")
    parser.add_argument("--folder", type=Path, default=KEPT, help="where what was done and found is kept")
    parser.add_argument("--give", type=Path, nargs="+", default=[], help="give these kept inputs to that decoder, once")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Fuzz, and say what was done; 1 when anything but a refusal came out."""
    asked = parsed(arguments)
    wish = Wish(asked.inputs, asked.seconds or (0.0 if asked.inputs else 60.0), asked.folder)
    if asked.give:
        return give(TARGETS[asked.names[0]], asked.give)
    if asked.inside:
        mutate(TARGETS[asked.names[0]], wish)
        return 0
    engines = [asked.engine] if asked.engine else list(ENGINES if has_guided() else ENGINES[:1])
    done = fuzz(asked.names or list(TARGETS), engines, wish, asked.workers)
    for (name, engine), account in done.items():
        print(told(name, engine, account))
    total, wrong = sum(one.inputs for one in done.values()), sum(len(one.wrong) for one in done.values())
    print(f"fuzz: {total:,} inputs to {len({name for name, _ in done})} decoders, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
