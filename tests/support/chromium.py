"""The real browser of the journeys, and a witness that hears everything a page should never say."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    WebSocket,
    sync_playwright,
)

from garance.server.pages import BUILT

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--ignore-gpu-blocklist",
]
MESA = {"EGL_PLATFORM": "surfaceless", "LIBGL_ALWAYS_SOFTWARE": "1"}
DRAWN_BY: dict[str, list[str]] = {
    "llvmpipe": ["--use-angle=gl-egl"],
    "SwiftShader": ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
}
"""Who draws, by software: Mesa, nearly twice as fast and keeping its shaders from page to page, else the browser."""
ELSEWHERE = "America/New_York"
"""The zone of the browser: never that of the territory, whose legal time must be shown all the same."""

TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', (found) =>
  console.error(`POLICY ${found.violatedDirective} ${found.blockedURI}`));"""
RENDERER = """() => {
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl && gl.getExtension('WEBGL_debug_renderer_info');
  return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : '';
}"""


def chromium_path() -> Path:
    """Where Chromium is; the test is skipped, and says so, without it or without the built pages."""
    found = os.environ.get("GARANCE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(found).is_file():
        pytest.skip("CHROMIUM ABSENT (apt-get install chromium)")
    if not (BUILT / "index.html").is_file():
        pytest.skip("PAGES NOT BUILT (./run setup)")
    return Path(found)


def _launch(playwright: Playwright) -> Browser:
    found = ""
    for name, flags in DRAWN_BY.items():
        browser = playwright.chromium.launch(
            executable_path=str(chromium_path()), args=[*FLAGS, *flags], env={**os.environ, **MESA}
        )
        page = browser.new_page()
        found = page.evaluate(RENDERER)
        page.close()
        if name in found:
            return browser
        browser.close()
    raise AssertionError(f"WebGL draws with {found!r}")


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """The browser, drawing by software so that every machine gives the same picture.

    It is closed before the module ends: while it is open, the thread has a running loop that other tests would meet.
    """
    chromium_path()
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Witness:
    """What one browser did that it should not have: errors, faults, refused policies, calls to the outside."""

    origin: str
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    tolerated: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Say that something otherwise wrong belongs to this journey, such as a refused password."""
        self.tolerated.append(re.compile(pattern))

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of that context."""
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"page error: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        self.requests.append(socket.url)
        if urlsplit(socket.url).netloc != urlsplit(self.origin).netloc:
            self._note(f"outside: {socket.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.origin).netloc:
            self._note(f"outside: {request.url}")

    def _failed(self, request: Request) -> None:
        why = request.failure or ""
        if "ERR_ABORTED" not in why:  # given up by the page itself: a tile that left the view
            self._note(f"failed: {why} {request.method} {request.url}")

    def _note(self, fault: str) -> None:
        self.faults.append(fault)

    def check(self) -> None:
        """Fail on the first thing heard that this journey did not expect."""
        left = [fault for fault in self.faults if not any(pattern.search(fault) for pattern in self.tolerated)]
        assert not left, "\n".join(left)


@contextmanager
def visiting(browser: Browser, origin: str, **options: Any) -> Iterator[tuple[Page, Witness]]:
    """A person's own browser on that node: nothing shared with another's. Its witness is checked at the end."""
    chosen: dict[str, Any] = {
        "viewport": {"width": 1280, "height": 720},
        "locale": "fr-FR",
        "timezone_id": ELSEWHERE,
        "reduced_motion": "reduce",
        **options,
    }
    context = browser.new_context(base_url=origin, **chosen)
    context.set_default_timeout(15_000)
    witness = Witness(origin)
    witness.watch(context)
    try:
        yield context.new_page(), witness
    finally:
        context.close()
    witness.check()
