"""A message of the hub: which model each content follows, its envelope and header, and the whole tree as it came."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from garance.kernel.label import Mode

ENVELOPE_SPACE = "urn:oasis:names:tc:emergency:EDXL:DE:2.0"
MESSAGE_SPACE = "urn:emergency:eda:1.9"
HEADER_MEMBERS = ("messageId", "sender", "sentAt", "kind", "status", "recipient")


class Form(enum.StrEnum):
    """How a message is written (forme)."""

    JSON = "json"
    XML = "xml"


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model of content (modèle). `name` is how the trade calls it, `root` the member or element that holds it.

    `schema` is the file that judges it, None for what is only recognised; `headed` when a header (RC-DE) goes with it;
    `health` when it is medical: its content is never read beyond the resource or the place.
    """

    name: str
    root: str
    schema: str | None = None
    headed: bool = True
    health: bool = False

    @property
    def space(self) -> str:
        """The namespace of its XML form."""
        if self.root in _OF_THE_MESSAGE:
            return MESSAGE_SPACE
        return f"{MESSAGE_SPACE}:{self.root if self.root in _MIXED_CASE else self.root.lower()}"


_OF_THE_MESSAGE = {"customContent", "distributionElement"}
_MIXED_CASE = {"createCase", "createCaseHealth", "createCaseHealthUpdate", "technicalNoreq"}
_MODELS = (
    Model(name="RC-EDA", root="createCase", schema="RC-EDA"),
    Model(name="RC-RI", root="resourcesInfoCisu", schema="RC-RI"),
    Model(name="RC-REF", root="reference", schema="RC-REF"),
    Model(name="EMSI", root="emsi", schema="EMSI"),
    Model(name="GEO-POS", root="geoPositionsUpdate", schema="GEO-POS"),
    Model(name="GEO-REQ", root="geoResourcesRequest", schema="GEO-REQ"),
    Model(name="GEO-RES", root="geoResourcesDetails", schema="GEO-RES"),
    Model(name="RS-ERROR", root="error", schema="RS-ERROR", headed=False),
    Model(name="RS-EDA", root="createCaseHealth", schema="RS-EDA", health=True),
    Model(name="RS-SR", root="resourcesStatus", schema="RS-SR"),
    Model(name="TECHNICAL", root="technical", schema="TECHNICAL"),
    Model(name="TECHNICAL-NOREQ", root="technicalNoreq", schema="TECHNICAL_NOREQ", headed=False),
    Model(name="CUSTOM", root="customContent", headed=False),
    Model(name="RC-DE", root="distributionElement", schema="RC-DE", headed=False),
    Model(name="RS-EDA-MAJ", root="createCaseHealthUpdate", health=True),
    Model(name="RS-RI", root="resourcesInfo", health=True),
    Model(name="RS-ER", root="resourcesEngagement", health=True),
    Model(name="RS-DR", root="resourcesRequest", health=True),
    Model(name="RS-RR", root="resourcesResponse", health=True),
    Model(name="RS-RPIS", root="rpis", health=True),
    Model(name="RS-BPV", root="interventionReport", health=True),
    Model(name="RS-URL", root="documentLink", health=True),
    Model(name="RS-SAS-RDV", root="appointment", health=True),
)


@cache
def models() -> Mapping[str, Model]:
    """Every model of the family, by the member or element that holds it."""
    return {one.root: one for one in _MODELS}


@cache
def model_named(name: str) -> Model:
    """The model that the trade calls so (`RC-EDA`)."""
    return {one.name: one for one in _MODELS}[name]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends to whom (enveloppe EDXL-DE). `kind`: Report, Update, Cancel, Ack, Error; `status`: Actual, Exercise."""

    distribution_id: str
    sender_id: str
    recipient: str
    scheme: str
    language: str
    sent_at: datetime
    expires_at: datetime
    kind: str
    status: str


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The header of one content (RC-DE). `status`: Actual, Exercise, System; `recipients` are names of systems."""

    message_id: str
    sender: str
    sent_at: datetime
    kind: str
    status: str
    recipients: tuple[str, ...]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """One content (contenu): its model, its header if any, and its tree. The two `space` are those it was read with."""

    model: Model
    content: Mapping[str, Any]
    header: Header | None = None
    space: str
    header_space: str = MESSAGE_SPACE


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message, typed as far as we need, with the whole `tree` kept as its JSON form says it.

    Without `envelope` it is a bare content, as files and tests have them; `unwrapped` when even its name was missing.
    Numbers of `tree` are int or Decimal: what was written is written again.
    """

    form: Form
    tree: Mapping[str, Any]
    bodies: tuple[Body, ...]
    envelope: Envelope | None = None
    unwrapped: bool = False

    @property
    def mode(self) -> Mode:
        """What the message says it is: as soon as one mark says test, or exercise, the whole is."""
        said = set(marks(self).values())
        if said & {"System", "SYSTEM", "TEST"}:
            return Mode.TEST
        return Mode.EXERCISE if said & {"Exercise", "EXERCS"} else Mode.ACTUAL


def marks(message: Message) -> dict[str, str]:
    """Every mark that says actual, exercise or test, by its path in the tree."""
    found: dict[str, str] = {}
    if message.envelope is not None:
        found["distributionStatus"] = message.envelope.status
    for number, body in enumerate(message.bodies):
        acknowledges = message.envelope is not None and message.envelope.kind == "Ack"
        if body.header is not None and not (acknowledges and body.header.status == "System"):
            found[f"content[{number}].status"] = body.header.status
        if body.model.root == "emsi":
            found[f"content[{number}].emsi.CONTEXT.MODE"] = str(body.content["CONTEXT"]["MODE"])
    return found
