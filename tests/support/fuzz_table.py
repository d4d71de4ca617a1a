"""Every decoder of the house that eats bytes from outside, in one table: what feeds it and true frames to begin from.

An input may begin with a head that says what came beside the bytes: `?a=1&b=2` parameters, `@a/b` topic, each ended by
a line feed; so that one string of bytes is one whole input, to keep, to cut and to give again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from support.source import ROOT

from garance.connectors.adsb.decode import AdsbDecoder
from garance.connectors.ais.decode import AisDecoder
from garance.connectors.aprs import decode as aprs
from garance.connectors.exchange_files import decode as files
from garance.connectors.gpx_live import decode as gpx_live
from garance.connectors.hub_15_18 import decode as hub
from garance.connectors.mqtt.decode import decoder_of, marked
from garance.connectors.nmea.decode import NmeaDecoder
from garance.connectors.osmand import decode as osmand
from garance.connectors.owntracks.decode import OwnTracksDecoder
from garance.connectors.tak import decode as tak
from garance.connectors.tak.cot import read_xml
from garance.connectors.tak.package import Content, messages, read_package, write_package
from garance.connectors.tak.protobuf import wrap_mesh, wrap_stream, write_protobuf
from garance.connectors.tak.relay.mesh import piece_of
from garance.connectors.tak.relay.routed import read_routed
from garance.connectors.tak.relay.splitter import Splitter
from garance.connectors.tak.relay.varints import read_fields
from garance.connectors.traccar import decode as traccar
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame

FRAMES = ROOT / "tests" / "frames"
FOUND = FRAMES / "fuzz"
"""What once broke a decoder, kept: `<decoder>/<name>.input`."""
FIELDS = ("lat=gps.lat", "lon=gps.lon", "uid=id", "at=t", "speed=v", "name=n", "team=g", "altitude_m=gps.alt")

Eat = Callable[[bytes], object]


class Target(NamedTuple):
    """One decoder: `eat` gives an input to a fresh one; `seeds` are true inputs; `words` belong to its language."""

    name: str
    eat: Eat
    seeds: Callable[[], list[bytes]]
    words: tuple[bytes, ...] = ()


def frame_of(raw: bytes) -> Frame:
    """The frame that an input says, head and bytes."""
    parameters: dict[str, str] = {}
    topic = ""
    while raw[:1] in (b"?", b"@") and b"\n" in raw[:4000]:
        head, _, rest = raw.partition(b"\n")
        said = head[1:].decode("utf-8", "surrogateescape")
        if raw[:1] == b"?":
            parameters = dict(parse_qsl(said, keep_blank_values=True, errors="replace"))
        else:
            topic = said.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        raw = rest
    return Frame(data=raw, parameters=parameters, topic=topic, name="input")


def input_of(data: bytes, beside: Path) -> bytes:
    """The input of a kept frame: its bytes, after what came beside them."""
    said = json.loads(beside.read_text("utf-8")) if beside.is_file() else {}
    head = "?" + urlencode(said["parameters"]) + "\n" if said.get("parameters") else ""
    head += f"@{said['topic']}\n" if said.get("topic") else ""
    return head.encode() + data


def kept(folder: str) -> list[bytes]:
    """The inputs of the frames in that folder, and of those below."""
    return [
        input_of(path.read_bytes(), path.with_name(path.name.removesuffix(".frame") + ".meta.json"))
        for path in sorted((FRAMES / folder).rglob("*"))
        if path.is_file() and path.name != "NOTICE" and path.suffix != ".md" and ".expect" not in path.name
        and not path.name.endswith(".meta.json")
    ]  # fmt: skip


def _cots() -> list[bytes]:
    return [raw for raw in kept("tak") if raw.startswith(b"<")]


def _payloads() -> list[bytes]:
    return [write_protobuf(read_xml(raw)) for raw in _cots()]


def _packages() -> list[bytes]:
    contents = [Content(entry=f"{rank}/{rank}.cot", body=raw) for rank, raw in enumerate(_cots()[:4])]
    return [write_package(contents[:count], name="essai", uid="p1") for count in (1, 4)]


def _split(raw: bytes) -> object:
    """A stream, cut where its own bytes say, and all that is read of each message to route it."""
    splitter, step, read = Splitter(), 1 + (raw[-1] if raw else 0), 0
    for at in range(0, len(raw), step):
        splitter.feed(raw[at : at + step])
        for piece in splitter.pieces():
            read_routed(piece)
            read += 1
    return read


def _mqtt(payload: str) -> Eat:
    decode = decoder_of(payload, FIELDS if payload == "json" else ())
    return lambda raw: marked(decode, frame_of(raw))


def _framed(decode: Callable[[Frame], object]) -> Eat:
    return lambda raw: decode(frame_of(raw))


def _json_seeds() -> list[bytes]:
    return [
        b'@teams/v1\n{"id":"v1","t":1717664319,"gps":{"lat":45.94,"lon":-0.96,"alt":12},"v":3.2,"n":"VSAV 1","g":"1"}',
        b'?retained=true\n@teams/v2\n[{"id":2,"t":"2024-06-06T10:11:12Z","gps":{"lat":"45.9","lon":"-0.9"}}]',
    ]


_JSON = (b"null", b"true", b"[", b"{", b"}", b"]", b'"', b"1e999", b"NaN", b"-0", b"\\ud800", b'"lat":', b'"lon":')
_XML = (
    b"<!DOCTYPE x>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#0;", b"&amp;", b"&x;", b"<?xml ", b"?>", b"/>", b"</",
    b' encoding="utf-16"', b' encoding="cp037"', b"\xef\xbb\xbf", b"\xff\xfe", b' xmlns="u"', b"NaN", b"1e999",
)  # fmt: skip
_COT = (*_XML, b"<event ", b"</event>", b"<detail>", b"<point ", b"<__chat ", b"<link ", b"<remarks>", b"\xbf\x01\xbf")
_TARGETS = (
    Target("adsb", lambda raw: AdsbDecoder().decode(frame_of(raw)), lambda: kept("adsb"), _JSON),
    Target("ais", lambda raw: AisDecoder().decode(frame_of(raw)), lambda: kept("ais"),
           (b"!AIVDM,", b"!AIVDO,", b"!AIVDM,2,1,", b"!AIVDM,2,2,", b"\\s:", b"\\", b"*00", b",0*", b"\r\n")),
    Target("aprs", _framed(aprs.decode), lambda: kept("aprs"),
           (b">APRS:", b":!", b":=", b":@", b":/", b":;", b":)", b":`", b":'", b"/A=", b"qAR", b"_", b"}", b"::")),
    Target("exchange-files", lambda raw: files.read(raw, "input"), lambda: kept("exchange_files"),
           (*_JSON, *_XML, b"<Placemark>", b"<coordinates>", b"<Folder>", b'"type":', b'"Polygon"', b"PK\x03\x04",
            b"SQLite format 3\x00", b"\x1f\x8b")),
    Target("gpx-live", _framed(gpx_live.decode), lambda: kept("gpx_live"), (*_XML, b"<trkpt ", b"<wpt ", b"<time>")),
    Target("hub-15-18", _framed(hub.decode), lambda: kept("hub-15-18"), (*_JSON, *_XML)),
    Target("mqtt-json", _mqtt("json"), _json_seeds, _JSON),
    Target("mqtt-owntracks", _mqtt("owntracks"), lambda: kept("owntracks"), _JSON),
    Target("mqtt-traccar", _mqtt("traccar"), lambda: kept("traccar"), _JSON),
    Target("nmea", lambda raw: NmeaDecoder("gps").decode(frame_of(raw)), lambda: kept("nmea"),
           (b"$GPRMC,", b"$GPGGA,", b"$GNRMC,", b"*00", b",A,", b",N,", b",W,", b",,", b"\r\n")),
    Target("osmand", _framed(osmand.decode), lambda: kept("osmand"),
           (*_JSON, b"?lat=", b"&lon=", b"&timestamp=", b"&speed=", b"&location=", b"%00", b"%ed%a0%80")),
    Target("owntracks", lambda raw: OwnTracksDecoder().decode(frame_of(raw)), lambda: kept("owntracks"), _JSON),
    Target("traccar", _framed(traccar.decode), lambda: kept("traccar"), _JSON),
    Target("tak", _framed(tak.decode), lambda: kept("tak"), _COT),
    Target("tak-mesh", piece_of, lambda: [wrap_mesh(one) for one in _payloads()] + _cots(), _COT),
    Target("tak-package", lambda raw: messages(read_package(raw)), _packages, (b"PK\x03\x04", b"PK\x01\x02")),
    Target("tak-protobuf", lambda raw: tak.decode(Frame(data=b"\xbf\x01\xbf" + raw)), _payloads),
    Target("tak-stream", _split,
           lambda: [b"".join(_cots()[:4]), b"".join(wrap_stream(one) for one in _payloads()[:4]), *_cots()], _COT),
    Target("tak-varints", read_fields, _payloads),
)  # fmt: skip
TARGETS = {target.name: target for target in _TARGETS}


def found(name: str) -> Iterator[tuple[str, bytes]]:
    """What once broke that decoder, kept for good."""
    for path in sorted((FOUND / name).glob("*.input")):
        yield path.name, path.read_bytes()


def outcome(target: Target, raw: bytes) -> str:
    """What the decoder makes of an input: `read`, or the code of its refusal; anything else comes out."""
    try:
        target.eat(raw)
    except Refused as refused:
        return refused.code
    return "read"
