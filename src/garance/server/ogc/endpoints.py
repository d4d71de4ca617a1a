"""The addresses of the service, under `/ogc`: open to readers of the territory, by session or by token.

A map program has no cookie: give it a wall screen's token, as the password of a Basic authentication under any name
(QGIS: « Basic »; GDAL: `GDAL_HTTP_USERPWD=qgis:<token>`) or as `Authorization: Bearer <token>` (GDAL:
`GDAL_HTTP_AUTH=BEARER` and `GDAL_HTTP_BEARER=<token>`). Its address there is `OAPIF:https://…/ogc`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response, StreamingResponse

from garance.kernel.identity import Slug
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint, weak_tag
from garance.server.node import Node
from garance.server.ogc import documents
from garance.server.ogc.documents import GEOJSON, JSON, OPENAPI, SCHEMA, Document, Told, link
from garance.server.ogc.query import CRS84, FORMAT_QUERY, PAGE_QUERY, Asked, only_format, read_page
from garance.territory.layer_table import LayerTable, LayerTables, Row
from garance.territory.manifest import Layer, Manifest

FeatureNumber = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
ROWS_AT_ONCE = 500
"""How many objects are read and written at a time: a long page takes no more memory than this."""


class Shelf:
    """The layers that the node shows; refuses `no-territory` when it shows none."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def manifest(self) -> Manifest:
        """The card."""
        if self._node.pack is None:
            raise Refused("no-territory")
        return self._node.pack.manifest

    @property
    def _tables(self) -> LayerTables:
        if self._node.pack_files.tables is None:
            raise Refused("no-territory")
        return self._node.pack_files.tables

    def tables(self) -> list[LayerTable]:
        """Every layer of the card, as the file holds it."""
        return [self._tables.table(layer.name) for layer in self.manifest.layers]

    def one(self, name: str) -> tuple[Layer, LayerTable]:
        """One layer; refuses `unknown`."""
        for layer in self.manifest.layers:
            if layer.name == name:
                return layer, self._tables.table(name)
        raise Refused("unknown", field="collection")

    def told(self, call: Call[Any]) -> Told:
        """Who is spoken to; the answer is for that language and may be kept while the version lasts."""
        version = self.manifest.version
        origin = self._node.settings.listen.public_url or str(call.request.base_url).rstrip("/")
        language = preferred(call.request.headers.get("accept-language", ""))
        call.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
        call.unless_known(weak_tag(version, origin, language, call.request.url.path, call.request.url.query))
        return Told(origin, language)


def preferred(accepted: str) -> str:
    """French, unless English is liked better (`Accept-Language`)."""
    weights = {"fr": 0.0, "en": 0.0}
    for each in accepted.lower().split(","):
        match = re.fullmatch(r"\s*(fr|en)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", each)
        if match is not None:
            weights[match[1]] = max(weights[match[1]], float(match[2] or 1))
    return "en" if weights["en"] > weights["fr"] else "fr"


def ogc_endpoints(node: Node) -> list[Endpoint]:
    """Every endpoint of the service."""
    shelf = Shelf(node)
    return [*_of_service(shelf), *_of_collections(shelf), *_of_items(shelf)]


_SETTINGS: dict[str, Any] = {
    "tag": "ogc", "conditional": True, "answer": None, "status": 200, "tokens": True,
    "refusals": ("no-territory", "query-malformed"),
}  # fmt: skip


def _of_service(shelf: Shelf) -> list[Endpoint]:
    settings = {**_SETTINGS, "own_query": FORMAT_QUERY}

    @endpoint("GET", "/ogc", produces=JSON, **settings)
    async def show_landing(call: Call[Any]) -> bytes:
        """The landing page of the layers (OGC API Features)."""
        only_format(call.request)
        return msgspec.json.encode(documents.landing(shelf.manifest, shelf.told(call)))

    @endpoint("GET", "/ogc/conformance", produces=JSON, **settings)
    async def show_conformance(call: Call[Any]) -> bytes:
        """What the service conforms to."""
        only_format(call.request)
        shelf.told(call)
        return msgspec.json.encode({"conformsTo": documents.CONFORMS})

    @endpoint("GET", "/ogc/api", produces=OPENAPI, **settings)
    async def describe_service(call: Call[Any]) -> bytes:
        """The description of this service in OpenAPI 3.0; that of the whole node is in 3.1."""
        only_format(call.request)
        told = shelf.told(call)
        return await asyncio.to_thread(
            lambda: msgspec.json.encode(documents.description(shelf.manifest, shelf.tables(), told))
        )

    return [show_landing, show_conformance, describe_service]


def _of_collections(shelf: Shelf) -> list[Endpoint]:
    settings = {**_SETTINGS, "own_query": FORMAT_QUERY}

    @endpoint("GET", "/ogc/collections", produces=JSON, **settings)
    async def list_collections(call: Call[Any]) -> bytes:
        """Every layer of the territory."""
        only_format(call.request)
        told = shelf.told(call)
        return await asyncio.to_thread(
            lambda: msgspec.json.encode(documents.collections(shelf.manifest, shelf.tables(), told))
        )

    @endpoint("GET", "/ogc/collections/{collection}", produces=JSON, **settings)
    async def show_collection(call: Call[Any], collection: Slug) -> bytes:
        """One layer: where it lies, whose it is."""
        only_format(call.request)
        layer, table = shelf.one(collection)
        told = shelf.told(call)
        return await asyncio.to_thread(lambda: msgspec.json.encode(documents.collection(layer, table, told)))

    @endpoint("GET", "/ogc/collections/{collection}/schema", produces=SCHEMA, **settings)
    async def show_schema(call: Call[Any], collection: Slug) -> bytes:
        """What the objects of a layer hold (JSON Schema)."""
        only_format(call.request)
        layer, table = shelf.one(collection)
        return msgspec.json.encode(documents.schema(layer, table, shelf.told(call)))

    return [list_collections, show_collection, show_schema]


def _of_items(shelf: Shelf) -> list[Endpoint]:
    settings = {**_SETTINGS, "produces": GEOJSON}
    refusals = (*_SETTINGS["refusals"], "bbox-across-antimeridian")

    @endpoint("GET", "/ogc/collections/{collection}/items", own_query=PAGE_QUERY, **{**settings, "refusals": refusals})
    async def list_items(call: Call[Any], collection: Slug) -> Response:
        """The objects of a layer, in pages (GeoJSON); its attributes may be asked by equality."""
        layer, table = shelf.one(collection)
        asked = read_page(call.request, table)
        told = shelf.told(call)
        count = await asyncio.to_thread(table.count, asked.wanted)
        call.headers["Content-Crs"] = f"<{CRS84}>"
        return await _page(layer, table, asked, told, count)

    @endpoint("GET", "/ogc/collections/{collection}/items/{number}", own_query=FORMAT_QUERY, **settings)
    async def show_item(call: Call[Any], collection: Slug, number: FeatureNumber) -> bytes:
        """One object of a layer (GeoJSON)."""
        only_format(call.request)
        layer, table = shelf.one(collection)
        row = await asyncio.to_thread(table.one, number)
        if row is None:
            raise Refused("unknown")
        told = shelf.told(call)
        call.headers["Content-Crs"] = f"<{CRS84}>"
        place = f"{told.root}/collections/{layer.name}"
        links = [link(f"{place}/items/{number}", "self", GEOJSON), link(place, "collection", JSON)]
        return feature(row)[:-1] + b',"links":' + msgspec.json.encode(links) + b"}"

    return [list_items, show_item]


async def _page(layer: Layer, table: LayerTable, asked: Asked, told: Told, count: int) -> Response:
    """The page whole when it is short, piece by piece when it is not."""
    returned = max(0, min(asked.limit, count - asked.offset))
    head = {
        "type": "FeatureCollection",
        "numberMatched": count,
        "numberReturned": returned,
        "links": _neighbours(layer, asked, told, count),
    }
    pieces = _pieces(head, table.pages(asked.wanted, offset=asked.offset, limit=returned, each=ROWS_AT_ONCE))
    if returned <= ROWS_AT_ONCE:
        return Response(await asyncio.to_thread(b"".join, pieces), media_type=GEOJSON)
    return StreamingResponse(_one_by_one(pieces), media_type=GEOJSON)


def _neighbours(layer: Layer, asked: Asked, told: Told, count: int) -> list[Document]:
    """Links to this page, the next and the one before."""
    place = f"{told.root}/collections/{layer.name}"

    def at(offset: int) -> str:
        return f"{place}/items?" + urlencode({**asked.said, "limit": asked.limit, "offset": offset})

    links = [link(at(asked.offset), "self", GEOJSON), link(place, "collection", JSON)]
    if asked.offset + asked.limit < count:
        links.append(link(at(asked.offset + asked.limit), "next", GEOJSON))
    if asked.offset > 0:
        links.append(link(at(max(0, asked.offset - asked.limit)), "prev", GEOJSON))
    return links


def _pieces(head: Document, pages: Iterator[list[Row]]) -> Iterator[bytes]:
    yield msgspec.json.encode(head)[:-1] + b',"features":['
    before = b""
    for page in pages:
        yield before + b",".join(map(feature, page))
        before = b","
    yield b"]}"


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def feature(row: Row) -> bytes:
    """One object as GeoJSON; an attribute nobody filled is null, so that every object has the same ones."""
    geometry = row.geometry.encode() if row.geometry is not None else b"null"
    return b'{"type":"Feature","id":%d,"geometry":%s,"properties":%s}' % (
        row.id, geometry, msgspec.json.encode(row.properties),
    )  # fmt: skip
