"""`GET /api/v1/territory`: the card of the territory this node shows, and whose data it is made of."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint, weak_tag
from garance.server.node import Node
from garance.server.territory_files import territory_file_endpoints
from garance.territory.manifest import Manifest


def territory_endpoints(node: Node) -> list[Endpoint]:
    """The card, the files and the tiles."""
    settings: dict[str, Any] = {"conditional": True, "answer": None, "status": 200, "refusals": ("no-territory",)}

    @endpoint("GET", "/api/v1/territory", tag="territory", tokens=True, **settings)
    async def show_territory(call: Call[Any]) -> bytes:
        """The card of the territory: names, layers, sources and rights, what is missing, the report of its import."""
        if node.pack is None:
            raise Refused("no-territory")
        call.unless_known(weak_tag(node.pack.manifest.version))
        return msgspec.json.encode({**node.pack.manifest_json(), **_about(node.pack.manifest)})

    return [show_territory, *territory_file_endpoints(node.pack_files)]


def _about(manifest: Manifest) -> dict[str, Any]:
    """What a page about the data tells besides the card: what it was made from, its files and their weight."""
    files = [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in manifest.files]
    root = f"/territory/{manifest.version}"
    return {
        "source_digest": manifest.source_digest,
        "metric_crs": manifest.metric_crs,
        "files": files,
        "bytes": sum(file.bytes for file in manifest.files),
        "tiles": {
            "basemap": f"{root}/basemap/{{z}}/{{x}}/{{y}}.mvt",
            "terrain": f"{root}/terrain/{{z}}/{{x}}/{{y}}.png" if manifest.has_terrain else None,
        },
    }
