"""Whatever bytes come, only a refusal comes out, soon, and what is accepted can be written again."""

from __future__ import annotations

import contextlib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from garance.connectors.hub_15_18.acknowledgements import answer_refused
from garance.connectors.hub_15_18.decode import observations, without_content
from garance.connectors.hub_15_18.message import Form
from garance.connectors.hub_15_18.parsing import MAX_BYTES, MAX_DEPTH
from garance.connectors.hub_15_18.reading import canonical, emit, read, write
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import MAX_TEXT, Observed

from .test_acknowledgements import NOW, US

FRAMES = Path(__file__).resolve().parents[3] / "frames" / "hub-15-18"
SAMPLES = sorted(path for path in FRAMES.rglob("*.*") if path.suffix in (".json", ".xml") and "expect" not in path.name)
ODD: list[Any] = [
    None, True, [], {}, "", "x" * 5000, -1, 1e308, 10**39, {"a": {"b": []}}, [[[]]], "\u0000", "é", 0, [None], "-00:00",
    "2024-01-01T00:00:00+25:00", "9999-12-31T23:59:59-14:00", {"": 1}, {"message": {}}, "\ud800",
]  # fmt: skip


def survives(content: bytes) -> None:
    """Read or refused; when read: told within bounds, written again in each form, and judged before leaving."""
    without_content(Frame(data=content))
    try:
        message = read(content)
        found = observations(message)
    except Refused as why:
        answer_refused(content, why, client=US, now=NOW, uniques=("e", "r"))
        return
    for one in found:
        assert isinstance(one, Observed)
        assert 1 <= len(one.uid) <= 256
        assert len(getattr(one, "text", "")) <= MAX_TEXT
    for form in Form:
        if form == message.form:
            assert canonical(read(write(message, form)).tree) == canonical(message.tree)
        else:
            with contextlib.suppress(Refused):
                read(write(message, form))
        try:
            emit(message, Mode.ACTUAL, form)
        except Refused:
            continue


@given(st.binary(max_size=400))
@example(b"")
@example(b"<")
@example(b"\xef\xbb\xbf{}")
@example("<?xml version='1.0' encoding='utf-16'?><emsi/>".encode("utf-16"))
@example(b"<?xml version='1.0' encoding='cp037'?><emsi/>")
@example(b"\x00")
def test_any_bytes(content: bytes) -> None:
    survives(content)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                        st.sampled_from(["content", "distributionID", "emsi", "createCase", "message", "error",
                                         "jsonContent", "descriptor", "customContent", "reference", "EVENT"])
                        | st.text(max_size=8), inner, max_size=5), max_leaves=30))  # fmt: skip
def test_any_json(value: Any) -> None:
    survives(json.dumps(value).encode())


def mutate_tree(value: Any, chance: random.Random) -> Any:
    """The same tree with one place changed: removed, replaced, doubled, renamed or wrapped."""
    if isinstance(value, dict) and value and chance.random() > 0.12:
        name = chance.choice(sorted(value))
        return {**value, name: mutate_tree(value[name], chance)}
    if isinstance(value, list) and value and chance.random() > 0.12:
        rank = chance.randrange(len(value))
        return [*value[:rank], mutate_tree(value[rank], chance), *value[rank + 1 :]]
    how = chance.randrange(4)
    if how == 0:
        return chance.choice(ODD)
    if how == 1:
        return [value, value]
    return {"wrapped": value} if how == 2 else chance.choice(ODD)


@settings(max_examples=300)
@given(st.sampled_from([path for path in SAMPLES if path.suffix == ".json"]), st.randoms(use_true_random=False))
def test_mutated_json(path: Path, chance: random.Random) -> None:
    tree = json.loads(path.read_bytes())
    for _ in range(chance.randrange(1, 4)):
        tree = mutate_tree(tree, chance)
    survives(json.dumps(tree).encode())


PIECES = [
    b"<a>", b"</a>", b"<!DOCTYPE a>", b"&x;", b"&#65;", b"&amp;", b"<!-- -->", b"<?p?>", b"<![CDATA[x]]>", b"\xff",
    b"<emsi>", b"</emsi>", b"", b" ", b"0", b"1e999", b"\x00", b"xmlns='u'", b"<content>", b"</message>", b"NaN",
]  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False))
def test_mutated_bytes(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    for _ in range(chance.randrange(1, 5)):
        begin = chance.randrange(len(content) + 1)
        end = min(len(content), begin + chance.choice([0, 0, 1, 3, 20, 200]))
        content = content[:begin] + chance.choice(PIECES) + content[end:]
    survives(content)


@settings(max_examples=200)
@given(st.sampled_from([path for path in SAMPLES if path.suffix == ".xml"]), st.randoms(use_true_random=False))
def test_elements_moved_about(path: Path, chance: random.Random) -> None:
    parts = path.read_text("utf-8").split(">")
    for _ in range(chance.randrange(1, 4)):
        one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        parts[one], parts[other] = chance.choice([(parts[other], parts[one]), (parts[one], parts[one])])
    survives(">".join(parts).encode())


LAUGHS = "".join(f'<!ENTITY a{rank} "{f"&a{rank - 1};" * 10 if rank else "ha"}">' for rank in range(12))


@pytest.mark.parametrize(
    "content",
    [
        f"<!DOCTYPE emsi [{LAUGHS}]><emsi>&a11;</emsi>",
        '<!DOCTYPE emsi SYSTEM "http://127.0.0.1:1/x.dtd"><emsi/>',
        '<!DOCTYPE emsi [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><emsi/>',
        "<!DOCTYPE emsi><emsi/>",
    ],
)
def test_no_declaration_is_followed(content: str) -> None:
    with pytest.raises(Refused, match="xml-with-entities"):
        read(content.encode())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<emsi>" + b"<a>" * 100_000, "hub-xml-malformed"),
        (b"<emsi>" + b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1) + b"</emsi>", "hub-xml-malformed"),
        (b'{"emsi":' + b"[" * 100_000, "json-too-deep"),
        (b'{"emsi":' + b"[" * 60 + b"]" * 60 + b"}", "json-too-deep"),
        (b'{"emsi":{"a":' + b"9" * 5000 + b"}}", "json-malformed"),
        (b'{"emsi":{"a":1e999999999}}', "json-malformed"),
        (b'{"emsi":{"a":NaN}}', "json-malformed"),
        (b'{"emsi":{"a":"\\ud800"}}', "json-malformed"),
        (b"{" + b" " * MAX_BYTES + b"}", "hub-message-too-large"),
        (b"<emsi>" + b"<a/>" * 120_000 + b"</emsi>", "hub-message-too-large"),
        (b"<emsi>" + b"x<a/>" * 120_000 + b"</emsi>", "hub-message-too-large"),
        (b"[" + b"1," * 150_000 + b"1]", "hub-message-too-large"),
        (b"[]", "hub-not-a-message"),
        (b'"emsi"', "hub-not-a-message"),
        (b"{}", "hub-content-unknown"),
        (b"<kml/>", "hub-content-unknown"),
        (b'{"emsi":[]}', "hub-message-invalid"),
    ],
)
def test_what_is_too_much_is_refused_soon(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(content)
    assert refused.value.code == code
