"""Pictures taken by the journeys: all of them in `tests/journeys/out`, the chosen ones in the manual."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests" / "journeys" / "out"
CHOSEN = ROOT / "docs" / "images"
MAX_BYTES = 400_000
LEAST_COLOURS = 200
"""Fewer colours on a desk means that the map was not drawn."""


DRAW_AT = """(ratio) => new Promise((done) => {
  const map = window.garance?.map;
  const before = map?.getPixelRatio() ?? null;
  if (!map || before === ratio) return done(before);
  map.once('idle', () => done(before));
  setTimeout(() => done(before), 5000);
  map.setPixelRatio(ratio);
})"""
"""Journeys draw the map coarsely, since a software renderer pays for each pixel; what is looked at is drawn whole."""


@contextmanager
def sharp(page: Page) -> Iterator[None]:
    """The map at its full resolution for as long as that lasts."""
    before = page.evaluate(DRAW_AT, 1)
    yield
    if before is not None:
        page.evaluate("(ratio) => window.garance?.map.setPixelRatio(ratio)", before)


class Album:
    """Takes pictures. With `keep`, those that have a place in the manual are put there too, small."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep

    def take(self, page: Page, name: str, *, chosen: str | None = None) -> Path:
        """Take a picture of the whole window; `chosen` is its name in the manual. An empty canvas fails."""
        with sharp(page):
            taken = page.screenshot()
        return self.put(taken, name, chosen=chosen, mapped=page.locator(".maplibregl-canvas").count() > 0)

    def put(self, taken: bytes, name: str, *, chosen: str | None = None, mapped: bool = True) -> Path:
        """Put a picture already taken, as PNG, where the others are; an empty canvas fails where there is a map."""
        OUT.mkdir(parents=True, exist_ok=True)
        (OUT / f"{name}.png").write_bytes(taken)
        with Image.open(io.BytesIO(taken)) as image:
            colours = image.convert("RGB").getcolors(maxcolors=1 << 24)
            assert colours is not None
            if mapped:
                assert len(colours) > LEAST_COLOURS, f"{name}: {len(colours)} colours, is the map drawn?"
            if chosen and self._keep:
                keep_small(image, CHOSEN / f"{chosen}.png")
        return OUT / f"{name}.png"


def keep_small(image: Image.Image, path: Path) -> None:
    """Write a picture as small as it can be with every colour kept: a severity must not change its hue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(path, optimize=True)
    assert path.stat().st_size < MAX_BYTES, f"{path.name}: {path.stat().st_size} bytes"
