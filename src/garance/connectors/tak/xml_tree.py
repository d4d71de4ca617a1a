"""XML kept as it was written: names with their prefixes, attributes and text in order. No document type, ever.

Comments and processing instructions are dropped; a CDATA section becomes the text it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn
from xml.parsers import expat

import msgspec

from garance.kernel.refusal import Refused

MAX_DEPTH = 64
MAX_ELEMENTS = 100_000
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_VALUE = {**_IN_TEXT, **str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})}


class Element(msgspec.Struct, frozen=True, gc=False):
    """An element: its name as written, its attributes in order, then texts and elements in order.

    Every message of every client becomes such a tree, hence the plain loops: they cost half of what generators do.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Element | str, ...] = ()

    def get(self, name: str) -> str | None:
        """The value of that attribute."""
        for key, value in self.attributes:
            if key == name:
                return value
        return None

    def elements(self, name: str | None = None) -> Iterator[Element]:
        """The elements just inside, in order; those of that name only, when one is given."""
        for child in self.children:
            if isinstance(child, Element) and (name is None or child.name == name):
                yield child

    def first(self, name: str) -> Element | None:
        """The first element of that name just inside."""
        for child in self.children:
            if isinstance(child, Element) and child.name == name:
                return child
        return None

    @property
    def text(self) -> str:
        """The text just inside, without that of inner elements."""
        return "".join(child for child in self.children if isinstance(child, str))


def element(name: str, attributes: Mapping[str, str | None] | None = None, *children: Element | str) -> Element:
    """An element made here; attributes that are None and texts that are empty are left out."""
    given = (attributes or {}).items()
    said = tuple((key, value) for key, value in given if value is not None)
    return Element(name, said, tuple(child for child in children if child != ""))


def read_tree(raw: bytes) -> Element:
    """The root of a document. Refuses `xml-with-entities` (a document type), `cot-xml-malformed` and
    `cot-too-large` (too deep, too many elements)."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = min(len(raw) + 1, 1 << 20)
    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.say
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise Refused("cot-xml-malformed") from problem
    return reader.root()


def write_tree(root: Element) -> str:
    """The element as XML text. A character that XML cannot carry becomes U+FFFD."""
    return write_content((root,))


def write_content(children: Iterable[Element | str]) -> str:
    """Elements and texts as XML text, one after another. A character that XML cannot carry becomes U+FFFD."""
    said: list[str] = []
    _write(children, said)
    return "".join(said)


def escaped(text: str) -> str:
    """That text inside an element."""
    return _replaced(text, _IN_TEXT)


def escaped_value(text: str) -> str:
    """That text inside an attribute between double quotes."""
    return _replaced(text, _IN_VALUE)


class _Reader:
    """Builds the tree from what the parser meets."""

    def __init__(self) -> None:
        self._open: list[tuple[str, tuple[tuple[str, str], ...], list[Element | str]]] = [("", (), [])]
        self._count = 0

    def begin(self, name: str, attributes: list[str]) -> None:
        self._count += 1
        if len(self._open) > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise Refused("cot-too-large", detail={"depth": len(self._open), "elements": self._count})
        each = iter(attributes)
        self._open.append((name, tuple(zip(each, each, strict=True)), []))

    def end(self, _name: str) -> None:
        name, attributes, children = self._open.pop()
        self._open[-1][2].append(Element(name, attributes, tuple(children)))

    def say(self, text: str) -> None:
        children = self._open[-1][2]
        if children and isinstance(children[-1], str):
            children[-1] += text
        else:
            children.append(text)

    def root(self) -> Element:
        found = next((child for child in self._open[0][2] if isinstance(child, Element)), None)
        if found is None:
            raise Refused("cot-xml-malformed")
        return found


def _refuse_document_type(*_: object) -> NoReturn:
    raise Refused("xml-with-entities")


def _write(children: Iterable[Element | str], said: list[str]) -> None:
    for child in children:
        if isinstance(child, str):
            said.append(escaped(child))
            continue
        said.append(f"<{child.name}")
        said += [f' {key}="{escaped_value(value)}"' for key, value in child.attributes]
        if child.children:
            said.append(">")
            _write(child.children, said)
            said.append(f"</{child.name}>")
        else:
            said.append("/>")


def writable(text: str) -> str:
    """The text, each character that XML cannot carry become U+FFFD."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _replaced(text: str, table: Mapping[int, str]) -> str:
    return writable(text).translate(table)
