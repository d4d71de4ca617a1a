"""What a decoder may never do: touch a file, a socket or another process, take too long, take too much memory."""

from __future__ import annotations

import gc
import signal
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from support.fuzz_table import Target, outcome

LONGEST_S = 5.0
"""The longest that one input may take, whatever the machine is doing beside."""
MOST_BYTES = 512 << 20
FORBIDDEN = (
    "open", "socket.", "subprocess.", "os.", "shutil.", "urllib.", "http.", "ftplib.", "smtplib.", "tempfile.", "glob.",
    "pathlib.", "pty.", "ctypes.dlopen", "sqlite3.connect", "fcntl.", "mmap.",
)  # fmt: skip
_INERT = frozenset({"sqlite3.connect/handle", "os.putenv", "os.unsetenv"})
_armed = False
_installed = False


class Touched(BaseException):
    """A decoder reached for the world outside. Not an `Exception`: no decoder can swallow it."""


class TooLong(BaseException):
    """An input took too long."""


def _watch(name: str, arguments: tuple[object, ...]) -> None:
    if not _armed or not name.startswith(FORBIDDEN) or name in _INERT or _in_memory(name, arguments):
        return
    if not _importing(sys._getframe(1)):
        raise Touched(f"{name} {arguments[:1]!r:.200}")


def _in_memory(name: str, arguments: tuple[object, ...]) -> bool:
    return name == "sqlite3.connect" and arguments[:1] == (":memory:",)


def _importing(frame: FrameType | None) -> bool:
    """Whether the import system asks: a table of characters, looked for the first time, is a module of Python's own."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextmanager
def unplugged() -> Iterator[None]:
    """Nothing in the block may touch a file, a socket or a process: `Touched` comes out if it does."""
    global _armed, _installed
    if not _installed:
        sys.addaudithook(_watch)
        _installed = True
    _armed = True
    try:
        yield
    finally:
        _armed = False


@contextmanager
def plugged() -> Iterator[None]:
    """Within a block that is unplugged: what the one who looks writes down."""
    global _armed
    was, _armed = _armed, False
    try:
        yield
    finally:
        _armed = was


class Judge:
    """Gives inputs to one decoder, within `watching`: what each gives, and what is wrong with it."""

    def __init__(self, target: Target, longest_s: float) -> None:
        self._target = target
        self._longest_s = longest_s
        self._begun = 0.0

    def judged(self, raw: bytes) -> tuple[str, str]:
        """The outcome of an input, and what came out that was no refusal: nothing, or its kind and where."""
        self._begun = time.monotonic()
        try:
            return outcome(self._target, raw), ""
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as wrong:  # noqa: BLE001 - whatever comes out is what is looked for
            return "", told(wrong)
        finally:
            self._begun = 0.0

    def look(self, _signal: int, _frame: FrameType | None) -> None:
        """Now and then: has the present input taken too long?"""
        if self._begun and time.monotonic() - self._begun > self._longest_s:
            self._begun = 0.0
            raise TooLong


@contextmanager
def watching(target: Target, longest_s: float = LONGEST_S) -> Iterator[Judge]:
    """A judge for that decoder; within the block nothing outside may be touched, and no input may take longer."""
    judge = Judge(target, longest_s)
    if not hasattr(signal, "setitimer"):
        with unplugged():
            yield judge
        return
    before = signal.signal(signal.SIGALRM, judge.look)
    held = signal.setitimer(signal.ITIMER_REAL, longest_s / 5, longest_s / 5)
    try:
        with unplugged():
            yield judge
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *held)


def told(wrong: BaseException) -> str:
    """What came out, and the last place of our own that it came through: the same words for the same fault."""
    place, trace = "", wrong.__traceback__
    while trace is not None:
        if "garance" in trace.tb_frame.f_globals.get("__name__", ""):
            place = f"{trace.tb_frame.f_globals['__name__']}:{trace.tb_lineno}"
        trace = trace.tb_next
    said = str(wrong) if isinstance(wrong, Touched) else ""
    return f"{type(wrong).__name__} {said} at {place}".replace("  ", " ")


def memory_of(act: Callable[[], object]) -> int:
    """The most memory that an act takes at once, in bytes, over what was there before."""
    gc.collect()
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def warm(target: Target) -> None:
    """Have a decoder load all that it loads the first time: true frames, and bytes of every kind."""
    for raw in (*target.seeds(), b"", b"x", b"{", b"[{}]", b"<a/>", b"<?xml version='1.0' encoding='latin-1'?><a/>"):
        try:
            outcome(target, raw)
        except Exception as wrong:  # noqa: BLE001 - found again, and told, by what follows
            print(f"{target.name}: {told(wrong)} while warming", file=sys.stderr)
