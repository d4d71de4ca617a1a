"""Every name a fact can have, the shape of its body, and how older versions read today.

A concern declares its bodies with `@fact("entry.written.v1")`. Stored bytes never change: when a body must change,
its new version gets a new name and `upcast` says how the old members read; `decode` gives only newest bodies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_type_hints

import msgspec

from garance.kernel.refusal import Refused

PERSONAL = msgspec.Meta(extra={"personal": True})
"""Marks a member as personal data (GDPR article 4): `Annotated[str | None, PERSONAL]`. It must admit None."""

PersonalText = Annotated[str | None, PERSONAL]

Members = dict[str, Any]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a fact says, beyond who, when and for whom."""


class Entry(msgspec.Struct, frozen=True):
    """One word of the vocabulary: the fact's name, its body, the member naming its subject, its personal members."""

    name: str
    body: type[Body]
    subject: str | None
    personal: frozenset[str]


_ENTRIES: dict[str, Entry] = {}
_NAMES: dict[type[Body], str] = {}
_UPCASTS: dict[str, tuple[str, Callable[[Members], Members]]] = {}

T = TypeVar("T", bound=type[Body])


def fact(name: str, *, subject: str | None = None) -> Callable[[T], T]:
    """Declare the body of the fact of that name. `subject` is the member naming the person it is about."""

    def declare(body: T) -> T:
        if name in _ENTRIES:
            raise ValueError(f"two bodies for {name}")
        personal = frozenset(_personal_members(body))
        if personal and subject is None:
            raise ValueError(f"{name} has personal members and no subject")
        _ENTRIES[name] = Entry(name, body, subject, personal)
        _NAMES[body] = name
        return body

    return declare


def _personal_members(body: type[Body]) -> list[str]:
    hints = get_type_hints(body, include_extras=True)
    return [name for name, hint in hints.items() if PERSONAL in getattr(hint, "__metadata__", ())]


def upcast(old: str, *, to: str) -> Callable[[Callable[[Members], Members]], Callable[[Members], Members]]:
    """Declare how the members of a fact named `old` read as the body of `to`, the next version."""

    def declare(read: Callable[[Members], Members]) -> Callable[[Members], Members]:
        if old in _UPCASTS or old in _ENTRIES:
            raise ValueError(f"{old} is already read another way")
        _UPCASTS[old] = (to, read)
        return read

    return declare


def unchanged(old: str, *, to: str) -> None:
    """Declare that a fact named `old` reads as the body of `to` as it is: the next version only adds members."""
    upcast(old, to=to)(dict)


def entry(name: str) -> Entry:
    """The word for that current name; refuses `fact-unknown`."""
    known = _ENTRIES.get(name)
    if known is None:
        raise Refused("fact-unknown", detail={"name": name})
    return known


def entries() -> list[Entry]:
    """The whole vocabulary, by name."""
    return [_ENTRIES[name] for name in sorted(_ENTRIES)]


def name_of(body: Body) -> str:
    """The name of the fact this body belongs to."""
    return _NAMES[type(body)]


def name_of_kind(kind: type[Body]) -> str:
    """The name of the facts that have that body."""
    return _NAMES[kind]


def current_name(name: str) -> str:
    """The newest version of that name; a name never heard of is its own."""
    while name in _UPCASTS:
        name = _UPCASTS[name][0]
    return name


def decode(name: str, members: Members) -> tuple[str, Body]:
    """The newest name and body of what was stored under that name with those members.

    Refuses `fact-unknown` (made by a later version of Garance) and `body-malformed`.
    """
    while name in _UPCASTS:
        name, read = _UPCASTS[name]
        members = read(members)
    known = entry(name)
    try:
        return name, msgspec.convert(members, known.body, strict=True)
    except msgspec.ValidationError as problem:
        raise Refused("body-malformed", detail={"name": name}) from problem


def split(body: Body) -> tuple[Members, Members, str | None]:
    """A body's ordinary members, its personal members, and the person it is about."""
    known = _ENTRIES[_NAMES[type(body)]]
    members: Members = msgspec.to_builtins(body)
    personal = {name: members.pop(name) for name in list(members) if name in known.personal}
    subject = getattr(body, known.subject) if known.subject else None
    return members, personal, subject
