"""Which earlier facts a new statement follows: what its author knew of the thing when speaking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from garance.domain.said import Context, Said
from garance.domain.versions import Version, Versions, heads_among
from garance.domain.vocabulary import Body
from garance.kernel.clock import Stamp
from garance.kernel.fact import Reference, Relation
from garance.kernel.label import Audience, Label, Sensitivity
from garance.kernel.refusal import Refused

MAX_FOLLOWS = 32
V = TypeVar("V")

Known = dict[str, Version[Any]]


def follow(
    context: Context,
    aspect: Versions[Any],
    *,
    thing: Sequence[Versions[Any]],
    at: datetime,
    label: Label | None = None,
) -> tuple[Reference, ...]:
    """References from a new statement about one `aspect` of a `thing`, about the moment `at`.

    What the author knew is what `context.follows` names, all that those facts followed, and their own words, which
    may have waited for the link one after the other; everything visible when it names nothing. The statement
    follows the newest of that, and also what held at its own moment when that is an earlier one. Those who may see
    the statement (`label`) and not what it follows must not be left with a contradiction: it follows what that
    followed, too. Refuses `follows-unknown` (not a fact about this thing) and `follows-too-many` (over 32).
    """
    facts = _followed(context, aspect, thing, at)
    if label is not None:
        facts = _through(facts, thing, statement(context, label))
    return tuple(Reference(Relation.FOLLOWS, fact) for fact in facts)


def amend(
    context: Context, body: Body, *, first: Version[Any], aspect: Versions[Any], thing: Sequence[Versions[Any]]
) -> list[Said]:
    """The statement that changes a thing already there: under the label of its `first` or a narrower one, after what
    the author knew of that `aspect`. Refuses `label-wider`, `follows-unknown`, `follows-too-many`.
    """
    label = amended_label(context, first)
    refs = follow(context, aspect, thing=thing, at=context.present, label=label)
    return [Said(body=body, refs=refs, label=label)]


def _followed(context: Context, aspect: Versions[Any], thing: Sequence[Versions[Any]], at: datetime) -> tuple[str, ...]:
    if _plain(context, aspect, at):
        return tuple(head.fact for head in aspect.heads()[-MAX_FOLLOWS:])
    seen = {fact: version for part in thing for fact, version in part.said.items() if sees(context, version)}
    given = _given(context, seen)
    known = known_to(context, seen)
    spoken = [version for fact, version in aspect.said.items() if fact in known]
    earlier = [version for version in spoken if version.occurred_at <= at]
    newest = [version.fact for version in (*heads_among(spoken), *heads_among(earlier))]
    others = [fact for fact in dict.fromkeys(newest) if fact not in given]
    room = MAX_FOLLOWS - len(given)
    return (*given, *others[-room:]) if room else given


def _through(facts: Sequence[str], thing: Sequence[Versions[Any]], new: Version[None]) -> tuple[str, ...]:
    """These facts, and past each that fewer people may see than the statement, those that it followed itself."""
    said = {fact: version for part in thing for fact, version in part.said.items()}
    found, waiting = dict.fromkeys(facts), list(facts)
    while waiting and len(found) < MAX_FOLLOWS:
        version = said.get(waiting.pop())
        if version is not None and narrower(version, new):
            waiting += [fact for fact in version.follows if fact not in found]
            found.update(dict.fromkeys(version.follows))
    return tuple(found)[:MAX_FOLLOWS]


def statement(context: Context, label: Label) -> Version[None]:
    """What is about to be said, as far as who may see it goes."""
    return Version("", Stamp(0, 0, ""), context.present, None, author=context.author, label=label)


def narrower(version: Version[Any], than: Version[Any]) -> bool:
    """Whether someone who may see `than` might not see `version`."""
    less = version.label.audience.reach < than.label.audience.reach
    care = version.label.sensitivity not in (Sensitivity.ORDINARY, than.label.sensitivity)
    return less or care or not _near(version, than)


def _near(version: Version[Any], other: Version[Any]) -> bool:
    """Whether a near audience (a cell, an organisation) means the same people for both."""
    if version.label.audience.reach > Audience.ORGANISATION.reach or version.author is None or other.author is None:
        return True
    if version.author.organisation != other.author.organisation:
        return False
    return version.label.audience is not Audience.CELL or version.label.cell == other.label.cell


def _plain(context: Context, aspect: Versions[Any], at: datetime) -> bool:
    """The common case: the newest statements are all visible, none is about a later moment, none was singled out."""
    latest = aspect.current()
    late = latest is not None and latest.occurred_at > at
    return context.follows is None and not late and all(sees(context, head) for head in aspect.heads())


def sees(context: Context, version: Version[Any]) -> bool:
    """Whether the one who asks may see that statement."""
    return version.author is None or context.sees(version.author, version.label)


def first_seen(context: Context, aspect: Versions[V]) -> Version[V] | None:
    """The earliest statement that the one who asks may see: for them, there is none before it."""
    seen = (version for version in aspect.said.values() if sees(context, version))
    return min(seen, key=lambda version: version.stamp, default=None)


def _given(context: Context, seen: Known) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(context.follows or ()))
    if len(given) > MAX_FOLLOWS:
        raise Refused("follows-too-many", field="follows", detail={"limit": MAX_FOLLOWS})
    if any(fact not in seen for fact in given):
        raise Refused("follows-unknown", field="follows")
    return given


def known_to(context: Context, seen: Known) -> set[str]:
    """What the author knew when speaking, of what they may see."""
    if context.follows is None:
        return set(seen)
    me = context.author.person
    own = {fact for fact, version in seen.items() if version.author is not None and version.author.person == me}
    return own | ancestors(context.follows, seen)


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


def amended_label(context: Context, target: Version[Any]) -> Label:
    """The label of a fact about a thing: the thing's own unless asked narrower; refuses `label-wider`.

    A correction shown to people who may not see what it corrects would tell them of it. For the same reason what is
    kept within an organisation is amended only by one who speaks for it: the same word, said for another
    organisation, would show it to others.
    """
    wanted, thing = context.label, target.label
    near = thing.audience.reach <= Audience.ORGANISATION.reach
    if near and target.author is not None and target.author.organisation != context.author.organisation:
        raise Refused("label-wider", field="role")
    if wanted is None or wanted == thing:
        return thing
    wider = wanted.audience.reach > thing.audience.reach
    less_care = thing.sensitivity is not Sensitivity.ORDINARY and wanted.sensitivity is not thing.sensitivity
    other_cell = wanted.audience is thing.audience and wanted.cell != thing.cell
    if wider or less_care or other_cell:
        raise Refused("label-wider", field="label")
    return wanted
