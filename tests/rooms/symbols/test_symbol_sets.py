"""Symbol sets: ours is whole, anyone's is read or refused, and nothing of one can act in what is drawn."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garance.kernel.refusal import Refused
from garance.symbols.charter import STATES, Mark, SymbolSet
from garance.symbols.drawing import draw, plain
from garance.symbols.reading import FRENCH, MAX_SET_BYTES, followed, french_set, read_set, sets_of

Json = dict[str, Any]
FAMILIES = {
    "source", "target", "flow", "means", "water", "sector", "command-point", "action", "perimeter", "route", "other",
}  # fmt: skip


def small(**changes: Any) -> Json:
    """A set of one symbol."""
    symbol = {
        "id": "pump", "name": {"fr": "Pompe", "en": "Pump"}, "family": "water", "role": "water", "places": ["point"],
        "marks": [{"d": "M0 0L9 9"}],
    }  # fmt: skip
    made: Json = {
        "id": "vaud", "version": "1", "name": {"fr": "Vaud", "en": "Vaud"}, "source": "essai", "licence": "CC0-1.0",
        "roles": {"water": {"name": {"fr": "Eau", "en": "Water"}, "light": "#0000ff", "dark": "#8888ff"}},
        "families": [{"id": "water", "key": "e", "name": {"fr": "Eau", "en": "Water"}}],
        "symbols": [{**symbol, **changes}],
    }  # fmt: skip
    return made


def refusal_of(content: Json | bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read_set(content if isinstance(content, bytes) else json.dumps(content).encode())
    return refused.value


# -- the French set ---------------------------------------------------------------------------------------------------


def test_the_french_set_holds_what_the_doctrine_names() -> None:
    charter = french_set().set
    assert charter.id == FRENCH
    assert {family.id for family in charter.families} == FAMILIES
    assert len(charter.symbols) >= 60
    named = {
        "source-fire", "target-people", "flow-fire", "flow-fire-possible", "flow-fire-fast", "plume", "vehicle-fire",
        "group-fire", "column-fire", "team-fire", "aircraft-fire", "water-perennial", "water-non-perennial",
        "refilling-point", "hydrant", "hose-line", "attack", "protection", "reconnaissance", "rescue",
        "evacuation-route", "sector-limit", "function-sector", "exclusion-zone", "control-zone", "support-zone",
        "exclusion-perimeter", "command-post", "transit-point", "means-assembly", "means-point", "victims-point",
        "medical-post", "reception-centre", "landing-zone", "intervention-zone", "crossing-point", "road-cut",
        "deviation",
    }  # fmt: skip
    assert named <= {symbol.id for symbol in charter.symbols}
    assert {family.id for family in charter.families} == {symbol.family for symbol in charter.symbols}


def test_each_role_is_told_without_its_colour() -> None:
    roles = french_set().set.roles
    letters = [role.letter for role in roles.values()]
    assert len(set(letters)) == len(letters), "the letter alone tells the role"
    assert letters.count("") == 1, "the ordinary role is the only one without a letter"


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_are_read_on_their_ground() -> None:
    for ground in ("light", "dark"):
        palette = french_set().set.palette(ground)
        assert min(contrast(ink.colour, palette.halo) for ink in palette.inks.values()) >= 4


def test_the_exchange_codes_are_those_of_the_nomenclature() -> None:
    codes = {symbol.id: symbol.emsi for symbol in french_set().set.symbols if symbol.emsi}
    assert codes["transit-point"] == "GEN/PSSGPT"
    assert codes["exclusion-zone"] == "GEN/HOTZ"
    assert codes["landing-zone"] == "AIR/LZ"


# -- drawing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", french_set().set.symbols, ids=lambda symbol: symbol.id)
def test_every_symbol_is_drawn_in_every_state_on_both_grounds(symbol: Any) -> None:
    charter = french_set().set
    drawn = {
        (ground, state): draw(symbol, palette=charter.palette(ground), state=state, text="DN 70", rotation_deg=40)
        for ground in ("light", "dark")
        for state in STATES
    }
    assert len(set(drawn.values())) == 8, "each state and each ground is told apart"
    for fragment in drawn.values():
        ET.fromstring(fragment)


def test_planned_is_dashed_and_engaged_is_not() -> None:
    charter = french_set().set
    engine = charter.symbol("vehicle-fire")
    assert engine is not None
    drawn = [draw(engine, palette=charter.palette("light"), state=state) for state in ("planned", "engaged")]
    assert ["stroke-dasharray" in each for each in drawn] == [True, False]


def test_words_take_the_place_of_letters_and_the_role_is_written() -> None:
    charter = french_set().set
    post = charter.symbol("command-post")
    assert post is not None
    shown = re.findall(r">([^<]+)</text>", draw(post, palette=charter.palette("light"), text="PCC Rochefort"))
    assert shown == ["PCC Rochefort", "C"]


@given(text=st.text(max_size=200), turn=st.floats(-1e6, 1e6))
def test_whatever_is_written_is_only_text(text: str, turn: float) -> None:
    charter = french_set().set
    for name in ("command-post", "hydrant", "hose-line", "sector-area"):
        symbol = charter.symbol(name)
        assert symbol is not None
        tree = ET.fromstring(draw(symbol, palette=charter.palette("dark"), text=text, rotation_deg=turn))
        assert {one.tag for one in tree.iter()} <= {"g", "path", "text"}
        assert all(not name.startswith("on") and "href" not in name for one in tree.iter() for name in one.attrib)
        assert plain(text) in [one.text or "" for one in tree.iter("text")] or not plain(text)


# -- reading what others wrote ----------------------------------------------------------------------------------------


def test_a_set_of_someone_else_is_read() -> None:
    loaded = read_set(json.dumps(small()).encode())
    assert loaded.set.symbols[0].marks == (Mark(d="M0 0L9 9"),)
    assert len(loaded.digest) == 64


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"family": "fire"}, "symbol-set-incoherent"),
        ({"role": "fire"}, "symbol-set-incoherent"),
        ({"marks": []}, "symbol-set-incoherent"),
        ({"places": ["line"]}, "symbol-set-incoherent"),
        ({"places": ["point", "point"]}, "symbol-set-incoherent"),
        ({"marks": [{"d": "L1 1"}]}, "symbol-set-incoherent"),
        ({"marks": [{"d": "M1 1 2"}]}, "symbol-set-incoherent"),
        ({"marks": [{"d": 'M0 0"/><script>alert(1)</script>'}]}, "symbol-set-malformed"),
        ({"marks": [{"d": "M0 0\n"}]}, "symbol-set-malformed"),
        ({"marks": [{"d": "M0 0L9 9", "fill": "url(http://elsewhere)"}]}, "symbol-set-malformed"),
        ({"href": "http://elsewhere"}, "symbol-set-malformed"),
        ({"id": "No Slug"}, "symbol-set-malformed"),
        ({"emsi": "<b>"}, "symbol-set-malformed"),
    ],
)
def test_a_set_that_cannot_be_drawn_is_refused(changes: Json, code: str) -> None:
    assert refusal_of(small(**changes)).code == code


def test_a_set_says_where_it_is_wrong() -> None:
    assert refusal_of(small(role="fire")).field == "symbols.pump.role"
    assert refusal_of(small(id="No Slug")).field == "symbols[0].id"


def test_no_colour_is_anything_but_six_digits() -> None:
    for colour in ("red", "#fff", "#12345g", "#ffffff;stroke:url(x)", "#ffffff\n"):
        charter = small()
        charter["roles"]["water"]["light"] = colour
        assert refusal_of(charter).code == "symbol-set-malformed"


def test_a_set_too_large_is_refused() -> None:
    assert refusal_of(b" " * (MAX_SET_BYTES + 1)).code == "symbol-set-too-large"


def test_an_identifier_twice_is_refused() -> None:
    charter = small()
    charter["symbols"] *= 2
    assert refusal_of(charter).code == "symbol-set-incoherent"


@given(st.binary(max_size=300))
def test_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_set(content)


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
junk = st.recursive(
    leaves, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=9), each), max_leaves=8
)


@given(st.data())
def test_a_set_half_right_is_read_or_refused(data: st.DataObject) -> None:
    charter = small()
    where = data.draw(
        st.sampled_from([charter, charter["symbols"][0], charter["roles"]["water"], charter["families"][0]])
    )
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(junk)
    try:
        loaded = read_set(json.dumps(charter).encode())
    except Refused:
        return
    for symbol in loaded.set.symbols:
        ET.fromstring(draw(symbol, palette=loaded.set.palette("light"), text="<&>"))


@given(st.text("MmLlHhVvCcSsQqTtAaZz0123456789 ,.-", max_size=60))
def test_any_path_is_followed_or_not(path: str) -> None:
    assert followed(path) in (True, False)
    assert not followed("L" + path), "a path begins by a move"


@given(st.lists(st.tuples(st.sampled_from("MLT"), st.floats(-999, 999), st.floats(-999, 999)), min_size=1))
def test_a_path_with_its_numbers_is_followed(steps: list[tuple[str, float, float]]) -> None:
    path = "M0 0" + "".join(f"{letter}{x:.2f} {y:.2f}" for letter, x, y in steps) + "Z"
    assert followed(path)
    assert not followed(path + "5")


# -- the operator's folder --------------------------------------------------------------------------------------------


def test_the_folder_of_a_node_is_offered_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(small()))
    (tmp_path / "b.json").write_text(json.dumps(small()))
    (tmp_path / "c.json").write_text("{")
    (tmp_path / "d.json").mkdir()
    (tmp_path / "e.txt").write_text("not for us")
    sets, refused = sets_of(tmp_path)
    assert [one.set.id for one in sets] == [FRENCH, "vaud"]
    assert {one.file: one.code for one in refused} == {
        "b.json": "symbol-set-doubled", "c.json": "symbol-set-malformed", "d.json": "symbol-set-malformed",
    }  # fmt: skip


def test_without_a_folder_the_french_set_is_there(tmp_path: Path) -> None:
    sets, refused = sets_of(tmp_path / "nowhere")
    assert ([one.set.id for one in sets], refused) == ([FRENCH], [])


def test_the_file_is_what_is_given_to_browsers() -> None:
    again = msgspec.json.decode(french_set().content, type=SymbolSet)
    assert again == french_set().set
