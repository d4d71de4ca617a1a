"""Tells a story through the real commands and rules, as one writer or several, and gives the facts."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

import garance.domain.concerns  # noqa: F401 - makes every command known
from garance.domain.commands import decide, find
from garance.domain.said import Context, Settled
from garance.domain.state import State
from garance.domain.vocabulary import name_of
from garance.kernel.clock import HybridClock, SetClock
from garance.kernel.fact import Fact
from garance.kernel.identity import derived_id, fact_id
from garance.kernel.label import Author, Label
from garance.kernel.refusal import Refused

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
Fields = dict[str, Any]


def oid(name: str) -> str:
    """A stable identifier for a thing of the story."""
    return derived_id("story", name)


def person(name: str = "maire", organisation: str = "commune", cell: str | None = None) -> Author:
    """Someone of the story."""
    return Author(oid(name), "dos", oid(organisation), cell)


def writer_name(number: int) -> str:
    """A writer's name."""
    return f"w{number:020x}"


class Story:
    """One node: its clock, its chain and what it knows. `hear` gives it what others recorded."""

    def __init__(self, *, writer: int = 1, start: datetime = START, situation: str | None = None) -> None:
        self.clock = SetClock(start)
        self.hybrid = HybridClock(self.clock)
        self.state = State()
        self.writer = writer_name(writer)
        self.facts: list[Fact[Any]] = []
        self.situation = situation or oid("situation")
        self._seq = 0

    def begin(self, mode: str = "exercise") -> Fact[Any]:
        """Open the situation."""
        body = {"situation": self.situation, "title": "Crue de la Charente", "kind": "flood", "mode": mode}
        return self.tell("situation.open", body, situation=None)

    def tell(
        self,
        command: str,
        body: Fields,
        *,
        by: Author | None = None,
        at: datetime | None = None,
        follows: tuple[str, ...] | None = None,
        answers: tuple[str, ...] = (),
        label: Label | None = None,
        situation: str | None = "",
        sees: Callable[[Author, Label], bool] | None = None,
    ) -> Fact[Any]:
        """Ask for a command as a person would, and record what it grants. Time moves on one second."""
        wanted = find(command)
        request = msgspec.convert(body, wanted.request)
        context = Context(
            situation=self.situation if situation == "" else situation,
            author=by or person(),
            now=self.clock.now(),
            occurred_at=at,
            follows=follows,
            answers=answers,
            label=label,
        )
        if sees is not None:
            context = msgspec.structs.replace(context, sees=sees)
        (settled,) = decide(self.state, wanted, request, context)
        fact = self.record(settled, by=context.author)
        self.clock.advance(timedelta(seconds=1))
        return fact

    def record(self, settled: Settled, *, by: Author) -> Fact[Any]:
        """Make a fact of what was granted, and know it."""
        recorded_at, tick = self.hybrid.next()
        self._seq += 1
        fact: Fact[Any] = Fact(
            position=len(self.facts) + 1,
            id=fact_id(self.writer, self._seq),
            name=name_of(settled.body),
            occurred_at=settled.occurred_at,
            recorded_at=recorded_at,
            tick=tick,
            situation=settled.situation,
            mode=settled.mode,
            author=by,
            label=settled.label,
            refs=settled.refs,
            command=derived_id("command", f"{self.writer}-{self._seq}"),
            body=settled.body,
        )
        self.hear(fact)
        return fact

    def hear(self, *facts: Fact[Any]) -> None:
        """Know facts, this node's or another's."""
        for fact in facts:
            self.facts.append(fact)
            self.state.fold(fact)
            self.hybrid.witness(fact.stamp.milliseconds, fact.tick)


def entry(text: str = "Appel reçu", **more: Any) -> Fields:
    """The body of a logbook entry."""
    return {"text": text, "category": "information", **more}


SQUARE = {"type": "Polygon", "coordinates": [[[-1.0, 45.9], [-0.9, 45.9], [-0.9, 46.0], [-1.0, 46.0], [-1.0, 45.9]]]}
WIDER = {"type": "Polygon", "coordinates": [[[-1.1, 45.9], [-0.9, 45.9], [-0.9, 46.0], [-1.1, 46.0], [-1.1, 45.9]]]}


def point(lon_deg: float, lat_deg: float) -> Fields:
    """A GeoJSON point."""
    return {"type": "Point", "coordinates": [lon_deg, lat_deg]}


def shape(name: str = "zone", **more: Any) -> Fields:
    """The body of a drawn shape."""
    return {"shape": oid(name), "geometry": SQUARE, "kind": "flooded-area", "name": name, "state": "engaged", **more}


def resource(name: str = "fpt", **more: Any) -> Fields:
    """The body of a declared resource."""
    return {"resource": oid(name), "name": name, "kind": "fire-engine", **more}


def series(name: str = "gauge", **more: Any) -> Fields:
    """The body of a declared series."""
    fields = {"series": oid(name), "name": name, "kind": "water-level", "unit": "m", "provenance": "source"}
    return {**fields, **more}


def circle(radius_m: float = 500.0, **more: Any) -> Fields:
    """The body of a drawn circle: a polygon of 32 vertices and the figure it stands for."""
    lon_deg, lat_deg = -1.0, 46.0
    ring = [_away(lon_deg, lat_deg, radius_m, 360 * step / 32) for step in range(32)]
    figure = {"form": "circle", "centre": [lon_deg, lat_deg], "radius_m": radius_m}
    return shape(geometry={"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, figure=figure, **more)


def sector(radius_m: float = 800.0, from_deg: float = 300.0, to_deg: float = 20.0) -> Fields:
    """The body of a drawn sector, clockwise from one bearing to the other."""
    lon_deg, lat_deg = -1.0, 46.0
    width_deg = (to_deg - from_deg) % 360
    arc = [_away(lon_deg, lat_deg, radius_m, from_deg + width_deg * step / 16) for step in range(17)]
    ring = [[lon_deg, lat_deg], *arc, [lon_deg, lat_deg]]
    figure = {
        "form": "sector",
        "centre": [lon_deg, lat_deg],
        "radius_m": radius_m,
        "from_deg": from_deg,
        "to_deg": to_deg,
    }
    return shape(geometry={"type": "Polygon", "coordinates": [ring]}, figure=figure)


def _away(lon_deg: float, lat_deg: float, distance_m: float, bearing_deg: float) -> list[float]:
    """The place at that distance and bearing, on the sphere."""
    turn, bearing, lat = distance_m / 6_371_008.8, math.radians(bearing_deg), math.radians(lat_deg)
    north = math.asin(math.sin(lat) * math.cos(turn) + math.cos(lat) * math.sin(turn) * math.cos(bearing))
    east = math.atan2(
        math.sin(bearing) * math.sin(turn) * math.cos(lat), math.cos(turn) - math.sin(lat) * math.sin(north)
    )
    return [lon_deg + math.degrees(east), math.degrees(north)]


def saved_view(**more: Any) -> Fields:
    """The body of a saved view."""
    camera = {"lon_deg": -1.0, "lat_deg": 46.0, "zoom": 13.0}
    return {
        "view": oid("view"),
        "name": "Front de mer",
        "axis": "conduct",
        "layers": ["shapes"],
        "camera": camera,
        **more,
    }


def course(name: str = "course", **more: Any) -> Fields:
    """The body of a described course of action."""
    return {"course": oid(name), "name": name, "phases": ["Établissement", "Attaque"], **more}


def signals_plan(name: str = "OCT", **more: Any) -> Fields:
    """The body of a signals plan: two nets, a post and one that reports to it."""
    return {
        "plan": oid("plan"),
        "name": name,
        "nets": [
            {"id": "command", "name": "Commandement", "kind": "command", "channel": "SSU 17"},
            {"id": "north", "name": "Tactique nord", "kind": "tactical"},
        ],
        "posts": [
            {"id": "pc", "name": "PC de site", "level": "site", "call_sign": "Rochefort 1", "nets": ["command"]},
            {"id": "north", "name": "Secteur nord", "level": "sector", "parent": "pc", "nets": ["command", "north"]},
        ],
        "fallbacks": [{"means": "phone", "detail": "05 46 00 00 00"}],
        **more,
    }


def mission(name: str = "mission", **more: Any) -> Fields:
    """The body of a mission."""
    return {"mission": oid(name), "title": name, "owner": {"cell": "logistics"}, **more}


def toll(low: int = 1, source: str = "SDIS") -> Fields:
    """The body of a count of people, about the situation."""
    return {"about": oid("situation"), "category": "evacuated", "low": low, "high": low + 2, "source": source}


def report(name: str = "report", **more: Any) -> Fields:
    """The body of a drafted situation report."""
    sections = [{"heading": "situation", "text": "L'eau monte."}]
    return {"report": oid(name), "at": START.isoformat(), "sections": sections, **more}


def grid(name: str = "grid", **more: Any) -> Fields:
    """The body of a dated grid: two bands, ten minutes apart."""
    at = [START + timedelta(minutes=minutes) for minutes in (10, 20)]
    return {
        "grid": oid(name),
        "raster": "water-depths-t0",
        "territory": "0" * 16,
        "name": "Modèle",
        "at": at,
        "provenance": "modèle d'essai",
        **more,
    }


def refused(story: Story, command: str, body: dict[str, Any], **how: Any) -> tuple[str, str | None]:
    """The code and field of the refusal; a refused command records nothing."""
    before = len(story.facts)
    with pytest.raises(Refused) as refusal:
        story.tell(command, body, **how)
    assert len(story.facts) == before
    return refusal.value.code, refusal.value.field


def nothing(author: Author, label: Label) -> bool:
    """The sight of one who may see no fact of others."""
    return False
