"""Which means of a situation a source speaks of: the one it already named, or the one with that call sign (moyens)."""

from __future__ import annotations

from garance.domain.following import narrower
from garance.domain.state import State
from garance.intake.wanted import Feed, as_version


def unit_called(state: State, feed: Feed, name: str, *, followed_too: bool = False) -> str | None:
    """The means of the situation with that name or call sign, that everyone who hears the feed may see; of several,
    none: a person must say which. One that a series already moves is not taken to be moved by another, unless
    `followed_too`: to say its state is not to move it.
    """
    found = [
        identifier
        for identifier, resource in state.resources.known.get(feed.situation, {}).items()
        if (first := resource.declared.first()) is not None
        and _called(state, feed, identifier, first.value.name, name)
        and not narrower(first, as_version(feed))
    ]
    if found and not followed_too:  # who follows whom takes long to find: looked for only when it matters
        followed = moved(state, feed)
        found = [identifier for identifier in found if identifier not in followed]
    return found[0] if len(found) == 1 else None


def moved(state: State, feed: Feed) -> set[str]:
    """The means that a series of positions moves."""
    return {
        version.value.resource
        for series in state.observations.known.get(feed.situation, {}).values()
        for version in series.declared.history()
        if version.value.resource is not None
    }


def unit_of(state: State, feed: Feed, uid: str, name: str) -> str | None:
    """The means that the source calls so: the one its positions move, the one it made known, or the only one with
    that call sign; None when none is there yet.
    """
    series = state.observations.of(feed.situation, feed.named("series", uid))
    held = series.declared.current() if series is not None else None
    if held is not None and held.value.resource is not None:
        return held.value.resource
    made = feed.named("unit", uid)
    if state.resources.of(feed.situation, made) is not None:
        return made
    return unit_called(state, feed, name, followed_too=True)


def _called(state: State, feed: Feed, identifier: str, name: str, wanted: str) -> bool:
    thing = state.things.of(feed.situation, "resource", identifier)
    details = thing.said.get("details") if thing is not None else None
    current = details.current() if details is not None else None
    sign = current.value.get("call_sign") if current is not None else None
    return _plain(wanted) in {_plain(name), _plain(str(sign or ""))} - {""}


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
