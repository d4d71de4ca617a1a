"""Forms of one page, filled, or empty with the same places to write (formulaires)."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from garance.exports.lines import followed, line_of
from garance.exports.naming import place
from garance.exports.strips import desk_code, strips
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Need, Order

Field = dict[str, Any]
"""A place to write: `label` (a key of words), `value`, `height_mm`, `part` of the width."""
MOST_PAGES = 500


class Page(msgspec.Struct, frozen=True):
    """One form: its rows of fields, what stands beside its title, and the code that leads back to it alone."""

    rows: list[list[Field]]
    heading: str | None = None
    code: str | None = None


def field(label: str, value: str = "", *, height_mm: float = 11, part: float = 1) -> Field:
    """One field of a form."""
    return {"label": f"paper.{label}", "value": value, "height_mm": height_mm, "part": part}


class MessageForm:
    """One line of the logbook as a message that is handed over; or empty ones (fiche de message)."""

    kind: ClassVar[str] = "message"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.LOGBOOK})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Fill the form. Refuses `entry-needed`, `entry-unknown` (for this reader, at this moment)."""
        voice = Voice(order)
        if order.blank:
            empty = [Page(_message({}, ""))] * order.blank
            return form(matter, order, voice, "title.message", empty, desk_code(matter))
        if order.entry is None:
            raise Refused("entry-needed", field="entry")
        entry = next((one for one in matter.entries if one.entry == order.entry), None)
        if entry is None:
            raise Refused("entry-unknown", field="entry")
        line = line_of(entry, followed(matter).get(entry.entry), matter, voice)
        where = ", ".join(part for part in (entry.place, place(entry.geometry, matter, voice)) if part)
        rows = _message(line, where)
        code = desk_code(matter, tab="logbook", sel=f"entry~{entry.entry}")
        return form(matter, order, voice, "title.message", [Page(rows, heading=line["reference"])], code)


def _message(line: dict[str, Any], where: str) -> list[list[Field]]:
    texts = line.get("texts", [])
    said = "\n".join(f"{each['note']}\n{each['text']}" if each["note"] else each["text"] for each in texts)
    struck = "\n".join(line.get("struck", []))
    seen = "\n".join(part for part in (line.get("wanted", ""), *line.get("acknowledged", [])) if part)
    worth = "\n".join(part for part in (line.get("worth", ""), *line.get("assessed", [])) if part)
    return [
        [field(name, line.get(name, "")) for name in ("from", "to", "channel")],
        [field(name, line.get(name, "")) for name in ("observed", "declared", "recorded")],
        [*(field(name, line.get(name, "")) for name in ("category", "importance")), field("worth", worth)],
        [field("place", where)],
        [field("text", "\n".join(part for part in (said, struck) if part), height_mm=34)],
        [field("attached", line.get("attached", "")), field("visas", "\n".join(line.get("visas", [])))],
        [field("answer", height_mm=22)],
        [field("acknowledgement", seen, part=2), field("written-by", line.get("author", ""))],
    ]


def form(matter: Matter, order: Order, voice: Voice, title: str, pages: list[Page], code: str) -> Manuscript:
    """Forms of these rows of fields, one to a page. Refuses `document-too-long` beyond 500 of them."""
    if len(pages) > MOST_PAGES:
        raise Refused("document-too-long", detail={"lines": len(pages), "limit": MOST_PAGES})
    said = voice.say(title)
    data = {
        **strips(matter, order, voice, title=said),
        "paper": order.paper.value,
        "pages": [msgspec.structs.asdict(page) for page in pages],
        "code": code,
        "empty": voice.say("empty.list"),
    }
    told = [_as_text(page, voice) for page in pages]
    text = "\n".join([f"{said} — {matter.situation.title}", *(told if any(told) else [voice.say("empty.list")])])
    return Manuscript(layout="form", data=data, text=None if order.blank else f"{text}\n")


def _as_text(page: Page, voice: Voice) -> str:
    filled = [each for row in page.rows for each in row if each["value"]]
    return "".join(f"{voice.say(each['label'])} : {each['value']}\n" for each in filled)
