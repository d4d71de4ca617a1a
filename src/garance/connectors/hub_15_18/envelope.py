"""The envelope (EDXL-DE) and the header (RC-DE) of what we send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from garance.connectors.hub_15_18.cases import stamp
from garance.connectors.hub_15_18.message import Form, Message, model_named
from garance.connectors.hub_15_18.reading import enveloped
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused

SCHEME = "hubex"
LANGUAGE = "fr-FR"
LASTS = timedelta(days=1)
STATUS = {Mode.ACTUAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Exercise"}
"""A test has no word of its own in the envelope: it goes as an exercise, and the header says System."""
_CLIENT = re.compile(r"[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+){2,7}\Z")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """From which client of the hub to which (`fr.fire.sis017`, `fr.health.samu170`)."""

    sender: str
    recipient: str


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """All that a message needs besides what it says. `unique` is new for each; `now` is when it leaves.

    `kind`: Report, Update, Cancel, Ack, Error.
    """

    route: Route
    now: datetime
    unique: str
    kind: str = "Report"

    @property
    def distribution_id(self) -> str:
        """`{sender}_{unique}`, as the hub demands."""
        return f"{self.route.sender}_{self.unique}"


def check_client(name: str, *, field: str) -> None:
    """Refuse `hub-client-malformed`: a client of the hub is `country.domain.organisation`, without accents."""
    if not _CLIENT.match(name):
        raise Refused("hub-client-malformed", field=field)


def wrap(model: str, content: Mapping[str, Any], sending: Sending, mode: Mode) -> Message:
    """An enveloped message of ours, in its JSON form. Refuses `hub-client-malformed`."""
    check_client(sending.route.sender, field="sender")
    check_client(sending.route.recipient, field="recipient")
    return enclose(model, content, sending, mode)


def enclose(model: str, content: Mapping[str, Any], sending: Sending, mode: Mode) -> Message:
    """The same to whoever wrote to us, under the names that he used: an answer is owed to any."""
    known = model_named(model)
    header = _header(sending, mode) if known.headed else {}
    tree = {
        "distributionID": sending.distribution_id,
        "senderID": sending.route.sender,
        "dateTimeSent": stamp(sending.now),
        "dateTimeExpires": stamp(sending.now + LASTS),
        "distributionStatus": STATUS[mode],
        "distributionKind": sending.kind,
        "descriptor": {
            "language": LANGUAGE,
            "explicitAddress": {"explicitAddressScheme": SCHEME, "explicitAddressValue": sending.route.recipient},
        },
        "content": [{"jsonContent": {"embeddedJsonContent": {"message": {**header, known.root: dict(content)}}}}],
    }
    return enveloped(Form.JSON, tree)


def _header(sending: Sending, mode: Mode) -> dict[str, Any]:
    return {
        "messageId": sending.distribution_id,
        "sender": _system(sending.route.sender),
        "sentAt": stamp(sending.now),
        "kind": sending.kind,
        "status": "System" if mode is Mode.TEST else STATUS[mode],
        "recipient": [_system(sending.route.recipient)],
    }


def _system(client: str) -> dict[str, str]:
    return {"name": client, "URI": f"{SCHEME}:{client}"}
