"""A message survives the trip through XML, and what is not a message is refused with the reason."""

from __future__ import annotations

import io
import string
import xml.etree.ElementTree as Peer
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.source import ROOT

from garance.connectors.tak import details
from garance.connectors.tak.cot import DECLARATION, Cot, Place, read_xml, write_xml
from garance.connectors.tak.types import resource_kind
from garance.connectors.tak.xml_tree import MAX_DEPTH, MAX_ELEMENTS, Element, read_tree, write_tree
from garance.kernel.refusal import Refused

FRAMES = sorted((ROOT / "tests" / "frames" / "tak").glob("*.xml"))
GOOD = (
    "<event version='2.0' uid='u' type='a-f-G' how='m-g' time='2026-01-01T00:00:00Z' start='2026-01-01T00:00:00Z' "
    "stale='2026-01-01T00:01:00Z'><point lat='1' lon='2' hae='3' ce='4' le='5'/><detail/></event>"
)


def wrong(text: str | bytes) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        read_xml(text if isinstance(text, bytes) else text.encode())
    return caught.value.code, caught.value.field


names = st.text(string.ascii_letters + "_", min_size=1, max_size=8)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=12).filter(
    lambda text: all(ord(each) >= 0x20 or each in "\t\n" for each in text) and not set(text) & {"\ufffe", "\uffff"}
)
attributes = st.dictionaries(names, texts, max_size=3).map(lambda found: tuple(found.items()))


def merged(children: list[Element | str]) -> tuple[Element | str, ...]:
    found: list[Element | str] = []
    for child in children:
        if isinstance(child, str) and found and isinstance(found[-1], str):
            found[-1] += child
        else:
            found.append(child)
    return tuple(found)


trees = st.recursive(
    st.builds(Element, names, attributes),
    lambda inner: st.builds(Element, names, attributes, st.lists(st.one_of(inner, texts), max_size=4).map(merged)),
    max_leaves=12,
)


@given(trees)
def test_any_tree_comes_back_as_it_went(tree: Element) -> None:
    written = write_tree(tree)
    assert read_tree(written.encode()) == tree
    Peer.fromstring(written)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_written(value: str, said: str) -> None:
    Peer.fromstring(write_tree(Element("a", (("b", value),), (said,))).encode("utf-8", "replace"))


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: path.name)
def test_a_frame_comes_back_as_it_came(path: Path) -> None:
    raw = path.read_bytes()
    cot = read_xml(raw)
    written = write_xml(cot)
    assert read_xml(written) == cot
    assert written.startswith(DECLARATION.encode())
    assert written.endswith(b"</event>")
    came, went = (Peer.parse(io.BytesIO(each)).getroot() for each in (raw, written))
    told = [[Peer.canonicalize(Peer.tostring(part)) for part in root.iter("detail")] for root in (came, went)]
    assert told[0] == told[1]
    assert came.get("uid") == went.get("uid")


def test_prefixes_sections_and_order_are_kept() -> None:
    inside = (
        "<detail a='1' b='é'><z/><a:b xmlns:a='urn:x' a:c='&quot;&#10;&#9;'>"
        "t<![CDATA[<&]]>u<!-- c --></a:b><z n='2'/>end</detail>"
    )
    cot = read_xml(GOOD.replace("<detail/>", inside).encode())
    assert cot.detail == Element(
        "detail",
        (("a", "1"), ("b", "é")),
        (
            Element("z"),
            Element("a:b", (("xmlns:a", "urn:x"), ("a:c", '"\n\t')), ("t<&u",)),
            Element("z", (("n", "2"),)),
            "end",
        ),
    )
    assert read_xml(write_xml(cot)) == cot


def test_numbers_are_plain_decimals() -> None:
    cot = read_xml(
        GOOD.replace("lat='1' lon='2' hae='3' ce='4' le='5'", "lat='1e-7' lon='-1.5E1' hae='1e300'").encode()
    )
    assert b'lat="0.0000001" lon="-15.0" hae="9999999.0"' in write_xml(cot)


def test_a_type_may_have_a_second_field() -> None:
    cot = read_xml(GOOD.replace("a-f-G", "a-f-G-U-C;été 1").encode())
    assert cot.type == "a-f-G-U-C;été 1"
    assert resource_kind(cot.type) == "team"


def test_the_root_keeps_what_it_has() -> None:
    raw = GOOD.replace("<event ", "<event access='Undefined' qos='1-r-c' opex='o-a' caveat='x' xmlns:n='urn:n' ")
    cot = read_xml(raw.encode())
    assert (cot.access, cot.qos, cot.opex) == ("Undefined", "1-r-c", "o-a")
    assert cot.others == (("caveat", "x"), ("xmlns:n", "urn:n"))
    assert read_xml(write_xml(cot)) == cot


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_encodings_that_xml_knows(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>" + GOOD.replace("uid='u'", "uid='é'")
    assert read_xml(text.encode(encoding)).uid == "é"


def test_unknown_is_none_both_ways() -> None:
    for said in ("9999999", "9999999.0", "999999", "NaN", "", "inf"):
        cot = read_xml(GOOD.replace("hae='3' ce='4' le='5'", f"hae='{said}' ce='{said}' le='{said}'").encode())
        assert cot.place == Place(lat_deg=1, lon_deg=2)
    assert b'hae="9999999.0" ce="9999999.0" le="9999999.0"' in write_xml(cot)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00.123456789Z", datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-01T02:00:00+02:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_instants(text: str, at: datetime) -> None:
    found = read_xml(GOOD.replace("time='2026-01-01T00:00:00Z'", f"time='{text}'").encode()).time
    assert found == at
    assert found.utcoffset() == timedelta(0)


def test_an_instant_is_written_in_utc() -> None:
    at = datetime(2026, 1, 1, 2, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=2)))
    cot = Cot(uid="u", type="a-f-G", time=at, start=at, stale=at, place=Place(lat_deg=1, lon_deg=2))
    assert b'time="2026-01-01T00:00:00.250Z"' in write_xml(cot)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("uid='u'", "", "uid"),
        ("uid='u'", f"uid='{'u' * 257}'", "uid"),
        ("type='a-f-G'", "", "type"),
        ("type='a-f-G'", "type='a f'", "type"),
        (" time='2026-01-01T00:00:00Z'", "", "time"),
        (" time='2026-01-01T00:00:00Z'", " time='20260101'", "time"),
        (" time='2026-01-01T00:00:00Z'", " time='2026-02-30T00:00:00Z'", "time"),
        (" time='2026-01-01T00:00:00Z'", " time='0001-01-01T00:00:00+23:00'", "time"),
        ("stale='2026-01-01T00:01:00Z'", "", "stale"),
        ("lat='1'", "", "point"),
        ("lat='1'", "lat='91'", "point"),
        ("lon='2'", "lon='1e3'", "point"),
        ("lon='2'", "lon='nan'", "point"),
        ("lon='2'", "lon='1_0'", "point"),
        ("<point lat='1' lon='2' hae='3' ce='4' le='5'/>", "", "point"),
        ("event", "evenement", "root"),
    ],
)
def test_what_is_missing_or_wrong_is_named(old: str, new: str, field: str) -> None:
    assert old in GOOD
    assert wrong(GOOD.replace(old, new)) == ("cot-malformed", field)


def test_hostile_xml_is_refused() -> None:
    bomb = "<!DOCTYPE b [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>"
    outside = "<!DOCTYPE b SYSTEM 'file:///etc/passwd'>"
    assert wrong(bomb + GOOD)[0] == "xml-with-entities"
    assert wrong(outside + GOOD)[0] == "xml-with-entities"
    assert wrong(GOOD.replace("<detail/>", "<detail>&b;</detail>"))[0] == "cot-xml-malformed"
    assert wrong("<a>" * (MAX_DEPTH + 2))[0] == "cot-too-large"
    assert wrong("<r>" + "<a/>" * (MAX_ELEMENTS + 1) + "</r>")[0] == "cot-too-large"
    assert wrong(b" " * ((8 << 20) + 1))[0] == "cot-too-large"
    for text in (
        "",
        "x",
        "<a>",
        GOOD + GOOD,
        "<?xml version='1.0' encoding='nonsense'?><a/>",
        GOOD.replace("<detail/>", "\x01"),
    ):
        assert wrong(text)[0] == "cot-xml-malformed", text


def test_typed_parts() -> None:
    def of(name: str) -> Cot:
        return read_xml((ROOT / "tests" / "frames" / "tak" / f"{name}.xml").read_bytes())

    position = of("position")
    assert details.contact(position) == details.Contact("Pélican 2", "*:-1:stcp")
    assert details.group(position) == details.Group("Cyan", "Team Member")
    assert details.software(position) == details.Software("SAMSUNG SM-G556B", "ATAK-CIV", "34", "5.3.0.12 (civ)")
    assert details.battery_percent(position) == 78
    assert details.track(position) == details.Track(213.7, 1.42)
    assert details.precision(position) == details.Precision("GPS", "GPS")
    assert details.remarks(position) is None
    chat = of("chat")
    assert details.chat(chat) == details.Chat(
        "All Chat Rooms",
        "All Chat Rooms",
        "1f3b",
        "Pélican 2",
        "RootContactGroup",
        ("ANDROID-5c1f00d2a3b4e6f7", "All Chat Rooms"),
    )
    assert details.server_destinations(chat) == ("192.0.2.7:4242:tcp:ANDROID-5c1f00d2a3b4e6f7",)
    assert details.destinations(of("direct")) == (details.Destination("PC", None, None, None, None),)
    assert details.emergency(of("alarm_end")) == details.Emergency(None, "Pélican 2", True)
    assert details.icon_path(of("spot")) == "COT_MAPPING_SPOTMAP/b-m-p-s-m/-65536"
    assert details.colour(of("spot")) == "#ff0000"
    assert details.author(of("marker")) == "Pélican 2"
    area = of("area")
    assert details.style(area) == details.Style("#ff0000", 1.0, "#ff0000", 0.251, 3.0, "solid")
    assert details.labels_shown(area) is True
    assert details.creator(area) == details.Creator("ANDROID-5c1f00d2a3b4e6f7", "Pélican 2", "a-f-G-U-C")
    assert details.archived(area)
    assert len(details.link_points(of("route"))) == 3
    assert details.ellipses(of("circle")) == (details.Ellipse(500.0, 500.0, 0.0),)


def test_malformed_parts_are_as_if_absent() -> None:
    inside = (
        "<detail><track course='north' speed='fast'/><status battery='400'/><__group name=''/><color argb='red'/>"
        "<height value='tall'/><shape><ellipse major='-1' minor='0'/></shape><link point='1;2'/><emergency/></detail>"
    )
    cot = read_xml(GOOD.replace("<detail/>", inside).encode())
    assert details.track(cot) is None
    assert details.battery_percent(cot) is None
    assert details.group(cot) is None
    assert details.colour(cot) is None
    assert details.height_m(cot) is None
    assert details.ellipses(cot) == ()
    assert details.link_points(cot) == ()
    assert details.emergency(cot) == details.Emergency(None, "", False)
    assert read_xml(write_xml(cot)) == cot
