"""A night of flood, told by four people on two nodes through commands and real journals, seen in every view.

The commune's node and the SDIS's node lose each other between 02:10 and 03:30; each goes on alone. When the link comes
back both show the same, with the one contradiction made meanwhile; then it is settled, and the night can be seen again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.law_of_views import VIEWS, folded
from support.nodes import Node
from support.story import SQUARE, WIDER, entry, oid, person, point, resource, series, shape

from garance.domain.moment import By, Moment
from garance.domain.resources.facts import ResourceStatus
from garance.kernel.fact import Fact
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.views.histogram import Histogram
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.presence import Presence

FLOOD = oid("flood")
NIGHT = datetime.fromisoformat("2026-11-23T00:00:00+00:00")
MAYOR, SECRETARY = person("maire"), person("secrétaire")
OFFICER, ENGINE = person("officier", "sdis"), person("chef d'agrès", "sdis")


def hour(hours: int, minutes: int = 0) -> datetime:
    return NIGHT + timedelta(hours=hours, minutes=minutes)


class Night:
    """Two nodes and the people at them."""

    def __init__(self) -> None:
        self.commune = Node(1, NIGHT)
        self.sdis = Node(2, NIGHT + timedelta(seconds=47))

    async def link(self) -> None:
        """What each has, the other hears."""
        await self.sdis.hear_of(self.commune)
        await self.commune.hear_of(self.sdis)

    async def say(self, node: Node, at: datetime, by: Any, command: str, body: dict[str, Any], **how: Any) -> str:
        """At that time, someone asks for something."""
        skew = timedelta(seconds=47) if node is self.sdis else timedelta(0)
        node.clock.set(at + skew)
        (fact,) = await node.say(command, body, by=by, situation=FLOOD, at=at, **how)
        return fact


@pytest.fixture
async def night() -> AsyncIterator[Night]:
    night = Night()
    for node in (night.commune, night.sdis):
        node.writer.start()
    yield night
    for node in (night.commune, night.sdis):
        await node.writer.stop()


async def before_the_cut(night: Night) -> str:
    """Warning, posts, first means; returns the entry that will be corrected."""
    commune, sdis = night.commune, night.sdis
    body = {"situation": FLOOD, "title": "Crue de la Charente", "kind": "flood", "mode": "actual"}
    await commune.say("situation.open", body, by=MAYOR, situation=None, at=hour(0))
    await night.say(commune, hour(0, 5), MAYOR, "situation.set-level", {"level": 2})
    gauge = series("gauge", thresholds=[{"name": "2010", "value": 4.6, "severity": "critical"}])
    await night.say(commune, hour(0, 10), SECRETARY, "observations.declare-series", gauge)
    call = await night.say(
        commune, hour(1), SECRETARY, "logbook.write",
        entry("Eau au seuil du 12 rue Thiers", channel="phone", sender="riverain"),
    )  # fmt: skip
    await night.say(commune, hour(1, 30), MAYOR, "drawings.draw", shape())
    await night.link()
    await night.say(sdis, hour(1, 40), OFFICER, "resources.declare", resource(geometry=point(-0.96, 45.94)))
    state = {"resource": oid("fpt"), "state": "in-transit"}
    await night.say(sdis, hour(2), OFFICER, "resources.set-state", state)
    await night.link()
    return call


async def during_the_cut(night: Night, call: str) -> None:
    """Each node alone: both reshape the zone; the engine arrives; the address is corrected."""
    commune, sdis = night.commune, night.sdis
    corrected = {"entry": call, "text": "Eau au seuil du 21 rue Thiers", "reason": "adresse mal notée"}
    await night.say(commune, hour(2, 20), SECRETARY, "logbook.correct", corrected)
    await night.say(commune, hour(2, 30), MAYOR, "drawings.reshape", {"shape": oid("zone"), "geometry": WIDER})
    state = {"resource": oid("fpt"), "state": "engaged"}
    await night.say(sdis, hour(2, 40), ENGINE, "resources.set-state", state)
    other = {**SQUARE, "coordinates": [[[-0.95, 45.9], [-0.9, 45.9], [-0.9, 46.0], [-0.95, 45.9]]]}
    await night.say(sdis, hour(2, 50), OFFICER, "drawings.reshape", {"shape": oid("zone"), "geometry": other})


def picture(facts: list[Fact[Any]], moment: Moment | None = None) -> Any:
    return folded(Picture, facts).at(moment)


async def test_a_night_of_flood(night: Night) -> None:
    commune, sdis = night.commune, night.sdis
    call = await before_the_cut(night)
    await during_the_cut(night, call)
    assert not picture(commune.facts()).conflicts
    assert picture(commune.facts()).resources[0].state is ResourceStatus.IN_TRANSIT, "the commune cannot know yet"
    await night.link()
    for make in VIEWS:
        assert folded(make, commune.facts()).at(None) == folded(make, sdis.facts()).at(None)
    seen = picture(commune.facts())
    assert [(one.thing, one.aspect, len(one.versions)) for one in seen.conflicts] == [("shape", "geometry", 2)]
    assert {one.author.organisation for one in seen.conflicts[0].versions} == {oid("commune"), oid("sdis")}
    assert seen.resources[0].state is ResourceStatus.ENGAGED
    body = {"shape": oid("zone"), "geometry": WIDER}
    await night.say(commune, hour(3, 35), MAYOR, "drawings.reshape", body, follows=seen.shapes[0].follows)
    await night.say(commune, hour(6), MAYOR, "drawings.end", {"shape": oid("zone"), "reason": "décrue"})
    await night.say(commune, hour(7), MAYOR, "situation.close", {"reason": "retour à la normale"})
    await night.link()
    with pytest.raises(Refused, match="situation-closed"):
        await night.say(sdis, hour(7, 5), OFFICER, "logbook.write", entry())
    check_the_night_seen_again(sdis.facts(), call)


def check_the_night_seen_again(facts: list[Fact[Any]], call: str) -> None:
    """Past moments, the lines, the people, the rhythm of the night."""
    assert {fact.mode for fact in facts} == {Mode.ACTUAL}
    now = picture(facts)
    assert (now.situation.status, now.shapes, now.conflicts) == ("closed", (), ())
    settled = picture(facts, Moment(hour(4)))
    assert (len(settled.shapes), settled.conflicts, settled.situation.level) == (1, (), 2)
    assert len(picture(facts, Moment(hour(3))).conflicts) == 1
    assert picture(facts, Moment(hour(0, 2))).situation.level == 0
    (line,) = folded(Logbook, facts).at(Moment(hour(2), By.OCCURRED)).items
    assert (line.entry, line.text, line.original_text) == (
        call, "Eau au seuil du 21 rue Thiers", "Eau au seuil du 12 rue Thiers",
    )  # fmt: skip
    (line,) = folded(Logbook, facts).at(Moment(hour(2), By.RECORDED)).items
    assert line.text == "Eau au seuil du 12 rue Thiers"
    people = folded(Presence, facts).at(None).people
    assert {one.person for one in people} == {one.person for one in (MAYOR, SECRETARY, OFFICER, ENGINE)}
    assert people[0].person == MAYOR.person
    bins = folded(Histogram, facts).bins(hour(0), hour(8), 8).bins
    assert bins == (3, 3, 5, 1, 0, 0, 1, 1)
