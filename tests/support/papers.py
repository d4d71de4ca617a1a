"""Matter for documents, from a story told through the real commands and folded by the real views."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from support.law_of_views import folded
from support.story import START, Story, entry, mission, oid, person, point, resource, shape, signals_plan

from garance.ports.export import Link, Matter
from garance.symbols.reading import french_set
from garance.territory import Pack
from garance.views.board import Board
from garance.views.board_lines import Followed
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


INSTANT = "2026-11-23T09:30:00Z"
LATE = "2026-11-23T08:05:00Z"


def a_night() -> Story:
    """The same, with something on every board: incidents, people, missions, means, demands, posts."""
    story = a_story()
    _people(story)
    _tasks(story)
    story.tell("drawings.draw", shape("Secteur nord", kind="perimeter"))
    crew = {"resource": oid("FPT 1"), "crew": 6, "call_sign": "Rochefort 12", "relief_after_h": 2.0}
    story.tell("resources.detail", crew)
    ask = {"demand": oid("pompes"), "kind": "pump", "what": "motopompes", "quantity": 4, "to": {"role": "sdis-officer"}}
    story.tell("resources.ask", {**ask, "reason": "quai sous l'eau"})
    story.tell("resources.answer", {"demand": oid("pompes"), "state": "accepted", "granted": 2})
    story.tell("signals.set-plan", signals_plan())
    post = {"post": oid("salle"), "title": "Chef de salle", "party": {"role": "rac"}, "name": "Paul Morel"}
    story.tell("posts.hold", {**post, "since": "2026-11-23T07:00:00Z", "until": "2026-11-23T15:00:00Z"})
    story.tell("posts.set-cycle", {"of": story.situation, "step": "control", "next_at": INSTANT})
    ack = {"wanted": {"of": [{"role": "rac"}], "within_min": 5}}
    story.tell("logbook.write", entry("Coupez le gaz rue du Port", category="order", **ack))
    story.clock.advance(timedelta(minutes=20))
    return story


def _people(story: Story) -> None:
    quay = {"incident": oid("quai"), "nature": "flooded-area", "title": "Quai sous l'eau", "severity": 4}
    story.tell("incidents.describe", {**quay, "place": "quai aux Vivres"})
    story.tell("incidents.evolve", {"incident": oid("quai"), "evolution": "worsening"})
    tree = {"incident": oid("arbre"), "nature": "road-cut", "title": "Arbre tombé rue Neuve", "severity": 1}
    story.tell("incidents.describe", {**tree, "place": "Rue Neuve"})
    cut = {"outage": oid("courant"), "network": "power", "name": "Quartier du Port"}
    story.tell("incidents.describe-outage", {**cut, "customers_low": 400, "customers_high": 600})
    evacuated = {"about": story.situation, "category": "evacuated"}
    story.tell("population.state-toll", {**evacuated, "low": 40, "high": 60, "source": "SDIS"})
    story.tell("population.state-toll", {**evacuated, "low": 52, "high": 52, "source": "Mairie"}, by=person("rac"))
    missing = {"about": oid("quai"), "category": "missing", "low": 2, "high": 2, "source": "Police"}
    story.tell("population.state-toll", missing)
    centre = {"centre": oid("gymnase"), "name": "Gymnase", "role": "reception", "capacity": 120}
    story.tell("population.describe-centre", centre)
    story.tell("population.set-centre-state", {"centre": oid("gymnase"), "state": "open"})
    story.tell("population.count-centre", {"centre": oid("gymnase"), "present": 43})
    zone = {"zone": oid("bas"), "name": "Quartier bas", "measure": "evacuation", "centre": oid("gymnase")}
    story.tell("population.describe-zone", {**zone, "people_low": 120, "people_high": 150})
    story.tell("population.set-zone-state", {"zone": oid("bas"), "state": "under-way"})


def _tasks(story: Story) -> None:
    aims = {"objectives": ["Mettre à l'abri le quartier bas"], "ideas": ["Évacuation par cars"]}
    story.tell("taskings.set-intent", {"of": story.situation, **aims})
    doors = {"mission": oid("porte"), "title": "Frapper à chaque porte", "owner": {"cell": "terrain"}, "deadline": LATE}
    story.tell("taskings.describe-mission", {**doors, "links": [oid("bas")], "task": "Rue par rue, noter les absents."})
    for state in ("accepted", "under-way"):
        story.tell("taskings.set-mission-state", {"mission": oid("porte"), "state": state})
    story.tell("resources.assign", {"resource": oid("FPT 1"), "mission": oid("porte")})
    story.tell("taskings.describe-mission", mission("digue", title="Colmater la digue", deadline=INSTANT))
    for state in ("accepted", "under-way", "failed"):
        story.tell("taskings.set-mission-state", {"mission": oid("digue"), "state": state, "note": "plus de sacs"})
    story.tell("taskings.describe-mission", mission("pont", title="Fermer le pont"))
    order: dict[str, Any] = {"order": oid("ordre"), "title": "Évacuer le quartier bas", "frame": "soiec"}
    execution = [{"mission": "Évacuer la rue du Port", "unit": "FPT 1", "means": "deux binômes"}]
    order |= {"to": [{"role": "sdis-officer"}], "commanding": "PC au quai, SSU 17"}
    frame = {"situation": "L'eau monte.", "objectives": ["Évacuer avant 3 h"], "ideas": ["Deux secteurs"]}
    story.tell("taskings.give-order", {**order, **frame, "execution": execution})
    steps = [{"id": "call", "title": "Appeler la gendarmerie"}, {"id": "close", "title": "Fermer la route"}]
    sheet = {"sheet": oid("route"), "title": "Route coupée", "owner": {"role": "rac"}, "steps": steps}
    story.tell("taskings.start-sheet", sheet)
    story.tell("taskings.set-step", {"sheet": oid("route"), "step": "call", "state": "done", "by": "Luc"})
    handover = {"handover": oid("releve"), "post": {"role": "rac"}, "to": "Paul Morel", "summary": "Nuit calme."}
    story.tell("taskings.give-handover", {**handover, "attention": ["La digue"], "open": [oid("porte"), oid("pont")]})


def matter_of(story: Story, pack: Pack | None = None, **more: Any) -> Matter:
    """What a document would be given of that story, seen whole."""
    picture = folded(Picture, story.facts).at(None)
    entries = folded(Logbook, story.facts).at(None).items
    reports = folded(Reports, story.facts).at(None)
    board = folded(Board, story.facts).at(None)
    followed = Followed(at=story.clock.now(), board=board, steps=folded(Picture, story.facts).steps(None))
    assert picture.situation is not None
    whole = Matter(
        situation=picture.situation,
        shown_at=story.clock.now(),
        by="occurred",
        printed_at=START,
        charters=(french_set().set,),
        printed_by="Claire Dupont",
        address="https://garance.test/",
        pack=pack,
        picture=picture,
        board=board,
        histories=folded(Board, story.facts).histories(None, "mission", "state"),
        entries=entries,
        links=(Link(story.writer, len(story.facts), "ab" * 32),),
        proposal=propose(picture, entries, reports.last_validated(), followed),
        organisation=oid("commune"),
        people={oid("maire"): "Claire Dupont"},
        organisations={oid("commune"): "Commune d'essai"},
    )
    return msgspec.structs.replace(whole, **more)
