"""What people can ask for: each command's name, body, ability, and the rule that grants or refuses it.

A concern's `rules.py` declares its own with `@command(...)`; `garance.domain.concerns` loads them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from garance.domain.following import sees
from garance.domain.said import Context, Said, Settled
from garance.domain.state import State
from garance.domain.text import check_members
from garance.kernel.clock import as_utc
from garance.kernel.label import Label, Mode
from garance.kernel.refusal import Refused

AHEAD = timedelta(minutes=5)
"""How far ahead of the situation's present something may be said to have occurred: clocks differ."""

R = TypeVar("R", bound=msgspec.Struct)
Rule = Callable[[State, R, Context], Sequence[Said]]


class Command(msgspec.Struct, frozen=True):
    """One command. `founding` says that it makes its own situation; `house` that it is about none."""

    name: str
    ability: str
    request: type[msgspec.Struct]
    rule: Callable[[State, Any, Context], Sequence[Said]]
    founding: bool = False
    house: bool = False


_COMMANDS: dict[str, Command] = {}


def command(
    name: str, *, ability: str, request: type[R], founding: bool = False, house: bool = False
) -> Callable[[Rule[R]], Rule[R]]:
    """Declare that rule as the one that answers the command of that name."""

    def declare(rule: Rule[R]) -> Rule[R]:
        if name in _COMMANDS:
            raise ValueError(f"two rules for {name}")
        _COMMANDS[name] = Command(name, ability, request, rule, founding, house)
        return rule

    return declare


def find(name: str) -> Command:
    """The command of that name; refuses `command-unknown`."""
    known = _COMMANDS.get(name)
    if known is None:
        raise Refused("command-unknown")
    return known


def commands() -> list[Command]:
    """Every command, by name."""
    return [_COMMANDS[name] for name in sorted(_COMMANDS)]


def decide(state: State, wanted: Command, request: msgspec.Struct, context: Context) -> tuple[Settled, ...]:
    """Grant a command as facts ready to record, or refuse it.

    Besides what the rule refuses: `situation-needed`, `situation-not-needed`, `situation-unknown`,
    `situation-closed`, `occurred-in-the-future` (over 5 minutes ahead of the situation's own present),
    `naive-time`, `text-blank`, `text-unprintable`. Times are compared in the situation's own time only: story time
    is never measured against real time.
    """
    check_members(request)
    _check_place(state, wanted, context)
    context = _in_its_time(state, context)
    return tuple(_settle(state, said, context) for said in wanted.rule(state, request, context))


def _check_place(state: State, wanted: Command, context: Context) -> None:
    if wanted.house:
        if context.situation is not None:
            raise Refused("situation-not-needed", field="situation")
        return
    if wanted.founding:
        return
    if context.situation is None:
        raise Refused("situation-needed", field="situation")
    situation = state.situations.open(context.situation)
    if situation is None:
        raise Refused("situation-unknown", field="situation")
    if any(sees(context, closing) for closing in situation.closed.history()):
        raise Refused("situation-closed", field="situation")


def _in_its_time(state: State, context: Context) -> Context:
    present = present_of(state, context.situation, context.now)
    occurred_at = present if context.occurred_at is None else as_utc(context.occurred_at, field="occurred_at")
    if occurred_at > present + AHEAD:
        raise Refused("occurred-in-the-future", field="occurred_at")
    return msgspec.structs.replace(context, occurred_at=occurred_at)


def present_of(state: State, situation: str | None, now: datetime) -> datetime:
    """What time it is in that situation when it is `now` in the world."""
    found = state.situations.open(situation) if situation else None
    return found.time(now) if found else now


def _settle(state: State, said: Said, context: Context) -> Settled:
    situation = said.situation or context.situation
    return Settled(
        body=said.body,
        refs=said.refs,
        situation=situation,
        mode=_mode(state, said, situation),
        label=said.label or context.label or Label(),
        occurred_at=context.present,
    )


def _mode(state: State, said: Said, situation: str | None) -> Mode:
    """Every fact has its situation's mode; what is about no situation is real."""
    found = state.situations.open(situation) if situation else None
    return (found.mode if found else said.mode) or Mode.ACTUAL
