"""The sample frames of a connector, where the sources are at hand, decoded again and compared (trames d'essai)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Observation
from garance.server.connections.plan import Planned

FRAMES = Path(__file__).parents[4] / "tests" / "frames"
EXPECTED = ".expected.json"


class Tried(NamedTuple):
    """A frame that was decoded again: whether it could be read, and whether it says what its tests expect.

    Settings change what is said (a unit, a name): only a frame that cannot be read is a fault; `told` is why.
    """

    name: str
    read: bool
    same: bool = False
    told: str = ""


def try_samples(name: str, planned: Planned, frames: Path | None = None) -> list[Tried]:
    """Each frame kept for that connector, decoded by a connector opened anew; none where there are no sources."""
    kept = frames or FRAMES
    folders = [kept / name, kept / name.replace("-", "_")]
    found = sorted({path for folder in folders if folder.is_dir() for path in folder.glob(f"*{EXPECTED}")})
    return [_try(path, planned) for path in found]


def _try(expected: Path, planned: Planned) -> Tried:
    name = expected.name.removesuffix(EXPECTED)
    content = expected.with_name(name)
    content = content if content.is_file() else expected.with_name(f"{name}.frame")
    if not content.is_file():
        return Tried(name, False, told="frame")
    beside = expected.with_name(f"{name}.meta.json")
    meta: dict[str, Any] = msgspec.json.decode(beside.read_bytes()) if beside.is_file() else {"name": content.name}
    try:
        said = list(planned.open().decode(Frame(data=content.read_bytes(), **meta)))
    except Refused as refused:
        return Tried(name, False, told=refused.code)
    try:
        wanted = msgspec.json.decode(expected.read_bytes(), type=list[Observation])
    except msgspec.DecodeError:
        return Tried(name, True, bool(said))  # kept in another form: its own tests compare it
    return Tried(name, True, said == wanted)
