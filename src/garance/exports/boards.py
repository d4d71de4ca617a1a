"""Boards on paper as lists: incidents, people, missions, demands, posts, nets (tableaux imprimés)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from garance.domain.population.facts import TollCategory
from garance.domain.resources.facts import DemandState
from garance.domain.signals.facts import Post
from garance.domain.taskings.facts import MissionState
from garance.exports.board_reading import Boards
from garance.exports.board_words import between
from garance.exports.tables import Column, Section, table
from garance.ports.export import Format, Manuscript, Matter, Need, Order
from garance.views.balance import Tally, balance
from garance.views.shown import SignalsPlanShown, ThingShown

WIDE_BLANK = "\u2003"


class BoardList:
    """A board as a list in sections, read at the moment shown; or empty rows of its first columns."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PICTURE, Need.BOARD})
    formats: ClassVar[frozenset[Format]] = frozenset({Format.PDF, Format.TEXT})

    def __init__(
        self, kind: str, tab: str, columns: tuple[Column, ...], sections: Callable[[Boards], Iterable[Section]]
    ) -> None:
        self.kind, self._tab, self._columns, self._sections = kind, tab, columns, sections

    def compose(self, matter: Matter, order: Order) -> Manuscript:
        """Lay the list out. Refuses `document-too-long` beyond 5,000 rows."""
        boards = Boards(matter, order)
        sections = [] if order.blank else [one for one in self._sections(boards) if one.rows]
        return table(matter, order, boards.voice, f"title.{self.kind}", self._columns, sections, tab=self._tab)


def _columns(*said: tuple[str, int]) -> tuple[Column, ...]:
    return tuple((f"paper.{name}", part) for name, part in said)


MISSIONS = _columns(
    ("mission-name", 6), ("urgency", 2), ("owner", 4), ("deadline", 2), ("place", 3), ("means", 4), ("since", 4),
    ("remark", 4),
)  # fmt: skip


def _missions(boards: Boards) -> Iterable[Section]:
    for state in MissionState:
        mine = [one for one in boards.of("mission") if one.told("state").get("state", MissionState.REQUESTED) == state]
        mine.sort(key=lambda one: (one.told("description").get("deadline") or "9", one.id))
        name = boards.voice.of("mission-state", state)
        yield Section(f"{name} ({len(mine)})", [_mission(one, boards) for one in mine])


def _mission(one: ThingShown, boards: Boards) -> list[str]:
    told = one.told("description")
    since = boards.since(one, "state", "description")
    owner = ", ".join(part for part in (boards.post(told["owner"]), boards.post(told.get("deputy"))) if part)
    return [
        told["title"], boards.voice.of("urgency", told.get("urgency", "routine")), owner,
        boards.hour(told.get("deadline")), told.get("place") or "", boards.means_of(one.id), since, boards.note(one),
    ]  # fmt: skip


INCIDENTS = _columns(("incident", 6), ("gravity", 1), ("evolution", 2), ("place", 4), ("since", 4), ("remark", 5))
OUTAGES = _columns(("outage", 6), ("without", 4), ("state", 2), ("customers", 3), ("back", 2), ("remark", 5))


def _incidents(boards: Boards) -> Iterable[Section]:
    found = sorted(boards.of("incident"), key=lambda one: (-(one.told("description").get("severity") or 0), one.id))
    for title, over in (("board.running", False), ("board.over", True)):
        mine = [one for one in found if (one.told("evolution").get("evolution") == "over") is over]
        yield Section(f"{boards.voice.say(title)} ({len(mine)})", [_incident(one, boards) for one in mine])
    outages = [_outage(one, boards) for one in boards.of("outage")]
    yield Section(f"{boards.voice.say('board.outages')} ({len(outages)})", outages, OUTAGES)


def _incident(one: ThingShown, boards: Boards) -> list[str]:
    told = one.told("description")
    severity = f"{told['severity']}/5" if told.get("severity") else ""
    evolution = boards.voice.of("evolution", one.told("evolution").get("evolution"))
    since = boards.since(one, "evolution", "description")
    note = " ".join(part for part in (told.get("note"), boards.note(one, "evolution")) if part)
    return [told["title"], severity, evolution, told.get("place") or "", since, note]


def _outage(one: ThingShown, boards: Boards) -> list[str]:
    told = one.told("description")
    lost = boards.voice.of("network-lost", told["network"])
    state = boards.state("outage-state", one, "suspected")
    count = boards.people(told, "customers_low", "customers_high")
    note = " ".join(part for part in (told.get("operator"), told.get("cause"), boards.note(one)) if part)
    return [told["name"], lost, state, count, boards.hour(told.get("back_at")), note]


COUNTS = _columns(("counted", 4), ("about", 5), ("count", 3), ("worth-of", 3), ("counts", 7))
ZONES = _columns(("zone", 5), ("measure", 3), ("state", 3), ("people", 3), ("centre", 4), ("since", 4))
CENTRES = _columns(
    ("centre", 5), ("role", 4), ("state", 3), ("present", 2), ("capacity", 2), ("place", 4), ("since", 4),
)  # fmt: skip


def _people(boards: Boards) -> Iterable[Section]:
    voice, found = boards.voice, balance(boards.matter.situation.id, boards.matter.board.things)
    totals = [
        [voice.of("toll", one.category), voice.say("board.whole"), between(one.low, one.high, voice),
         voice.say("board.firm" if one.firm else "board.not-firm"), ""]
        for one in found.totals
    ]  # fmt: skip
    yield Section(voice.say("board.totals"), totals)
    order = list(TollCategory)
    tallies = sorted(found.tallies, key=lambda one: (order.index(one.category), one.about))
    yield Section(voice.say("board.counts"), [_tally(one, boards) for one in tallies])
    yield Section(voice.say("board.zones"), [_zone(one, boards) for one in boards.of("zone")], ZONES)
    yield Section(voice.say("board.centres"), [_centre(one, boards) for one in boards.of("centre")], CENTRES)


def _tally(one: Tally, boards: Boards) -> list[str]:
    voice = boards.voice
    about = voice.say("board.whole") if one.about == boards.matter.situation.id else boards.name(one.about)
    counts = "\n".join(f"{each.source} : {between(each.low, each.high, voice)}" for each in one.counts)
    worth = voice.of("agreement", one.agreement)
    return [voice.of("toll", one.category), about, between(one.low, one.high, voice), worth, counts]


def _zone(one: ThingShown, boards: Boards) -> list[str]:
    told = one.told("description")
    since = boards.since(one, "state", "description")
    people = boards.people(told, "people_low", "people_high")
    measure, state = boards.voice.of("measure", told["measure"]), boards.state("zone-state", one, "planned")
    return [told["name"], measure, state, people, boards.name(told.get("centre")), since]


def _centre(one: ThingShown, boards: Boards) -> list[str]:
    told, present = one.told("description"), one.told("occupancy").get("present")
    role, state = boards.voice.of("centre-role", told["role"]), boards.state("centre-state", one, "planned")
    since = boards.since(one, "occupancy", "state", "description")
    held = "" if present is None else str(present)
    return [told["name"], role, state, held, str(told["capacity"]), told.get("place") or "", since]


DEMANDS = _columns(
    ("what", 5), ("quantity", 1), ("to", 4), ("needed", 2), ("granted", 1), ("expected", 2), ("since", 4),
    ("remark", 5),
)  # fmt: skip


def _demands(boards: Boards) -> Iterable[Section]:
    for state in DemandState:
        mine = [one for one in boards.of("demand") if one.told("state").get("state", DemandState.ASKED) == state]
        name = boards.voice.of("demand-state", state)
        yield Section(f"{name} ({len(mine)})", [_demand(one, boards) for one in mine])


def _demand(one: ThingShown, boards: Boards) -> list[str]:
    told, answer = one.told("description"), one.told("state")
    granted = answer.get("granted")
    note = " ".join(part for part in (told["reason"], boards.note(one)) if part)
    return [
        told["what"], str(told["quantity"]), boards.post(told["to"]), boards.hour(told.get("needed_at")),
        "" if granted is None else str(granted), boards.hour(answer.get("expected_at")),
        boards.since(one, "state", "description"), note,
    ]  # fmt: skip


ROSTER = _columns(("post", 5), ("as", 4), ("person", 4), ("from-hour", 2), ("until-hour", 2), ("remark", 5))


def _roster(boards: Boards) -> Iterable[Section]:
    held = [one for one in boards.of("post") if not one.ended]
    held.sort(key=lambda one: (one.told("holder")["title"], one.told("holder")["since"], one.id))
    yield Section(boards.voice.say("board.posts"), [_held(one, boards) for one in held])


def _held(one: ThingShown, boards: Boards) -> list[str]:
    told = one.told("holder")
    who = told.get("name") or boards.matter.people.get(told.get("holder") or "", "")
    since, until = boards.hour(told["since"]), boards.hour(told.get("until"))
    return [told["title"], boards.post(told["party"]), who, since, until, told.get("note") or ""]


POSTS = _columns(("post", 7), ("call-sign", 4), ("level", 3), ("nets", 6), ("liaison", 4))
NETS = _columns(("net", 7), ("kind", 3), ("channel-of", 4))
FALLBACKS = _columns(("fallback", 3), ("detail", 8))


def _signals(boards: Boards) -> Iterable[Section]:
    for plan in boards.matter.picture.signals_plans if boards.matter.picture is not None else ():
        yield from _plan(plan, boards)


def _plan(plan: SignalsPlanShown, boards: Boards) -> Iterable[Section]:
    voice, nets = boards.voice, {net.id: net.name for net in plan.nets}
    posts = [
        [_branch(depth) + post.name, post.call_sign or "", voice.of("post-level", post.level),
         ", ".join(nets[net] for net in post.nets if net in nets), post.liaison or ""]
        for depth, post in _tree(plan.posts)
    ]  # fmt: skip
    yield Section(f"{plan.name} : {voice.say('board.posts')}", posts)
    told = [[net.name, voice.of("net-kind", net.kind), net.channel or ""] for net in plan.nets]
    yield Section(f"{plan.name} : {voice.say('board.nets')}", told, NETS)
    others = [[voice.of("fallback-means", one.means), one.detail] for one in plan.fallbacks]
    yield Section(f"{plan.name} : {voice.say('board.fallbacks')}", others, FALLBACKS)


def _branch(depth: int) -> str:
    """What sets a post under another; wide blanks, which are not folded."""
    return WIDE_BLANK * (depth - 1) + "└ " if depth else ""


def _tree(posts: tuple[Post, ...], parent: str | None = None, depth: int = 0) -> Iterable[tuple[int, Post]]:
    """Each post under the one it reports to; the rules refuse a loop."""
    for post in posts:
        if post.parent == parent:
            yield depth, post
            yield from _tree(posts, post.id, depth + 1)


BOARD_LISTS = (
    BoardList("incidents", "incidents", INCIDENTS, _incidents),
    BoardList("people", "population", COUNTS, _people),
    BoardList("missions", "missions", MISSIONS, _missions),
    BoardList("demands", "resources", DEMANDS, _demands),
    BoardList("signals", "home", POSTS, _signals),
    BoardList("roster", "home", ROSTER, _roster),
)
