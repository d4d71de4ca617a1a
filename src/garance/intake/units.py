"""Which means of a situation a source speaks of: the one it already named, or the one with that call sign (moyens)."""

from __future__ import annotations

from functools import cached_property

from garance.domain.following import narrower
from garance.domain.resources.state import Resource
from garance.domain.state import State
from garance.intake.wanted import Feed, as_version


class CallSigns:
    """The means of the situation of a feed by their names and call signs, looked through once: good for as long as
    nothing more is said there.
    """

    def __init__(self, state: State, feed: Feed) -> None:
        self.state = state
        self.feed = feed

    @cached_property
    def _called(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for identifier, resource in self.state.resources.known.get(self.feed.situation, {}).items():
            for name in self._names(identifier, resource):
                found.setdefault(name, []).append(identifier)
        return found

    def _names(self, identifier: str, resource: Resource) -> set[str]:
        first = resource.declared.first()
        if first is None:
            return set()
        thing = self.state.things.of(self.feed.situation, "resource", identifier)
        details = thing.said.get("details") if thing is not None else None
        current = details.current() if details is not None else None
        sign = current.value.get("call_sign") if current is not None else None
        return {_plain(first.value.name), _plain(str(sign or ""))} - {""}

    def called(self, name: str) -> list[str]:
        """Those with that name or call sign that everyone who hears the feed may see."""
        return [one for one in self._called.get(_plain(name), ()) if self._is_for_all(one)]

    def _is_for_all(self, identifier: str) -> bool:
        resource = self.state.resources.of(self.feed.situation, identifier)
        first = resource.declared.first() if resource is not None else None
        return first is not None and not narrower(first, as_version(self.feed))

    @cached_property
    def moved(self) -> frozenset[str]:
        """Those that a series of positions moves."""
        return frozenset(
            version.value.resource
            for series in self.state.observations.known.get(self.feed.situation, {}).values()
            for version in series.declared.history()
            if version.value.resource is not None
        )


def unit_called(signs: CallSigns, name: str, *, followed_too: bool = False) -> str | None:
    """The means of the situation with that name or call sign, that everyone who hears the feed may see; of several,
    none: a person must say which. One that a series already moves is not taken to be moved by another, unless
    `followed_too`: to say its state is not to move it.
    """
    found = signs.called(name)
    if found and not followed_too:  # who follows whom takes long to find: looked for only when it matters
        found = [identifier for identifier in found if identifier not in signs.moved]
    return found[0] if len(found) == 1 else None


def unit_of(signs: CallSigns, uid: str, name: str) -> str | None:
    """The means that the source calls so: the one its positions move, the one it made known, or the only one with
    that call sign; None when none is there yet.
    """
    state, feed = signs.state, signs.feed
    series = state.observations.of(feed.situation, feed.named("series", uid))
    held = series.declared.current() if series is not None else None
    if held is not None and held.value.resource is not None:
        return held.value.resource
    made = feed.named("unit", uid)
    if state.resources.of(feed.situation, made) is not None:
        return made
    return unit_called(signs, name, followed_too=True)


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
