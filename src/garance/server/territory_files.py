"""`/territory/<version>/…`: the files of the pack by Range, its tiles one by one, its names; kept by browsers."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.http.conditional import NotModified, matches, takes_gzip
from garance.server.stored import FOR_EVER, SANDBOX
from garance.territory.layer_table import LayerTables
from garance.territory.manifest import BASEMAP, GEOPACKAGE, MANIFEST, SEARCH, TERRAIN_TILES
from garance.territory.pack import Pack
from garance.territory.search_words import ARTICLES, LONG_FORMS, key_of
from garance.territory.tiles import FileBytes, TileArchive

Version = Annotated[str, Meta(pattern=r"^[0-9a-f]{8,64}$")]
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)+$", max_length=120)]
Zoom = Annotated[int, Meta(ge=0, le=30)]
Place = Annotated[int, Meta(ge=0, lt=1 << 30)]
Archive = Literal["basemap", "terrain"]

AT_ONCE_BYTES = 1 << 20
"""A range up to this is read where the request is answered: the system keeps what maps ask in memory."""

PIECE_BYTES = 1 << 20
_KIND = "application/octet-stream"
_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*")
_ARCHIVES: dict[Archive, str] = {"basemap": BASEMAP, "terrain": TERRAIN_TILES}


class PackFiles:
    """Every file of one version of one pack, held open: what is given under a version is that version.

    A pack replaced on disk while the node runs changes nothing here before the next start.
    """

    def __init__(
        self,
        version: str,
        files: dict[str, FileBytes],
        tables: LayerTables | None = None,
        names: Callable[[], bytes] | None = None,
    ) -> None:
        self.version = version
        self.tables = tables
        self._files = files
        self._archives: dict[Archive, TileArchive] = {}
        self._names = names
        self._packed_names: bytes | None = None

    def close(self) -> None:
        """Let them go."""
        if self.tables is not None:
            self.tables.close()
        for file in self._files.values():
            file.close()

    def file(self, version: str, name: str) -> FileBytes:
        """That file; refuses `unknown`, and says which version is shown when another was asked."""
        self._demand(version)
        if name not in self._files:
            raise Refused("unknown")
        return self._files[name]

    def archive(self, version: str, name: Archive) -> TileArchive:
        """Those tiles; refuses as `file` does, and `tiles-unreadable`."""
        self._demand(version)
        if name not in self._archives:
            self._archives[name] = TileArchive(self.file(version, _ARCHIVES[name]))
        return self._archives[name]

    def names(self, version: str) -> bytes:
        """The names of that version, compressed; refuses as `file` does, also when the pack has no names."""
        self._demand(version)
        if self._names is None:
            raise Refused("unknown")
        if self._packed_names is None:
            self._packed_names = gzip.compress(self._names(), 6, mtime=0)
        return self._packed_names

    def _demand(self, version: str) -> None:
        if version != self.version:
            raise Refused("unknown", detail={"version": self.version} if self.version else {})


def open_files(pack: Pack | None) -> PackFiles:
    """The files of that pack; none when there is no pack. Refuses `territory-file-unknown`, `layer-unreadable`."""
    if pack is None:
        return PackFiles("", {})
    names = [MANIFEST, *(file.name for file in pack.manifest.files)]
    files = {name: FileBytes(pack.file(name)) for name in names}
    named = SEARCH in files
    tables = LayerTables(pack.file(GEOPACKAGE))
    return PackFiles(pack.manifest.version, files, tables, (lambda: names_of(pack)) if named else None)


def names_of(pack: Pack) -> bytes:
    """Every name of a pack, for a browser that will search without us; with the words that a search takes as one.

    Each name: kind, name, context, longitude, latitude, detail, importance, and its words as a search compares them.
    """
    names = [
        (found.kind, found.name, found.context, round(found.lon_deg, 6), round(found.lat_deg, 6), found.detail,
         round(found.score, 2), key_of(found.name))
        for found in pack.gazetteer.everything()
    ]  # fmt: skip
    return msgspec.json.encode({"long_forms": LONG_FORMS, "articles": sorted(ARTICLES), "names": names})


def territory_file_endpoints(files: PackFiles) -> list[Endpoint]:
    """The endpoints that give those files and tiles; `unknown` otherwise."""
    settings: dict[str, Any] = {"tag": "territory", "conditional": True, "answer": None, "status": 200, "tokens": True}

    @endpoint("GET", "/territory/{version}/{name}", produces=_KIND, ranges=True, **settings)
    async def give_territory_file(call: Call[Any], version: Version, name: FileName) -> Response:
        """Give a file of the territory pack, whole or by Range."""
        file = files.file(version, name)
        tag = _tagged(call, f"{version}/{name}")
        headers = {"ETag": tag, "Accept-Ranges": "bytes", "Content-Security-Policy": SANDBOX}
        return await _part(file, call.request, headers)

    @endpoint(
        "GET", "/territory/{version}/basemap/{z}/{x}/{y}.mvt", produces="application/vnd.mapbox-vector-tile",
        refusals=("tiles-unreadable",), **settings,
    )  # fmt: skip
    async def give_map_tile(call: Call[Any], version: Version, z: Zoom, x: Place, y: Place) -> Response:
        """Give one vector tile of the base map; 204 where there is nothing."""
        return await _tile(call, files, version, "basemap", (z, x, y))

    @endpoint(
        "GET", "/territory/{version}/terrain/{z}/{x}/{y}.png", produces="image/png", refusals=("tiles-unreadable",),
        **settings,
    )  # fmt: skip
    async def give_terrain_tile(call: Call[Any], version: Version, z: Zoom, x: Place, y: Place) -> Response:
        """Give one tile of the relief (terrarium encoding); 204 where there is nothing."""
        return await _tile(call, files, version, "terrain", (z, x, y))

    @endpoint("GET", "/territory/{version}/names", produces="application/json", **settings)
    async def give_names(call: Call[Any], version: Version) -> Response:
        """Give every name of the territory, for a browser that searches without the network."""
        content = await asyncio.to_thread(files.names, version)
        headers = {"ETag": _tagged(call, f"{version}/names"), "Vary": "Accept-Encoding"}
        if takes_gzip(call.request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        return Response(content, 200, headers, media_type="application/json")

    return [give_territory_file, give_map_tile, give_terrain_tile, give_names]


def _tagged(call: Call[Any], name: str) -> str:
    """The tag of what never changes under its name; stops here for a reader who has it."""
    tag = f'"{name}"'
    call.headers["Cache-Control"] = FOR_EVER
    if matches(tag, call.request.headers.get("if-none-match")):
        call.headers["ETag"] = tag
        raise NotModified
    return tag


async def _part(file: FileBytes, request: Request, headers: dict[str, str]) -> Response:
    """The one range asked, or the whole; several ranges at once are answered by the whole (RFC 9110, 14.2)."""
    start, end, status = 0, file.size, 200
    asked = request.headers.get("range")
    if asked is not None and request.headers.get("if-range", headers["ETag"]) == headers["ETag"] and "," not in asked:
        start, end = _bounds(asked, file.size)
        status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{file.size}"
    length = end - start
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return Response(None, status, headers, media_type=_KIND)
    if length <= AT_ONCE_BYTES:
        return Response(file.read(start, length), status, headers, media_type=_KIND)
    return StreamingResponse(_pieces(file, start, length), status, headers, media_type=_KIND)


def _bounds(asked: str, size: int) -> tuple[int, int]:
    """First byte and the one past the last; refuses `range-wrong`."""
    match = _RANGE.fullmatch(asked)
    first, last = match.groups() if match else ("", "")
    if first:
        start, end = int(first), min(int(last) + 1 if last else size, size)
    else:
        start, end = max(0, size - int(last or 0)), size
    if start >= end:
        raise Refused("range-wrong")
    return start, end


async def _pieces(file: FileBytes, start: int, length: int) -> AsyncIterator[bytes]:
    end = start + length
    while start < end:
        piece = await asyncio.to_thread(file.read, start, min(PIECE_BYTES, end - start))
        start += len(piece)
        yield piece


async def _tile(
    call: Call[Any], files: PackFiles, version: str, name: Archive, place: tuple[int, int, int]
) -> Response:
    zoom, x, y = place
    archive = files.archive(version, name)
    if x >= 1 << zoom or y >= 1 << zoom:
        raise Refused("unknown")
    tag = _tagged(call, f"{version}/{name}/{zoom}/{x}/{y}")
    content, headers = archive.tile(zoom, x, y), {"ETag": tag}
    if content is None:
        return Response(None, 204, headers)
    if archive.packed:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(call.request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
    kind = "application/vnd.mapbox-vector-tile" if archive.vector else "image/png"
    return Response(content, 200, headers, media_type=kind)
