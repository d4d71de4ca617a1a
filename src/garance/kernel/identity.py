"""Identifiers: what each looks like, and how a new one is made."""

from __future__ import annotations

import re
import uuid
from typing import Annotated

import msgspec

from garance.kernel.refusal import Refused

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

ObjectId = Annotated[str, msgspec.Meta(pattern=UUID_PATTERN, description="A UUID, lower case")]
"""A thing people talk about: a situation, a person, a resource, a drawing, an organisation, a role."""

CommandId = Annotated[str, msgspec.Meta(pattern=UUID_PATTERN, description="Made by the client: a UUID, lower case")]
"""One intention of one person, made where the person is: repeating it changes nothing."""

WriterId = Annotated[str, msgspec.Meta(pattern=r"^w[0-9a-f]{20}$", description="w and 20 hexadecimal digits")]
"""One chain of facts: derived from the writer's public key, so nobody can take another's name."""

FactId = Annotated[str, msgspec.Meta(pattern=r"^w[0-9a-f]{20}-[1-9][0-9]{0,15}$", description="writer-sequence")]
"""One fact, everywhere and for ever: its writer, a hyphen, its sequence number in that writer's chain."""

Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A short stable word: lower-case letters, digits, single hyphens; 64 characters at most."""

_FACT_ID = re.compile(r"^(w[0-9a-f]{20})-([1-9][0-9]{0,15})$")


def new_id() -> str:
    """A new random identifier (UUID version 4)."""
    return str(uuid.uuid4())


def derived_id(namespace: str, name: str) -> str:
    """The same identifier for the same name in the same namespace (UUID version 5)."""
    return str(uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, f"garance:{namespace}"), name))


def fact_id(writer: str, seq: int) -> str:
    """The identifier of that writer's fact number `seq` (from 1)."""
    return f"{writer}-{seq}"


def split_fact_id(identifier: str) -> tuple[str, int]:
    """Writer and sequence number of a fact; refuses `fact-id-malformed`."""
    match = _FACT_ID.match(identifier)
    if match is None:
        raise Refused("fact-id-malformed")
    return match.group(1), int(match.group(2))
