"""The only way out over HTTP for connections: to the addresses that their settings name, bounded in time and size.

Redirections are not followed: an address that a setting does not name is never asked.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES

TIMEOUT_S = 15.0
MAX_ANSWER_BYTES = 1 << 20


class Got(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: its status, its bytes, and what to say next time so as not to be told the same."""

    status: int
    data: bytes
    content_type: str = ""
    tag: str = ""
    modified: str = ""
    retry_after: str = ""


class Outside:
    """One client for all connections of a node."""

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)

    async def close(self) -> None:
        """Let go of what is open."""
        await self._client.aclose()

    async def get(self, address: str, *, tag: str = "", modified: str = "", timeout_s: float = TIMEOUT_S) -> Got:
        """Ask. Refuses `answer-too-large`, `address-unreachable` with the kind of failure."""
        wanted = {"if-none-match": tag, "if-modified-since": modified}
        headers = {name: value for name, value in wanted.items() if value}
        return await self._ask("GET", address, headers, None, MAX_FRAME_BYTES, timeout_s)

    async def post(self, address: str, data: bytes, content_type: str) -> tuple[int, bytes, str]:
        """Send, and give the status, the body and its type. Refuses `dispatch-later`: nobody answers just now."""
        try:
            got = await self._ask("POST", address, {"content-type": content_type}, data, MAX_ANSWER_BYTES, TIMEOUT_S)
        except Refused as why:
            raise Refused("dispatch-later", detail=why.detail) from why
        return got.status, got.data, got.content_type

    async def _ask(
        self, method: str, address: str, headers: dict[str, str], data: bytes | None, most: int, timeout_s: float
    ) -> Got:
        content = bytearray()
        try:
            request = self._client.build_request(method, address, headers=headers, content=data)
            async with asyncio.timeout(timeout_s):
                response = await self._client.send(request, stream=True)
                try:
                    async for piece in response.aiter_bytes():
                        content += piece
                        if len(content) > most:
                            raise Refused("answer-too-large", detail={"limit": most})
                finally:
                    await response.aclose()
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as problem:
            raise Refused("address-unreachable", detail={"why": type(problem).__name__}) from problem
        return Got(
            status=response.status_code,
            data=bytes(content),
            content_type=response.headers.get("content-type", ""),
            tag=response.headers.get("etag", ""),
            modified=response.headers.get("last-modified", ""),
            retry_after=response.headers.get("retry-after", ""),
        )


def check_address(address: Any, *, setting: str) -> None:
    """Refuse `connector-setting-wrong`: not an `http` or `https` address of some host."""
    try:
        parts = urlsplit(str(address))
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise Refused("connector-setting-wrong", field=setting)
