"""Show each step with its elapsed time; keep what it prints in a log, shown only when it fails."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / ".garance" / "log"
TAIL_LINES = 40
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
QUIET_S = 20.0
"""Without a terminal, how long a step stays silent before a line says that it goes on."""


class Failed(Exception):
    """A step that did not succeed: the sentence to show, and the exit code of `./run`."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


def say(line: str) -> None:
    """Print one line at once, even into a pipe."""
    print(line, flush=True)


def seconds(since: float) -> str:
    """Elapsed time as read in French: `3,2 s`, or `2 min 05 s`."""
    elapsed = time.monotonic() - since
    if elapsed < 60:
        return f"{elapsed:.1f} s".replace(".", ",")
    return f"{int(elapsed // 60)} min {int(elapsed % 60):02d} s"


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without another Python's traces."""
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "VIRTUAL_ENV", "PYTHONPATH")}
    env["PYTHONUTF8"] = "1"
    env.update(extra or {})
    return env


def quiet(
    title: str,
    command: Sequence[str | Path],
    log: str,
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    hint: str = "",
) -> None:
    """Run one command as a step; its words go to `.garance/log/<log>.log`, whose end is shown if it fails.

    `hint` is what to try then.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    began = time.monotonic()
    with path.open("wb") as out:
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=environment({"NO_COLOR": "1", **(env or {})}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        code = _watch(title, began, child)
    if code != 0:
        say(f"  ✗ {title} — {seconds(began)}")
        say(_tail(path))
        sentence = f"Échec : {title} (code {code}). Journal complet : {path.relative_to(ROOT)}"
        raise Failed(f"{sentence}\n{hint}" if hint else sentence)
    say(f"  ✓ {title} — {seconds(began)}")


def _watch(title: str, began: float, child: subprocess.Popen[bytes]) -> int:
    live = sys.stdout.isatty()
    if not live:
        say(f"  … {title}")
    pause = 0.5 if live else QUIET_S
    try:
        while True:
            try:
                return child.wait(timeout=pause)
            except subprocess.TimeoutExpired:
                if live:
                    print(f"\r  … {title} — {seconds(began)} ", end="", flush=True)
                else:
                    say(f"    {title} : toujours en cours, {seconds(began)}")
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    finally:
        if live:
            print("\r\033[K", end="", flush=True)


def _tail(path: Path) -> str:
    lines = COLOURS.sub("", path.read_text("utf-8", errors="replace")).splitlines()
    return "\n".join("    | " + line for line in lines[-TAIL_LINES:])


def shown(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> int:
    """Run one command in the open and give its exit code (128 and the signal's number if one ended it).

    A stop asked of us is passed on to it.
    """
    sys.stdout.flush()
    child = subprocess.Popen([str(part) for part in command], cwd=cwd, env=environment(env))

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    before: list[tuple[signal.Signals, Callable[[int, FrameType | None], object] | int | None]] = [
        (number, signal.signal(number, pass_on)) for number in (signal.SIGTERM,)
    ]
    try:
        while True:
            try:
                code = child.wait()
                return code if code >= 0 else 128 - code
            except KeyboardInterrupt:  # the terminal already told the child: let it end in its own way
                continue
    finally:
        for number, handler in before:
            signal.signal(number, handler)
