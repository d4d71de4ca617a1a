"""A whole node that many organisations share, with everything said under every label: the ground of the leak walk."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from support.allowed import ABOVE, Place, Role, sees
from support.running_node import MANY
from support.serving import served

from garance.domain import commands
from garance.domain.people.facts import Level, OrganisationRegistered, PersonEnrolled, RoleEnded, RoleGranted
from garance.domain.vocabulary import Body
from garance.kernel.clock import Clock, to_milliseconds
from garance.kernel.identity import new_id
from garance.kernel.label import Audience, Label, Sensitivity
from garance.server.app import Opened, open_app
from garance.server.node import PEOPLE_LABEL
from garance.server.scribe import Asked
from garance.server.settings import Limits, Listen, Settings
from garance.server.settings import Node as NodeSettings

LEVELS = {
    "zone": Level.ZONE, "prefecture": Level.DEPARTEMENT, "sdis": Level.DEPARTEMENT, "epci": Level.EPCI,
    "commune-a": Level.COMMUNE, "commune-b": Level.COMMUNE, "red-cross": Level.PARTNER,
}  # fmt: skip
"""Every organisation, those above first."""

ROLES = (
    "dos", "rac", "cell-head", "logbook-secretary", "sdis-officer", "prefecture-duty-officer", "observer", "partner",
    "administrator",
)  # fmt: skip

AUTHORS: dict[str, Role] = {
    "mayor-a": Role("dos", "commune-a"),
    "water-a": Role("dos", "commune-a", "water", "flood"),
    "officer": Role("dos", "sdis"),
    "relief": Role("dos", "red-cross", "water", "flood"),
    "duty": Role("dos", "prefecture"),
}
"""Those who say everything in the flood. The officer of the prefecture stands above it and has no part in it."""

NEIGHBOUR = Role("dos", "commune-b")
FLOOD = Place("flood", frozenset({"commune-a", "red-cross", "sdis"}))
NEXT_DOOR = Place("next-door", frozenset({"commune-b"}))
PLACES = (FLOOD, NEXT_DOOR)


def mark() -> str:
    """A word that is nowhere else."""
    return f"mark{secrets.token_hex(6)}"


@dataclass
class Person:
    """Somebody, or a wall screen: their roles, their session, their grants by number."""

    name: str
    roles: tuple[Role, ...]
    id: str = field(default_factory=new_id)
    grants: list[str] = field(default_factory=list)
    cookie: str = ""
    csrf: str = ""
    display_name: str = field(default_factory=mark)
    email: str = field(default_factory=lambda: f"{mark()}@example.org")
    wall: bool = False


@dataclass
class Series:
    """A series of samples: where it was declared, by the fact of that identifier."""

    id: str
    fact: str
    situation: str


class House:
    """The node, and everybody."""

    def __init__(self, opened: Opened, url: str) -> None:
        self.node = opened.node
        self.url = url
        self.loop = asyncio.get_running_loop()
        self.organisations = {name: new_id() for name in LEVELS}
        self.situations = {place.name: new_id() for place in PLACES}
        self.people: dict[str, Person] = {}
        self.series: list[Series] = []
        self.files: dict[str, str] = {}
        self.stop: Callable[[], None] = lambda: None
        """Asks the server to stop, as a signal does."""

    @property
    def flood(self) -> str:
        """The situation of commune A."""
        return self.situations["flood"]

    @property
    def next_door(self) -> str:
        """The situation of commune B."""
        return self.situations["next-door"]

    # -- people -------------------------------------------------------------------------------------------------

    async def record(self, *bodies: Body) -> None:
        """Have the node say these."""
        await self.node.scribe.record(lambda: list(bodies), label=PEOPLE_LABEL)

    async def settle(self) -> None:
        """Make every organisation known."""
        await self.record(
            *(
                OrganisationRegistered(
                    organisation=self.organisations[name], name=name, level=level,
                    above=self.organisations[ABOVE[name]] if name in ABOVE else None,
                )
                for name, level in LEVELS.items()
            )
        )  # fmt: skip

    async def enrol(self, name: str, *roles: Role) -> Person:
        """Somebody with these roles and a session; roles that do not hold today are over, taken back or to come."""
        person = self.people[name] = Person(name, roles)
        now = self.node.clock.now()
        facts: list[Body] = [PersonEnrolled(person=person.id, display_name=person.display_name, email=person.email)]
        for number, role in enumerate(roles):
            grant = self._grant(person, role, number, now)
            person.grants.append(grant.grant)
            facts.append(grant)
            if not role.holds and number % 3 == 0:
                facts.append(RoleEnded(grant=grant.grant, reason="fin"))
        await self.record(*facts)
        self.sign_in(person)
        return person

    def _grant(self, person: Person, role: Role, number: int, now: datetime) -> RoleGranted:
        begin = now + timedelta(hours=1) if not role.holds and number % 3 == 1 else None
        end = now - timedelta(seconds=1) if not role.holds and number % 3 == 2 else None
        return RoleGranted(
            grant=new_id(), person=person.id, organisation=self.organisations[role.organisation], cell=role.cell,
            role=role.role, situation=self.situations[role.where] if role.where else None, not_before=begin,
            not_after=end,
        )  # fmt: skip

    def sign_in(self, person: Person) -> None:
        """A new session of that person."""
        opened = self.node.sign_in.sessions.open(person.id)
        person.cookie, person.csrf = opened.token, opened.reader.csrf

    def hang_wall(self, name: str, organisation: str, place: str) -> Person:
        """A wall screen that shows a situation as an observer of that organisation sees it."""
        sessions = self.node.sign_in.sessions
        token, wall = sessions.make_wall(
            situation=self.situations[place], organisation=self.organisations[organisation], title=mark()
        )
        opened = sessions.open_wall(token)
        roles = (Role("observer", organisation, None, place),)
        screen = Person(name, roles, id=wall.id, cookie=opened.token, csrf=opened.reader.csrf, wall=True)
        self.people[name] = screen
        return screen

    # -- saying -------------------------------------------------------------------------------------------------

    async def say(
        self, who: str, command: str, body: dict[str, Any], *, where: str | None, label: Label | None = None,
        follows: tuple[str, ...] | None = None,
    ) -> str:  # fmt: skip
        """Somebody gives a command under their first role; the fact it made."""
        person, wanted = self.people[who], commands.find(command)
        asked: Asked[msgspec.Struct] = Asked(
            id=new_id(), role=person.grants[0], situation=where, label=label, follows=follows,
            body=msgspec.convert(body, wanted.request),
        )  # fmt: skip
        answer = await self.node.scribe.carry_out(person.id, command, asked)
        return answer.receipt.facts[0]

    async def open_places(self) -> None:
        """Both situations, with everybody who speaks in them."""
        for name, role in {**AUTHORS, "mayor-b": NEIGHBOUR}.items():
            await self.enrol(name, role)
        # The fire service was given a role there once: it takes part since.
        await self.enrol("engaged", Role("observer", "sdis", None, "flood"))
        for place, who in ((self.flood, "mayor-a"), (self.next_door, "mayor-b")):
            body = {"situation": place, "title": mark(), "kind": "flood", "mode": "exercise"}
            await self.say(who, "situation.open", body, where=None)

    def sees_own(self, who: str, label: Label, place: Place) -> bool:
        """Whether somebody may see what they say themselves: some may tell of what they may not read again."""
        role = self.people[who].roles[0]
        return sees([role], place, role.organisation, role.cell, msgspec.to_builtins(label))

    async def say_everything(self) -> None:
        """Every concern under every label, by everyone who speaks."""
        for who, role in AUTHORS.items():
            for label in labels_of(role):
                await self.say_one_entry(who, label)
        for who in ("water-a", "officer"):
            for label in labels_of(AUTHORS[who]):
                await self.say_things(who, label, self.flood)
                await self.say_board(who, label, self.flood)
        for label in labels_of(NEIGHBOUR):
            await self.say_things("mayor-b", label, self.next_door)
            await self.say_board("mayor-b", label, self.next_door)

    async def say_one_entry(self, who: str, label: Label) -> None:
        """A line; one in four is then struck, one corrected, one acknowledged."""
        written = {"text": mark(), "category": "report", "sender": mark(), "about": new_id()}
        entry = await self.say(who, "logbook.write", written, where=self.flood, label=label)
        turn = secrets.randbelow(4) if self.sees_own(who, label, FLOOD) else 0
        if turn == 3:
            await self.say(who, "acknowledgements.give", {"fact": entry}, where=self.flood)
        if turn == 1:
            body = {"entry": entry, "reason": mark()}
            await self.say(who, "logbook.strike", body, where=self.flood)
        if turn == 2:
            body = {"entry": entry, "reason": mark(), "text": mark()}
            await self.say(who, "logbook.correct", body, where=self.flood)

    async def say_things(self, who: str, label: Label, where: str) -> None:
        """A resource, a shape, a series, a view, a grid, a course, a plan, a report, most changed after; a level."""
        resource, shape, series, view, grid, course, plan, report = (new_id() for _ in range(8))
        point = {"type": "Point", "coordinates": [-1.0, 46.0]}
        zone = {"type": "LineString", "coordinates": [[-1.0, 46.0], [-0.9, 46.0]]}
        drawn = {"shape": shape, "name": mark(), "kind": "note", "state": "planned"}
        told: list[tuple[str, dict[str, Any], Label | None]] = [
            ("resources.declare", {"resource": resource, "name": mark(), "kind": "boat"}, label),
            ("drawings.draw", {**drawn, "geometry": zone}, label),
            ("situation.set-level", {"level": secrets.randbelow(5)}, label),
            ("views.save", {"view": view, **a_view(), "note": mark()}, label),
            ("grids.attach", {"grid": grid, **a_grid(), "provenance": mark()}, label),
            ("courses.describe", {"course": course, "name": mark(), "idea": mark(), "phases": [mark()]}, label),
            ("signals.set-plan", {"plan": plan, **a_signals_plan()}, label),
            ("reports.draft", {"report": report, **a_report()}, label),
        ]
        declared = {"series": series, "name": mark(), "kind": "water-level", "unit": "m", "provenance": mark()}
        if self.sees_own(who, label, FLOOD if where == self.flood else NEXT_DOOR):
            declared["resource"] = resource
            told += [
                ("resources.move", {"resource": resource, "geometry": point}, None),
                ("resources.set-state", {"resource": resource, "state": "engaged"}, None),
                ("drawings.reshape", {"shape": shape, "geometry": zone}, None),
                ("drawings.describe", {**drawn, "name": mark()}, None),
                ("views.save", {"view": view, **a_view()}, None),
                ("courses.describe", {"course": course, "name": mark()}, None),
                ("signals.set-plan", {"plan": plan, **a_signals_plan()}, None),
                ("reports.draft", {"report": report, **a_report()}, None),
            ]
        for command, body, chosen in told:
            await self.say(who, command, body, where=where, label=chosen)
        fact = await self.say(who, "observations.declare-series", declared, where=where, label=label)
        self.series.append(Series(series, fact, where))
        await self.measure(series)

    async def say_board(self, who: str, label: Label, where: str) -> None:
        """One thing of each kind of the board, most of them told further."""
        named = {kind: new_id() for kind in BOARD_KINDS}
        for command, body in board_bodies(named, where).items():
            await self.say(who, command, body, where=where, label=label)
        if not self.sees_own(who, label, FLOOD if where == self.flood else NEXT_DOOR):
            return
        for command, body in (
            ("incidents.evolve", {"incident": named["incident"], "evolution": "worsening", "note": mark()}),
            ("taskings.set-mission-state", {"mission": named["mission"], "state": "accepted", "note": mark()}),
            ("taskings.set-step", {"sheet": named["sheet"], "step": "call", "state": "done", "by": mark()}),
            ("population.count-centre", {"centre": named["centre"], "present": 12, "note": mark()}),
        ):
            await self.say(who, command, body, where=where)

    async def measure(self, series: str) -> None:
        """One more sample of that series."""
        await self.node.measures.observe(series, [(to_milliseconds(self.node.clock.now()), 1.25)])


BOARD_KINDS = ("incident", "outage", "zone", "centre", "mission", "order", "sheet", "feed")


def board_bodies(named: dict[str, str], situation: str) -> dict[str, dict[str, Any]]:
    """What begins one thing of each kind of the board; the things are named by kind."""
    owner = {"name": mark()}
    execution = [{"mission": mark(), "unit": mark()}]
    return {
        "incidents.describe": {"incident": named["incident"], "nature": "flooded-area", "title": mark()},
        "incidents.describe-outage": {"outage": named["outage"], "network": "power", "name": mark()},
        "population.describe-zone": {"zone": named["zone"], "name": mark(), "measure": "evacuation"},
        "population.describe-centre": {
            "centre": named["centre"], "name": mark(), "role": "reception", "capacity": 40,
        },
        "population.state-toll": {
            "about": situation, "category": "evacuated", "low": 1, "high": 2, "source": mark(),
        },
        "taskings.describe-mission": {"mission": named["mission"], "title": mark(), "owner": owner},
        "taskings.give-order": {
            "order": named["order"], "title": mark(), "frame": "soiec", "to": [owner], "situation": mark(),
            "objectives": [mark()], "execution": execution,
        },
        "taskings.start-sheet": {
            "sheet": named["sheet"], "title": mark(), "owner": owner, "steps": [{"id": "call", "title": mark()}],
        },
        "taskings.give-handover": {"handover": new_id(), "post": owner, "summary": mark()},
        "feeds.attach": {"feed": named["feed"], "connection": f"c{secrets.token_hex(6)}", "name": mark()},
        "posts.hold": {"post": new_id(), "title": mark(), "party": owner, "since": "2026-01-01T00:00:00Z"},
        "resources.ask": {
            "demand": new_id(), "kind": "pump", "what": mark(), "quantity": 2, "to": owner, "reason": mark(),
        },
    }  # fmt: skip


def a_view() -> dict[str, Any]:
    """What a saved view says, under a name that is nowhere else."""
    camera = {"lon_deg": -1.0, "lat_deg": 46.0, "zoom": 12.0}
    return {"name": mark(), "axis": "conduct", "layers": ["shapes"], "camera": camera}


def a_signals_plan() -> dict[str, Any]:
    """What a signals plan says, in words that are nowhere else."""
    post = {"id": "pc", "name": mark(), "level": "site", "nets": ["command"]}
    net = {"id": "command", "name": mark(), "kind": "command", "channel": mark()}
    return {"name": mark(), "nets": [net], "posts": [post]}


def a_grid() -> dict[str, Any]:
    """What a dated grid says, under a name that is nowhere else."""
    return {"raster": "water-depths-t0", "territory": "0" * 16, "name": mark(), "at": ["2026-11-23T08:00:00Z"]}


def a_report() -> dict[str, Any]:
    """What a situation report says, in words that are nowhere else."""
    sections = [{"heading": heading, "text": mark()} for heading in ("situation", "requests")]
    figures = [{"figure": "evacuated", "name": mark(), "value": 12}]
    return {"at": "2026-11-23T08:00:00Z", "sections": sections, "figures": figures}


def labels_of(role: Role) -> list[Label]:
    """Every label somebody in that role may choose."""
    return [
        Label(audience, sensitivity, role.cell if audience is Audience.CELL else None)
        for audience in Audience
        for sensitivity in Sensitivity
        if role.cell is not None or audience is not Audience.CELL
    ]


def settings_of(folder: Path, limits: Limits | None = None, public_url: str | None = None) -> Settings:
    """A node in that folder, on a free port."""
    return Settings(
        node=NodeSettings(name="Essai", data_folder=str(folder)),
        listen=Listen(port=0, stop_s=5, public_url=public_url),
        limits=limits or Limits(anonymous_per_minute=MANY),
    )


@asynccontextmanager
async def opened_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """The node of these settings, served, as it stands."""
    async with (
        open_app(settings, clock) as opened,
        served(opened.app, settings, stopping=opened.stopping, websocket_protocol=opened.websocket_protocol) as running,
    ):
        house = House(opened, running.url)
        house.stop = partial(setattr, running.server, "should_exit", True)
        yield house


@asynccontextmanager
async def mixed_house(
    folder: Path, *, told: bool = True, limits: Limits | None = None, clock: Clock | None = None,
    public_url: str | None = None,
) -> AsyncIterator[House]:  # fmt: skip
    """A new node with its organisations and (`told`) all that is said; readers are still to be enrolled."""
    async with opened_house(settings_of(folder, limits, public_url), clock) as house:
        await house.settle()
        await house.open_places()
        if told:
            await house.say_everything()
        yield house


@asynccontextmanager
async def reopened(before: House, folder: Path) -> AsyncIterator[House]:
    """The same house in that folder, after a stop, a restart, a restoration: everybody signs in again."""
    async with opened_house(settings_of(folder)) as house:
        house.organisations, house.situations = before.organisations, before.situations
        house.people, house.series, house.files = before.people, before.series, before.files
        for person in house.people.values():
            house.sign_in(person)
        yield house
