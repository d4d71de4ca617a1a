"""Messages about messages: references (acknowledgements), errors, free and technical contents, and what is not read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from garance.connectors.hub_15_18.members import at, cut, details, text
from garance.connectors.hub_15_18.message import Body
from garance.ports.observation import Said

_STEPS: Mapping[str, str] = {
    "RECU": "reçu",
    "ERREUR": "en erreur",
    "INTEGRE": "intégré",
    "CONSULTE": "consulté",
    "SUPPRIME": "supprimé",
}


def read_reference(body: Body, *, sender: str, at_: datetime | None, message: str) -> Said:
    """RC-REF: what became of a message that was sent."""
    about = text(body.content, "distributionID") or ""
    step = text(body.content, "step") or "RECU"
    refused = at(body.content, "refused") is True
    told = "refusé" if refused else _STEPS.get(step, step)
    error = text(body.content, "errorDistributionID")
    return Said(
        uid=message,
        at=at_,
        text=f"Accusé : message {about} {told}.",
        sender=sender,
        thread=about or None,
        details=details(step=step, refused="true" if refused else None, error=error),
    )


def read_error(body: Body, *, sender: str, at_: datetime | None, message: str) -> Said:
    """RS-ERROR: why a message of ours did not go through. The message it quotes is not copied."""
    about = text(body.content, "referencedDistributionID") or ""
    code = at(body.content, "errorCode", "statusCode")
    named = text(body.content, "errorCode", "statusString") or ""
    cause = text(body.content, "errorCause", longest=1500) or ""
    return Said(
        uid=message,
        at=at_,
        text=cut(f"Erreur {code} {named} sur le message {about} : {cause}"),
        sender=sender,
        thread=about or None,
        details=details(code=str(code), name=named),
    )


def read_nothing(body: Body, *, sender: str, at_: datetime | None, message: str) -> Said:
    """A content that is recognised and not read: medical, free, or a trial of the link."""
    why = "contenu médical" if body.model.health else "contenu libre ou technique"
    said = f"Message {body.model.name} reçu : {why}, non lu."
    return Said(uid=message, at=at_, text=said, sender=sender, details=details(model=body.model.name))
