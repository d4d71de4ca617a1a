"""The balance of people: who counted whom, what is held to, what disagrees, and totals that hide neither (bilan).

Counts of different sources are never merged. A pure rule over the things of the board; the browser has the same one,
and both are held to `tests/support/balance_cases.json`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from itertools import groupby

from garance.domain.population.facts import TollCategory
from garance.views.shown import Shown, StatementShown, ThingShown

ORDER = tuple(TollCategory)
"""The categories as they are read aloud."""


class Agreement(enum.StrEnum):
    """What a figure is worth (valeur du chiffre)."""

    SETTLED = "settled"
    TO_REVIEW = "to-review"
    ALONE = "alone"
    AGREED = "agreed"
    OPEN = "open"


class Count(Shown, frozen=True, kw_only=True):
    """What one source says now; `weighed` when the settlement knew of it."""

    source: str
    low: int
    high: int
    statement: StatementShown
    weighed: bool = False


class Tally(Shown, frozen=True, kw_only=True):
    """One category about one thing: between how many, and what that is worth.

    `settled`: people hold to it. `to-review`: they did, and somebody has counted since. `alone`: one source. `agreed`:
    several, which say the same. `open`: several that differ; from the least to the greatest.
    """

    about: str
    category: TollCategory
    low: int
    high: int
    agreement: Agreement
    counts: tuple[Count, ...]
    settlement: StatementShown | None = None


class Total(Shown, frozen=True, kw_only=True):
    """One category for the whole situation.

    When somebody counted the whole, that figure stands, and `parts_low`, `parts_high` say what its parts give.
    Otherwise the parts make it. Firm when every figure under it is: settled, of a single source, or agreed.
    """

    category: TollCategory
    low: int
    high: int
    firm: bool
    parts_low: int | None = None
    parts_high: int | None = None


class Balance(Shown, frozen=True, kw_only=True):
    """Every figure, by what it is about then by category, and the totals by category."""

    tallies: tuple[Tally, ...]
    totals: tuple[Total, ...]


def balance(situation: str, things: Iterable[ThingShown]) -> Balance:
    """The balance of that situation, from the things of its board as one reader sees them."""
    known = tuple(things)
    tallies = [tally for thing in known if thing.kind == "toll" for tally in _tallies(thing)]
    tallies.sort(key=lambda one: (one.about, ORDER.index(one.category)))
    kinds = {thing.id: thing.kind for thing in known if thing.kind != "toll"}
    totals = []
    for category in ORDER:
        mine = [one for one in tallies if one.category == category]
        if mine:
            totals.append(_total(situation, category, mine, kinds, _parents(known)))
    return Balance(tallies=tuple(tallies), totals=tuple(totals))


def _parents(things: Iterable[ThingShown]) -> dict[str, str]:
    said = {thing.id: thing.said["description"].value for thing in things if thing.kind == "incident"}
    return {one: str(value["parent"]) for one, value in said.items() if value.get("parent")}


def _tallies(toll: ThingShown) -> Iterable[Tally]:
    settled = {said.value["category"]: said for name, said in toll.said.items() if name.startswith("settled|")}
    stated = sorted(
        (said for name, said in toll.said.items() if name.startswith("stated|")),
        key=lambda said: (said.value["category"], said.value["source"]),
    )
    by_category = {word: list(group) for word, group in groupby(stated, key=lambda said: str(said.value["category"]))}
    for word in sorted({*by_category, *settled}):
        yield _tally(toll.id, TollCategory(word), by_category.get(word, []), settled.get(word))


def _tally(about: str, category: TollCategory, stated: list[StatementShown], held: StatementShown | None) -> Tally:
    counts = tuple(
        Count(
            source=said.value["source"],
            low=said.value["low"],
            high=said.value["high"],
            statement=said,
            weighed=held is not None and _weighed(said, held),
        )
        for said in stated
    )
    if held is not None:
        agreement = Agreement.SETTLED if all(count.weighed for count in counts) else Agreement.TO_REVIEW
        low, high = held.value["low"], held.value["high"]
    else:
        low, high = min(count.low for count in counts), max(count.high for count in counts)
        same = len({(count.low, count.high) for count in counts}) == 1
        agreement = Agreement.ALONE if len(counts) == 1 else Agreement.AGREED if same else Agreement.OPEN
    return Tally(
        about=about, category=category, low=low, high=high, agreement=agreement, counts=counts, settlement=held
    )


def _weighed(count: StatementShown, held: StatementShown) -> bool:
    """Whether the settlement knew of that count: it names it, or names none and came after."""
    return count.fact in held.answers if held.answers else count.recorded_at <= held.recorded_at


def _total(
    situation: str, category: TollCategory, tallies: list[Tally], kinds: dict[str, str], parents: dict[str, str]
) -> Total:
    whole = next((one for one in tallies if one.about == situation), None)
    parts = [one for one in tallies if one.about != situation]
    counted = {one.about for one in parts}
    parts = [one for one in parts if not _within(one.about, counted, parents)]
    low, high, firm = _together(parts, kinds)
    if whole is None:
        return Total(category=category, low=low, high=high, firm=firm)
    beside = {"parts_low": low, "parts_high": high} if parts else {}
    return Total(category=category, low=whole.low, high=whole.high, firm=_firm(whole), **beside)


def _within(about: str, counted: set[str], parents: dict[str, str]) -> bool:
    """Whether an incident that holds this one is counted itself; one that would hold itself holds nothing."""
    seen: set[str] = set()
    held = False
    above = parents.get(about)
    while above is not None and above not in seen:
        if above == about:
            return False
        held = held or above in counted
        seen.add(above)
        above = parents.get(above)
    return held


def _together(parts: list[Tally], kinds: dict[str, str]) -> tuple[int, int, bool]:
    """Parts of one kind add up. Those of several (incidents, zones, centres) may be the same people: at least the
    greatest of them, at most all of them, and that is not firm."""
    sums: dict[str, tuple[int, int]] = {}
    for part in parts:
        low, high = sums.get(kinds.get(part.about, ""), (0, 0))
        sums[kinds.get(part.about, "")] = (low + part.low, high + part.high)
    least = max((low for low, _ in sums.values()), default=0)
    return least, sum(high for _, high in sums.values()), len(sums) <= 1 and all(map(_firm, parts))


def _firm(tally: Tally) -> bool:
    return tally.agreement not in (Agreement.OPEN, Agreement.TO_REVIEW)
