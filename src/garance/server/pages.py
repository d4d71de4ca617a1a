"""The pages of the desk: what the web build left in `garance/server/web`, kept in memory, compressed once."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from garance.kernel.refusal import Refused
from garance.server.http.conditional import matches, takes_gzip
from garance.server.http.problem import answer_refusal

BUILT = Path(__file__).parent / "web"
APP_ROUTES = frozenset({"", "premier-acces", "mur", "invitation", "noeud", "compte", "donnees"})
"""Addresses that the page itself understands; they all give its index."""

MAX_PAGE_BYTES = 64 << 20
_HASHED = re.compile(r"(^|/)assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_COMPRESSIBLE = re.compile(r"^(text/|application/(javascript|json|manifest\+json|xml|wasm)|image/svg)")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_KINDS = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".webmanifest":
          "application/manifest+json", ".wasm": "application/wasm", ".json": "application/json"}  # fmt: skip
_NOT_BUILT = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>Garance</title>
<h1>Les pages de Garance ne sont pas construites</h1>
<p>Le serveur fonctionne, mais les pages du navigateur manquent à cette installation.</p>
<p>Depuis les sources, lancez <code>./run setup</code>, puis relancez le serveur.</p></html>"""


class _Page(msgspec.Struct, frozen=True):
    content: bytes
    packed: bytes | None
    kind: str
    tag: str
    cache: str


class Pages:
    """Serves the built pages as an ASGI application; says so clearly, in French, when they were not built."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._pages = dict(_read(folder)) if (folder / "index.html").is_file() else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page of that address, its index for the addresses of the application."""
        scope["garance.route"] = "pages"
        name = scope["path"].removeprefix("/")
        if name in APP_ROUTES:
            name = "index.html"
        page = self._pages.get(name)
        if page is None and not (name == "index.html" and not self._pages):
            raise Refused("unknown")
        if scope["method"] not in ("GET", "HEAD"):
            response = answer_refusal(Refused("method-not-allowed"), {"Allow": "GET, HEAD"})
        elif page is None:
            response = Response(_NOT_BUILT, 503, media_type="text/html")
        else:
            response = _respond(page, Headers(scope=scope))
        await response(scope, receive, send)


def _respond(page: _Page, asked: Headers) -> Response:
    headers = {"ETag": page.tag, "Cache-Control": page.cache, "Vary": "Accept-Encoding"}
    if matches(page.tag, asked.get("if-none-match")):
        return Response(None, 304, headers)
    content = page.content
    if page.packed is not None and takes_gzip(asked.get("accept-encoding", "")):
        headers["Content-Encoding"], content = "gzip", page.packed
    return Response(content, headers=headers, media_type=page.kind)


def _read(folder: Path) -> list[tuple[str, _Page]]:
    found, total = [], 0
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.name.startswith("."):
            continue
        content = file.read_bytes()
        total += len(content)
        if total > MAX_PAGE_BYTES:
            raise RuntimeError(f"{folder} holds more than pages: {total} bytes")
        name = file.relative_to(folder).as_posix()
        kind = _KINDS.get(file.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        packed = gzip.compress(content, 6, mtime=0) if _COMPRESSIBLE.match(kind) and len(content) > 1000 else None
        cache = _FOR_EVER if _HASHED.search(name) else _ASK_AGAIN
        found.append((name, _Page(content, packed, kind, tag, cache)))
    return found
