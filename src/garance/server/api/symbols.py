"""`GET /api/v1/symbol-sets`: the charters that drawings can be made with on this node."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.kernel.identity import Slug
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint, weak_tag
from garance.server.node import Node
from garance.symbols.charter import Words
from garance.symbols.reading import SetRefused, sets_of

PATH = "/api/v1/symbol-sets"


class SetShown(msgspec.Struct, frozen=True):
    """A set offered: its digest changes with any of its bytes."""

    id: str
    version: str
    name: Words
    source: str
    licence: str
    symbols: int
    digest: str


class SetsShown(msgspec.Struct, frozen=True):
    """The sets offered, the one that comes with Garance first; and the files set aside, with the reason."""

    items: list[SetShown]
    refused: list[SetRefused]


def symbol_endpoints(node: Node) -> list[Endpoint]:
    """The list, and each set whole."""
    sets, refused = sets_of(node.folder.symbols)
    shown = SetsShown(
        [
            SetShown(one.id, one.version, one.name, one.source, one.licence, len(one.symbols), loaded.digest)
            for loaded in sets
            for one in (loaded.set,)
        ],
        refused,
    )
    by_id = {loaded.set.id: loaded for loaded in sets}

    @endpoint("GET", PATH, tag="symbols", tokens=True, conditional=True)
    async def list_symbol_sets(call: Call[Any]) -> SetsShown:
        """The symbol sets of this node, and the files of its folder that it could not take."""
        call.unless_known(weak_tag([one.digest for one in shown.items], refused))
        return shown

    @endpoint(
        "GET", PATH + "/{charter}", tag="symbols", tokens=True, conditional=True, answer=None, status=200,
        refusals=("unknown",),
    )  # fmt: skip
    async def give_symbol_set(call: Call[Any], charter: Slug) -> bytes:
        """One set: its roles, families and symbols with their templates."""
        if charter not in by_id:
            raise Refused("unknown")
        call.unless_known(weak_tag(by_id[charter].digest))
        return by_id[charter].content

    return [list_symbol_sets, give_symbol_set]
