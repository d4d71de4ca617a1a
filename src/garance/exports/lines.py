"""A line of the logbook in words, as every sheet that shows one says it (ligne de main courante)."""

from __future__ import annotations

from typing import Any

from garance.domain.logbook.facts import Importance, Mark
from garance.exports.naming import numbered, party, signed, utm_of
from garance.exports.words import Voice
from garance.kernel.label import Sensitivity
from garance.ports.export import Matter
from garance.views.shown import EntryShown, StatementShown, ThingShown


def followed(matter: Matter) -> dict[str, ThingShown]:
    """What was said of lines after they were written, by line: how sure they are, their visas."""
    return {one.id: one for one in matter.board.things if one.kind == "entry"}


def line_of(entry: EntryShown, after: ThingShown | None, matter: Matter, voice: Voice) -> dict[str, Any]:
    """One line, as the layouts of logbook and message read it: `texts` from first to last, all but the last struck.

    `worth` is what its author says of it; `notes` what else it carries and what was said of it `after`.
    """
    struck = [voice.say("struck", by=signed(one.author, matter, voice), at=voice.short(one.at), why=one.reason or "—")
              for one in entry.struck]  # fmt: skip
    sensitivity = entry.label.sensitivity
    return {
        "reference": numbered(entry, matter, voice),
        "observed": voice.short(entry.occurred_at),
        "declared": voice.short(entry.declared_at) or "—",
        "recorded": voice.short(entry.recorded_at),
        "from": entry.sender or "",
        "to": entry.recipient or "",
        "channel": voice.of("channel", entry.channel),
        "category": voice.of("category", entry.category),
        "importance": "" if entry.importance is Importance.ORDINARY else voice.of("importance", entry.importance),
        "worth": _worth(entry.certainty, entry.reliability, entry.credibility, voice),
        "texts": _texts(entry, matter, voice),
        "is_struck": bool(entry.struck),
        "struck": struck,
        "where": _where(entry),
        "assessed": _assessed(after, matter, voice),
        "attached": ", ".join(one.name for one in entry.attachments),
        "sheet": entry.sheet or "",
        "visas": _visas(after, matter, voice),
        "author": signed(entry.author, matter, voice),
        "wanted": _wanted(entry, matter, voice),
        "acknowledged": [
            f"{voice.time(one.at)} {signed(one.author, matter, voice)}".rstrip() for one in entry.acknowledged
        ],
        "conflict": voice.say("conflict") if entry.conflict else None,
        "care": None if sensitivity is Sensitivity.ORDINARY else voice.of("sensitivity", sensitivity),
    }


def notes_of(line: dict[str, Any], voice: Voice) -> list[str]:
    """What a line carries beside its words, a short phrase for each."""
    said = [(name, line[name]) for name in ("where", "attached", "sheet") if line[name]]
    return [*(voice.say(f"line.{name}", words=words) for name, words in said), *line["assessed"]]


def _worth(certainty: str | None, reliability: str | None, credibility: int | str | None, voice: Voice) -> str:
    grade = f"{reliability or ''}{credibility or ''}"
    return " ".join(part for part in (voice.of("certainty", certainty), grade) if part)


def _where(entry: EntryShown) -> str:
    squares = utm_of(entry.geometry)
    return f"{entry.place} ({squares})" if entry.place and squares else entry.place or squares


def _assessed(after: ThingShown | None, matter: Matter, voice: Voice) -> list[str]:
    said = after.said.get("assessment") if after is not None else None
    if said is None:
        return []
    value = said.value
    worth = _worth(value["certainty"], value.get("reliability"), value.get("credibility"), voice)
    words = voice.say("line.assessed", worth=worth, **_answered(said, matter, voice))
    return [f"{words} ({value['reason']})" if value.get("reason") else words]


def _visas(after: ThingShown | None, matter: Matter, voice: Voice) -> list[str]:
    said = [(mark, after.said.get(f"mark|{mark.value}") if after is not None else None) for mark in Mark]
    return [
        voice.say(
            "line.visa",
            mark=voice.of("mark", mark.value),
            state=voice.of("mark-state", one.value["state"]).lower(),
            **_answered(one, matter, voice),
        )
        for mark, one in said
        if one is not None
    ]


def _answered(said: StatementShown, matter: Matter, voice: Voice) -> dict[str, str]:
    return {"by": signed(said.author, matter, voice), "at": voice.time(said.occurred_at)}


def _wanted(entry: EntryShown, matter: Matter, voice: Voice) -> str:
    if entry.wanted is None:
        return ""
    asked = voice.say("line.then").join(party(one, matter, voice) for one in entry.wanted.of)
    return voice.say("line.wanted", who=asked, minutes=entry.wanted.within_min)


def _texts(entry: EntryShown, matter: Matter, voice: Voice) -> list[dict[str, str | None]]:
    """What was written first, then each correction with who, when and why."""
    withheld = voice.say("withheld")
    said: list[dict[str, str | None]] = [{"text": entry.original_text or withheld, "note": None}]
    for one in entry.corrections:
        by, why = signed(one.author, matter, voice), one.reason or "—"
        note = voice.say("corrected", by=by, at=voice.short(one.at), why=why)
        said.append({"text": one.text or withheld, "note": note})
    return said
