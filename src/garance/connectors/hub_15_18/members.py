"""Reaching into a tree that may hold anything: what is there and of the right type, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from garance.connectors.hub_15_18.judging import number_of
from garance.kernel.clock import as_utc
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.observation import MAX_TEXT

Json = Mapping[str, Any]
MAX_ID = 256
MAX_DETAIL = 500


def at(tree: Any, *path: str) -> Any:
    """What lies there, or None."""
    for name in path:
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def text(tree: Any, *path: str, longest: int = MAX_DETAIL) -> str | None:
    """The words that lie there, cut with an ellipsis; None when there are none."""
    found = at(tree, *path)
    words = found.strip() if isinstance(found, str) else ""
    return cut(words, longest) if words else None


def cut(words: str, longest: int = MAX_TEXT) -> str:
    """The same words, at most that long, an ellipsis for what is left out."""
    return words if len(words) <= longest else words[: longest - 1] + "…"


def each(tree: Any, *path: str) -> Iterator[Json]:
    """The objects of the list that lies there."""
    found = at(tree, *path)
    yield from (one for one in (found if isinstance(found, list) else []) if isinstance(one, Mapping))


def words_of(tree: Any, *path: str) -> list[str]:
    """The non-empty texts of the list that lies there."""
    found = at(tree, *path)
    return [one.strip() for one in (found if isinstance(found, list) else []) if isinstance(one, str) and one.strip()]


def moment(tree: Any, *path: str) -> datetime | None:
    """The instant that lies there, in UTC; None when it is none."""
    said = at(tree, *path)
    try:
        return as_utc(datetime.fromisoformat(said)) if isinstance(said, str) else None
    except (ValueError, Refused):
        return None


def number(tree: Any, *path: str) -> float | None:
    """The number that lies there; None when it is none."""
    return number_of(at(tree, *path))


def whole(tree: Any, *path: str) -> int | None:
    """The count that lies there, zero or more; None when it is none."""
    found = number(tree, *path)
    return int(found) if found is not None and 0 <= found <= 10_000_000 and found == int(found) else None


def identifier(tree: Any, *path: str) -> str:
    """The identifier that lies there; refuses `hub-message-invalid` when it is empty or too long."""
    found = at(tree, *path)
    said = found.strip() if isinstance(found, str) else ""
    if not 1 <= len(said) <= MAX_ID:
        wanted = f"an identifier of 1 to {MAX_ID} characters"
        raise Refused("hub-message-invalid", field=".".join(path), detail={"wanted": wanted})
    return said


def place(coordinates: Any, *, lat: str = "lat", lon: str = "lon") -> Position | None:
    """The position that those members give; None when they give none on Earth."""
    lat_deg, lon_deg = number(coordinates, lat), number(coordinates, lon)
    if lat_deg is None or lon_deg is None or abs(lat_deg) > 90 or abs(lon_deg) > 180:
        return None
    return Position(lon_deg=lon_deg, lat_deg=lat_deg)


def details(**said: str | int | float | None) -> dict[str, str]:
    """Only what is said, as text for people to read."""
    return {name: str(value) for name, value in said.items() if value not in (None, "")}
