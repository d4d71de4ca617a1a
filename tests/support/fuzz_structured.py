"""Inputs of the right shape and the wrong content, for Hypothesis: true frames whose members, tags or parts changed.

The shape is found in the frame itself: a JSON tree, an XML text, or lines of fields.
"""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st
from support.fuzz_table import Target

ODD_TEXT = st.sampled_from(
    [
        "", " ", "0", "-0", "91", "-181", "1e999", "NaN", "-inf", "٣", "²", "1_0", "0x1", "true", "\u0000", "\u202e",
        "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2024-02-30T10:00:00Z", "2026-11-28T07:00:00",
        "A" * 5000, "a-f-G-U-C", "b-a-o-tbl", "u-d-f", "location", "Point", "Polygon", "12.5,3", "45,-1,1e400",
    ]
)  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), ODD_TEXT, st.text(max_size=12),
    st.integers(-(10**40), 10**40), st.just([]), st.just({}), st.just([[[]]]), st.just({"a": {"b": [None]}}),
)  # fmt: skip
_BETWEEN = re.compile(r"(<[^<>]*>)")
_VALUE = re.compile(r"""(["'][^"']*["'])""")


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Inputs near the true ones of that decoder, by their structure."""
    return st.sampled_from(target.seeds()).flatmap(_near)


def _near(raw: bytes) -> st.SearchStrategy[bytes]:
    head, body = _headed(raw)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return st.lists(st.tuples(st.integers(0, len(raw)), st.binary(max_size=9)), max_size=6).map(
            lambda changes: _put(raw, changes)
        )
    if body.lstrip()[:1] in (b"{", b"["):
        try:
            tree = json.loads(text)
        except ValueError:
            return _pieces(text, re.compile(r"([,:{}\[\]])")).map(lambda said: head + said)
        return _json(tree).map(lambda value: head + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    shape = st.sampled_from([_BETWEEN, _VALUE]) if body.lstrip()[:1] == b"<" else st.just(re.compile(r"([,:;|*=&\n])"))
    return shape.flatmap(lambda pattern: _pieces(text, pattern)).map(lambda said: head + said)


def _headed(raw: bytes) -> tuple[bytes, bytes]:
    """The head of an input, which is kept, and its bytes."""
    end = 0
    while raw[end : end + 1] in (b"?", b"@") and b"\n" in raw[end:]:
        end = raw.index(b"\n", end) + 1
    return raw[:end], raw[end:]


def _put(raw: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    for at, put in changes:
        raw = raw[:at] + put + raw[at + len(put) // 2 :]
    return raw


def _json(tree: Any) -> st.SearchStrategy[Any]:
    """The tree, with a few of its places replaced, removed, doubled or wrapped."""
    places = list(_places(tree))
    change = st.tuples(st.sampled_from(places), st.sampled_from(("put", "remove", "double", "wrap")), ODD)
    return st.lists(change, min_size=1, max_size=4).map(lambda changes: _changed(tree, changes))


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, inner in items for place in _places(inner, (*path, key)))]


def _changed(tree: Any, changes: list[tuple[tuple[Any, ...], str, Any]]) -> Any:
    tree = json.loads(json.dumps(tree))
    for path, how, odd in changes:
        if not path:
            tree = [tree, odd] if how == "double" else tree
            continue
        holder = tree
        for step in path[:-1]:
            holder = holder[step] if _holds(holder, step) else None
        if not _holds(holder, path[-1]):
            continue
        value = holder[path[-1]]
        if how == "remove":
            del holder[path[-1]]
        else:
            holder[path[-1]] = {"put": odd, "double": [value, value], "wrap": {"in": value}}[how]
    return tree


def _holds(holder: Any, step: Any) -> bool:
    return step in holder if isinstance(holder, dict) else isinstance(holder, list) and step in range(len(holder))


def _pieces(text: str, pattern: re.Pattern[str]) -> st.SearchStrategy[bytes]:
    """The text cut where the pattern says, with a few of its pieces replaced, removed, doubled or exchanged."""
    pieces = pattern.split(text)
    rank = st.integers(0, len(pieces) - 1)
    change = st.tuples(rank, rank, st.sampled_from(("put", "remove", "double", "exchange")), ODD_TEXT)
    return st.lists(change, min_size=1, max_size=5).map(lambda changes: _joined(pieces, changes))


def _joined(pieces: list[str], changes: list[tuple[int, int, str, str]]) -> bytes:
    pieces = list(pieces)
    for one, other, how, odd in changes:
        if how == "exchange":
            pieces[one], pieces[other] = pieces[other], pieces[one]
        else:
            pieces[one] = {"put": odd, "remove": "", "double": pieces[one] * 2}[how]
    return "".join(pieces).encode("utf-8", "replace")
