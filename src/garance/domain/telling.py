"""What facts tell of things, as data: of which thing, of which of its aspects (ce que dit un fait).

Most things people follow in an operation (an incident, a mission, a reception centre) are told the same way: each
fact is a whole statement of one aspect of one thing. A body says so with `@tells(...)`; the fold, the rules and the
browser then need nothing more than this table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from garance.domain.vocabulary import Body, name_of_kind

T = TypeVar("T", bound=type[Body])


class Telling(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact tells one aspect of one kind of thing.

    `thing` is the member that names the thing. `keys` are members that tell apart statements that do not replace one
    another (a step of a sheet, the source of a count): each has its own history. `gathers`: every statement stands
    for itself, none replaces another (what was spent). `begins`: the thing is there from this statement on. `ends`:
    nothing more may be said of it.
    """

    kind: str
    thing: str
    aspect: str
    keys: tuple[str, ...] = ()
    gathers: bool = False
    begins: bool = False
    ends: bool = False


_TELLINGS: dict[str, Telling] = {}


def tells(
    kind: str,
    aspect: str,
    *,
    thing: str | None = None,
    keys: tuple[str, ...] = (),
    gathers: bool = False,
    begins: bool = False,
    ends: bool = False,
) -> Callable[[T], T]:
    """Declare what the fact of that body tells; it stands above `@fact(...)`. `thing` is `kind` when left out."""

    def declare(body: T) -> T:
        _TELLINGS[name_of_kind(body)] = Telling(kind, thing or kind, aspect, keys, gathers, begins, ends)
        return body

    return declare


def telling(name: str) -> Telling | None:
    """What the facts of that name tell; None when they are told another way."""
    return _TELLINGS.get(name)


def tellings() -> dict[str, Telling]:
    """The whole table, by fact name."""
    return dict(sorted(_TELLINGS.items()))


def begun_here() -> frozenset[str]:
    """The kinds of things that one of these facts begins; others are begun elsewhere (a resource, a line)."""
    return frozenset(told.kind for told in _TELLINGS.values() if told.begins)


def statement_of(told: Telling, members: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """The thing, the aspect (its keys after it, apart from each other by a bar) and what is said of it."""
    said = dict(members)
    thing = str(said.pop(told.thing))
    keys = [str(said.get(key, "")) for key in told.keys]
    return thing, "|".join([told.aspect, *keys]), said
