"""From bytes to a message, and back: liberal in what is read, exact in what is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import lxml.etree as etree
import msgspec

from garance.connectors.hub_15_18 import xml_form
from garance.connectors.hub_15_18.judging import (
    ENVELOPE,
    faults,
    judged,
    refuse_faults,
)
from garance.connectors.hub_15_18.message import (
    HEADER_MEMBERS,
    MESSAGE_SPACE,
    Body,
    Envelope,
    Form,
    Header,
    Message,
    Model,
    marks,
    model_named,
    models,
)
from garance.connectors.hub_15_18.parsing import is_xml, parse_json, parse_xml
from garance.kernel.clock import as_utc
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused

Json = Mapping[str, Any]
_CONTENT = "content"


def read(content: bytes, *, content_type: str = "", model: str | None = None) -> Message:
    """The message of those bytes, JSON or XML, enveloped or a bare content.

    `model` (`RC-EDA`…) names the content of a JSON that says only its members. What the models require is required;
    the rest is kept as it came. Refuses `hub-message-invalid` (where, and what was wanted), `hub-not-a-message`,
    `hub-content-unknown`, `hub-content-several`, and what parsing refuses.
    """
    if is_xml(content, content_type):
        message = _of_xml(content)
    else:
        message = _of_json(content, model)
    refuse_faults(faults(message, exact=False), "hub-message-invalid")
    return message


def _of_json(content: bytes, model: str | None) -> Message:
    tree = parse_json(content)
    if not isinstance(tree, dict):
        raise Refused("hub-not-a-message")
    if _CONTENT in tree or "distributionID" in tree or "senderID" in tree:
        return enveloped(Form.JSON, tree)
    if model is not None and model_named(model).root not in tree:
        whole = {model_named(model).root: tree}
        return Message(form=Form.JSON, tree=whole, bodies=(_body(whole, {}),), unwrapped=True)
    return Message(form=Form.JSON, tree=tree, bodies=(_body(tree, {}),))


def _of_xml(content: bytes) -> Message:
    root = parse_xml(content)
    if root.name == "edxlDistribution":
        tree, spaces = xml_form.enveloped_of(root)
        return enveloped(Form.XML, tree, spaces)
    bare, space = xml_form.bare_of(root)
    return Message(form=Form.XML, tree=bare, bodies=(_body(bare, space),))


def enveloped(form: Form, tree: dict[str, Any], spaces: Sequence[Mapping[str, str]] = ()) -> Message:
    """The message of an enveloped tree, as its JSON form says it."""
    refuse_faults(judged(ENVELOPE, tree, at="", exact=False), "hub-message-invalid")
    bodies = []
    for number, one in enumerate(tree[_CONTENT]):
        held = one["jsonContent"]["embeddedJsonContent"].get("message")
        if not isinstance(held, dict):
            raise Refused("hub-content-unknown", field=f"content[{number}].message")
        bodies.append(_body(held, spaces[number] if number < len(spaces) else {}, at=f"content[{number}].message"))
    return Message(form=form, tree=tree, bodies=tuple(bodies), envelope=_envelope(tree))


def _envelope(tree: Json) -> Envelope:
    address = tree["descriptor"]["explicitAddress"]
    return Envelope(
        distribution_id=tree["distributionID"],
        sender_id=tree["senderID"],
        recipient=address["explicitAddressValue"],
        scheme=address["explicitAddressScheme"],
        language=tree["descriptor"]["language"],
        sent_at=instant(tree["dateTimeSent"], field="dateTimeSent"),
        expires_at=instant(tree["dateTimeExpires"], field="dateTimeExpires"),
        kind=tree["distributionKind"],
        status=tree["distributionStatus"],
    )


def _body(held: Json, spaces: Mapping[str, str], *, at: str = "") -> Body:
    roots = [name for name in held if name in models()]
    if not roots:
        raise Refused("hub-content-unknown", field=at or None)
    if len(roots) > 1:
        raise Refused("hub-content-several", field=at or None, detail={"found": ", ".join(roots)})
    model, content = models()[roots[0]], held[roots[0]]
    if not isinstance(content, dict):
        raise Refused("hub-message-invalid", field=f"{at}.{roots[0]}".strip("."), detail={"wanted": "an object"})
    return Body(
        model=model,
        content=content,
        header=_header(held, model, at),
        space=spaces.get(roots[0], model.space),
        header_space=spaces.get("message", MESSAGE_SPACE),
    )


def _header(held: Json, model: Model, at: str) -> Header | None:
    headed = any(name in held for name in HEADER_MEMBERS)
    if not headed and (not model.headed or not at):
        return None
    refuse_faults(judged("RC-DE", held, at=at, exact=False), "hub-message-invalid")
    return Header(
        message_id=held["messageId"],
        sender=held["sender"]["name"],
        sent_at=instant(held["sentAt"], field=f"{at}.sentAt"),
        kind=held["kind"],
        status=held["status"],
        recipients=tuple(one["name"] for one in held["recipient"]),
    )


def instant(said: Any, *, field: str) -> datetime:
    """An aware instant in UTC from how the models write it; refuses `hub-message-invalid`."""
    try:
        return as_utc(datetime.fromisoformat(str(said)), field=field)
    except (ValueError, Refused) as problem:
        raise Refused(
            "hub-message-invalid", field=field, detail={"wanted": "an instant that says its offset"}
        ) from problem


# -- writing -------------------------------------------------------------------------------------------------------


def write(message: Message, form: Form | None = None) -> bytes:
    """The same message in that form, or in its own: nothing added, nothing lost, nothing judged.

    Refuses `hub-not-convertible`: a content whose model is not here cannot change its form.
    """
    unknown = next((body.model.name for body in message.bodies if xml_form.changes(body.model)), None)
    if form not in (None, message.form) and unknown is not None:
        raise Refused("hub-not-convertible", detail={"model": unknown})
    if (form or message.form) == Form.XML:
        return xml_form.written(message)
    tree = message.bodies[0].content if message.unwrapped else message.tree
    return _JSON.encode(tree)


_JSON = msgspec.json.Encoder(decimal_format="number")


def emit(message: Message, mode: Mode, form: Form | None = None) -> bytes:
    """A message of ours, ready to leave a situation of that mode: judged whole by the models, in JSON and in XML.

    Refuses `hub-status-differs` (an exercise or a test would pass for actual, or the reverse) and `hub-not-exact`.
    """
    _check_marks(message, mode)
    refuse_faults(faults(message), "hub-not-exact")
    ours = msgspec.structs.replace(message, bodies=tuple(map(_in_our_spaces, message.bodies)))
    if (form or message.form) == Form.XML:
        for body in ours.bodies:
            _check_xml(body)
    return write(ours, form)


def _in_our_spaces(body: Body) -> Body:
    return msgspec.structs.replace(body, space=body.model.space, header_space=MESSAGE_SPACE)


def _check_marks(message: Message, mode: Mode) -> None:
    for where, said in marks(message).items():
        actual = said in ("Actual", "ACTUAL")
        if actual != (mode is Mode.ACTUAL):
            raise Refused("hub-status-differs", field=where, detail={"said": said, "mode": mode.value})


@cache
def _xsd(name: str) -> etree.XMLSchema:
    text = files("garance.connectors.hub_15_18").joinpath("model", "xsd", f"{name}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(text))


def _check_xml(body: Body) -> None:
    name = body.model.schema
    if name is None or not files("garance.connectors.hub_15_18").joinpath("model", "xsd", f"{name}.xsd").is_file():
        raise Refused("hub-not-exact", field=body.model.root, detail={"wanted": "a content that this node may send"})
    judge = _xsd(name)
    if not judge.validate(etree.fromstring(xml_form.body_written(body), _ours())):
        lines = sorted({entry.type_name for entry in judge.error_log})
        raise Refused("hub-not-exact", field=body.model.root, detail={"wanted": ", ".join(lines)[:300]})


def _ours() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def canonical(tree: Any) -> Any:
    """A tree that compares equal when the content is: numbers by value, without nulls nor empty lists."""
    if isinstance(tree, Mapping):
        inner = {name: canonical(value) for name, value in tree.items()}
        return {name: value for name, value in inner.items() if value is not None and value != []}
    if isinstance(tree, list):
        return [canonical(one) for one in tree]
    return Decimal(repr(tree)) if isinstance(tree, int | float) and not isinstance(tree, bool) else tree


__all__ = ["Form", "canonical", "emit", "instant", "read", "write"]
