"""The only door to stored facts: what passes, what is taken out of it, and which readings must be recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from garance.access.clearance import Clearance
from garance.access.sight import may_see
from garance.domain.people.facts import MAX_READ, PersonalDataRead
from garance.domain.vocabulary import Body, entry, name_of
from garance.kernel.fact import Fact
from garance.kernel.label import Audience, Label, Sensitivity

READING_LABEL = Label(audience=Audience.ORGANISATION, sensitivity=Sensitivity.RESTRICTED)
"""Who read what is itself restricted."""

PERSONAL = frozenset({Sensitivity.PERSONAL, Sensitivity.HEALTH})


def readable(fact: Fact[Body], held: Clearance) -> Fact[Body] | None:
    """The fact as that reader may have it, or None when the reader must not know of it.

    Personal members are taken out for one who may not read personal data; a fact without them passes unchanged.
    """
    if fact.situation != held.situation:
        return None
    if not may_see(held, fact.author, fact.label):
        return None
    if Sensitivity.PERSONAL in held.sensitivities or fact.body is None:
        return fact
    shown = _personal_shown(fact.body)
    if not shown:
        return fact
    return msgspec.structs.replace(fact, body=msgspec.structs.replace(fact.body, **dict.fromkeys(shown)))


def see(facts: Iterable[Fact[Body]], held: Clearance) -> list[Fact[Body]]:
    """What that reader may have of these facts, in the order given."""
    passed = (readable(fact, held) for fact in facts)
    return [fact for fact in passed if fact is not None]


def readings(seen: Iterable[Fact[Body]], *, reader: str, purpose: str) -> list[PersonalDataRead]:
    """What must be recorded because that person was shown these facts (as they left the door).

    Nothing for what one wrote oneself, nor for what is about oneself.
    """
    return readings_of(reading_of(seen, reader=reader), purpose=purpose)


def reading_of(seen: Iterable[Fact[Body]], *, reader: str) -> list[str]:
    """Those of these facts whose reading by that person must be recorded."""
    return [fact.id for fact in seen if _is_reading(fact, reader)]


def readings_of(read: Sequence[str], *, purpose: str) -> list[PersonalDataRead]:
    """The record of that reading, in as many facts as it takes."""
    return [
        PersonalDataRead(facts=tuple(read[start : start + MAX_READ]), purpose=purpose)
        for start in range(0, len(read), MAX_READ)
    ]


def _is_reading(fact: Fact[Body], reader: str) -> bool:
    if fact.body is None or reader in {fact.author.person, fact.subject}:
        return False
    return fact.label.sensitivity in PERSONAL or bool(_personal_shown(fact.body))


def _personal_shown(body: Body) -> list[str]:
    return [member for member in entry(name_of(body)).personal if getattr(body, member) is not None]
