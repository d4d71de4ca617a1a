"""From bytes to a plain tree, within bounds: JSON read exactly, XML without declarations, neither deeper than needed.

Nothing here knows the models. Refuses `json-malformed`, `json-too-deep`, `hub-xml-malformed`, `xml-with-entities`,
`hub-message-too-large`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from xml.parsers import expat

import msgspec

from garance.kernel.refusal import Refused

MAX_BYTES = 4 << 20
MAX_DEPTH = 40
MAX_NODES = 100_000
MAX_DIGITS = 40
MAX_EXPONENT = 200
ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"}


class Element(msgspec.Struct):
    """An XML element: local name, namespace, text that is not between children, children in order."""

    name: str
    space: str
    pieces: list[str] = []
    children: list[Element] = []

    @property
    def text(self) -> str:
        """Its own text, put together."""
        return "".join(self.pieces)


def check_size(content: bytes) -> None:
    """Refuse `hub-message-too-large`: more than 4 MiB."""
    if len(content) > MAX_BYTES:
        raise Refused("hub-message-too-large", detail={"bytes": len(content), "limit": MAX_BYTES})


def parse_json(content: bytes) -> Any:
    """The JSON value of those bytes (UTF-8), numbers as int or Decimal, at most 40 levels deep."""
    check_size(content)
    try:
        found = json.loads(
            content.decode("utf-8-sig"), parse_float=decimal_of, parse_int=integer_of, parse_constant=_no_constant
        )
    except RecursionError as problem:
        raise Refused("json-too-deep") from problem
    except (ValueError, InvalidOperation) as problem:
        raise Refused("json-malformed") from problem
    _bound(found)
    return found


def decimal_of(text: str) -> Decimal:
    """An exact number; ValueError when it is absurdly long or far from 1, so that it is cheap to write again."""
    if len(text) > MAX_DIGITS:
        raise ValueError("too many digits")
    made = Decimal(text)
    if not made.is_finite() or abs(made.adjusted()) > MAX_EXPONENT:
        raise ValueError("beyond reason")
    return made


def integer_of(text: str) -> int | Decimal:
    """An exact whole number, as a decimal when it is beyond 64 bits; ValueError when it is absurdly long."""
    made = decimal_of(text)
    return int(made) if abs(made) < 1 << 63 else made


def _no_constant(text: str) -> NoReturn:
    raise ValueError("not a number of JSON")


def _bound(tree: Any) -> None:
    waiting, seen = [(tree, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH:
            raise Refused("json-too-deep")
        if seen > MAX_NODES:
            raise Refused("hub-message-too-large", detail={"limit": MAX_NODES})
        if isinstance(value, dict):
            waiting += [(one, depth + 1) for one in value.values()]
            waiting += [(name, depth + 1) for name in value]
        elif isinstance(value, list):
            waiting += [(one, depth + 1) for one in value]
        elif isinstance(value, str) and _HALF.search(value):
            raise Refused("json-malformed")


_HALF = re.compile("[\ud800-\udfff]")


class _Builder:
    """Handlers of the parser: builds elements, and refuses any declaration before anything is expanded."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._nodes = 0

    def begin(self, name: str, _: dict[str, str]) -> None:
        space, local = name.rpartition(" ")[::2]
        made = Element(local, space)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Refused("hub-message-too-large", detail={"limit": MAX_NODES})
        if len(self._open) >= MAX_DEPTH:
            raise Refused("hub-xml-malformed", detail={"deepest": MAX_DEPTH})
        if self._open:
            self._open[-1].children.append(made)
        else:
            self.root = made
        self._open.append(made)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, said: str) -> None:
        self._open[-1].pieces.append(said)

    def declared(self, *_: Any) -> NoReturn:
        raise Refused("xml-with-entities")

    def prologue(self, _: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.lower() not in ENCODINGS:
            raise Refused("hub-xml-malformed")


def parse_xml(content: bytes) -> Element:
    """The root element of those bytes; whitespace between elements is kept out by whoever reads the text."""
    check_size(content)
    built = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = built.begin
    parser.EndElementHandler = built.end
    parser.CharacterDataHandler = built.text
    parser.XmlDeclHandler = built.prologue
    parser.StartDoctypeDeclHandler = built.declared
    parser.EntityDeclHandler = built.declared
    parser.ExternalEntityRefHandler = built.declared
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise Refused("hub-xml-malformed") from problem
    if built.root is None:
        raise Refused("hub-xml-malformed")
    return built.root


def is_xml(content: bytes, content_type: str = "") -> bool:
    """Whether those bytes are to be read as XML: what they begin with decides, then what is said of them."""
    begins = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:2]
    if begins[:1] in (b"<", b"{", b"["):
        return begins[:1] == b"<"
    return "xml" in content_type.lower() or begins[:2] in (b"\xff\xfe", b"\xfe\xff")
