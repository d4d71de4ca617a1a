"""Small stories of what is told aspect by aspect: missions, counts, sheets, means; their board written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from support.fold_telling import Case, Json, Two, case
from support.story import Story, entry, oid, person, resource

from garance.kernel.fact import Fact

MISSION, SHEET, FPT, INCIDENT, CENTRE = oid("mission"), oid("sheet"), oid("fpt"), oid("incident"), oid("centre")
OWNER = {"cell": "logistics"}


def mission(**more: Any) -> Json:
    """The body of a mission."""
    return {"mission": MISSION, "title": "Fermer le pont", "owner": OWNER, **more}


def thing(kind: str, identifier: str, said: Json, **more: Any) -> Json:
    """How a thing of the board is shown."""
    return {"kind": kind, "id": identifier, "said": said, "ended": False, "conflict": False, **more}


def move(story: Story, state: str, **how: Any) -> Fact[Any]:
    """The mission moves on."""
    return story.tell("taskings.set-mission-state", {"mission": MISSION, "state": state}, **how)


def missions() -> list[Case]:
    """Asked for, accepted, done; and two who moved it on without knowing of each other."""
    story = Story()
    story.begin()
    story.tell("taskings.describe-mission", mission())
    asked = story.clock.now() - timedelta(milliseconds=500)
    move(story, "accepted")
    story.tell("taskings.describe-mission", mission(title="Fermer les deux ponts"))
    move(story, "done")
    first = {"title": "Fermer le pont", "owner": OWNER}
    last = {**first, "title": "Fermer les deux ponts"}
    two = Two(("taskings.describe-mission", mission()))
    moved = [
        two.one.tell("taskings.set-mission-state", {"mission": MISSION, "state": "accepted"}, by=person("rac")),
        two.other.tell(
            "taskings.set-mission-state", {"mission": MISSION, "state": "refused", "note": "engagé"}, by=person("chef")
        ),
    ]
    torn = {"description": first, "state": {"state": "refused", "note": "engagé"}}
    conflict = {"thing": "mission", "id": MISSION, "aspect": "state", "facts": sorted(one.id for one in moved)}
    orphan = [two.begun[0], *two.facts[:1]]
    done = thing("mission", MISSION, {"description": last, "state": {"state": "done"}})
    only = thing("mission", MISSION, {"description": first})
    apart = {"things": [thing("mission", MISSION, torn, conflict=True)], "conflicts": [conflict]}
    unheard = [one for one in two.facts if one not in orphan]
    return [
        case("a mission, now", story.facts, {"things": [done], "conflicts": []}),
        case("a mission, only asked for", story.facts, {"things": [only]}, at=asked),
        case("a mission moved on apart", two.facts, apart),
        case("a mission moved on before it is heard of", unheard, {"things": [], "conflicts": []}),
    ]


def tolls() -> list[Case]:
    """Two sources count otherwise: both stand; what is settled stands beside them."""
    story = Story()
    story.begin()
    about = {"about": story.situation, "category": "evacuated"}
    fire = story.tell("population.state-toll", {**about, "low": 40, "high": 60, "source": "SDIS"})
    town = story.tell("population.state-toll", {**about, "low": 52, "high": 52, "source": "Mairie"}, by=person("rac"))
    story.tell("population.state-toll", {**about, "low": 45, "high": 50, "source": "SDIS"})
    before = story.clock.now() - timedelta(milliseconds=500)
    settled = {**about, "low": 50, "high": 52, "reason": "listes croisées"}
    story.tell("population.settle-toll", settled, answers=(fire.id, town.id))
    said = {
        "stated|evacuated|SDIS": {"category": "evacuated", "low": 45, "high": 50, "source": "SDIS"},
        "stated|evacuated|Mairie": {"category": "evacuated", "low": 52, "high": 52, "source": "Mairie"},
    }
    held = {"category": "evacuated", "low": 50, "high": 52, "reason": "listes croisées"}
    whole = thing("toll", story.situation, {**said, "settled|evacuated": held})
    return [
        case("counts side by side", story.facts, {"things": [thing("toll", story.situation, said)]}, at=before),
        case("counts settled", story.facts, {"things": [whole], "conflicts": []}),
    ]


def sheets_and_means() -> list[Case]:
    """Steps of a sheet one by one; a resource given, freed, and given apart; a line sorted; what was spent adds up."""
    story = Story()
    story.begin()
    steps = [{"id": "call", "title": "Appeler"}, {"id": "close", "title": "Fermer"}]
    story.tell("taskings.start-sheet", {"sheet": SHEET, "title": "Route coupée", "owner": OWNER, "steps": steps})
    story.tell("taskings.set-step", {"sheet": SHEET, "step": "call", "state": "done"})
    story.tell("taskings.set-step", {"sheet": SHEET, "step": "close", "state": "not-applicable", "note": "déjà fermée"})
    open_ = story.clock.now() - timedelta(milliseconds=500)
    story.tell("taskings.end-sheet", {"sheet": SHEET, "reason": "fini"})
    said = {
        "sheet": {"title": "Route coupée", "owner": OWNER, "steps": steps},
        "step|call": {"step": "call", "state": "done"},
        "step|close": {"step": "close", "state": "not-applicable", "note": "déjà fermée"},
    }
    ended = thing("sheet", SHEET, {**said, "ended": {"reason": "fini"}}, ended=True)
    other = Story()
    other.begin()
    line = other.tell("logbook.write", entry("Pont menacé"))
    other.tell("logbook.mark", {"entry": line.id, "mark": "map", "state": "to-do"})
    other.tell("logbook.assess", {"entry": line.id, "certainty": "confirmed"})
    other.tell("resources.declare", resource())
    other.tell("taskings.describe-mission", mission())
    other.tell("resources.assign", {"resource": FPT, "mission": MISSION})
    other.tell("resources.spend", {"resource": FPT, "hours": 2.0})
    other.tell("resources.spend", {"resource": FPT, "kilometres": 31.5})
    marked = {"assessment": {"certainty": "confirmed"}, "mark|map": {"mark": "map", "state": "to-do"}}
    given = [
        thing("entry", line.id, marked),
        thing("mission", MISSION, {"description": {"title": "Fermer le pont", "owner": OWNER}}),
        thing("resource", FPT, {"assignment": {"mission": MISSION}}),
    ]
    return [
        case("a sheet under way", story.facts, {"things": [thing("sheet", SHEET, said)]}, at=open_),
        case("a sheet closed", story.facts, {"things": [ended]}),
        case("a line sorted, a resource given", other.facts, {"things": given, "conflicts": []}),
    ]


BOARD_STORIES: tuple[Callable[[], list[Case]], ...] = (missions, tolls, sheets_and_means)
