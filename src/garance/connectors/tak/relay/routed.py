"""What of a message decides who gets it: read from its bytes, without a tree; carefully when they are doubtful.

Only attributes of the root and of three details are looked for: `contact`, `__group`, `marti/dest`; and `link` of the
messages that say that someone left. The rest of a message is never read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from xml.parsers import expat

from garance.connectors.tak.relay.control import LEFT
from garance.connectors.tak.relay.splitter import Piece
from garance.connectors.tak.relay.varints import read_fields
from garance.kernel.refusal import Refused

MAX_DESTINATIONS = 200
MAX_NAME_CHARACTERS = 256
MAX_DEPTH = 64
EVERYONE = "All Streaming"
"""The call sign that ATAK sends to when it means everyone."""

_ROOT = b"<event"


def _tag(*wanted: str) -> re.Pattern[bytes]:
    """What follows the name of a tag up to its end: two groups for each attribute wanted, whatever its quotes."""
    value = r"""\s*=\s*(?:"([^"<&]*)"|'([^'<&]*)')"""
    named = "|".join(f"{name}{value}" for name in wanted)
    other = r"""[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*')"""
    # Possessive: an attribute wanted, given many times, could else be read in two ways each time, without end.
    return re.compile(rf"(?>\s+(?:{named}|{other}))*+\s*/?>".encode())


_ROOT_TAG = _tag("uid", "type", "stale")
_CONTACT, _CONTACT_TAG = b"<contact", _tag("callsign", "endpoint")
_GROUP, _GROUP_TAG = b"<__group", _tag("name")
_NOTHING: tuple[bytes | None, ...] = (None,) * 4


class Destination(NamedTuple):
    """Whom a message names: `how` is `callsign`, `uid`, `mission` or `group`."""

    how: str
    name: str


class Routed(NamedTuple):
    """What decides where a message goes. `stale` is as written (W3C date), or milliseconds since 1970 in digits.

    `version` is that asked for or offered in a negotiation. `endpoint` is where its sender says it can be reached:
    only a client's own presence has one.
    """

    uid: str
    kind: str
    stale: str = ""
    callsign: str = ""
    endpoint: str = ""
    group: str = ""
    destinations: Sequence[Destination] = ()
    version: int = 0
    removed: Sequence[str] = ()
    """The uids that it takes off maps, when that is what it says."""


def read_routed(piece: Piece) -> Routed:
    """What decides where a message goes; refuses `tak-message-malformed` (not a message, or without uid or type)."""
    try:
        routed = _of_frame(piece.body) if piece.is_frame else _quick(piece.body) or _careful(piece.body)
    except (UnicodeDecodeError, ValueError) as problem:
        raise Refused("tak-message-malformed") from problem
    if not routed.uid or not routed.kind:
        raise Refused("tak-message-malformed", field="type" if routed.uid else "uid")
    if len(routed.uid) > MAX_NAME_CHARACTERS or len(routed.kind) > MAX_NAME_CHARACTERS:
        raise Refused("tak-message-malformed", field="uid")
    return routed


def _quick(body: bytes) -> Routed | None:
    """From the bytes alone; None when they need care."""
    if not body.startswith(_ROOT) or b"<!" in body or b"<marti" in body:
        return None
    root = _ROOT_TAG.match(body, len(_ROOT))
    contact, group = _only(body, _CONTACT, _CONTACT_TAG), _only(body, _GROUP, _GROUP_TAG)
    if root is None or contact is None or group is None:
        return None
    uid, uid_, kind, kind_, stale, stale_ = root.groups()
    callsign, callsign_, endpoint, endpoint_ = contact
    if (kind or kind_ or b"").startswith((b"t-x-takp", LEFT.encode())):
        return None
    _parse(expat.ParserCreate("utf-8"), body)
    return Routed(
        (uid or uid_ or b"").decode(),
        (kind or kind_ or b"").decode(),
        (stale or stale_ or b"").decode(),
        (callsign or callsign_ or b"").decode(),
        (endpoint or endpoint_ or b"").decode(),
        (group[0] or group[1] or b"").decode(),
    )


def _only(body: bytes, name: bytes, tag: re.Pattern[bytes]) -> tuple[bytes | None, ...] | None:
    """The attributes of the only tag that begins so; nothing when there is none; None when it needs care."""
    at = body.find(name)
    if at < 0:
        return _NOTHING
    if body.find(name, at + 1) >= 0:
        return None
    match = tag.match(body, at + len(name))
    return None if match is None else match.groups()


class _Reader:
    """Reads the few attributes out of a message, or out of the details of one, with a parser that knows no entities."""

    def __init__(self, *, fragment: bool) -> None:
        self._fragment = fragment
        self._path: list[str] = []
        self.root: dict[str, str] = {}
        self.contact: dict[str, str] = {}
        self.group: dict[str, str] = {}
        self.destinations: list[Destination] = []
        self.links: list[str] = []
        self.version = 0

    def read(self, text: bytes) -> None:
        """Read all of it; refuses `xml-with-entities` and `tak-message-malformed`."""
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._finish
        parser.StartDoctypeDeclHandler = _refuse_doctype
        _parse(parser, text)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        path = self._path
        if len(path) >= MAX_DEPTH:
            raise Refused("tak-message-malformed", detail={"deepest": MAX_DEPTH})
        path.append(name.rpartition(":")[2])
        depth = len(path)
        if depth == 1:
            if path[0] != "event" and not self._fragment:
                raise Refused("tak-message-malformed", field="event")
            self.root = attributes
        elif path[-1] == "contact" and depth == 3 and not self.contact:
            self.contact = attributes
        elif path[-1] == "__group" and depth == 3 and not self.group:
            self.group = attributes
        elif path[-1] == "link" and depth == 3 and attributes.get("uid") and len(self.links) < MAX_DESTINATIONS:
            self.links.append(attributes["uid"])
        elif path[-1] == "dest" and path[-2] == "marti" and depth == 4:
            self._add_destination(attributes)
        elif path[-1] in ("TakRequest", "TakProtocolSupport") and path[-2] == "TakControl":
            version = attributes.get("version", "")
            self.version = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0

    def _finish(self, _name: str) -> None:
        self._path.pop()

    def _add_destination(self, attributes: dict[str, str]) -> None:
        """The first attribute that is known, in the order of TAK servers."""
        if len(self.destinations) >= MAX_DESTINATIONS:
            raise Refused("tak-message-malformed", detail={"most_destinations": MAX_DESTINATIONS})
        for how in ("callsign", "uid", "mission", "group"):
            if attributes.get(how):
                self.destinations.append(Destination(how, attributes[how]))
                return


def _parse(parser: expat.XMLParserType, text: bytes) -> None:
    """Read it whole: what is not well-formed is sent to nobody."""
    try:
        parser.Parse(text, True)
    except expat.ExpatError as problem:
        raise Refused("tak-message-malformed", detail={"column": problem.offset}) from problem


def _refuse_doctype(*_: object) -> None:
    raise Refused("xml-with-entities")


def _careful(body: bytes) -> Routed:
    reader = _Reader(fragment=False)
    reader.read(body)
    root, contact = reader.root, reader.contact
    return Routed(
        root.get("uid", ""),
        root.get("type", ""),
        root.get("stale", ""),
        contact.get("callsign", ""),
        contact.get("endpoint", ""),
        reader.group.get("name", ""),
        tuple(reader.destinations),
        reader.version,
        tuple(reader.links) if root.get("type") == LEFT else (),
    )


def _of_frame(payload: bytes) -> Routed:
    """From a TakMessage: cotEvent 2 {type 1, uid 5, staleTime 8, detail 15 {xmlDetail 1, contact 2, group 3}}.

    What the XML says of a part is right, and the message of that part is ignored (`protocol.txt`).
    """
    said = read_fields(read_fields(payload).bytes(2))
    detail = read_fields(said.bytes(15))
    contact, group = read_fields(detail.bytes(2)), read_fields(detail.bytes(3))
    text = detail.bytes(1)
    written = _Reader(fragment=True)
    removes = said.text(1) == LEFT
    if removes or b"<marti" in text or b"<contact" in text or b"<__group" in text:
        written.read(b"<event><detail>" + text + b"</detail></event>")
    return Routed(
        said.text(5),
        said.text(1),
        str(said.number(8) or ""),
        written.contact.get("callsign", "") if written.contact else contact.text(2),
        written.contact.get("endpoint", "") if written.contact else contact.text(1),
        written.group.get("name", "") if written.group else group.text(1),
        tuple(written.destinations),
        removed=tuple(written.links) if removes else (),
    )
