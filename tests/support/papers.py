"""Matter for documents, from a story told through the real commands and folded by the real views."""

from __future__ import annotations

from typing import Any

import msgspec
from support.law_of_views import folded
from support.story import START, Story, entry, oid, point, resource, shape

from garance.ports.export import Link, Matter
from garance.territory import Pack
from garance.views.board import Board
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.report_proposal import propose
from garance.views.reports import Reports

CENTRE = (-1.0, 45.95)


def a_story(mode: str = "exercise", *, zone: dict[str, Any] | None = None) -> Story:
    """A situation with lines struck and corrected, units coming and engaged, a zone and a planned one."""
    story = Story()
    story.begin(mode)
    story.tell("situation.set-level", {"level": 3})
    way = {"sender": "SDIS", "recipient": "PCC", "channel": "radio"}
    story.tell("logbook.write", entry("La Charente déborde *rue* du #Port $1$", **way))
    wrong = story.tell("logbook.write", entry("Dix personnes à évacuer", category="request"))
    story.tell("logbook.correct", {"entry": wrong.id, "text": "Douze personnes à évacuer", "reason": "recompté"})
    double = story.tell("logbook.write", entry("Ligne écrite deux fois", category="report"))
    story.tell("logbook.strike", {"entry": double.id, "reason": "doublon"})
    story.tell("logbook.write", entry("J'évacue le quartier bas", category="decision"))
    lon, lat = CENTRE
    story.tell("resources.declare", resource("FPT 1", geometry=point(lon, lat)))
    story.tell("resources.set-state", {"resource": oid("FPT 1"), "state": "engaged"})
    story.tell("resources.declare", resource("VSAV 2", kind="ambulance", geometry=point(lon + 0.002, lat)))
    story.tell("resources.set-state", {"resource": oid("VSAV 2"), "state": "in-transit"})
    more = {"geometry": zone} if zone else {}
    story.tell("drawings.draw", shape("Zone du Port", **more))
    story.tell("drawings.draw", shape("Accueil 1", kind="reception-centre", state="planned", geometry=point(lon, lat)))
    return story


def matter_of(story: Story, pack: Pack | None = None, **more: Any) -> Matter:
    """What a document would be given of that story, seen whole."""
    picture = folded(Picture, story.facts).at(None)
    entries = folded(Logbook, story.facts).at(None).items
    reports = folded(Reports, story.facts).at(None)
    assert picture.situation is not None
    whole = Matter(
        situation=picture.situation,
        shown_at=story.clock.now(),
        by="occurred",
        printed_at=START,
        printed_by="Claire Dupont",
        address="https://garance.test/",
        pack=pack,
        picture=picture,
        board=folded(Board, story.facts).at(None),
        entries=entries,
        links=(Link(story.writer, len(story.facts), "ab" * 32),),
        proposal=propose(picture, entries, reports.last_validated()),
        organisation=oid("commune"),
        people={oid("maire"): "Claire Dupont"},
        organisations={oid("commune"): "Commune d'essai"},
    )
    return msgspec.structs.replace(whole, **more)
