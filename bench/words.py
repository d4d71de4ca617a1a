"""What is said in benches: an operation's ordinary facts, in ordinary proportions, by one author."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec

from garance.access.clearance import Acting, Clearance
from garance.domain.drawings.facts import ShapeDrawn, ShapeReshaped, ShapeStatus
from garance.domain.logbook.facts import Category, Channel, EntryWritten
from garance.domain.resources.facts import ResourceDeclared, ResourceMoved, ResourceStateSet, ResourceStatus
from garance.domain.situation.facts import SituationOpened
from garance.domain.vocabulary import Body, name_of
from garance.journal.envelope import Draft, Line, Tail, enclose
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label, Mode
from garance.kernel.place import Point, Polygon
from garance.kernel.signature import Signer

SITUATION = derived_id("bench", "situation")
COMMUNE = derived_id("bench", "commune")
FIRE_SERVICE = derived_id("bench", "fire-service")
MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RESOURCES = 200
SHAPES = 100
TEXT = "Montée des eaux quai aux Vivres, 40 cm sur la chaussée, trois familles à reloger."


def author(name: str, organisation: str) -> Author:
    """Someone of that organisation."""
    return Author(derived_id("bench-person", name), "logbook-secretary", organisation)


SECRETARY = author("secretary", COMMUNE)


def clearance_for(organisation: str) -> Clearance:
    """A partner's rights."""
    return Clearance(
        situation=SITUATION,
        acting=frozenset({Acting(organisation, "")}),
        partner=True,
        level_above=False,
        sensitivities=frozenset(),
        abilities=frozenset(),
    )


def entry(number: int) -> EntryWritten:
    """A numbered line of the logbook."""
    return EntryWritten(text=f"#{number:09d}# {TEXT}", category=Category.INFORMATION, channel=Channel.RADIO)


def draft(body: Body, *, after_s: float = 0) -> Draft:
    """That body, said in the situation."""
    return Draft(
        name=name_of(body),
        body=msgspec.json.encode(body),
        occurred_at=MOMENT + timedelta(seconds=after_s),
        situation=SITUATION,
        mode=Mode.EXERCISE,
        author=SECRETARY,
        label=Label(),
    )


def line(number: int) -> Line:
    """A numbered line of the logbook, without a store."""
    writer, command = Signer.create().writer, derived_id("bench", "command")
    header, record = enclose(draft(entry(number)), writer=writer, tail=Tail(), moment=MOMENT, tick=0, command=command)
    return Line(number, header, record)


def operation(count: int, seed: int = 1) -> Iterator[Draft]:
    """The facts of one operation: 60 % logbook, 25 % movements, 10 % states, 5 % drawings."""
    for number, body in enumerate(islice(_bodies(seed), count)):
        yield draft(body, after_s=number / 10)


def _bodies(seed: int) -> Iterator[Body]:
    chance = random.Random(seed)
    resources = [derived_id("bench-resource", str(number)) for number in range(RESOURCES)]
    shapes = [derived_id("bench-shape", str(number)) for number in range(SHAPES)]
    yield SituationOpened(situation=SITUATION, title="Crue de la Charente", kind="flood", mode=Mode.EXERCISE)
    for number, resource in enumerate(resources):
        yield ResourceDeclared(resource=resource, name=f"VSAV {number}", kind="ambulance")
    for number, shape in enumerate(shapes):
        square = _square(chance)
        yield ShapeDrawn(shape=shape, geometry=square, kind="perimeter", name=f"P{number}", state=ShapeStatus.ENGAGED)
    for number in itertools.count():
        yield _next(number, chance, resources, shapes)


def _next(number: int, chance: random.Random, resources: list[str], shapes: list[str]) -> Body:
    share = chance.random()
    if share < 0.60:
        return entry(number)
    if share < 0.85:
        return ResourceMoved(resource=chance.choice(resources), geometry=Point(_vertex(chance)))
    if share < 0.95:
        return ResourceStateSet(resource=chance.choice(resources), state=chance.choice(list(ResourceStatus)))
    return ShapeReshaped(shape=chance.choice(shapes), geometry=_square(chance))


def _vertex(chance: random.Random) -> tuple[float, float]:
    return round(chance.uniform(-1.05, -0.90), 6), round(chance.uniform(45.90, 46.00), 6)


def _square(chance: random.Random) -> Polygon:
    west, south = _vertex(chance)
    corners = [(west, south), (west + 0.01, south), (west + 0.01, south + 0.01), (west, south + 0.01), (west, south)]
    return Polygon([corners])
