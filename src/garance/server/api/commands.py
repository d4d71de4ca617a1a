"""`POST /api/v1/commands/<name>`: one address for each command of the domain, its body typed by the domain itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from garance.access import authority, sight
from garance.domain import commands
from garance.domain.following import amended_label, follow
from garance.domain.geometry import check_shape
from garance.journal.writer import Writer
from garance.kernel.place import check_geometry
from garance.server.carried import Carried
from garance.server.http import Call, Endpoint
from garance.server.live.cursor import Cursors
from garance.server.observe import Metrics
from garance.server.scribe import Asked, Scribe
from garance.server.sign_in.reader import Kind, Reader

_REFUSALS = re.compile(r"[Rr]efuse[ds]?\b(.*)", re.DOTALL)
_CODE = re.compile(r"`([a-z0-9]+(?:-[a-z0-9]+)+|unknown)`")
_EVERYWHERE = (
    authority.act,
    sight.own_label,
    commands.decide,
    follow,
    amended_label,
    check_shape,
    check_geometry,
    Scribe.carry_out,
    Writer.submit,
)


class Done(msgspec.Struct, frozen=True):
    """What became of a command: the facts it made, where a reader of the stream resumes, and if it was a repetition."""

    facts: tuple[str, ...]
    cursor: str
    repeated: bool


def said_refusals(*documented: object) -> tuple[str, ...]:
    """The codes that these say they refuse, read from their docstrings: the same words that the manual is made of."""
    codes: list[str] = []
    for one in documented:
        said = _REFUSALS.search(inspect.getdoc(one) or "")
        codes += _CODE.findall(said.group(1)) if said else []
    return tuple(dict.fromkeys(codes))


def command_endpoints(scribe: Scribe, cursors: Cursors, metrics: Metrics, carried: Carried) -> list[Endpoint]:
    """One endpoint for each command known."""
    return [_endpoint(one, scribe, cursors, metrics, carried) for one in commands.commands()]


def _endpoint(
    wanted: commands.Command, scribe: Scribe, cursors: Cursors, metrics: Metrics, carried: Carried
) -> Endpoint:
    names_files = "attachments" in wanted.request.__struct_fields__

    async def carry_out(call: Call[Reader], body: Asked[Any]) -> Done:
        if names_files:
            carried.check(call.who, body.body)
        with metrics.command(wanted.name):
            answer = await scribe.carry_out(
                call.who.person, wanted.name, body, exercise_only=call.who.kind is Kind.DEMO
            )
        receipt = answer.receipt
        return Done(receipt.facts, cursors.seal(receipt.cursor), answer.repeated)

    return Endpoint(
        method="POST",
        path=f"/api/v1/commands/{wanted.name}",
        run=carry_out,
        tag="commands",
        summary=_first_line(wanted.rule),
        body=Asked[wanted.request],  # type: ignore[name-defined]  # a type made at run time, from the registry
        answer=Done,
        refusals=tuple(
            _unique(said_refusals(*_EVERYWHERE, wanted.rule, wanted.request, *([Carried.check] if names_files else [])))
        ),
    )


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _unique(codes: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(codes)
