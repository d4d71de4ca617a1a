"""What a story needs of a territory, worked out once and kept beside the data: the next start finds it ready."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import msgspec

from garance.kernel.digest import digest
from garance.server.demo.feeds import Feed, Row
from garance.server.demo.fleet import fleet_of
from garance.server.demo.places import choose_places
from garance.server.demo.story import Step, Story
from garance.territory.pack import Pack

FOLDER = "story"
EDITION = 1
"""To raise when the same story on the same territory is to be staged another way."""


class Staged(msgspec.Struct, frozen=True):
    """Places as GeoJSON, words, what the territory has, the steps that its units make, and their tracks."""

    places: dict[str, Any]
    words: dict[str, str]
    has: list[str]
    steps: list[Step]
    tracks: dict[str, list[Row]]

    def feeds(self) -> list[Feed]:
        """The tracks as what is fed."""
        return [Feed(key, rows) for key, rows in self.tracks.items()]


def staged(story: Story, pack: Pack, *, peak_m: float, folder: Path | None) -> Staged:
    """The story staged in that territory: read from that folder of the node if an earlier start left it there."""
    name = digest(msgspec.json.encode([EDITION, story.digest, pack.manifest.version]))[:16]
    path = folder / FOLDER / f"{name}.msgpack" if folder is not None else None
    if path is not None:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.msgpack.decode(path.read_bytes(), type=Staged)
    staging = choose_places(pack, peak_m=peak_m)
    steps, feeds = fleet_of(story, staging)
    tracks = {feed.key: list(feed.rows) for feed in feeds}
    found = Staged(staging.places, staging.words, sorted(staging.has), steps, tracks)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_bytes(msgspec.msgpack.encode(found))
        draft.replace(path)
    return found
