"""How a rule says one aspect of a thing: who may, after what, for whom (ce qu'une règle accorde de dire)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from garance.domain.following import amended_label, ancestors, first_seen, follow, known_to, sees
from garance.domain.said import Context, Said
from garance.domain.state import State
from garance.domain.telling import Telling, begun_here, statement_of, telling
from garance.domain.told import Statement, Thing
from garance.domain.versions import Version, Versions, heads_among
from garance.domain.vocabulary import Body, name_of
from garance.kernel.fact import Reference, Relation
from garance.kernel.refusal import Refused

MAX_LINKS = 24
"""The most things one statement may name."""


def say(state: State, body: Body, context: Context) -> Sequence[Said]:
    """Say what that body tells of its thing, knowing what the author had on screen.

    The first statement of a thing takes the label asked for; a later one that of the thing or a narrower one. Refuses
    `not-declared` (nothing such is here, or not for the author), `already-ended`, `label-wider`, `follows-unknown`,
    `answers-unknown`.
    """
    told = telling(name_of(body))
    if told is None:
        raise TypeError(f"{name_of(body)} tells of no thing")
    identifier, aspect, _ = statement_of(told, msgspec.to_builtins(body))
    thing = state.things.of(context.situation or "", told.kind, identifier)
    begun = _begun(state, context, told, identifier, aspect)
    if begun is None and not told.begins:
        raise Refused("not-declared", field=f"body.{told.thing}")
    if thing is not None and any(sees(context, end) for name in thing.ended for end in thing.said[name].history()):
        raise Refused("already-ended", field=f"body.{told.thing}")
    label = amended_label(context, begun) if begun is not None else context.label
    refs = _follows(thing, told, aspect, context, label)
    return [Said(body=body, refs=(*refs, *answers_of(state, context)), label=label)]


def _begun(state: State, context: Context, told: Telling, identifier: str, aspect: str) -> Version[Any] | None:
    """What sets the label: the thing's first statement, or its own first when several tell it side by side."""
    if not (told.begins and told.keys):
        return begun_for(state, context, told.kind, identifier)
    thing = state.things.of(context.situation or "", told.kind, identifier)
    known = thing.said.get(aspect) if thing is not None else None
    return first_seen(context, known) if known is not None else None


def _follows(thing: Thing | None, told: Telling, aspect: str, context: Context, label: Any) -> tuple[Reference, ...]:
    if told.gathers:
        return ()
    known = thing.said.get(aspect) if thing is not None else None
    parts = thing.aspects if thing is not None else ()
    return follow(context, known or Versions(), thing=parts, at=context.present, label=label)


def answers_of(state: State, context: Context) -> tuple[Reference, ...]:
    """References to the facts answered: lines, or statements of things, that the author may see."""
    for fact in context.answers:
        if not _known_fact(state, context, fact):
            raise Refused("answers-unknown", field="answers")
    return tuple(Reference(Relation.ANSWERS, fact) for fact in dict.fromkeys(context.answers))


def _known_fact(state: State, context: Context, fact: str) -> bool:
    entry = state.entries.known.get(fact)
    if entry is not None and entry.written is not None:
        return entry.situation == context.situation and sees(context, entry.written)
    there = state.things.known.get(context.situation or "", {})
    said = (aspect.said.get(fact) for thing in there.values() for aspect in thing.aspects)
    return any(version is not None and sees(context, version) for version in said)


def begun_for(state: State, context: Context, kind: str, identifier: str) -> Version[Any] | None:
    """The earliest statement by which that thing is there, for the author; None when it is not, or not for them."""
    situation = context.situation or ""
    begun: Iterable[Version[Any]]
    if kind in begun_here():
        thing = state.things.of(situation, kind, identifier)
        begun = [version for aspect in thing.beginning for version in aspect.said.values()] if thing else []
    elif kind == "entry":
        entry = state.entries.known.get(identifier)
        begun = [entry.written] if entry and entry.written and entry.situation == situation else []
    elif kind == "resource":
        resource = state.resources.of(situation, identifier)
        begun = resource.declared.said.values() if resource else []
    else:
        shape = state.drawings.of(situation, identifier)
        begun = shape.drawn.said.values() if shape else []
    seen = (version for version in begun if sees(context, version))
    return min(seen, key=lambda version: version.stamp, default=None)


LINKED = ("incident", "mission", "resource", "shape", "zone", "centre", "outage", "demand", "sheet", "order")
"""The kinds of things that others may name."""


def check_links(state: State, context: Context, links: Iterable[str | None], *, field: str = "body.links") -> None:
    """Refuse `link-unknown`: a thing that is not in the situation, or not for the author."""
    for identifier in links:
        if identifier is not None and not any(begun_for(state, context, kind, identifier) for kind in LINKED):
            raise Refused("link-unknown", field=field)


def check_link(state: State, context: Context, kind: str, identifier: str | None, *, field: str) -> None:
    """Refuse `link-unknown`: no such thing of that kind, for the author."""
    if identifier is not None and begun_for(state, context, kind, identifier) is None:
        raise Refused("link-unknown", field=field)


def known_heads(
    state: State, context: Context, kind: str, identifier: str, aspect: str, *, own: bool
) -> list[Statement]:
    """What stood of that aspect for the author when speaking, without what others of it replaced: what was on their
    screen or, with their `own` words, what they said since, which the screen may not have heard yet.
    """
    thing = state.things.of(context.situation or "", kind, identifier)
    if thing is None or aspect not in thing.said:
        return []
    seen = {fact: one for part in thing.aspects for fact, one in part.said.items() if sees(context, one)}
    screen = set(seen) if context.follows is None else ancestors(context.follows, seen)
    known = known_to(context, seen) if own else screen
    return [head.value for head in heads_among(one for fact, one in thing.said[aspect].said.items() if fact in known)]


def holding(state: State, context: Context, kind: str, identifier: str, aspect: str) -> Statement | None:
    """What holds of that aspect, among what the author may see."""
    thing = state.things.of(context.situation or "", kind, identifier)
    known = thing.said.get(aspect) if thing is not None else None
    seen = [version for version in known.said.values() if sees(context, version)] if known else []
    latest = max(seen, key=lambda version: version.order, default=None)
    return latest.value if latest is not None else None
