"""The units of the story on the territory's roads: tracks as telemetry, declarations and states as steps."""

from __future__ import annotations

import contextlib
import math
from datetime import datetime, timedelta
from typing import Any

import shapely
from numpy.random import default_rng

from garance.kernel.clock import to_milliseconds
from garance.kernel.refusal import Refused
from garance.server.demo.feeds import Feed, Row
from garance.server.demo.places import Staging
from garance.server.demo.roads import HEAVY, URGENT, Passage, float_along, row_on
from garance.server.demo.story import Step, Story, Trip, Unit

STILL_S = 60
"""A unit that stands says so every minute."""

PARKED_M = 120.0
"""How far from its home a unit may be parked: streets are not wide enough for all."""

SAMPLING_S = (6, 14)
BOAT_MPS = 2.4
AFLOAT_MINUTES, LEG_MINUTES = 45, 3
PACE = {"urgent": URGENT, "normal": 1.0, "heavy": HEAVY}
PROVENANCE = (
    "Trajet fictif de l'exercice : itinéraire le plus rapide sur les voies du territoire, aux vitesses de ces voies, "
    "un point toutes les {every} secondes en mouvement. Aucun véhicule réel."
)


class _Log:
    """What one unit does: where it is as time goes, and what is said of it."""

    def __init__(self, unit: Unit, story: Story, staging: Staging) -> None:
        self.unit, self.story, self.staging = unit, story, staging
        self.roads = staging.ground.roads
        self.random = default_rng(list(f"{unit.id} {staging.ground.pack.manifest.id}".encode()))
        self.every_s = int(self.random.integers(*SAMPLING_S, endpoint=True))
        self.now = story.instant(unit.since)
        self.home = self.here = self.roads.within(staging.spots[unit.home], PARKED_M, 1, self.random)[0]
        self.rows: list[tuple[datetime, Passage]] = []
        self.states: list[tuple[datetime, str]] = []

    def wait(self, until: datetime) -> None:
        """Stand here until then."""
        while self.now < until:
            self.rows.append((self.now, Passage(0.0, self.here.x, self.here.y, 0.0, 0.0)))
            self.now = min(until, self.now + timedelta(seconds=STILL_S))

    def drive(self, target: Any) -> None:
        """Go there by road; stay where one is when no way leads there."""
        with contextlib.suppress(Refused):
            passages = self.roads.drive(self.here, target, every_s=self.every_s, pace=PACE[self.unit.pace])
            self._follow(passages)
            self.here = target

    def sail(self, water: str, minutes: float) -> None:
        """Go about on that water, then come back to where one left the road."""
        places = row_on(self.staging.waters[water], self.here, self.random, count=round(minutes / LEG_MINUTES))
        self._follow(float_along([*places, *places[-2::-1]], mps=BOAT_MPS, every_s=self.every_s))

    def _follow(self, passages: list[Passage]) -> None:
        self.rows += [(self.now + timedelta(seconds=passage.seconds), passage) for passage in passages]
        self.now += timedelta(seconds=passages[-1].seconds if passages else 0)

    def say(self, state: str) -> None:
        """Say its state, unless it is the last one said."""
        if not self.states or self.states[-1][1] != state:
            self.states.append((self.now, state))

    def travel(self, trip: Trip) -> None:
        """One mission."""
        self.wait(self.story.instant(trip.at))
        self.say(trip.state)
        for number, spot in enumerate(trip.to):
            self.drive(self.staging.spots[spot])
            if number == 0 and trip.there:
                self.say(trip.there)
            self.wait(self.now + timedelta(minutes=trip.minutes))
        if trip.afloat:
            self.sail(trip.afloat, AFLOAT_MINUTES)
        if not trip.stays:
            self.drive(self.home)
            self.say(trip.end)


def fleet_of(story: Story, staging: Staging) -> tuple[list[Step], list[Feed]]:
    """The steps that declare the units and say their states, and their tracks."""
    steps: list[Step] = []
    feeds: list[Feed] = []
    for unit in story.unit:
        log = _Log(unit, story, staging)
        for trip in unit.trip:
            log.travel(trip)
        log.wait(story.ends_at)
        steps += _said(log)
        feeds.append(Feed(f"track {unit.id}", _rows(log)))
    return steps, feeds


def _said(log: _Log) -> list[Step]:
    unit, since = log.unit, log.story.instant(log.unit.since)
    resource = {"id": unit.id}
    declared = {"resource": resource, "name": unit.name, "kind": unit.kind, "geometry": {"point": unit.home}}
    series = {
        "series": {"id": f"track {unit.id}"}, "name": f"{unit.name} : position", "kind": "position", "unit": "deg",
        "resource": resource, "provenance": PROVENANCE.format(every=log.every_s),
    }  # fmt: skip
    steps = [
        Step(key=f"unit {unit.id}", at=since, by=unit.by, command="resources.declare", body=declared),
        Step(key=f"unit {unit.id} series", at=since, by=unit.by, command="observations.declare-series", body=series),
    ]
    for number, (at, state) in enumerate(log.states):
        if at < log.story.ends_at:
            body = {"resource": resource, "state": state}
            key = f"unit {unit.id} state {number}"
            steps.append(Step(key=key, at=at, by=unit.by, command="resources.set-state", body=body))
    return steps


def _rows(log: _Log) -> list[Row]:
    """The samples to feed: none while the unit is lost, none after the story."""
    lost = tuple(map(log.story.instant, log.unit.lost)) if log.unit.lost else None
    kept = [row for row in log.rows if row[0] <= log.story.ends_at and not (lost and lost[0] <= row[0] < lost[1])]
    flat = shapely.points([(passage.x_m, passage.y_m) for _, passage in kept])
    lon_lat = shapely.get_coordinates(log.staging.ground.lift_all(flat))
    heights = log.staging.ground.pack.elevations_m(lon_lat[:, 0], lon_lat[:, 1])
    rows: dict[int, Row] = {}
    for (at, passage), (lon, lat), height in zip(kept, lon_lat.tolist(), heights.tolist(), strict=True):
        t_ms = to_milliseconds(at)
        altitude = round(height, 1) if math.isfinite(height) else None
        rows[t_ms] = (t_ms, round(lon, 6), round(lat, 6), altitude, passage.speed_mps, passage.course_deg)
    return [rows[t_ms] for t_ms in sorted(rows)]
