"""XML from outside as a small tree: no document type, no entity, no other file; what comes before a damage is kept."""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterator
from xml.parsers import expat

from garance.connectors.exchange_files.reading import printable
from garance.kernel.refusal import Refused
from garance.territory.reading.texts import decode

MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 200
MAX_ENTITIES = 500_000
"""Ampersands of a file that has to be put right."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#\d{1,7};|#x[0-9a-fA-F]{1,6};)(\w{0,30};)?")
_DECLARED = re.compile(r"^\s*<\?xml[^>]{0,500}\?>")


class Element:
    """An element: its name without prefix, lower case; its attributes so too; its own text."""

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.text = ""
        self.children: list[Element] = []

    def first(self, *tags: str) -> Element | None:
        """The first child of that name, then its first child of the next one, and so on."""
        here: Element | None = self
        for tag in tags:
            here = next((child for child in here.children if child.tag == tag), None) if here is not None else None
        return here

    def each(self, *tags: str) -> Iterator[Element]:
        """The children of those names, in order."""
        return (child for child in self.children if child.tag in tags)

    def said(self, *tags: str) -> str:
        """The text of `first`, cleaned; nothing when there is none."""
        found = self.first(*tags)
        return printable(found.text).strip() if found is not None else ""

    def leaves(self) -> Iterator[tuple[str, str]]:
        """Every element below that holds only text, with it."""
        for child in self.children:
            if child.children:
                yield from child.leaves()
            elif child.text.strip():
                yield child.tag, child.text.strip()


class _Tree:
    """Builds the tree within bounds."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def parse(self, raw: bytes, encoding: str | None) -> None:
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._declared
        parser.EntityDeclHandler = self._declared
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        try:
            parser.Parse(raw, True)
        finally:
            while self._open:
                self._end("")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise Refused("layer-too-large", detail={"elements": self._count, "depth": len(self._open)})
        element = Element(_bare(tag), {_bare(name): value for name, value in attributes.items()} if attributes else {})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def _end(self, _tag: str) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def _said(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _declared(self, *_said: object) -> None:
        raise Refused("xml-with-entities", field="file")


def _bare(name: str) -> str:
    return name.rpartition(":")[2].lower()


def parse(raw: bytes) -> tuple[Element, bool]:
    """The root, and whether the file is whole: what comes before a damage is kept.

    Signs that XML forbids, letters in another table than declared, entities of HTML and lone ampersands are put right.
    Refuses `xml-with-entities` (any document type), `layer-too-large`, `layer-unreadable`.
    """
    tree = _Tree()
    try:
        tree.parse(raw, None)
    except (expat.ExpatError, LookupError, ValueError, UnicodeError):
        tree = _Tree()
        whole = _again(tree, raw)
    else:
        whole = True
    if tree.root is None:
        raise Refused("layer-unreadable", field="file")
    return tree.root, whole


def _again(tree: _Tree, raw: bytes) -> bool:
    text = _DECLARED.sub("", _ILLEGAL.sub("", decode(raw)), count=1)
    if text.count("&") > MAX_ENTITIES:
        raise Refused("layer-unreadable", field="file")
    text = _NAMED.sub(_plain, text).lstrip()
    try:
        tree.parse(text.encode("utf-8"), "utf-8")
    except (expat.ExpatError, ValueError):
        return False
    return True


def _plain(match: re.Match[str]) -> str:
    name = match.group(1)
    letters = html.entities.html5.get(name) if name else None
    return html.escape(letters) if letters is not None else f"&amp;{name or ''}"


_BLOCK = re.compile(r"</?(?:p|br|div|tr|li|ul|ol|table|h[1-6]|hr)(?![a-z])[^<>]{0,500}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,500}>", re.IGNORECASE)
MAX_DESCRIPTION = 20_000
"""Letters of a description that are looked at, its HTML included."""


def plain_text(text: str) -> str:
    """What a description says, its HTML taken off, paragraphs on lines of their own; in linear time."""
    text = text[:MAX_DESCRIPTION]
    if "<" not in text and "&" not in text:
        return printable(text).strip()
    for name in ("script", "style"):
        text = _without(text, name)
    words = html.unescape(_TAG.sub(" ", _BLOCK.sub("\n", text)))
    lines = (" ".join(line.split()) for line in printable(words).splitlines())
    return "\n".join(line for line in lines if line)


def _without(text: str, name: str) -> str:
    """The text without what stands between such tags."""
    kept, place, folded = [], 0, text.lower()
    while (begin := folded.find(f"<{name}", place)) >= 0:
        kept.append(text[place:begin])
        end = folded.find(f"</{name}", begin)
        if end < 0:
            return "".join(kept)
        place = end
    return "".join([*kept, text[place:]]) if len(folded) == len(text) else text
