"""The logbook on paper: every line with its times, its strikes and its corrections, page after page (main courante)."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from garance.exports.lines import followed, line_of, notes_of
from garance.exports.strips import desk_code, strips
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Need, Order

MOST_ENTRIES = 5_000
LETTERS = "ACDEFHJKLMNPRTUVWXY"
SHEET_LETTERS = 4


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
        after = followed(matter)
        lines = [line_of(entry, after.get(entry.entry), matter, voice) for entry in entries]
        lines = [{**line, "notes": notes_of(line, voice)} for line in lines]
        title = voice.say("title.logbook")
        data = {
            **strips(matter, order, voice, title=title),
            "lines": lines,
            "blank": order.blank,
            "sheets": [voice.say("sheet-named", name=name) for name in sheet_names(matter, order.blank)],
            "code": desk_code(matter, tab="logbook"),
            "empty": voice.say("empty.logbook"),
            "signatures": ["sign.secretary", "sign.head"],
        }
        return Manuscript(layout="logbook", data=data, text=_as_text(title, lines, matter, voice))


def sheet_names(matter: Matter, count: int) -> list[str]:
    """A name for each blank sheet, such as `HKTM-1`, that no other printing gives: lines copied later say it.

    Made of letters that are not taken for one another when read aloud, as provisional numbers are.
    """
    printed = f"{matter.situation.id} {matter.printed_at.isoformat()} {matter.printed_by}"
    drawn = hashlib.sha256(printed.encode("utf-8")).digest()[:SHEET_LETTERS]
    name = "".join(LETTERS[each % len(LETTERS)] for each in drawn)
    return [f"{name}-{number}" for number in range(1, count + 1)]


def _as_text(title: str, lines: list[dict[str, Any]], matter: Matter, voice: Voice) -> str:
    """The same to paste anywhere: a paragraph for each line."""
    said = [f"{title} — {matter.situation.title}"]
    for line in lines:
        way = " > ".join(part for part in (line["from"], line["to"]) if part)
        told = (line["reference"], line["observed"], line["category"], line["importance"], line["worth"], way)
        head = " | ".join(part for part in told if part)
        mark = f"[{voice.say('struck-word')}] " if line["is_struck"] else ""
        notes = [f"{each['note']}\n  " if each["note"] else "" for each in line["texts"]]
        body = "\n".join(f"  {note}{mark}{each['text']}" for note, each in zip(notes, line["texts"], strict=True))
        said.append(f"{head}\n{body}" + "".join(f"\n  ({note})" for note in (*line["struck"], *line["notes"])))
    return "\n\n".join(said) + "\n"
