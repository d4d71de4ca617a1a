"""Small pictures of attached ones (vignettes): turned upright, without anything that the original says of itself."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections import OrderedDict
from pathlib import Path

from PIL import Image, ImageOps

from garance.kernel.refusal import Refused

EDGE_PX = 320
"""The longest side of a thumbnail."""

PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
"""The kinds that one is made of, by the only reader each is given to."""

MOST_PIXELS = 120_000_000
"""What the decoder reduces as it reads (JPEG) may be that large; anything else a fifth of it."""

KEPT = 256
"""Thumbnails held in memory: some 15 kB each."""

_FAULTS = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, KeyError, IndexError, TypeError,
           OverflowError, ZeroDivisionError, MemoryError, Image.DecompressionBombError)  # fmt: skip


def thumbnail_of(path: Path, kind: str) -> bytes:
    """The file as a JPEG of at most `EDGE_PX` a side. Refuses `file-not-a-picture` (broken, or too large to open)."""
    if kind not in PICTURES:
        raise Refused("file-not-a-picture")
    try:
        with Image.open(path, formats=[PICTURES[kind]]) as picture:
            most = MOST_PIXELS if kind == "image/jpeg" else MOST_PIXELS // 5
            if picture.width * picture.height > most:
                raise Refused("file-not-a-picture")
            picture.draft("RGB", (EDGE_PX * 2, EDGE_PX * 2))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((EDGE_PX, EDGE_PX))
            return _as_jpeg(upright)
    except _FAULTS as problem:
        raise Refused("file-not-a-picture") from problem


def _as_jpeg(picture: Image.Image) -> bytes:
    """On white where it is transparent."""
    whole = picture.convert("RGBA")
    flat = Image.new("RGB", whole.size, "white")
    flat.paste(whole, mask=whole.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=75, optimize=True)
    return out.getvalue()


class Thumbnails:
    """Makes them one at a time, off the loop, and keeps the last ones asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._turn = asyncio.Lock()

    async def of(self, sha256: str, path: Path, kind: str) -> bytes:
        """The thumbnail of that file; refuses `file-not-a-picture`."""
        if sha256 not in self._kept:
            async with self._turn:
                if sha256 not in self._kept:
                    self._kept[sha256] = await asyncio.to_thread(thumbnail_of, path, kind)
        self._kept.move_to_end(sha256)
        found = self._kept[sha256]
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
