"""The whole operation in one document: everything in order, after a table of contents (toute l'opération)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from garance.exports.strips import desk_code, strips
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Export, Format, Manuscript, Matter, Need, Order

CONTENT = {"form": "pages", "logbook": "lines", "table": "sections"}
"""By layout, the member that is empty when there is nothing to say."""


class WholeOperation:
    """Every document of the operation, each as it is printed alone. What is empty or too long is named, not hidden."""

    kind: ClassVar[str] = "operation"
    needs: ClassVar[frozenset[Need]] = frozenset(Need)
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})

    def __init__(self, parts: Sequence[Export]) -> None:
        self._parts = parts

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Set the parts one after the other. Refuses `document-too-large` beyond what the press takes."""
        plain = Order(language=order.language, zone=order.zone, grid=order.grid, risks=order.risks, relief=order.relief)
        voice, made, left_out = Voice(order), list[Manuscript](), list[str]()
        for part in self._parts:
            try:
                manuscript = part.compose(matter, plain)
            except Refused as problem:
                if problem.code != "document-too-long":
                    raise
                left_out.append(voice.say("part.too-long", name=voice.say(f"title.{part.kind}")))
                continue
            if CONTENT.get(manuscript.layout) and not manuscript.data[CONTENT[manuscript.layout]]:
                left_out.append(voice.say("part.empty", name=voice.say(f"title.{part.kind}")))
            else:
                made.append(manuscript)
        title = voice.say("title.operation")
        data = {
            **strips(matter, plain, voice, title=title),
            "parts": [{**one.data, "layout": one.layout} for one in made],
            "left_out": left_out,
            "code": desk_code(matter, tab="home"),
        }
        text = [f"{title} — {matter.situation.title}", *(one.text for one in made if one.text), "\n".join(left_out)]
        return Manuscript(layout="book", data=data, text="\n\n".join(part for part in text if part) + "\n")
