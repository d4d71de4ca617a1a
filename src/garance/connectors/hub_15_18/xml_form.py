"""The XML form of the models and their JSON form, one into the other, led by the JSON schemas (they say the types and,
by the order of their members, the order of the elements).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.sax.saxutils import escape

from garance.connectors.hub_15_18.judging import schema
from garance.connectors.hub_15_18.message import (
    ENVELOPE_SPACE,
    HEADER_MEMBERS,
    Body,
    Message,
    Model,
    models,
)
from garance.connectors.hub_15_18.parsing import Element, decimal_of, integer_of
from garance.kernel.refusal import Refused

Json = Mapping[str, Any]
_ENVELOPE_ORDER = (
    "distributionID", "senderID", "dateTimeSent", "dateTimeExpires", "distributionStatus", "distributionKind",
    "descriptor", "content",
)  # fmt: skip
_DESCRIPTOR_ORDER = ("language", "explicitAddress")
_FREE: Json = {"type": "object"}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


# -- from XML ------------------------------------------------------------------------------------------------------


def tree_of(element: Element, rule: Json, root: Json) -> Any:
    """The JSON form of an element that must follow `rule`, a part of the schema `root`; what does not fit is kept."""
    rule = _resolved(rule, root)
    if rule.get("type") == "object" or (element.children and rule.get("type") != "array"):
        return _object_of(element, rule, root)
    if rule.get("type") == "array":
        return [tree_of(element, rule["items"], root)]
    return _scalar_of(element.text, str(rule.get("type", "string")))


def _object_of(element: Element, rule: Json, root: Json) -> Any:
    if not element.children and element.text.strip():
        return element.text
    known: Json = rule.get("properties", {})
    made: dict[str, Any] = {}
    for child in element.children:
        wanted = _resolved(known.get(child.name, {}), root)
        many = wanted.get("type") == "array"
        value = tree_of(child, wanted["items"] if many else wanted or _guess(child), root)
        if child.name in made:
            held = made[child.name]
            made[child.name] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            made[child.name] = [value] if many else value
    return made


def _guess(element: Element) -> Json:
    return _FREE if element.children else {"type": "string"}


def _resolved(rule: Json, root: Json) -> Json:
    where = rule.get("$ref")
    return root["definitions"][where.rpartition("/")[2]] if where else rule


def _scalar_of(text: str, kind: str) -> Any:
    plain = text.strip()
    if kind in ("number", "integer") and _NUMBER.match(plain):
        return _number_of(plain)
    if kind == "boolean" and plain in ("true", "false", "1", "0"):
        return plain in ("true", "1")
    return text


def _number_of(plain: str) -> Any:
    try:
        return decimal_of(plain) if re.search("[.eE]", plain) else integer_of(plain)
    except (ValueError, InvalidOperation):
        return plain


def rule_of(model: Model) -> Json:
    """The schema of a model; anything goes when it is only recognised."""
    return schema(model.schema) if model.schema is not None else _FREE


def changes(model: Model) -> bool:
    """Whether a content of that model would come out otherwise in the other form: nothing says its types nor order."""
    return model.schema is None and model.health


def bare_of(element: Element) -> tuple[dict[str, Any], dict[str, str]]:
    """The tree of a bare content, and the namespaces it came with."""
    rule = rule_of(models()[element.name]) if element.name in models() else _FREE
    return {element.name: tree_of(element, rule, rule)}, {element.name: element.space}


def enveloped_of(element: Element) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The tree of an enveloped message in its JSON form, and the namespaces of each content."""
    made: dict[str, Any] = {}
    spaces: list[dict[str, str]] = []
    for child in element.children:
        if child.name == "content":
            made["content"] = [
                _content_of(one, spaces) if one.name == "contentObject" else {} for one in child.children
            ]
        elif child.name == "descriptor":
            made["descriptor"] = tree_of(child, _FREE, _FREE)
        else:
            made[child.name] = tree_of(child, _guess(child), _FREE)
    return made, spaces


def _content_of(element: Element, spaces: list[dict[str, str]]) -> dict[str, Any]:
    found = _within(element, "contentXML", "embeddedXMLContent", "message")
    if found is None:
        return {}
    header = schema("RC-DE")
    message: dict[str, Any] = {}
    of_it = {"message": found.space}
    for name in dict.fromkeys(child.name for child in found.children):
        those = [child for child in found.children if child.name == name]
        if name in models():
            rule = rule_of(models()[name])
            message[name] = tree_of(those[0], rule, rule) if len(those) == 1 else [{}]
            of_it[name] = those[0].space
        else:
            message |= _object_of(Element("message", "", children=those), header, header)
    spaces.append(of_it)
    return {"jsonContent": {"embeddedJsonContent": {"message": message}}}


def _within(element: Element, *path: str) -> Element | None:
    found: Element | None = element
    for name in path:
        found = next((child for child in found.children if child.name == name), None) if found is not None else None
    return found


# -- to XML --------------------------------------------------------------------------------------------------------


def written(message: Message) -> bytes:
    """The XML form of a message; refuses `hub-not-in-xml`: a name or a character that XML does not have."""
    if message.envelope is None:
        body = message.bodies[0]
        said = "".join(_body(body))
    else:
        said = "".join(_envelope(message))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{said}\n'.encode()


def body_written(body: Body) -> bytes:
    """The XML form of one content, alone."""
    return "".join(_body(body)).encode()


def _body(body: Body) -> Iterator[str]:
    rule = rule_of(body.model)
    return _named(body.model.root, body.content, rule, rule, f' xmlns="{escape(body.space, _QUOTED)}"')


_QUOTED = {'"': "&quot;"}


def _envelope(message: Message) -> Iterator[str]:
    yield (
        f'<edxlDistribution xlink:type="extended" xmlns="{ENVELOPE_SPACE}" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ct="urn:oasis:names:tc:emergency:edxl:ct:1.0">'
    )
    for name in _ordered(message.tree, _ENVELOPE_ORDER):
        if name == "content":
            yield from _contents(message)
        elif name == "descriptor":
            yield from _descriptor(message.tree[name])
        else:
            yield from _values(name, message.tree[name], {}, _FREE)
    yield "</edxlDistribution>"


def _descriptor(said: Json) -> Iterator[str]:
    yield '<descriptor xlink:type="resource">'
    for name in _ordered(said, _DESCRIPTOR_ORDER):
        order: Json = {"explicitAddressScheme": {}, "explicitAddressValue": {}}
        yield from _values(name, said[name], {"properties": order}, _FREE)
    yield "</descriptor>"


def _contents(message: Message) -> Iterator[str]:
    yield '<content xlink:type="resource">'
    header = schema("RC-DE")
    for number, body in enumerate(message.bodies):
        held = message.tree["content"][number]["jsonContent"]["embeddedJsonContent"]["message"]
        yield '<contentObject xlink:type="resource"><contentXML><embeddedXMLContent>'
        yield f'<message xmlns="{escape(body.header_space, _QUOTED)}">'
        for name in _ordered(held, HEADER_MEMBERS):
            if name == body.model.root:
                yield from _body(body)
            else:
                yield from _values(name, held[name], header["properties"].get(name, {}), header)
        yield "</message></embeddedXMLContent></contentXML></contentObject>"
    yield "</content>"


def _ordered(said: Json, order: tuple[str, ...] | Mapping[str, Any]) -> list[str]:
    return [*(name for name in order if name in said), *(name for name in said if name not in order)]


def _values(name: str, value: Any, rule: Json, root: Json) -> Iterator[str]:
    rule = _resolved(rule, root)
    if isinstance(value, list):
        for one in value:
            yield from _named(name, one, rule.get("items", {}), root)
    elif value is not None:
        yield from _named(name, value, rule, root)


def _named(name: str, value: Any, rule: Json, root: Json, attributes: str = "") -> Iterator[str]:
    if not _NAME.match(name):
        raise Refused("hub-not-in-xml", field=name[:60])
    rule = _resolved(rule, root)
    yield f"<{name}{attributes}>"
    if isinstance(value, Mapping):
        for inner in _ordered(value, rule.get("properties", {})):
            yield from _values(inner, value[inner], rule.get("properties", {}).get(inner, {}), root)
    elif isinstance(value, list):
        for one in value:
            yield from _named("item", one, {}, root)
    else:
        yield _text(value, name)
    yield f"</{name}>"


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | float):
        return format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
    said = str(value)
    if _NOT_IN_XML.search(said):
        raise Refused("hub-not-in-xml", field=name[:60])
    return escape(said, {"\r": "&#13;"})
