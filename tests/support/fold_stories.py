"""Small stories whose picture and logbook are written out by hand, for the Python views and the browser's fold alike.

`scripts/fold_cases.py` writes them to `fold_cases.json`. In `expect`, each list is complete and in any order; `facts`
of a conflict are those that contradict each other; a member absent from an object is not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from support.board_stories import BOARD_STORIES
from support.fold_telling import Case, Json, Two, case, json, minute
from support.story import (
    SQUARE,
    WIDER,
    Story,
    circle,
    course,
    entry,
    grid,
    oid,
    person,
    point,
    resource,
    saved_view,
    series,
    shape,
    signals_plan,
)

from garance.domain.keeping.rules import redact_body
from garance.domain.said import Settled
from garance.domain.situation.facts import LevelSet
from garance.kernel.fact import Fact, Withheld

ZONE = oid("zone")
FPT = oid("fpt")


def zone(**more: Any) -> Json:
    """How the shape of these stories is shown."""
    return {"id": ZONE, "name": "zone", "kind": "flooded-area", "state": "engaged", "geometry": SQUARE, **more}


def fpt(**more: Any) -> Json:
    """How the resource of these stories is shown."""
    return {"id": FPT, "name": "fpt", "kind": "fire-engine", "state": "available", **more}


def line(fact: Fact[Any], text: str | None, original: str | None, **more: Any) -> Json:
    """How an entry is shown."""
    shown = {"entry": fact.id, "struck": [], "corrections": [], "acknowledged": [], "conflict": False, **more}
    if original is not None and fact.body is not None:
        shown["number"] = fact.body.number
    return {**shown, **{key: value for key, value in (("text", text), ("original_text", original)) if value}}


DESCRIBED = {"shape": ZONE, "name": "zone", "kind": "flooded-area", "state": "engaged"}


def reshaped(story: Story, geometry: Json, **how: Any) -> Fact[Any]:
    """The zone takes that outline."""
    return story.tell("drawings.reshape", {"shape": ZONE, "geometry": geometry}, **how)


def set_state(story: Story, state: str, **how: Any) -> Fact[Any]:
    """The engine takes that state."""
    return story.tell("resources.set-state", {"resource": FPT, "state": state}, **how)


def plain() -> list[Case]:
    """One writer, one thing after the other."""
    story = Story()
    story.begin()
    story.tell("situation.set-level", {"level": 2})
    written = story.tell("logbook.write", entry("Eau au seuil"))
    story.tell("resources.declare", resource(geometry=point(-1, 46)))
    set_state(story, "engaged")
    story.tell("resources.move", {"resource": FPT, "geometry": point(-1, 45.9)})
    story.tell("drawings.draw", shape())
    middle = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    reshaped(story, WIDER)
    story.tell("drawings.describe", {"shape": ZONE, "name": "Bourg", "kind": "perimeter", "state": "planned"})
    open_ = {"id": story.situation, "title": "Crue de la Charente", "level": 2, "status": "open", "mode": "exercise"}
    engine = fpt(state="engaged", geometry=point(-1, 45.9))
    lines = [line(written, "Eau au seuil", "Eau au seuil")]
    after = {"name": "Bourg", "kind": "perimeter", "state": "planned", "geometry": WIDER}
    now = {"situation": open_, "resources": [engine], "shapes": [zone(**after)], "conflicts": [], "logbook": lines}
    cases = [case("one writer, now", story.facts, now)]
    cases.append(case("one writer, in the middle", story.facts, {**now, "shapes": [zone()]}, at=middle))
    story.tell("situation.close", {"reason": "décrue"})
    cases.append(case("closed", story.facts, {"situation": {**open_, "status": "closed"}}))
    cases.append(case("not closed yet", story.facts, {"situation": open_}, at=middle))
    return cases


def contradictions() -> list[Case]:
    """Two people change the outline without knowing of each other; a third settles it."""
    two = Two(("drawings.draw", shape()))
    first = reshaped(two.one, WIDER, by=person("rac"))
    other = {**SQUARE, "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    second = reshaped(two.other, other, by=person("sdis", "sdis"))
    conflict = {"thing": "shape", "id": ZONE, "aspect": "geometry", "facts": [first.id, second.id]}
    cases = [case("two outlines", two.facts, {"shapes": [zone(geometry=other)], "conflicts": [conflict]})]
    two.one.hear(second)
    two.one.clock.advance(timedelta(minutes=1))
    reshaped(two.one, SQUARE, by=person("dos"))
    cases.append(case("two outlines, settled", two.facts, {"shapes": [zone()], "conflicts": []}))
    again = Two(("drawings.draw", shape()))
    reshaped(again.one, WIDER, by=person("rac"))
    reshaped(again.other, WIDER, by=person("sdis", "sdis"))
    cases.append(case("two who agree", again.facts, {"shapes": [zone(geometry=WIDER)], "conflicts": []}))
    alone = Two(("drawings.draw", shape()))
    reshaped(alone.one, WIDER, by=person("rac"))
    reshaped(alone.other, other, by=person("rac"))
    cases.append(case("one person, two devices", alone.facts, {"shapes": [zone(geometry=other)], "conflicts": []}))
    return cases


def late_reports() -> list[Case]:
    """A report about an earlier moment, written after a later one, fills the past and leaves the present."""
    story = Story(start=minute(0))
    story.begin()
    story.tell("resources.declare", resource())
    story.clock.set(minute(30))
    set_state(story, "requested", at=minute(5))
    set_state(story, "arrived", at=minute(20))
    before = story.clock.now() - timedelta(milliseconds=500)
    set_state(story, "in-transit", at=minute(10))
    arrived: Json = {"resources": [fpt(state="arrived")], "conflicts": []}
    transit: Json = {"resources": [fpt(state="in-transit")], "conflicts": []}
    requested: Json = {"resources": [fpt(state="requested")], "conflicts": []}
    return [
        case("late report, now", story.facts, arrived),
        case("late report, as established between the two", story.facts, transit, at=minute(15)),
        case("late report, as established before it", story.facts, requested, at=minute(7)),
        case("late report, as known before it came", story.facts, arrived, at=before, by="recorded"),
    ]


def endings() -> list[Case]:
    """A shape ends; and ends while someone else changes it."""
    story = Story()
    story.begin()
    story.tell("drawings.draw", shape())
    standing = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    story.tell("drawings.end", {"shape": ZONE, "reason": "levée"})
    two = Two(("drawings.draw", shape()))
    change = reshaped(two.one, WIDER, by=person("rac"))
    end = two.other.tell("drawings.end", {"shape": ZONE, "reason": "levée"}, by=person("dos"))
    conflict = {"thing": "shape", "id": ZONE, "aspect": "ended", "facts": [change.id, end.id]}
    orphan = Two()
    orphan.one.tell("resources.declare", resource())
    orphan.other.hear(orphan.one.facts[-1])
    moved = orphan.other.tell("resources.move", {"resource": FPT, "geometry": point(0, 46)})
    return [
        case("ended", story.facts, {"shapes": [], "conflicts": []}),
        case("not ended yet", story.facts, {"shapes": [zone()], "conflicts": []}, at=standing),
        case("ended unaware of a change", two.facts, {"shapes": [], "conflicts": [conflict]}),
        case("the end arrives first", list(reversed(story.facts)), {"shapes": [], "conflicts": []}),
        case("moved, never declared here", [orphan.one.facts[0], moved], {"resources": [], "conflicts": []}),
    ]


def amendments() -> list[Case]:
    """Strikes and corrections: they speak of their entry whenever they were made."""
    story = Story()
    story.begin()
    written = story.tell("logbook.write", entry("Route coupée"))
    written_at = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    body = {"entry": written.id, "text": "Pont coupé", "reason": "erreur"}
    corrected = story.tell("logbook.correct", body)
    struck = story.tell("logbook.strike", {"entry": written.id, "reason": "doublon"})
    whole = line(written, "Pont coupé", "Route coupée", corrections=[corrected.id], struck=[struck.id])
    bare = line(written, "Route coupée", "Route coupée")
    two = Two(("logbook.write", entry("Route coupée")))
    first = two.begun[0]
    texts = [
        node.tell("logbook.correct", {"entry": first.id, "text": text, "reason": "r"}, by=person(text))
        for node, text in ((two.one, "Pont coupé"), (two.other, "Gué coupé"))
    ]
    torn = line(first, "Gué coupé", "Route coupée", corrections=[fact.id for fact in texts], conflict=True)
    return [
        case("struck and corrected", story.facts, {"logbook": [whole]}),
        case("the strike arrives before its entry", list(reversed(story.facts)), {"logbook": [whole]}),
        case("established: corrected ever after", story.facts, {"logbook": [whole]}, at=written_at),
        case("known then: not corrected yet", story.facts, {"logbook": [bare]}, at=written_at, by="recorded"),
        case("corrected twice unaware", two.facts, {"logbook": [torn]}),
    ]


def destroyed() -> list[Case]:
    """What was redacted is gone at every moment, whether the bytes arrived or not."""
    story = Story()
    story.begin()
    written = story.tell("logbook.write", entry("Mme Durand, 3e étage"))
    story.tell("drawings.draw", shape())
    change = reshaped(story, WIDER)
    before = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    for target in (written, change):
        said = redact_body(story.state, target, reason="donnée personnelle")
        settled = Settled(
            body=said.body,
            refs=(),
            situation=story.situation,
            mode=target.mode,
            label=target.label,
            occurred_at=story.clock.now(),
        )
        story.record(settled, by=person())
    gone = line(written, None, None, withheld="redacted")
    expect = {"logbook": [gone], "shapes": [zone()], "conflicts": []}
    bare = [
        msgspec.structs.replace(fact, body=None, withheld=Withheld.REDACTED) if fact in (written, change) else fact
        for fact in story.facts
    ]
    return [
        case("redacted", story.facts, expect),
        case("redacted, asked before", story.facts, expect, at=before),
        case("redacted, the bytes never came", bare, expect),
    ]


def clocks() -> list[Case]:
    """An exercise clock put back: the last one set rules, whatever story time says."""
    story = Story()
    story.begin()
    night = datetime.fromisoformat("2010-02-27T22:00:00+00:00")
    for told in (night + timedelta(hours=2), night):
        clock = {"story_at": told, "real_at": story.clock.now(), "speed": 60}
        story.tell("situation.set-clock", clock)
    set_at = story.facts[-1].body
    story.tell("situation.set-level", {"level": 1})
    story.tell("situation.set-level", {"level": 3}, at=night)
    shown = {"id": story.situation, "title": "Crue de la Charente", "status": "open", "mode": "exercise"}
    shown["clock"] = msgspec.to_builtins(set_at)
    known = story.tell("logbook.write", entry("connu"))
    stranger = msgspec.structs.replace(known, id=f"{story.writer}-99", name="dragon.seen.v7", body=None)
    level = next(fact for fact in story.facts if isinstance(fact.body, LevelSet))
    return [
        case("clock put back", story.facts, {"situation": {**shown, "level": 1}}),
        case("level as established then", story.facts, {"situation": {**shown, "level": 3}}, at=night),
        case("a fact nobody knows", [*story.facts, stranger], {"situation": {**shown, "level": 1}}),
        case("level told once", [f for f in story.facts if f.id != level.id], {"situation": {**shown, "level": 3}}),
    ]


def figures() -> list[Case]:
    """A circle drawn, then moved as a plain outline; a validity given, then another."""
    story = Story()
    story.begin()
    drawn = story.tell("drawings.draw", circle(valid_until=minute(60)))
    body = json(msgspec.to_builtins(drawn.body))
    first = zone(**{member: body[member] for member in ("geometry", "figure", "valid_until")})
    standing = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    story.tell("drawings.describe", {**DESCRIBED, "valid_until": minute(90)})
    later = {**first, "valid_until": minute(90)}
    described = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    reshaped(story, WIDER)
    plain = {key: value for key, value in later.items() if key != "figure"}
    two = Two(("drawings.draw", shape()))
    until_then = [
        node.tell("drawings.describe", {**DESCRIBED, "valid_until": minute(at)}, by=person(str(at)))
        for node, at in ((two.one, 60), (two.other, 90))
    ]
    conflict = {"thing": "shape", "id": ZONE, "aspect": "description", "facts": [fact.id for fact in until_then]}
    return [
        case("a circle", story.facts, {"shapes": [json(first)]}, at=standing),
        case("a circle vouched for longer", story.facts, {"shapes": [json(later)]}, at=described),
        case("no longer a circle", story.facts, {"shapes": [json({**plain, "geometry": WIDER})]}),
        case("two validities", two.facts, {"conflicts": [conflict]}),
    ]


def kept_views() -> list[Case]:
    """A view saved, changed, and removed; two changes that do not know of each other; a grid attached and detached."""
    story = Story()
    story.begin()
    first = saved_view()
    story.tell("views.save", first)
    film = grid()
    story.tell("grids.attach", film)
    before = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    story.tell("views.save", {**first, "name": "Estuaire", "order": 2})
    changed = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    story.tell("views.remove", {"view": first["view"]})
    story.tell("grids.detach", {"grid": film["grid"], "reason": "autre modèle"})
    shown = {"id": first["view"], "order": 0, **{key: first[key] for key in ("name", "axis", "layers", "camera")}}
    films = [json({"id": film["grid"], **{key: film[key] for key in ("raster", "name", "at")}})]
    two = Two(("views.save", first))
    saved = [
        node.tell("views.save", {**first, "name": name}, by=person(name))
        for node, name in ((two.one, "Nord"), (two.other, "Sud"))
    ]
    conflict = {"thing": "view", "id": first["view"], "aspect": "view", "facts": [fact.id for fact in saved]}
    return [
        case("a view and a grid", story.facts, {"saved_views": [shown], "grids": films}, at=before),
        case("a view changed", story.facts, {"saved_views": [{**shown, "name": "Estuaire", "order": 2}]}, at=changed),
        case("a view removed, a grid detached", story.facts, {"saved_views": [], "grids": []}),
        case("two names for a view", two.facts, {"saved_views": [{**shown, "name": "Sud"}], "conflicts": [conflict]}),
    ]


SYMBOL = {"set": "french-civil-security", "id": "command-post", "text": "PCC", "rotation_deg": 40.0}


def intentions() -> list[Case]:
    """Two courses of action, one chosen then another, one dropped; drawn for one of them with a symbol."""
    story = Story()
    story.begin()
    north, south = course("nord", idea="Attaque par le nord"), course("sud", phases=[])
    for one in (north, south):
        story.tell("courses.describe", one)
    drawn = {"symbol": SYMBOL, "course": north["course"], "phase": 2, "sector": oid("secteur"), "state": "done"}
    story.tell("drawings.draw", shape(**drawn))
    story.tell("courses.choose", {"course": south["course"], "reason": "vent"})
    before = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    chosen = story.tell("courses.choose", {"course": north["course"], "reason": "le vent a tourné"})
    story.tell("courses.drop", {"course": south["course"], "reason": "trop long"})
    story.tell("drawings.describe", {**DESCRIBED, "state": "cancelled"})
    shown_north = {"id": north["course"], **{key: north[key] for key in ("name", "idea", "phases")}}
    shown_south = {"id": south["course"], "name": "sud"}
    two = Two(("courses.describe", north), ("courses.describe", south))
    choices = [
        node.tell("courses.choose", {"course": one["course"], "reason": "r"}, by=person(one["name"]))
        for node, one in ((two.one, north), (two.other, south))
    ]
    torn = {
        "thing": "course", "id": story.situation, "aspect": "chosen", "facts": [fact.id for fact in choices],
    }  # fmt: skip
    return [
        case(
            "a course chosen, a symbol drawn for the other",
            story.facts,
            {"courses": [shown_north, {**shown_south, "chosen": True}], "shapes": [zone(**drawn)]},
            at=before,
        ),
        case(
            "another chosen, the first dropped",
            story.facts,
            {"courses": [{**shown_north, "chosen": True}], "shapes": [zone(state="cancelled")], "conflicts": []},
        ),
        case("the choice arrives first", [*reversed(story.facts)], {"courses": [{**shown_north, "chosen": True}]}),
        case("nothing chosen here", [f for f in story.facts if f.id != chosen.id], {"courses": [shown_north]}),
        case("two choices", two.facts, {"conflicts": [torn]}),
    ]


def signals() -> list[Case]:
    """A signals plan set twice, then withdrawn; and set twice by people who do not know of each other."""
    story = Story()
    story.begin()
    first, second = signals_plan(), signals_plan("OCT 2", posts=[], fallbacks=[])
    story.tell("signals.set-plan", first)
    before = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    story.tell("signals.set-plan", second)
    again = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    story.tell("signals.withdraw-plan", {"plan": first["plan"], "reason": "fin de l'opération"})
    two = Two(("signals.set-plan", first))
    said = [
        node.tell("signals.set-plan", signals_plan(name), by=person(name))
        for node, name in ((two.one, "nord"), (two.other, "sud"))
    ]
    torn = {"thing": "signals-plan", "id": first["plan"], "aspect": "plan", "facts": [fact.id for fact in said]}
    return [
        case("a signals plan", story.facts, {"signals_plans": [plan_shown(first)]}, at=before),
        case("a signals plan set again", story.facts, {"signals_plans": [plan_shown(second)]}, at=again),
        case("a signals plan withdrawn", story.facts, {"signals_plans": []}),
        case("two signals plans", two.facts, {"signals_plans": [plan_shown(signals_plan("sud"))], "conflicts": [torn]}),
    ]


def plan_shown(plan: Json) -> Json:
    """How a signals plan is shown: an empty list is left out."""
    shown = {"id": plan["plan"], **{key: plan[key] for key in ("name", "nets", "posts", "fallbacks") if plan[key]}}
    return json(shown)


def answers() -> list[Case]:
    """An order and a level acknowledged; an acknowledgement whose order never came."""
    story = Story()
    story.begin()
    order = story.tell("logbook.write", entry("Évacuez", category="order"))
    before = story.clock.now()
    story.clock.advance(timedelta(minutes=1))
    read = story.tell("acknowledgements.give", {"fact": order.id}, by=person("rac"))
    level = story.tell("situation.set-level", {"level": 2})
    heard = story.tell("acknowledgements.give", {"fact": level.id}, by=person("rac"))
    bare = line(order, "Évacuez", "Évacuez")
    open_ = {"id": story.situation, "title": "Crue de la Charente", "level": 2, "status": "open", "mode": "exercise"}
    situation = {**open_, "acknowledged": [heard.id]}
    orphan = [fact for fact in story.facts if fact.id != order.id]
    return [
        case("acknowledged", story.facts, {"logbook": [{**bare, "acknowledged": [read.id]}], "situation": situation}),
        case("not acknowledged yet", story.facts, {"logbook": [bare]}, at=before),
        case("acknowledged, never seen here", orphan, {"logbook": [], "situation": situation}),
    ]


def passing() -> list[Case]:
    """A ship that passes, of which no means moves: what it is, from where it is heard."""
    story = Story()
    story.begin()
    told = series("ship", kind="position", unit="deg", provenance="AIS (ais)", mobile="vessel")
    story.tell("observations.declare-series", told)
    shown = {"id": told["series"], **{name: told[name] for name in ("name", "kind", "unit", "provenance", "mobile")}}
    return [case("a ship passes", story.facts, {"series": [shown], "resources": []})]


STORIES: tuple[Callable[[], list[Case]], ...] = (
    plain, contradictions, late_reports, endings, amendments, destroyed, clocks,
    figures, kept_views, intentions, signals, answers, passing, *BOARD_STORIES,
)  # fmt: skip


def cases() -> list[Case]:
    """Every case."""
    return [one for story in STORIES for one in story()]
