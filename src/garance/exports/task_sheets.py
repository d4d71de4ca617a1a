"""Sheets of what is to be done, one a page: missions, orders, action sheets, handovers (fiches de tâches)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from garance.domain.taskings.facts import Frame, StepState
from garance.exports.board_reading import Boards
from garance.exports.forms import Field, Page, field, form
from garance.exports.strips import desk_code
from garance.ports.export import Format, Manuscript, Matter, Need, Order
from garance.views.shown import ThingShown

Rows = list[list[Field]]
SELECTED = frozenset({"mission", "order", "sheet"})
"""What the desk opens by its address; the others open their board."""


class TaskSheets:
    """One sheet for each thing of a kind, or for the one asked for; or empty ones, with the same places to write."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PICTURE, Need.BOARD})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})

    def __init__(self, kind: str, thing: str, tab: str, rows: Callable[[ThingShown | None, Boards], Rows]) -> None:
        self.kind, self._thing, self._tab, self._rows = kind, thing, tab, rows

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Fill the sheets. Refuses `unknown` (for this reader, at this moment)."""
        boards = Boards(matter, order)
        if order.blank:
            pages = [Page(self._rows(None, boards))] * order.blank
        else:
            pages = [self._page(one, boards) for one in boards.wanted(self._thing)]
        return form(matter, order, boards.voice, f"title.{self.kind}", pages, desk_code(matter, tab=self._tab))

    def _page(self, one: ThingShown, boards: Boards) -> Page:
        chosen = {"sel": f"{one.kind}~{one.id}"} if one.kind in SELECTED else {}
        code = desk_code(boards.matter, tab=self._tab, **chosen)
        return Page(self._rows(one, boards), heading=boards.name(one.id) or None, code=code)


def _mission(one: ThingShown | None, boards: Boards) -> Rows:
    told: dict[str, Any] = one.told("description") if one is not None else {}
    links = ", ".join(name for link in told.get("links", ()) if (name := boards.name(link)))
    urgency = boards.voice.of("urgency", told.get("urgency", "routine")) if one is not None else ""
    return [
        [field("mission-name", told.get("title", ""), part=2), field("urgency", urgency)],
        [field("owner", boards.post(told.get("owner"))), field("deputy", boards.post(told.get("deputy"))),
         field("deadline", boards.hour(told.get("deadline")))],
        [field("place", told.get("place") or "", part=2), field("contact")],
        [field("task", told.get("task") or "", height_mm=48)],
        [field("means-given", boards.means_of(one.id) if one is not None else "", height_mm=20)],
        [field("links", links, height_mm=16)],
        [field("history", _history(one, boards), height_mm=34)],
        [field("outcome", height_mm=22)],
        [field("sign-given", height_mm=18), field("sign-taken", height_mm=18), field("sign-done", height_mm=18)],
    ]  # fmt: skip


def _history(one: ThingShown | None, boards: Boards) -> str:
    """Every state it went through, with when and by whom."""
    if one is None:
        return ""
    steps = [("requested", one.said["description"])] if "description" in one.said else []
    steps += [(each.value["state"], each) for each in boards.matter.histories.get(one.id, ())]
    said = [(boards.voice.of("mission-state", state), boards.by(each), each.value.get("note")) for state, each in steps]
    return "\n".join(f"{state} : {by}" + (f" ({note})" if note else "") for state, by, note in said)


PARTS = ("situation", "anticipation", "objectives", "ideas", "execution", "commanding", "logistics")
HEIGHTS_MM = {"execution": 44, "situation": 26}
WIDER = frozenset({"anticipation", "logistics"})
"""The parts that the frame of column and site has besides."""


def _order(one: ThingShown | None, boards: Boards) -> Rows:
    told: dict[str, Any] = one.told("text") if one is not None else {}
    frame = told.get("frame", Frame.SAOIECL)
    parts = [part for part in PARTS if frame == Frame.SAOIECL or part not in WIDER]
    named = boards.voice.of("order-frame", told.get("frame"))
    return [
        [field("title", told.get("title", ""), part=2), field("frame", named)],
        [field("to", boards.posts(told.get("to", ())), part=2),
         field("given-at", boards.by(one.said.get("text") if one is not None else None))],
        *([field(f"order-{part}", _part(told.get(part)), height_mm=HEIGHTS_MM.get(part, 17))] for part in parts),
        [field("sign-given", height_mm=18), field("sign-taken", height_mm=18)],
    ]  # fmt: skip


def _part(said: Any) -> str:
    if said is None or isinstance(said, str):
        return said or ""
    return "\n".join(one if isinstance(one, str) else _execution(one) for one in said)


def _execution(one: dict[str, Any]) -> str:
    return " | ".join(part for part in (one["mission"], one.get("unit"), one.get("means")) if part)


BOXES = {StepState.DONE: "☑", StepState.NOT_APPLICABLE: "–"}


def _checklist(one: ThingShown | None, boards: Boards) -> Rows:
    told: dict[str, Any] = one.told("sheet") if one is not None else {}
    head = [
        [field("title", told.get("title", ""), part=2), field("owner", boards.post(told.get("owner")))],
        [field("trigger", told.get("trigger") or ""), field("exit", told.get("exit") or "")],
    ]
    empty: list[dict[str, Any]] = [{"id": "", "title": ""}] * 10
    steps = [_step(step, one, boards) for step in told.get("steps", empty)]
    return [*head, *steps, [field("outcome", _end(one), height_mm=18)]]


def _step(step: dict[str, Any], one: ThingShown | None, boards: Boards) -> list[Field]:
    said = one.said.get(f"step|{step['id']}") if one is not None else None
    state = said.value["state"] if said is not None else StepState.TO_DO
    words = " – ".join(part for part in (step["title"], step.get("hint")) if part)
    done = ""
    if said is not None and state != StepState.TO_DO:
        parts = (boards.voice.of("step-state", state), said.value.get("by"), boards.by(said), said.value.get("note"))
        done = ", ".join(part for part in parts if part)
    box = BOXES.get(StepState(state), "☐")
    return [field("step", f"{box} {words}" if words else "☐", part=3), field("done-by", done, part=2)]


def _end(one: ThingShown | None) -> str:
    return one.told("ended").get("reason", "") if one is not None else ""


def _handover(one: ThingShown | None, boards: Boards) -> Rows:
    told: dict[str, Any] = one.told("text") if one is not None else {}
    left = "\n".join(name for each in told.get("open", ()) if (name := boards.name(each)))
    return [
        [field("post", boards.post(told.get("post"))), field("handed-to", told.get("to") or "")],
        [field("handed-at", boards.by(one.said.get("text") if one is not None else None)),
         field("taken-at", boards.by(one.said.get("taken") if one is not None else None))],
        [field("summary", told.get("summary", ""), height_mm=60)],
        [field("attention", "\n".join(told.get("attention", ())), height_mm=36)],
        [field("open", left, height_mm=50)],
        [field("sign-left", height_mm=18), field("sign-come", height_mm=18)],
    ]  # fmt: skip


TASK_SHEETS = (
    TaskSheets("mission", "mission", "missions", _mission),
    TaskSheets("order", "order", "missions", _order),
    TaskSheets("action-sheet", "sheet", "missions", _checklist),
    TaskSheets("handover", "handover", "home", _handover),
)
