"""What a mission holds of the map, for those who join: every message (`cot`), or a KML document."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import BaseRoute

from garance.connectors.tak.xml_tree import Element, element, write_tree
from garance.server.tak.asked import Asked, route, text
from garance.server.tak.missions.asking import Where, at_either, mission_asked
from garance.server.tak.missions.words import Mission, Point

if TYPE_CHECKING:
    from garance.server.tak.site import TakSite

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
KML = "application/vnd.google-earth.kml+xml"


def picture_routes(site: TakSite) -> list[BaseRoute]:
    """Both."""
    asked: list[Where] = at_either([("GET", "/cot", _cot), ("GET", "/kml", _kml)])
    return [route(site, *each) for each in asked]


async def _cot(asked: Asked) -> Response:
    """The last message of each uid."""
    mission = await mission_asked(asked)
    points = await asyncio.to_thread(asked.site.book.points, mission.guid)
    return text(messages(points), "application/xml")


async def _kml(asked: Asked) -> Response:
    """A placemark for each uid that has a place."""
    mission = await mission_asked(asked)
    points = await asyncio.to_thread(asked.site.book.points, mission.guid)
    return text(document(mission, points), KML)


def messages(points: Iterable[Point]) -> str:
    """One document of all those messages, each as it came."""
    bodies = (one.xml.decode("utf-8", "replace") for one in points if one.xml is not None)
    roots = (body[body.index("<event") :] for body in bodies if "<event" in body)
    return f"{DECLARATION}<events>{''.join(roots)}</events>"


def document(mission: Mission, points: Iterable[Point]) -> str:
    """A KML 2.2 document."""
    placemarks = [mark for mark in map(_placemark, points) if mark is not None]
    inside = element("Document", None, element("name", None, mission.name), *placemarks)
    return DECLARATION + write_tree(element("kml", {"xmlns": "http://www.opengis.net/kml/2.2"}, inside))


def _placemark(point: Point) -> Element | None:
    place = point.details.get("location")
    if not place:
        return None
    name = element("name", None, str(point.details.get("callsign", point.uid)))
    kind = element("description", None, str(point.details.get("type", "")))
    where = element("Point", None, element("coordinates", None, f"{place['lon']},{place['lat']}"))
    return element("Placemark", None, name, kind, where)
