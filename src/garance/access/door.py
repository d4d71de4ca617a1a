"""The only door to stored facts: what passes, what is taken out of it, and which readings must be recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from garance.access.clearance import Clearance
from garance.access.sight import may_see
from garance.domain.keeping.facts import BodyRedacted
from garance.domain.logbook.facts import EntryAssessed, EntryCorrected, EntryMarked, EntryStruck
from garance.domain.people.facts import MAX_READ, PersonalDataRead
from garance.domain.reports.facts import ReportDrafted, ReportValidated
from garance.domain.vocabulary import Body, entry, name_of
from garance.kernel.fact import Fact
from garance.kernel.label import Audience, Author, Label, Sensitivity

READING_LABEL = Label(audience=Audience.ORGANISATION, sensitivity=Sensitivity.RESTRICTED)
"""Who read what is itself restricted."""

PERSONAL = frozenset({Sensitivity.PERSONAL, Sensitivity.HEALTH})


class Told(msgspec.Struct, frozen=True):
    """Where, by whom and for whom a fact was said."""

    situation: str | None
    author: Author
    label: Label


About = Callable[[str], Told | None]
"""Finds what is told of a fact by its identifier; None when it is not here."""


def nothing(fact: str) -> None:
    """For who knows no other fact than those before them."""


def readable(fact: Fact[Body], held: Clearance, *, about: About = nothing) -> Fact[Body] | None:
    """The fact as that reader may have it, or None when the reader must not know of it.

    Personal members are taken out for one who may not read personal data, and the names of facts that the reader may
    not see (`about` tells of them) wherever the fact names others; what is said of nothing but such facts is not
    shown at all. A fact without any of this passes unchanged, the very same.
    """
    if fact.situation != held.situation:
        return None
    if not may_see(held, fact.author, fact.label):
        return None
    shown = _without_hidden(fact, held, about)
    return _without_personal(shown, held) if shown is not None else None


def _without_hidden(fact: Fact[Body], held: Clearance, about: About) -> Fact[Body] | None:
    def hidden(named: str) -> bool:
        told = about(named)
        return told is not None and not (told.situation == held.situation and may_see(held, told.author, told.label))

    match fact.body:
        case BodyRedacted(fact=named) | EntryStruck(entry=named) | EntryCorrected(entry=named) if hidden(named):
            return None
        case EntryAssessed(entry=named) | EntryMarked(entry=named) if hidden(named):
            return None
        case ReportValidated(draft=named) if hidden(named):
            return None
        case ReportDrafted() as body if any(hidden(each) for figure in body.figures for each in figure.facts):
            fact = msgspec.structs.replace(fact, body=_without_sources(body, hidden))
        case PersonalDataRead(facts=named) as body:
            left = tuple(each for each in named if not hidden(each))
            if not left:
                return None
            if len(left) < len(named):
                fact = msgspec.structs.replace(fact, body=msgspec.structs.replace(body, facts=left))
    refs = tuple(ref for ref in fact.refs if not hidden(ref.fact))
    return fact if len(refs) == len(fact.refs) else msgspec.structs.replace(fact, refs=refs)


def _without_sources(body: ReportDrafted, hidden: Callable[[str], bool]) -> ReportDrafted:
    """A report whose figures name only facts that the reader may see."""
    figures = tuple(
        msgspec.structs.replace(one, facts=tuple(each for each in one.facts if not hidden(each)))
        for one in body.figures
    )
    return msgspec.structs.replace(body, figures=figures)


def _without_personal(fact: Fact[Body], held: Clearance) -> Fact[Body]:
    if Sensitivity.PERSONAL in held.sensitivities or fact.body is None:
        return fact
    shown = _personal_shown(fact.body)
    if not shown:
        return fact
    return msgspec.structs.replace(fact, body=msgspec.structs.replace(fact.body, **dict.fromkeys(shown)))


def see(facts: Iterable[Fact[Body]], held: Clearance, *, about: About = nothing) -> list[Fact[Body]]:
    """What that reader may have of these facts, in the order given."""
    passed = (readable(fact, held, about=about) for fact in facts)
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
