"""How people, places and entries are named on paper (dénominations)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from garance.domain.parties import Party
from garance.exports.words import Voice
from garance.kernel.label import Audience, Author, Label, Sensitivity
from garance.kernel.place import Geometry, LineString, Point
from garance.kernel.refusal import Refused
from garance.ports.export import Matter
from garance.territory.projection import WGS84, transformer
from garance.views.shown import EntryShown

SHORT = 4


def reference(entry: str) -> str:
    """What an entry is called on paper: the last signs of its writer, and its number in that writer's chain."""
    writer, _, seq = entry.rpartition("-")
    return f"{writer[-SHORT:]}-{seq}"


class Names(Protocol):
    """People and organisations by identifier, as a reader may name them."""

    @property
    def people(self) -> Mapping[str, str]:
        """Their names."""
        ...

    @property
    def organisations(self) -> Mapping[str, str]:
        """Their names."""
        ...


class Number(msgspec.Struct, frozen=True):
    """The number of a line as its reader calls it; `organisation` and `register` when they are not the plain ones."""

    number: int | None
    provisional: str | None
    organisation: str | None
    register: str | None


def number_of(number: int | None, provisional: str | None, author: str | None, label: Label, own: str | None) -> Number:
    """A number alone is that of the reader's organisation, in the register that all partners read.

    The browser has the same rule (`client/src/numbers.ts`); both are held to `tests/support/number_cases.json`.
    """
    return Number(number, provisional, None if author == own else author, register_of(label))


def register_of(label: Label) -> str | None:
    """Whose register a line is numbered in; None for the one that all partners of the situation read."""
    if label.sensitivity is not Sensitivity.ORDINARY:
        return label.sensitivity.value
    return None if label.audience is Audience.PARTNERS else label.audience.value


def numbered(entry: EntryShown, matter: Matter, voice: Voice) -> str:
    """What a line is called, as on the desk: « 13 », « interne 4 », « SDIS 13 », and what its device called it before.

    A line older than numbers goes by its reference.
    """
    author = entry.author.organisation if entry.author is not None else None
    told = number_of(entry.number, entry.provisional, author, entry.label, matter.organisation)
    if told.number is None:
        return told.provisional or reference(entry.entry)
    said = str(told.number) if told.register is None else voice.say(f"register.{told.register}", n=told.number)
    if told.organisation is not None:
        said = f"{matter.organisations.get(told.organisation, '—')} {said}"
    return f"{said} ({told.provisional})" if told.provisional else said


def party(asked: Party | None, names: Names, voice: Voice) -> str:
    """A post in words: name, person, role, cell, organisation, as far as they are said."""
    if asked is None:
        return ""
    cell = voice.say("party.cell", cell=asked.cell) if asked.cell else ""
    organisation = names.organisations.get(asked.organisation or "")
    person = names.people.get(asked.person or "")
    parts = (asked.name, person, voice.of("role", asked.role), cell, organisation)
    return ", ".join(part for part in parts if part)


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


def utm_of(geometry: Geometry | None) -> str:
    """The place by its square alone; nothing when it has none."""
    return "" if geometry is None else utm(*_anchor(geometry))


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
