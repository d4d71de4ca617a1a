"""How people, places and entries are named on paper (dénominations)."""

from __future__ import annotations

from garance.exports.words import Voice
from garance.kernel.label import Author
from garance.kernel.place import Geometry, LineString, Point
from garance.kernel.refusal import Refused
from garance.ports.export import Matter
from garance.territory.projection import WGS84, transformer

SHORT = 4


def reference(entry: str) -> str:
    """What an entry is called on paper: the last signs of its writer, and its number in that writer's chain."""
    writer, _, seq = entry.rpartition("-")
    return f"{writer[-SHORT:]}-{seq}"


def signed(author: Author | None, matter: Matter, voice: Voice) -> str:
    """Who, as what, for whom; what is not known is left out."""
    if author is None:
        return ""
    role, organisation = voice.of("role", author.role), matter.organisations.get(author.organisation)
    parts = (matter.people.get(author.person), role, organisation)
    return ", ".join(part for part in parts if part)


def place(geometry: Geometry | None, matter: Matter, voice: Voice) -> str:
    """Where it is: words of the territory, then the kilometres of the UTM squares, as on the map."""
    if geometry is None:
        return ""
    lon_deg, lat_deg = _anchor(geometry)
    said = utm(lon_deg, lat_deg)
    if matter.pack is None:
        return said
    try:
        phrase = matter.pack.phrase(lon_deg, lat_deg)
    except Refused:
        return said
    return f"{phrase.fr if voice.language == 'fr' else phrase.en} ({said})"


def utm(lon_deg: float, lat_deg: float) -> str:
    """The place in its UTM zone, to ten metres, such as `30N 657.82 5087.31`, in kilometres."""
    zone = int((lon_deg + 180) // 6) % 60 + 1
    north = lat_deg >= 0
    x, y = transformer(WGS84, f"EPSG:{(32600 if north else 32700) + zone}").transform(lon_deg, lat_deg)
    return f"{zone}{'N' if north else 'S'} {x / 1000:.2f} {y / 1000:.2f}"


def _anchor(geometry: Geometry) -> tuple[float, float]:
    if isinstance(geometry, Point):
        return geometry.coordinates
    if isinstance(geometry, LineString):
        return geometry.coordinates[len(geometry.coordinates) // 2]
    ring = geometry.coordinates[0][:-1]
    return sum(at[0] for at in ring) / len(ring), sum(at[1] for at in ring) / len(ring)
