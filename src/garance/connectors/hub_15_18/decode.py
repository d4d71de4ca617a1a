"""A frame of the hub to what it says. Pure: no clock, no network.

What is medical or personal is never copied into an observation, and each says in `not_read` which members were there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from garance.connectors.hub_15_18.cases import read_case
from garance.connectors.hub_15_18.emsi import read_emsi
from garance.connectors.hub_15_18.members import identifier
from garance.connectors.hub_15_18.message import Body, Message, models
from garance.connectors.hub_15_18.positions import read_description, read_positions, read_request
from garance.connectors.hub_15_18.reading import read
from garance.connectors.hub_15_18.resources import read_resources, read_status
from garance.connectors.hub_15_18.technical import read_error, read_nothing, read_reference
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Answered, Observation, Said, Withdrawn

MAX_OBSERVATIONS = 5_000


def decode(frame: Frame) -> tuple[Observation, ...]:
    """What a frame says, in order. Refuses what `read` refuses, and `hub-message-too-large` (5 000 things)."""
    return observations(read(frame.data, content_type=frame.content_type))


def observations(message: Message) -> tuple[Observation, ...]:
    """What a message says, in order. A message that cancels withdraws the case it is about."""
    found: list[Observation] = []
    for number, body in enumerate(message.bodies):
        for one in _of_body(message, body, number):
            if len(found) == MAX_OBSERVATIONS:
                raise Refused("hub-message-too-large", detail={"limit": MAX_OBSERVATIONS})
            found.append(msgspec.structs.replace(one, mode=message.mode))
    return tuple(found)


def _of_body(message: Message, body: Body, number: int) -> Iterator[Observation]:
    envelope = message.envelope
    sender = envelope.sender_id if envelope is not None else ""
    said_by = body.header.sender if body.header is not None and not sender else sender
    if envelope is not None and envelope.kind == "Cancel" and body.model.root in ("createCase", "createCaseHealth"):
        yield Withdrawn(uid=identifier(body.content, "caseId"), at=envelope.sent_at)
        return
    sent_at = envelope.sent_at if envelope is not None else None
    match body.model.root:
        case "createCase" | "createCaseHealth":
            yield read_case(body, sender=said_by, sent_at=sent_at)
        case "resourcesInfoCisu":
            yield from read_resources(body, sender=said_by, sent_at=sent_at)
        case "resourcesStatus":
            yield read_status(body, sender=said_by)
        case "emsi":
            yield from read_emsi(body, sender=said_by, sent_at=sent_at)
        case "geoPositionsUpdate":
            yield from read_positions(body)
        case _:
            yield _in_words(message, body, number, said_by)


def _in_words(message: Message, body: Body, number: int, sender: str) -> Said | Answered:
    envelope = message.envelope
    uid = envelope.distribution_id[:240] if envelope is not None and envelope.distribution_id else body.model.name
    sender = sender or "15-18-112"
    uid = uid if number == 0 else f"{uid}/{number + 1}"
    at = envelope.sent_at if envelope is not None else None
    match body.model.root:
        case "reference":
            return read_reference(body, sender=sender, at_=at, message=uid)
        case "error":
            return read_error(body, sender=sender, at_=at, message=uid)
        case "geoResourcesDetails":
            return read_description(body, sender=sender, at=at, message=uid)
        case "geoResourcesRequest":
            return read_request(body, sender=sender, at=at, message=uid)
        case _:
            return read_nothing(body, sender=sender, at_=at, message=uid)


_PERSONAL = ("createCase", "emsi", *(one.root for one in models().values() if one.health))
_MEDICAL = re.compile(rf"\b({'|'.join(_PERSONAL)})\b".encode())
_HARMLESS = re.compile(rb"geoPositionsUpdate|geoResources|resourcesInfoCisu|resourcesStatus")


def without_content(frame: Frame) -> Frame:
    """The same frame, emptied when it may speak of a person's health or call: a refused one is kept, so not with that.

    What cannot be read at all is emptied too, since nobody can tell what it holds.
    """
    if _HARMLESS.search(frame.data) and not _MEDICAL.search(frame.data):
        return frame
    return msgspec.structs.replace(frame, data=b"")


__all__ = ["decode", "observations", "without_content"]
