"""Messages about messages: references (acknowledgements), errors, free and technical contents, and what is not read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from garance.connectors.hub_15_18.members import at, cut, details, text
from garance.connectors.hub_15_18.message import Body
from garance.domain.feeds.facts import Answering
from garance.ports.observation import Answered, Said

_STEPS: Mapping[str, str] = {
    "RECU": "reçu",
    "ERREUR": "en erreur",
    "INTEGRE": "intégré",
    "CONSULTE": "consulté",
    "SUPPRIME": "supprimé",
}

_ANSWERS: Mapping[str, Answering] = {
    "RECU": Answering.RECEIVED,
    "ERREUR": Answering.REFUSED,
    "INTEGRE": Answering.INTEGRATED,
    "CONSULTE": Answering.READ,
    "SUPPRIME": Answering.REMOVED,
}


def read_reference(body: Body, *, sender: str, at_: datetime | None, message: str) -> Said | Answered:
    """RC-REF: what became of a message that was sent."""
    about = text(body.content, "distributionID", longest=256) or ""
    step = text(body.content, "step") or "RECU"
    refused = at(body.content, "refused") is True
    told = "refusé" if refused else _STEPS.get(step, step)
    error = text(body.content, "errorDistributionID")
    words = f"Accusé : message {about} {told}."
    more = details(step=step, refused="true" if refused else None, error=error)
    if not about:
        return Said(uid=message, at=at_, text=words, sender=sender, details=more)
    answer = Answering.REFUSED if refused else _ANSWERS.get(step, Answering.RECEIVED)
    return Answered(uid=message, at=at_, reference=about, answer=answer, text=words, sender=sender, details=more)


def read_error(body: Body, *, sender: str, at_: datetime | None, message: str) -> Said | Answered:
    """RS-ERROR: why a message of ours did not go through. The message it quotes is not copied."""
    about = text(body.content, "referencedDistributionID", longest=256) or ""
    code = at(body.content, "errorCode", "statusCode")
    named = text(body.content, "errorCode", "statusString") or ""
    cause = text(body.content, "errorCause", longest=1500) or ""
    words = cut(f"Erreur {code} {named} sur le message {about} : {cause}")
    more = details(code=str(code), name=named)
    if not about:
        return Said(uid=message, at=at_, text=words, sender=sender, details=more)
    refused = Answering.REFUSED
    return Answered(uid=message, at=at_, reference=about, answer=refused, text=words, sender=sender, details=more)


def read_nothing(body: Body, *, sender: str, at_: datetime | None, message: str) -> Said:
    """A content that is recognised and not read: medical, free, or a trial of the link."""
    why = "contenu médical" if body.model.health else "contenu libre ou technique"
    said = f"Message {body.model.name} reçu : {why}, non lu."
    return Said(uid=message, at=at_, text=said, sender=sender, details=details(model=body.model.name))
