"""The logbook on paper: every line with its times, its strikes and its corrections, page after page (main courante)."""

from __future__ import annotations

from typing import Any, ClassVar

from garance.exports.naming import reference, signed
from garance.exports.strips import desk_code, strips
from garance.exports.words import Voice
from garance.kernel.label import Sensitivity
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Need, Order
from garance.views.shown import EntryShown

MOST_ENTRIES = 5_000


class LogbookSheets:
    """The lines of the logbook at a moment, oldest first; or empty sheets of the same layout."""

    kind: ClassVar[str] = "logbook"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.LOGBOOK})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Lay the lines out. Refuses `document-too-long` beyond 5,000 lines."""
        voice = Voice(order)
        entries = () if order.blank else matter.entries
        if len(entries) > MOST_ENTRIES:
            raise Refused("document-too-long", detail={"lines": len(entries), "limit": MOST_ENTRIES})
        lines = [line_of(entry, matter, voice) for entry in entries]
        title = voice.say("title.logbook")
        data = {
            **strips(matter, order, voice, title=title),
            "lines": lines,
            "blank": order.blank,
            "code": desk_code(matter, tab="logbook"),
            "empty": voice.say("empty.logbook"),
            "signatures": ["sign.secretary", "sign.head"],
        }
        return Manuscript(layout="logbook", data=data, text=_as_text(title, lines, matter, voice))


def line_of(entry: EntryShown, matter: Matter, voice: Voice) -> dict[str, Any]:
    """One line, as the layouts of logbook and message read it: `texts` from first to last, all but the last struck."""
    struck = [voice.say("struck", by=signed(one.author, matter, voice), at=voice.short(one.at), why=one.reason or "—")
              for one in entry.struck]  # fmt: skip
    sensitivity = entry.label.sensitivity
    return {
        "reference": reference(entry.entry),
        "observed": voice.short(entry.occurred_at),
        "declared": "—",
        "recorded": voice.short(entry.recorded_at),
        "from": entry.sender or "",
        "to": entry.recipient or "",
        "channel": voice.of("channel", entry.channel),
        "category": voice.of("category", entry.category),
        "texts": _texts(entry, matter, voice),
        "is_struck": bool(entry.struck),
        "struck": struck,
        "author": signed(entry.author, matter, voice),
        "acknowledged": [
            f"{voice.time(one.at)} {signed(one.author, matter, voice)}".rstrip() for one in entry.acknowledged
        ],
        "conflict": voice.say("conflict") if entry.conflict else None,
        "care": None if sensitivity is Sensitivity.ORDINARY else voice.of("sensitivity", sensitivity),
    }


def _texts(entry: EntryShown, matter: Matter, voice: Voice) -> list[dict[str, str | None]]:
    """What was written first, then each correction with who, when and why."""
    withheld = voice.say("withheld")
    said: list[dict[str, str | None]] = [{"text": entry.original_text or withheld, "note": None}]
    for one in entry.corrections:
        by, why = signed(one.author, matter, voice), one.reason or "—"
        note = voice.say("corrected", by=by, at=voice.short(one.at), why=why)
        said.append({"text": one.text or withheld, "note": note})
    return said


def _as_text(title: str, lines: list[dict[str, Any]], matter: Matter, voice: Voice) -> str:
    """The same to paste anywhere: a paragraph for each line."""
    said = [f"{title} — {matter.situation.title}"]
    for line in lines:
        way = " > ".join(part for part in (line["from"], line["to"]) if part)
        head = " | ".join(part for part in (line["reference"], line["observed"], line["category"], way) if part)
        mark = f"[{voice.say('struck-word')}] " if line["is_struck"] else ""
        notes = [f"{each['note']}\n  " if each["note"] else "" for each in line["texts"]]
        body = "\n".join(f"  {note}{mark}{each['text']}" for note, each in zip(notes, line["texts"], strict=True))
        said.append(f"{head}\n{body}" + "".join(f"\n  ({note})" for note in line["struck"]))
    return "\n\n".join(said) + "\n"
