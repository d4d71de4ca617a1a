"""Whether the node can do its work now, and if not, why."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from garance.kernel.refusal import Refused

Check = Callable[[], bool]


class Readiness:
    """A list of named conditions, asked in a thread; `stopping` is set when the node begins to stop."""

    def __init__(self) -> None:
        self.stopping = False
        self._checks: dict[str, Check] = {}

    def require(self, reason: str, check: Check) -> None:
        """Be ready only while that check is true; `reason` says in one word what is wrong when it is not."""
        self._checks[reason] = check

    def reasons(self) -> list[str]:
        """Why the node is not ready; empty when it is."""
        found = ["stopping"] if self.stopping else []
        for reason, check in self._checks.items():
            try:
                held = check()
            except OSError:
                held = False
            if not held:
                found.append(reason)
        return found

    def demand(self) -> None:
        """Refuse `not-ready`, with the reasons."""
        found = self.reasons()
        if found:
            raise Refused("not-ready", detail={"reasons": ", ".join(found), "retry_after_s": 5})


def room_left(folder: Path, reserve_bytes: int) -> Check:
    """Whether the disk of that folder still has more room than the reserve."""
    return lambda: shutil.disk_usage(folder).free > reserve_bytes


def writable(folder: Path) -> Check:
    """Whether a byte can be written and flushed there, by doing so."""

    def check() -> bool:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
            file.flush()
            os.fsync(file.fileno())
        return True

    return check
