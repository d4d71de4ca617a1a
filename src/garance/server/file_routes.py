"""`/api/v1/files/<sha256>`: send an attachment, read it again, look at it in small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import Response

from garance.kernel.refusal import Refused
from garance.server.file_kinds import INLINE, suffix_of
from garance.server.files import FileStore, Sha256, StoredContent
from garance.server.http import Call, Endpoint, endpoint
from garance.server.http.conditional import NotModified, matches
from garance.server.stored import FOR_EVER, SANDBOX, StoredFile
from garance.server.thumbnails import Thumbnails

SLOWEST_S = 15 * 60.0
"""How long sending one file may take in all, over the worst of links."""


class Sent(msgspec.Struct, frozen=True):
    """A file that is kept: its address, its size, its media type as recognised."""

    sha256: str
    size_bytes: int
    kind: str


def file_endpoints(
    store: FileStore,
    *,
    max_bytes: int,
    organisations: Callable[[Any], frozenset[str]],
    find: Callable[[Any, str], StoredContent | None],
) -> list[Endpoint]:
    """Sending and reading.

    `organisations` says for whom a reader acts (none: nothing may be sent), `find` what they may read.
    """
    thumbnails = Thumbnails()

    @endpoint(
        "PUT", "/api/v1/files/{sha256}", tag="files", consumes="application/octet-stream", max_bytes=max_bytes,
        body_s=SLOWEST_S, answer_s=SLOWEST_S + 60,
        refusals=("not-allowed", "file-type-refused", "digest-wrong", "quota-full", "file-empty", "storage-full"),
    )  # fmt: skip
    async def send_file(call: Call[Any], sha256: Sha256) -> Sent:
        """Send a file; its address is the SHA-256 of its content. Sending it again changes nothing."""
        owners = organisations(call.who)
        if not owners:
            raise Refused("not-allowed")
        kept = await store.put(sha256, call.stream(), owners)
        return Sent(kept.sha256, kept.size_bytes, kept.kind)

    settings: dict[str, Any] = {"ranges": True, "conditional": True, "answer": None, "status": 200, "produces": "*/*"}

    @endpoint("GET", "/api/v1/files/{sha256}", tag="files", **settings)
    async def read_file(call: Call[Any], sha256: Sha256) -> StoredFile:
        """Read a file, whole or by Range."""
        found = _found(call, sha256)
        tag = _unless_known(call, sha256)
        name = f"{sha256[:12]}.{suffix_of(found.kind)}"
        return StoredFile(store.path(sha256), found.kind, tag=tag, inline=found.kind.startswith(INLINE), filename=name)

    @endpoint(
        "GET", "/api/v1/files/{sha256}/thumbnail", tag="files", conditional=True, answer=None, status=200,
        produces="image/jpeg", refusals=("file-not-a-picture",),
    )  # fmt: skip
    async def read_thumbnail(call: Call[Any], sha256: Sha256) -> Response:
        """Read a picture in small: 320 px a side at most, upright, telling nothing of when or where it was taken."""
        found = _found(call, sha256)
        headers = {"ETag": _unless_known(call, sha256), "Cache-Control": FOR_EVER, "Content-Security-Policy": SANDBOX}
        content = await thumbnails.of(sha256, store.path(sha256), found.kind)
        return Response(content, 200, headers, media_type="image/jpeg")

    def _found(call: Call[Any], sha256: str) -> StoredContent:
        found = find(call.who, sha256)
        if found is None:
            raise Refused("unknown")
        return found

    return [send_file, read_file, read_thumbnail]


def _unless_known(call: Call[Any], sha256: str) -> str:
    """The tag of what is named by its content; stops here if the reader has it already."""
    tag = f'"{sha256}"'
    if matches(tag, call.request.headers.get("if-none-match")):
        call.headers.update({"ETag": tag, "Cache-Control": FOR_EVER})
        raise NotModified
    return tag
