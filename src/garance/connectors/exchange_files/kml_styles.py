"""The styles of a KML as simplestyle colours; those that lie elsewhere are never fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from garance.connectors.exchange_files.markup import Element
from garance.connectors.exchange_files.reading import Problems

COLOUR = re.compile(r"^#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})$")
REMOTE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
MAX_MAPS = 4
"""How many style maps may lead to one another."""


def colour(text: str) -> tuple[str, float] | None:
    """A colour of KML (alpha, blue, green, red) as `#rrggbb` and an opacity in 0..1; nothing when it is none."""
    found = COLOUR.match(text.strip())
    if found is None:
        return None
    alpha, blue, green, red = (part.lower() for part in found.groups())
    return f"#{red}{green}{blue}", round(int(alpha, 16) / 255, 3)


class Styles:
    """The shared styles of a file, by name."""

    def __init__(self, root: Element, problems: Problems) -> None:
        self._problems = problems
        self._shared: dict[str, dict[str, str]] = {}
        self._maps: dict[str, str] = {}
        for one in _below(root):
            name = one.attributes.get("id", "")
            if one.tag == "style":
                self._shared[name] = self._read(one)
            else:
                self._maps[name] = _normal(one)
                inside = _inside(one)
                if inside is not None:
                    self._shared[name] = self._read(inside)

    def of(self, mark: Element) -> dict[str, str]:
        """The colours of a placemark: those that it names, under those that it holds."""
        found: dict[str, str] = {}
        address = mark.said("styleurl")
        if address:
            found.update(self._named(address))
        for own in mark.each("style"):
            found.update(self._read(own))
        for own in mark.each("stylemap"):
            inside = _inside(own)
            found.update(self._read(inside) if inside is not None else self._named(_normal(own)))
        return found

    def _named(self, address: str) -> dict[str, str]:
        place, _, name = address.rpartition("#")
        if place and not place.startswith("#"):
            self._problems.say("remote-ignored", None, address)
            return {}
        for _ in range(MAX_MAPS):
            if name in self._shared:
                return self._shared[name]
            if name not in self._maps:
                break
            name = self._maps[name].rpartition("#")[2]
        self._problems.say("style-unknown", None, address)
        return {}

    def _read(self, style: Element) -> dict[str, str]:
        found: dict[str, str] = {}
        for tag, what in (("linestyle", "stroke"), ("polystyle", "fill"), ("iconstyle", "marker-color")):
            one = style.first(tag)
            said = colour(one.said("color")) if one is not None else None
            if said is not None:
                found[what] = said[0]
                if what != "marker-color":
                    found[f"{what}-opacity"] = str(said[1])
        width = style.said("linestyle", "width")
        if re.fullmatch(r"\d{1,3}(\.\d{1,9})?", width):
            found["stroke-width"] = width
        if style.said("polystyle", "fill") in ("0", "false"):
            found["fill-opacity"] = "0"
        icon = style.said("iconstyle", "icon", "href")
        if REMOTE.match(icon):
            self._problems.once("remote-ignored", icon)
        elif icon:
            found["icon"] = icon[:200]
        return found


def _below(element: Element) -> Iterator[Element]:
    for child in element.children:
        if child.tag in ("style", "stylemap"):
            yield child
        elif child.tag in ("document", "folder", "kml", "placemark") and child.tag != "placemark":
            yield from _below(child)


def _pair(style_map: Element) -> Element | None:
    return next((one for one in style_map.each("pair") if one.said("key") in ("normal", "")), None)


def _normal(style_map: Element) -> str:
    pair = _pair(style_map)
    return pair.said("styleurl") if pair is not None else ""


def _inside(style_map: Element) -> Element | None:
    pair = _pair(style_map)
    return pair.first("style") if pair is not None else None
