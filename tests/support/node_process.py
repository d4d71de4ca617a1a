"""A node as a newcomer starts it: a process of its own, that can be killed and started again at the same address."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "import sys; from garance.server.cli import main; sys.argv[0] = 'garance'; sys.exit(main())"
LISTENS = re.compile(r"Garance \w+\s*: (http://\S+)")
START_S = 90.0
"""A real territory is read at the first start."""


class NodeProcess:
    """One node. `url` is known once started; whatever it says goes to `node.log` in its folder."""

    def __init__(
        self,
        verb: str,
        folder: Path,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.url = ""
        self._verb = verb
        self._arguments = list(arguments)
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def said(self) -> str:
        """Everything it said since its last start."""
        log = self.folder / "node.log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def start(self) -> str:
        """Start it, at the same port as before if there was a before; return its address once it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        port = self.url.rpartition(":")[2] or "0"
        words = [self._verb, "--data", str(self.data), "--port", port, *self._arguments]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GARANCE_")}
        source = {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1", "LANG": "fr_FR.UTF-8"}
        with (self.folder / "node.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", COMMAND, *words],
                cwd=self.folder,
                env=kept | source | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.url = self._listening().rstrip("/")
        return self.url

    def _listening(self) -> str:
        assert self._process is not None
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if found := LISTENS.search(self.said):
                return found[1]
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"the node does not listen; it said:\n{self.said[-3000:]}")

    def kill(self) -> None:
        """SIGKILL: no warning, nothing put in order."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """Make it answer nothing, its connections open: what a link that has died looks like."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop it as its keeper would; kill it if it does not obey."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def run(self, *arguments: str) -> str:
        """Give a command line to the stopped or running node's data folder; return what it said."""
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments, "--data", str(self.data)],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "LANG": "fr_FR.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
