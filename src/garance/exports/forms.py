"""Forms of one page: a message, a mission; filled, or empty with the same places to write (formulaires)."""

from __future__ import annotations

from typing import Any, ClassVar

from garance.exports.lines import followed, line_of
from garance.exports.naming import place
from garance.exports.strips import desk_code, strips
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Format, Manuscript, Matter, Need, Order

Field = dict[str, Any]
"""A place to write: `label` (a key of words), `value`, `height_mm`, `part` of the width."""


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
            empty = [_message({}, "")] * order.blank
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
        return form(matter, order, voice, "title.message", [rows], code, heading=line["reference"])


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
        [field("text", "\n".join(part for part in (said, struck) if part), height_mm=52)],
        [field("attached", line.get("attached", "")), field("visas", "\n".join(line.get("visas", [])))],
        [field("answer", height_mm=22)],
        [field("acknowledgement", seen, part=2), field("written-by", line.get("author", ""))],
    ]


class MissionForm:
    """An empty mission sheet, in the frame of orders (fiche mission, SOIEC)."""

    kind: ClassVar[str] = "mission"
    needs: ClassVar[frozenset[Need]] = frozenset()
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF})

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Lay out as many as asked. Refuses `only-blank`."""
        if not order.blank:
            raise Refused("only-blank", field="blank")
        voice = Voice(order)
        return form(matter, order, voice, "title.mission", [_mission()] * order.blank, desk_code(matter))


def _mission() -> list[list[Field]]:
    return [
        [field("mission-name", part=2), field("mission-number")],
        [field("owner"), field("deputy"), field("deadline")],
        [field("place", part=2), field("contact")],
        [field("order-situation", height_mm=24)],
        [field("order-objectives", height_mm=20)],
        [field("order-ideas", height_mm=20)],
        [field("order-execution", height_mm=34)],
        [field("order-command", height_mm=18)],
        [field("accepted-at"), field("begun-at"), field("done-at")],
        [field("outcome", height_mm=24)],
    ]


def form(
    matter: Matter,
    order: Order,
    voice: Voice,
    title: str,
    pages: list[list[list[Field]]],
    code: str,
    *,
    heading: str | None = None,
) -> Manuscript:
    """Forms of these rows of fields, one to a page."""
    said = voice.say(title)
    data = {
        **strips(matter, order, voice, title=said),
        "paper": order.paper.value,
        "pages": pages,
        "heading": heading,
        "code": code,
    }
    filled = [each for rows in pages for row in rows for each in row if each["value"]]
    text = "\n".join(f"{voice.say(each['label'])} : {each['value']}" for each in filled)
    return Manuscript(layout="form", data=data, text=f"{said} — {matter.situation.title}\n{text}\n" if text else None)
