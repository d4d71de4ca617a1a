"""Files of exchange: the picture at a moment for other programs, and files from the field read, nothing being written.

`GET /api/v1/situations/{situation}/exchange` answers `{"items": [{"kind", "media_type", "suffix"}]}`.

`GET /api/v1/situations/{situation}/exchange/{kind}?at=&by=&language=&role=` answers the file itself, as an attachment
named `<title>-<moment>.<suffix>`, which `exercice-` precedes when it is one.

`POST /api/v1/situations/{situation}/files/read?name=plan.kml` takes the bytes of a file as they are
(`application/octet-stream`, 50 MB at most) and answers a `FileRead`:

    {"reading": {"format": "kml", "title": "Plan de la nuit", "crs": "EPSG:4326",
                 "observations": [
                   {"what": "drawn", "uid": "rd733", "at": "2026-01-14T02:40:00Z", "name": "RD 733 coupée",
                    "note": "Eau : 40 cm", "geometry": {"type": "LineString", "coordinates": [[-0.97, 45.93], …]},
                    "details": {"folder": "Accès / Coupures", "stroke": "#ff0000"}},
                   {"what": "located", "uid": "trk-1", "at": "2026-01-14T03:00:00Z", "name": "VLTT 2",
                    "position": {"lon_deg": -0.97, "lat_deg": 45.93}, "details": {"segment": "1"}}],
                 "columns": [{"name": "gestionnaire", "filled": 1, "samples": ["CD 17"]}],
                 "problems": [{"code": "ring-closed", "feature": "placemark-2", "detail": "…"}],
                 "tallies": [{"code": "ring-closed", "count": 1, "weight": "mended", "fr": "…", "en": "…"}]},
     "mapping": {"name": "name", "note": null, "kind": null, "kinds": {}, "point": "note", "line": "road-cut",
                 "area": "note", "tracks": "lines"},
     "drawings": [{"what": "drawn", "uid": …, "geometry": …, "kind": "road-cut", "name": …, "note": …}, …],
     "bounds": [west, south, east, north]}

Members that are at their default (`at`, `note`, `details`, `kind` of an observation, `feature` and `detail` of a
problem) are left out. `drawings` is what `mapping` makes of the reading; to have another mapping applied, send the file
again with `?mapping=<the mapping as JSON>`. `bounds` is null when nothing has a place. `weight` is `aside` (not read),
`mended` or `said`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping as ByName
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.mapping import Mapping, apply, propose
from garance.connectors.exchange_files.reading import MAX_FILE_BYTES, Reading
from garance.connectors.tak.picture import SituationPackage
from garance.exports.registry import EXCHANGES
from garance.kernel.identity import ObjectId, Slug
from garance.kernel.label import Mode
from garance.kernel.place import vertices
from garance.kernel.refusal import Refused
from garance.ports.export import Exchange, Language, Matter, Order, Stand
from garance.ports.observation import Drawn
from garance.server.api.documents import PrintRoom, matter_at
from garance.server.api.samples import paths_of
from garance.server.api.situations import AtMoment, Shelf
from garance.server.http import Call, Endpoint, endpoint
from garance.server.http.decoding import refusal_of
from garance.server.node import Node
from garance.server.sign_in.reader import Reader
from garance.territory.wording import fold

TAG = "exchange"
SLOWEST_S = 5 * 60.0
"""How long sending a file may take, over the worst of links."""
LONGEST_TITLE = 60
"""Letters of a title in the name of a file."""
MARKS: ByName[Language, ByName[Mode, str]] = {
    "fr": {Mode.EXERCISE: "exercice-", Mode.TEST: "test-"},
    "en": {Mode.EXERCISE: "exercise-", Mode.TEST: "test-"},
}
"""How the name of a file begins when it is not of the real thing."""
READ_REFUSALS = (
    "archive-corrupted", "archive-encrypted", "archive-nested", "archive-too-large", "archive-unsafe", "body-too-large",
    "crs-unknown", "file-empty", "file-too-large", "format-unknown", "json-malformed", "json-too-deep", "layer-empty",
    "layer-too-large", "layer-unreadable", "layer-unsafe", "layer-without-geometry", "layers-too-many", "not-allowed",
    "press-busy", "table-too-large", "table-without-position", "value-wrong", "xml-with-entities",
)  # fmt: skip

Box = tuple[float, float, float, float]

_PACKAGE: Exchange = SituationPackage()
GIVEN: dict[str, Exchange] = {**EXCHANGES, _PACKAGE.kind: _PACKAGE}
"""Every file that the picture can be given as, those of connectors included."""


class ExchangeAsked(AtMoment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When, in which language fields are named, and the role the reader acts in."""

    language: Language = "fr"
    role: ObjectId | None = None


class ExchangeOffered(msgspec.Struct, frozen=True):
    """A kind of file, what it is, and how its name ends."""

    kind: str
    media_type: str
    suffix: str


class ExchangesOffered(msgspec.Struct, frozen=True):
    """Every kind of file of exchange of this node."""

    items: list[ExchangeOffered]


class FileAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The name of the file, which only gives titles, and a mapping as JSON to apply rather than the proposed one."""

    name: Annotated[str, Meta(max_length=255)] = ""
    mapping: Annotated[str, Meta(max_length=6_000)] | None = None


class FileRead(msgspec.Struct, frozen=True):
    """A file as read, the mapping (proposed, or as given), what it makes of the file, and the box that holds it all
    (west, south, east, north, in degrees)."""

    reading: Reading
    mapping: Mapping
    drawings: tuple[Drawn, ...]
    bounds: Box | None


def exchange_endpoints(node: Node) -> list[Endpoint]:
    """What the picture can be given as, each file, and the reading of files."""
    room, desk = PrintRoom(), PrintRoom()

    @endpoint("GET", "/api/v1/situations/{situation}/exchange", tag=TAG)
    async def list_exchanges(call: Call[Reader], situation: ObjectId) -> ExchangesOffered:
        """The files that can be made of the picture."""
        Shelf(node, call.who, situation)
        return ExchangesOffered([ExchangeOffered(one.kind, one.media_type, one.suffix) for one in GIVEN.values()])

    @endpoint(
        "GET", "/api/v1/situations/{situation}/exchange/{kind}", tag=TAG, produces="application/geo+json",
        also_produces=tuple(one.media_type for one in GIVEN.values() if one.kind != "geojson"), answer=None,
        status=200, refusals=("press-busy",),
    )  # fmt: skip
    async def give_exchange(call: Call[Reader], situation: ObjectId, kind: Slug, query: ExchangeAsked) -> Response:
        """The picture of a moment as a file for other programs."""
        shelf = Shelf(node, call.who, situation)
        asked = _given(kind)
        matter = await matter_at(node, call, shelf, situation, query.moment, by=query.by, role=query.role)
        matter = msgspec.structs.replace(matter, paths=await _paths(node, shelf, situation, matter, whole=asked.paths))
        order = Order(language=query.language, zone=node.settings.node.time_zone)
        content = await room.make(partial(asked.write, matter, order))
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="{_name(matter, query.language)}.{asked.suffix}"',
        }
        return Response(content, 200, headers, media_type=asked.media_type)

    @endpoint(
        "POST", "/api/v1/situations/{situation}/files/read", tag=TAG, consumes="application/octet-stream",
        max_bytes=MAX_FILE_BYTES, body_s=SLOWEST_S, answer_s=SLOWEST_S + 120, reads_only=True, refusals=READ_REFUSALS,
    )  # fmt: skip
    async def read_file(call: Call[Reader], situation: ObjectId, query: FileAsked) -> FileRead:
        """Read a file from the field: what it holds, what was set aside or mended. Nothing is written."""
        Shelf(node, call.who, situation)
        chosen = _chosen(query.mapping)
        raw = bytearray()
        async for piece in call.stream():
            raw += piece
        near = node.pack.manifest.bbox if node.pack is not None else None
        return await desk.make(partial(_read, bytes(raw), query.name, near, chosen))

    return [list_exchanges, give_exchange, read_file]


def _given(kind: str) -> Exchange:
    """The file of that kind; refuses `unknown`."""
    found = GIVEN.get(kind)
    if found is None:
        raise Refused("unknown")
    return found


def _chosen(text: str | None) -> Mapping | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=Mapping)
    except msgspec.ValidationError as problem:
        raise refusal_of(problem, "mapping") from problem
    except (msgspec.DecodeError, RecursionError) as problem:
        raise Refused("value-wrong", field="mapping") from problem


def _read(raw: bytes, name: str, near: Box | None, chosen: Mapping | None) -> FileRead:
    reading = read(raw, name, near=near)
    mapping = chosen or propose(reading)
    return FileRead(reading, mapping, apply(reading, mapping), _bounds(reading))


def _bounds(reading: Reading) -> Box | None:
    places = [
        place
        for one in reading.observations
        for place in (
            vertices(one.geometry) if isinstance(one, Drawn) else ((one.position.lon_deg, one.position.lat_deg),)
        )
    ]
    if not places:
        return None
    lon_deg, lat_deg = [place[0] for place in places], [place[1] for place in places]
    return min(lon_deg), min(lat_deg), max(lon_deg), max(lat_deg)


async def _paths(
    node: Node, shelf: Shelf, situation: str, matter: Matter, *, whole: bool
) -> dict[str, tuple[Stand, ...]]:
    series = matter.picture.series if matter.picture is not None else ()
    return await asyncio.to_thread(paths_of, node, shelf.held, situation, series, matter.shown_at, whole=whole)


def _name(matter: Matter, language: Language) -> str:
    """Letters that every system takes: what it is if not the real thing, the title of the situation, the moment."""
    mark = MARKS[language].get(matter.situation.mode, "")
    title = "-".join(re.findall(r"[a-z0-9]+", fold(matter.situation.title)))[:LONGEST_TITLE].strip("-")
    return f"{mark}{title or matter.situation.id[:8]}-{matter.shown_at:%Y%m%dT%H%M%SZ}"
