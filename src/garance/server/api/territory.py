"""`GET /api/v1/territory`: the card of the territory this node shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint, weak_tag
from garance.server.node import Node
from garance.server.territory_files import territory_endpoint


def territory_endpoints(node: Node) -> list[Endpoint]:
    """The card, and the tiles."""
    settings: dict[str, Any] = {"conditional": True, "answer": None, "status": 200, "refusals": ("no-territory",)}

    @endpoint("GET", "/api/v1/territory", tag="territory", **settings)
    async def show_territory(call: Call[Any]) -> bytes:
        """The card of the territory: names, layers, sources, what is missing."""
        if node.pack is None:
            raise Refused("no-territory")
        call.unless_known(weak_tag(node.pack.manifest.version))
        return msgspec.json.encode(node.pack.manifest_json())

    def locate(version: str, name: str) -> Path | None:
        pack = node.pack
        if pack is None or version != pack.manifest.version:
            return None
        try:
            return pack.file(name)
        except Refused:
            return None

    return [show_territory, territory_endpoint(locate)]
