"""Which earlier facts a new statement follows: what its author knew of the thing when speaking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from garance.domain.said import Context
from garance.domain.versions import Version, Versions, heads_among
from garance.kernel.fact import Reference, Relation
from garance.kernel.label import Label, Sensitivity
from garance.kernel.refusal import Refused

MAX_FOLLOWS = 32

Known = dict[str, Version[Any]]


def follow(
    context: Context, aspect: Versions[Any], *, thing: Sequence[Versions[Any]], at: datetime
) -> tuple[Reference, ...]:
    """References from a new statement about one `aspect` of a `thing`, about the moment `at`.

    What the author knew is what `context.follows` names and all that those facts followed; everything visible when
    it names nothing. The statement follows the newest of that, and also what held at its own moment when that is an
    earlier one. Refuses `follows-unknown` (not a fact about this thing) and `follows-too-many` (over 32).
    """
    if _plain(context, aspect, at):
        return tuple(Reference(Relation.FOLLOWS, head.fact) for head in aspect.heads()[-MAX_FOLLOWS:])
    seen = {fact: version for part in thing for fact, version in part.said.items() if sees(context, version)}
    given = _given(context, seen)
    known = ancestors(given, seen) if context.follows is not None else set(seen)
    spoken = [version for fact, version in aspect.said.items() if fact in known]
    earlier = [version for version in spoken if version.occurred_at <= at]
    newest = [version.fact for version in (*heads_among(spoken), *heads_among(earlier))]
    return tuple(Reference(Relation.FOLLOWS, fact) for fact in dict.fromkeys((*given, *newest[-MAX_FOLLOWS:])))


def _plain(context: Context, aspect: Versions[Any], at: datetime) -> bool:
    """The common case: the newest statements are all visible, none is about a later moment, none was singled out."""
    latest = aspect.current()
    late = latest is not None and latest.occurred_at > at
    return context.follows is None and not late and all(sees(context, head) for head in aspect.heads())


def sees(context: Context, version: Version[Any]) -> bool:
    """Whether the one who asks may see that statement."""
    return version.author is None or context.sees(version.author, version.label)


def _given(context: Context, seen: Known) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(context.follows or ()))
    if len(given) > MAX_FOLLOWS:
        raise Refused("follows-too-many", field="follows", detail={"limit": MAX_FOLLOWS})
    if any(fact not in seen for fact in given):
        raise Refused("follows-unknown", field="follows")
    return given


def ancestors(facts: Iterable[str], said: Known) -> set[str]:
    """These facts and all those they follow, near or far."""
    found: set[str] = set()
    waiting = list(facts)
    while waiting:
        fact = waiting.pop()
        if fact in found or fact not in said:
            continue
        found.add(fact)
        waiting.extend(said[fact].follows)
    return found


def amended_label(context: Context, thing: Label) -> Label:
    """The label of a fact about a thing: the thing's own unless asked narrower; refuses `label-wider`.

    A correction shown to people who may not see what it corrects would tell them of it.
    """
    wanted = context.label
    if wanted is None or wanted == thing:
        return thing
    wider = wanted.audience.reach > thing.audience.reach
    less_care = thing.sensitivity is not Sensitivity.ORDINARY and wanted.sensitivity is not thing.sensitivity
    other_cell = wanted.audience is thing.audience and wanted.cell != thing.cell
    if wider or less_care or other_cell:
        raise Refused("label-wider", field="label")
    return wanted
