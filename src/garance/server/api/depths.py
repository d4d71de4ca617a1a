"""Simulated water depths: the grids of the territory, their bands as pictures, and a past extent beside them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.responses import Response

from garance.kernel.identity import Slug
from garance.kernel.refusal import Refused
from garance.server.api.here import PeopleCounted
from garance.server.api.questions import Asker
from garance.server.http import Call, Endpoint, endpoint
from garance.server.http.conditional import NotModified, matches
from garance.server.node import Node
from garance.server.stored import FOR_EVER
from garance.server.territory_files import Version
from garance.territory.manifest import Raster
from garance.territory.pack import Pack
from garance.territory.questions.people import People

Band = Annotated[int, Meta(ge=1, le=1000, description="the first is 1")]
Box = tuple[float, float, float, float]


class DepthGridShown(msgspec.Struct, frozen=True):
    """A grid of simulated depths. `bbox`: the corners of its pictures, in degrees; `picture`: their address."""

    grid: Slug
    title_fr: str
    title_en: str
    bands: int
    cell_m: float
    deepest_m: float
    bbox: Box
    picture: str
    source: str
    licence: str
    attribution: str


class DepthGridsShown(msgspec.Struct, frozen=True):
    """Those that hold a film first, then those that hold one state. `compared`: whether a past extent is mapped."""

    items: list[DepthGridShown]
    compared: bool


class ComparisonShown(msgspec.Struct, frozen=True):
    """A band against the mapped past extent, on the grid's land cells (mapped waters left out); areas in km².

    A cell counts as flooded from `wet_from_m`. People: null when the territory does not say where they live.
    """

    grid: Slug
    band: int
    cell_m: float
    wet_from_m: float
    land_km2: float
    mapped_km2: float
    modelled_km2: float
    both_km2: float
    only_mapped_km2: float
    only_modelled_km2: float
    people_mapped: PeopleCounted | None
    people_modelled: PeopleCounted | None


_REFUSALS = ("no-territory", "territory-replaced", "territory-file-unknown", "raster-unreadable")


def depth_endpoints(node: Node) -> list[Endpoint]:
    """The grids, their pictures, the comparison."""
    asker = Asker(node)
    settings: dict[str, Any] = {"tag": "territory", "tokens": True, "refusals": _REFUSALS}

    @endpoint("GET", "/api/v1/territory/depths", **settings)
    async def list_depths(call: Call[Any]) -> DepthGridsShown:
        """The grids of simulated water depths of this territory."""
        return await asker.ask(listed)

    @endpoint("GET", "/api/v1/territory/depths/{grid}/{band}/comparison", **settings)
    async def compare_depths(call: Call[Any], grid: Slug, band: Band) -> ComparisonShown:
        """Compare one band with the past extent mapped in this territory."""
        return await asker.ask(lambda pack: compared(pack, grid, band))

    @endpoint(
        "GET", "/territory/{version}/depths/{grid}/{band}.png", produces="image/png", conditional=True, answer=None,
        status=200, **settings,
    )  # fmt: skip
    async def give_depth_picture(call: Call[Any], version: Version, grid: Slug, band: Band) -> Response:
        """Give one band as a grey picture: depth is the level × 0.05 m, 255 unknown or mapped water."""
        if node.pack is not None and version != node.pack.manifest.version:
            raise Refused("unknown", detail={"version": node.pack.manifest.version})
        tag = f'"{version}/depths/{grid}/{band}"'
        picture = await asker.ask(lambda pack: pack.depths(grid).picture(band))
        headers = {"ETag": tag, "Cache-Control": FOR_EVER}
        if matches(tag, call.request.headers.get("if-none-match")):
            call.headers.update(headers)
            raise NotModified
        return Response(picture.png, 200, headers, media_type="image/png")

    return [list_depths, compare_depths, give_depth_picture]


def listed(pack: Pack) -> DepthGridsShown:
    """Every grid of the pack that can be read."""
    films_first = sorted(pack.depth_rasters, key=lambda raster: (-raster.bands, raster.name))
    mapped = any(layer.role == "past-extent" for layer in pack.manifest.layers)
    return DepthGridsShown([_shown(pack, raster) for raster in films_first], compared=mapped)


def _shown(pack: Pack, raster: Raster) -> DepthGridShown:
    west, south, east, north = (round(degrees, 7) for degrees in pack.depths(raster.name).bbox)
    return DepthGridShown(
        grid=raster.name,
        title_fr=raster.title_fr,
        title_en=raster.title_en,
        bands=raster.bands,
        cell_m=raster.cell_m,
        deepest_m=raster.high,
        bbox=(west, south, east, north),
        picture=f"/territory/{pack.manifest.version}/depths/{raster.name}/{{band}}.png",
        source=raster.source,
        licence=raster.licence,
        attribution=raster.attribution,
    )


def compared(pack: Pack, grid: str, band: int) -> ComparisonShown:
    """Refuses `unknown` where there is no such grid or band, or nothing mapped to compare with."""
    if not any(layer.role == "past-extent" for layer in pack.manifest.layers):
        raise Refused("unknown", detail={"missing": "past-extent"})
    found = pack.depths(grid).comparison(band)
    return ComparisonShown(
        grid=grid,
        band=band,
        cell_m=found.cell_m,
        wet_from_m=found.wet_from_m,
        land_km2=found.land_km2,
        mapped_km2=found.mapped_km2,
        modelled_km2=found.modelled_km2,
        both_km2=found.both_km2,
        only_mapped_km2=found.only_mapped_km2,
        only_modelled_km2=found.only_modelled_km2,
        people_mapped=_counted(found.people_mapped),
        people_modelled=_counted(found.people_modelled),
    )


def _counted(people: People | None) -> PeopleCounted | None:
    return None if people is None else PeopleCounted(people.low, people.central, people.high)
