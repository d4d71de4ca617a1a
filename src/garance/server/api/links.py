"""A shared link as a picture, for the phone or the tablet across the table."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from garance.exports.qr_code import qr_code
from garance.server.http import Call, Endpoint, endpoint
from garance.server.sign_in.reader import Reader

MAX_BYTES = 8192


class LinkToDraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address of a page of this site."""

    address: Annotated[str, msgspec.Meta(min_length=8, max_length=1500, pattern=r"^https?://[!-~]+$")]


class LinkDrawn(msgspec.Struct, frozen=True):
    """Its QR code, as an SVG drawing."""

    image: str


def link_endpoints() -> list[Endpoint]:
    """The drawing of links."""

    @endpoint("POST", "/api/v1/qr-code", tag="links", max_bytes=MAX_BYTES)
    async def draw_link(call: Call[Reader], body: LinkToDraw) -> LinkDrawn:
        """Draw the QR code of an address. Nothing of it is kept."""
        return LinkDrawn(await asyncio.to_thread(qr_code, body.address))

    return [draw_link]
