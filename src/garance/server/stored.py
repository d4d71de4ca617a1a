"""Answers that are files on disk: whole or by Range, in the one shape of refusals, and never taken for a page."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from garance.kernel.refusal import Refused

FOR_EVER = "private, max-age=31536000, immutable"
"""For what is named by its content or its version; private, since a reader had to be known to get it."""

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""What a browser may do with a file that a person sent: show it, and nothing else."""


class StoredFile(FileResponse):
    """A file, or the ranges asked of it; refuses `range-wrong`."""

    def __init__(self, path: Path, kind: str, *, tag: str, inline: bool = False, filename: str | None = None) -> None:
        headers = {"Cache-Control": FOR_EVER, "ETag": tag, "Content-Security-Policy": SANDBOX}
        super().__init__(
            path,
            headers=headers,
            media_type=kind,
            filename=filename,
            content_disposition_type="inline" if inline else "attachment",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (400, 416):
                raise Refused("range-wrong")
            await send(message)

        await super().__call__(scope, receive, watch)
