"""The pages kept on the device: whole versions only, taken when the person says so, under any prefix."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from starlette.types import ASGIApp, Receive, Scope, Send
from support.axe import check_accessible
from support.chromium import chromium_path
from support.desk import NO_NETWORK, DeskPage
from support.images import Album
from support.serving import on_a_thread, served

from garance.server.pages import BUILT, Pages
from garance.server.settings import Settings
from garance.server.shell import Shell

PREFIX = "/mairie"
LIST = re.compile(r'JSON\.parse\(("(?:[^"\\]|\\.)*")\)')
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
LOOK_FOR_NEWER = """async () => {
  const registration = await navigator.serviceWorker.ready;
  await registration.update().catch(() => undefined);
  const worker = registration.installing;
  if (worker) await new Promise((done) => worker.addEventListener('statechange', () => done(null), { once: true }));
  return registration.waiting !== null;
}"""
CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found;
}"""
VERSION = "() => document.querySelector('meta[name=version-shown]')?.content ?? 'first'"


class Site:
    """Pages under a prefix, as behind a town's own web server; the version shown can be changed."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer below the prefix."""
        if scope["type"] == "http":
            scope = {**scope, "path": scope["path"].removeprefix(PREFIX)}
        await self.app(scope, receive, send)

    def show(self, folder: Path) -> None:
        """Serve these pages from now on."""
        self.app = Shell(settings=Settings(), pages=Pages(folder)).application([], lambda request: None)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """The site, showing the pages built, and where it is."""
    chromium_path()
    site = Site()
    site.show(BUILT)
    with on_a_thread(served(site)) as running:
        yield site, running.url


def version_of(folder: Path, name: str, *, whole: bool = True) -> Path:
    """The pages built, with that name in their index; listed for the worker unless they are not `whole`."""
    shutil.copytree(BUILT, folder)
    index, worker = folder / "index.html", folder / "sw.js"
    index.write_text(
        index.read_text("utf-8").replace("<title>", f'<meta name="version-shown" content="{name}"><title>')
    )
    found = LIST.search(worker.read_text("utf-8"))
    assert found is not None
    shell: dict[str, Any] = json.loads(json.loads(found[1]))
    shell["version"] = hashlib.sha256(name.encode()).hexdigest()[:16]
    shell["files"]["index.html"] = hashlib.sha256(index.read_bytes() if whole else b"not this").hexdigest()
    listed = f"JSON.parse({json.dumps(json.dumps(shell))})"
    worker.write_text(LIST.sub(lambda _: listed, worker.read_text("utf-8")), "utf-8")
    return folder


def test_a_new_version_is_taken_whole_when_the_person_says_so(
    site: tuple[Site, str], visit: Callable[..., DeskPage], tmp_path: Path, album: Album
) -> None:
    shown, url = site
    desk = visit(url)
    desk.witness.expect(f"404|{NO_NETWORK}|is not of version")
    page = desk.page
    page.goto(f"{PREFIX}/?test")
    page.wait_for_function(CONTROLLED, timeout=60_000)
    assert page.evaluate("() => navigator.serviceWorker.controller.scriptURL").endswith(f"{PREFIX}/sw.js")
    notice = page.get_by_role("complementary", name="Nouvelle version prête")

    shown.show(version_of(tmp_path / "torn", "torn", whole=False))
    assert page.evaluate(LOOK_FOR_NEWER) is False
    expect(notice).to_have_count(0)
    page.reload()
    assert page.evaluate(VERSION) == "first", "a version that is not whole is not taken"

    shown.show(version_of(tmp_path / "second", "second"))
    assert page.evaluate(LOOK_FOR_NEWER) is True
    expect(notice).to_be_visible()
    assert page.evaluate(VERSION) == "first"
    page.get_by_label("Identifiant").fill("claire")
    notice.get_by_role("button", name="Recharger").click()
    expect(notice).to_contain_text("serait perdu")
    expect(page.get_by_label("Identifiant")).to_have_value("claire")
    check_accessible(page, "new version")
    album.take(page, "new-version")
    notice.get_by_role("button", name="Annuler").click()
    page.get_by_label("Identifiant").fill("")
    with page.expect_navigation():
        notice.get_by_role("button", name="Recharger").click()
    page.wait_for_function(CONTROLLED, timeout=60_000)
    assert page.evaluate(VERSION) == "second"
    expect(notice).to_have_count(0)

    page.context.set_offline(True)
    for address in ("/", "/compte?test", "/donnees"):
        page.goto(f"{PREFIX}{address}")
        expect(page.get_by_role("alert")).to_contain_text("ne répond pas")
        assert page.evaluate(VERSION) == "second"
    _nothing_but_pages(page)


def _nothing_but_pages(page: Page) -> None:
    built = {f"{PREFIX}/{p.relative_to(BUILT).as_posix()}" for p in BUILT.rglob("*") if p.is_file()}
    cached = set(page.evaluate(CACHED))
    assert cached
    assert cached <= built
