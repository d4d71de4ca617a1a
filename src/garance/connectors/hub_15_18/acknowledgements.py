"""What the models want back: a reference (RC-REF) for what was received, an error (RS-ERROR) for what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from garance.connectors.hub_15_18.envelope import Route, Sending, enclose
from garance.connectors.hub_15_18.message import Message
from garance.connectors.hub_15_18.parsing import is_xml, parse_json, parse_xml
from garance.connectors.hub_15_18.xml_form import enveloped_of
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused

Step = Literal["RECU", "ERREUR", "INTEGRE", "CONSULTE", "SUPPRIME"]
_ANSWERED = {"Report", "Update", "Cancel"}
_INVALID = (300, "INVALID_MESSAGE")
_UNREADABLE = (102, "UNRECOGNIZED_MESSAGE_FORMAT")
_OURS = (700, "INTERNAL_CLIENT_ERROR")


def acknowledge(message: Message, *, now: datetime, unique: str, step: Step = "RECU") -> Message | None:
    """The reference to send back for a received message; None for what is not to be answered.

    Nothing is answered to an acknowledgement, to an error, nor to a content without envelope.
    """
    envelope = message.envelope
    if envelope is None or envelope.kind not in _ANSWERED:
        return None
    route = Route(sender=envelope.recipient, recipient=envelope.sender_id)
    sending = Sending(route=route, now=now, unique=unique, kind="Ack")
    return enclose(
        "RC-REF", {"distributionID": envelope.distribution_id, "step": step}, sending, status_of(envelope.status)
    )


def status_of(said: str) -> Mode:
    """The mode in which to answer: what is not said actual is never answered as actual."""
    return Mode.ACTUAL if said == "Actual" else Mode.EXERCISE


def answer_refused(
    content: bytes, why: Refused, *, client: str, now: datetime, uniques: tuple[str, str], content_type: str = ""
) -> tuple[Message, ...]:
    """For what was refused: the error that says where and what was wanted, then the reference that says refused.

    Nothing when the bytes do not even say who sent what, or when they are themselves an acknowledgement or an error.
    The message is never quoted: it may hold what must not travel twice.
    """
    outline = outline_of(content, content_type)
    sender, about = outline.get("senderID"), outline.get("distributionID")
    if not sender or not about or outline.get("distributionKind") not in _ANSWERED:
        return ()
    mode, route = status_of(outline.get("distributionStatus", "")), Route(sender=client, recipient=sender)
    first = Sending(route=route, now=now, unique=uniques[0], kind="Error")
    second = Sending(route=route, now=now, unique=uniques[1], kind="Ack")
    reference = {
        "distributionID": about,
        "refused": True,
        "errorDistributionID": first.distribution_id,
        "step": "ERREUR",
    }
    return (
        enclose("RS-ERROR", error_content(why, about), first, mode),
        enclose("RC-REF", reference, second, mode),
    )


def error_content(why: Refused, about: str) -> dict[str, Any]:
    """The content of an RS-ERROR: the code of the family, and in words where the fault lies and what was wanted."""
    code, name = _OURS
    if why.code in ("hub-message-invalid", "hub-content-unknown", "hub-content-several"):
        code, name = _INVALID
    elif why.code.endswith("malformed") or why.code in ("json-too-deep", "xml-with-entities", "hub-not-a-message"):
        code, name = _UNREADABLE
    return {
        "errorCode": {"statusCode": code, "statusString": name},
        "errorCause": str(why)[:1000],
        "referencedDistributionID": about,
    }


def outline_of(content: bytes, content_type: str = "") -> Mapping[str, str]:
    """The members of an envelope that are words, whatever the rest is worth; none when it cannot be parsed."""
    try:
        tree = enveloped_of(parse_xml(content))[0] if is_xml(content, content_type) else parse_json(content)
    except Refused:
        return {}
    if not isinstance(tree, Mapping):
        return {}
    return {name: value for name, value in tree.items() if isinstance(value, str) and 0 < len(value) <= 256}
