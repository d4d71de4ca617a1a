"""Work in bulk (travail en masse): reading, verifying and folding a journal.

It makes a great many small lasting objects and no cycles, while the cycle collector walks them again
and again: measured on 100,000 facts, it takes two thirds of a fold and four fifths of a restore.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_depth = 0
_was_enabled = False


@contextmanager
def in_bulk() -> Iterator[None]:
    """Hold the cycle collector back for as long as this lasts, in any number of threads at once."""
    global _depth, _was_enabled
    with _lock:
        if _depth == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0 and _was_enabled:
                gc.enable()
