"""The frames kept beside the tests, and what each is expected to say.

In `tests/frames/<connector>/`: `<case>.frame` holds the bytes, `<case>.meta.json` what came with them (parameters,
topic, content type), `<case>.expected.json` the observations, in order.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st
from support.source import ROOT, SOURCE

from garance.ports.connector import Frame, Manifest
from garance.ports.observation import Observation

FRAMES = ROOT / "tests" / "frames"


def cases(connector: str) -> list[str]:
    """The names of a connector's frames."""
    return sorted(path.name.removesuffix(".frame") for path in (FRAMES / connector).glob("*.frame"))


def frame_of(connector: str, case: str) -> Frame:
    """That frame."""
    beside = FRAMES / connector / f"{case}.meta.json"
    meta: dict[str, Any] = json.loads(beside.read_text("utf-8")) if beside.is_file() else {}
    return Frame(data=(FRAMES / connector / f"{case}.frame").read_bytes(), **meta)


def expected_of(connector: str, case: str) -> list[Observation]:
    """What that frame is expected to say."""
    content = (FRAMES / connector / f"{case}.expected.json").read_bytes()
    return msgspec.json.decode(content, type=list[Observation])


@functools.cache
def manifest_of(connector: str) -> Manifest:
    """The manifest of a connector of the house, checked."""
    return msgspec.toml.decode((SOURCE / "connectors" / connector / "manifest.toml").read_bytes(), type=Manifest)


def readme_of(connector: str) -> str:
    """Its page."""
    return (SOURCE / "connectors" / connector / "README.md").read_text("utf-8")


@functools.cache
def mutated(connector: str) -> st.SearchStrategy[Frame]:
    """Frames near the kept ones: cut, doubled, a few bytes changed."""
    frames = [frame_of(connector, case) for case in cases(connector)]
    changes = st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=0, max_size=6)), max_size=4)
    return st.builds(_changed, st.sampled_from(frames), changes)


def _changed(frame: Frame, changes: Sequence[tuple[int, bytes]]) -> Frame:
    content = frame.data
    for where, put in changes:
        at = where % (len(content) + 1)
        content = content[:at] + put + content[at + len(put) // 2 + where % 3 :]
    return msgspec.structs.replace(frame, data=content)


def odd_json(members: Sequence[str]) -> st.SearchStrategy[Any]:
    """JSON values that look like a message: known members holding anything."""
    odd = st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=20), st.sampled_from(["", "1e999", "2024-06-06T10:11:12Z", "0001-01-01T00:00:00+14:00"]),
    )  # fmt: skip
    return st.recursive(
        odd,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(members), inner, max_size=8)
        ),
        max_leaves=20,
    )


def all_members(value: Any) -> set[str]:
    """Every name of a member in a JSON value."""
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in all_members(one)}
    return {name for one in value for name in all_members(one)} if isinstance(value, list) else set()
