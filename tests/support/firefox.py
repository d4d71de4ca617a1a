"""A second engine: Firefox under a virtual screen, driven by its own WebDriver BiDi (W3C), with nothing in between."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from garance.server.pages import BUILT

PATIENCE_S = 60.0
WIDTH_PX, HEIGHT_PX = 1280, 720
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Control": "\ue009"}
PREFERENCES = {
    "app.update.enabled": "false",
    "browser.shell.checkDefaultBrowser": "false",
    "datareporting.policy.dataSubmissionEnabled": "false",
    "intl.accept_languages": '"fr-FR, fr"',
    "ui.prefersReducedMotion": "1",
    "webgl.force-enabled": "true",
}


def firefox_path() -> Path:
    """Where Firefox is; the test is skipped, and says so, without it, without a virtual screen or the built pages."""
    found = os.environ.get("GARANCE_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if found is None or shutil.which("Xvfb") is None:
        pytest.skip("FIREFOX ABSENT (apt-get install firefox-esr xvfb libgl1-mesa-dri libglx-mesa0)")
    if not (BUILT / "index.html").is_file():
        pytest.skip("PAGES NOT BUILT (./run setup)")
    return Path(found)


class Firefox:
    """One window on one page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._count = 0
        self.console: list[str] = []
        """What pages wrote as errors or warnings."""
        self._send("session.new", {"capabilities": {}})
        self._send("session.subscribe", {"events": ["log.entryAdded"]})
        contexts = self._send("browsingContext.getTree", {})["contexts"]
        self._page = contexts[0]["context"]
        size = {"width": WIDTH_PX, "height": HEIGHT_PX}
        self._send("browsingContext.setViewport", {"context": self._page, "viewport": size})

    def _send(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] in ("error", "warn"):
                self.console.append(str(message["params"].get("text")))
            if message.get("id") == self._count:
                assert message["type"] == "success", f"{method}: {message}"
                result: dict[str, Any] = message["result"]
                return result

    def open(self, url: str) -> None:
        """Go to that address and wait for the page."""
        self._send("browsingContext.navigate", {"context": self._page, "url": url, "wait": "complete"})

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page, through JSON."""
        wanted = {"expression": f"(async () => JSON.stringify((await ({expression})) ?? null))()", "awaitPromise": True}
        answer = self._send("script.evaluate", {**wanted, "target": {"context": self._page}})
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        _until(lambda: bool(self.ask(f"!!({expression})")), f"never true: {expression}")

    def press(self, *keys: str, held: str | None = None) -> None:
        """Type keys or letters, one after the other, holding another one down if asked."""
        steps = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        if held:
            around = [{"type": kind, "value": KEYS[held]} for kind in ("keyDown", "keyUp")]
            steps = [around[0], *steps, around[1]]
        keyboard = {"type": "key", "id": "keyboard", "actions": steps}
        self._send("input.performActions", {"context": self._page, "actions": [keyboard]})

    def click(self, selector: str) -> None:
        """Press the first element of that selector, where it is."""
        x, y = self.ask(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]; })()"
        )
        steps: list[dict[str, Any]] = [{"type": "pointerMove", "x": x, "y": y}]
        steps += [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        mouse = {"type": "pointer", "id": "mouse", "actions": steps}
        self._send("input.performActions", {"context": self._page, "actions": [mouse]})

    def picture(self) -> bytes:
        """What is on screen, as PNG."""
        taken = self._send("browsingContext.captureScreenshot", {"context": self._page})
        return base64.b64decode(taken["data"])


@contextlib.contextmanager
def open_firefox() -> Iterator[Firefox]:
    """Firefox on a virtual screen of its own, with a profile of its own, drawing by software."""
    path = firefox_path()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        profile = Path(folder)
        lines = [f'user_pref("{name}", {value});' for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines), "utf-8")
        screen = _virtual_screen(stack)
        environment = {**os.environ, "DISPLAY": screen, "LIBGL_ALWAYS_SOFTWARE": "1", "HOME": folder}
        asked = [str(path), "--profile", folder, "--remote-debugging-port", "0", "--no-remote", "about:blank"]
        _start(stack, asked, environment)
        socket = stack.enter_context(_connected(profile))
        yield Firefox(socket)


def _virtual_screen(stack: contextlib.ExitStack) -> str:
    """A new screen, whose number it chooses itself."""
    reading, writing = os.pipe()
    asked = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    _start(stack, asked, dict(os.environ), kept=(writing,))
    os.close(writing)
    with os.fdopen(reading) as told:
        return f":{told.readline().strip()}"


def _start(
    stack: contextlib.ExitStack, asked: list[str], environment: dict[str, str], kept: tuple[int, ...] = ()
) -> None:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(asked, env=environment, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=kept)

    def stop() -> None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(stop)


def _connected(profile: Path) -> ClientConnection:
    """The line to Firefox, at the port that it wrote in its profile."""
    told = profile / "WebDriverBiDiServer.json"
    _until(told.is_file, "Firefox did not open its line")
    found: list[ClientConnection] = []

    def answered() -> bool:
        try:
            server = json.loads(told.read_text("utf-8"))
            address = f"ws://{server['ws_host']}:{server['ws_port']}/session"
            found.append(connect(address, max_size=None, open_timeout=10))
        except (OSError, ValueError, WebSocketException):
            return False
        return True

    _until(answered, "Firefox did not answer")
    return found[0]


def _until(holds: Callable[[], bool], why: str) -> None:
    ends_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends_at, why
        time.sleep(0.1)
