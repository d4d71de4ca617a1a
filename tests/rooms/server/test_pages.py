from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request

from garance.server.pages import BUILT, Pages
from garance.server.settings import Settings
from garance.server.shell import Shell
from garance.server.territory_files import PackFiles, territory_file_endpoints
from garance.territory.tiles import FileBytes

SCRIPT = b"console.log('crue');" * 200


def client(pages: Pages) -> httpx2.AsyncClient:
    app = Shell(settings=Settings(), pages=pages).application([], lambda request: None)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Garance</title>", "utf-8")
    (folder / "assets" / "desk-BQx3k9_Z.js").write_bytes(SCRIPT)
    (folder / "assets" / "legible-A1b2C3d4.woff2").write_bytes(b"\0" * 5000)
    (folder / ".built").write_text("secret", "utf-8")
    (tmp_path / "outside.txt").write_text("outside", "utf-8")
    return folder


async def test_the_application_answers_at_its_own_addresses(built: Path) -> None:
    async with client(Pages(built)) as web:
        for path in ("/", "/premier-acces", "/mur", "/index.html"):
            page = await web.get(path)
            assert page.status_code == 200
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["cache-control"] == "no-cache"
            again = await web.get(path, headers={"if-none-match": page.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        refused = await web.post("/")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_hashed_files_are_kept_for_ever_and_compressed(built: Path) -> None:
    async with client(Pages(built)) as web:
        script = await web.get("/assets/desk-BQx3k9_Z.js", headers={"accept-encoding": "br, gzip;q=0.5"})
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert script.headers["content-encoding"] == "gzip"
        assert script.headers["vary"] == "Accept-Encoding"
        assert script.content == SCRIPT
        assert int(script.headers["content-length"]) < len(SCRIPT) / 10
        for encoding in ("identity", "gzip;q=0", "br"):
            plain = await web.get("/assets/desk-BQx3k9_Z.js", headers={"accept-encoding": encoding})
            assert "content-encoding" not in plain.headers
            assert plain.content == SCRIPT
        font = await web.get("/assets/legible-A1b2C3d4.woff2", headers={"accept-encoding": "gzip"})
        assert font.headers["content-type"] == "font/woff2"
        assert "content-encoding" not in font.headers


async def test_the_worker_and_the_card_of_the_application_are_asked_again_each_time(built: Path) -> None:
    (built / "sw.js").write_text("self.addEventListener('fetch', () => {});", "utf-8")
    (built / "manifest.webmanifest").write_text('{"name": "Garance"}', "utf-8")
    async with client(Pages(built)) as web:
        worker = await web.get("/sw.js")
        assert worker.headers["content-type"].startswith("text/javascript")
        assert worker.headers["cache-control"] == "no-cache"
        assert "worker-src 'self'" in worker.headers["content-security-policy"]
        card = await web.get("/manifest.webmanifest")
        assert card.headers["content-type"] == "application/manifest+json"
        assert card.headers["cache-control"] == "no-cache"


def test_the_worker_built_names_every_page_by_its_digest() -> None:
    worker = BUILT / "sw.js"
    if not worker.is_file():
        pytest.skip("PAGES NOT BUILT (./run setup)")
    listed = re.search(r'JSON\.parse\(("(?:[^"\\]|\\.)*")\)', worker.read_text("utf-8"))
    assert listed is not None
    shell = json.loads(json.loads(listed[1]))
    files = {p.relative_to(BUILT).as_posix(): p for p in BUILT.rglob("*") if p.is_file() and not p.name.startswith(".")}
    del files["sw.js"]
    assert shell["files"] == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    card = json.loads(files["manifest.webmanifest"].read_text("utf-8"))
    assert {icon["src"] for icon in card["icons"]} <= set(files)
    assert not re.search(r"https?:|^/", " ".join([card["start_url"], card["scope"], card["id"]]))


@pytest.mark.parametrize(
    "path",
    ["/../outside.txt", "/%2e%2e/outside.txt", "/assets/..%2f..%2foutside.txt", "/.built", "/assets", "//etc/passwd",
     "/assets/%00", "/api/v1/nothing", "/index.html/"],
)  # fmt: skip
async def test_nothing_else_is_served(built: Path, path: str) -> None:
    app = Shell(settings=Settings(), pages=Pages(built)).application([], lambda request: None)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as web:
        refused = await web.get(httpx2.URL("http://test", raw_path=path.encode()))
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown")


async def test_missing_pages_are_said_in_french(tmp_path: Path) -> None:
    async with client(Pages(tmp_path)) as web:
        page = await web.get("/")
        assert page.status_code == 503
        assert "ne sont pas construites" in page.text
        assert (await web.get("/assets/a.js")).status_code == 404


def test_a_folder_that_is_not_pages_is_a_fault(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garance.server.pages.MAX_PAGE_BYTES", 100)
    with pytest.raises(RuntimeError, match="more than pages"):
        Pages(built)


VERSION = "0123456789abcdef"
CONTENT = bytes(range(256)) * 40


class Reader:
    person, csrf, read_only = "ana", "token", False


def territory(tmp_path: Path, *, signed_in: bool = True) -> httpx2.AsyncClient:
    (tmp_path / "basemap.pmtiles").write_bytes(CONTENT)

    files = PackFiles(VERSION, {"basemap.pmtiles": FileBytes(tmp_path / "basemap.pmtiles")})

    def identify(request: Request) -> Reader | None:
        return Reader() if signed_in else None

    app = Shell(settings=Settings()).application(territory_file_endpoints(files), identify)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=f"http://test/territory/{VERSION}")


async def test_tiles_are_given_by_range_and_kept_for_ever(tmp_path: Path) -> None:
    async with territory(tmp_path) as web:
        whole = await web.get("/basemap.pmtiles")
        assert whole.content == CONTENT
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["cache-control"] == "private, max-age=31536000, immutable"
        part = await web.get("/basemap.pmtiles", headers={"range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, CONTENT[10:20])
        assert part.headers["content-range"] == f"bytes 10-19/{len(CONTENT)}"
        end = await web.get("/basemap.pmtiles", headers={"range": "bytes=-5"})
        assert end.content == CONTENT[-5:]
        tag = whole.headers["etag"]
        same = await web.get("/basemap.pmtiles", headers={"range": "bytes=0-0", "if-range": tag})
        assert (same.status_code, same.content) == (206, CONTENT[:1])
        other = await web.get("/basemap.pmtiles", headers={"range": "bytes=0-0", "if-range": '"other"'})
        assert other.status_code == 200
        known = await web.get("/basemap.pmtiles", headers={"if-none-match": tag})
        assert (known.status_code, known.headers["etag"]) == (304, tag)
        for wrong in ("bytes=99999-", "bytes=5-1", "lines=1-2", "bytes"):
            refused = await web.get("/basemap.pmtiles", headers={"range": wrong})
            assert (refused.status_code, refused.json()["code"]) == (416, "range-wrong"), wrong


@pytest.mark.parametrize("path", ["/absent.pmtiles", "/..%2fsecret.txt", "/.hidden", "/basemap.pmtiles%00", "/a/b.c"])
async def test_only_files_of_the_pack_are_given(tmp_path: Path, path: str) -> None:
    async with territory(tmp_path) as web:
        assert (await web.get(path)).json()["code"] == "unknown"
        assert (await web.get(f"http://test/territory/ffffffffffffffff{path}")).status_code == 404


async def test_the_territory_is_for_readers(tmp_path: Path) -> None:
    async with territory(tmp_path, signed_in=False) as web:
        assert (await web.get("/basemap.pmtiles")).status_code == 401
