"""`/territory/<version>/<file>`: the tiles of the territory pack, by Range, kept for ever by browsers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.http.conditional import NotModified, matches
from garance.server.stored import FOR_EVER, StoredFile

Version = Annotated[str, Meta(pattern=r"^[0-9a-f]{8,64}$")]
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)+$", max_length=120)]
_KIND = "application/octet-stream"

Locate = Callable[[str, str], Path | None]
"""Version and file name → the file; None when there is no such version or no such file."""


def territory_endpoint(locate: Locate) -> Endpoint:
    """The endpoint that serves what `locate` finds; `unknown` otherwise."""
    settings: dict[str, Any] = {"ranges": True, "conditional": True, "answer": None, "status": 200}

    @endpoint("GET", "/territory/{version}/{name}", tag="territory", produces=_KIND, **settings)
    async def give_territory_file(call: Call[Any], version: Version, name: FileName) -> StoredFile:
        """Give a file of the territory pack, whole or by Range."""
        path = locate(version, name)
        if path is None or not path.is_file():
            raise Refused("unknown")
        tag = f'"{version}/{name}"'
        if matches(tag, call.request.headers.get("if-none-match")):
            call.headers.update({"ETag": tag, "Cache-Control": FOR_EVER})
            raise NotModified
        return StoredFile(path, _KIND, tag=tag, inline=True)

    return give_territory_file
