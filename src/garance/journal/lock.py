"""The lock file beside a file of ours: it says that one process writes there, and no other may."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from garance.kernel.refusal import Refused

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def take_lock(path: Path) -> IO[bytes]:
    """Hold the right to write that file until the handle is closed; refuses `journal-in-use`, `storage-failed`."""
    name = path.with_name(path.name + ".lock")
    try:
        handle = name.open("ab")
    except OSError as problem:
        raise Refused("storage-failed", detail={"file": path.name}) from problem
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        handle.close()
        raise Refused("journal-in-use", detail={"file": path.name}) from problem
    return handle
