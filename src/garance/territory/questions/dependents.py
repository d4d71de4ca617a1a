"""What a cut network takes away: stations that fail one after the other, sites that depend on them (dépendants)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from garance.territory.questions.rows import Feature, Rows

NETWORK_OF = {
    "power-substation": "power",
    "power-transformer": "power",
    "water-tower": "water",
    "pumping-station": "water",
    "water-treatment": "water",
    "telecom-exchange": "landline",
    "telecom-mast": "mobile",
    "gas-station": "gas",
    "sewage-works": "sewage",
}
"""The network that a station of that kind serves; `internet` comes by the same exchanges as the telephone."""

SERVED_BY = {"internet": "landline"}

SENSITIVE = (
    "care-home", "hospital", "health-centre", "school", "nursery", "pumping-station", "water-treatment", "telecom-mast",
    "telecom-exchange", "fire-station", "police", "prefecture", "town-hall", "seveso", "sewage-works", "water-tower",
    "campsite",
)  # fmt: skip
"""Those that must be thought of first, the most fragile before the others (sites sensibles)."""


@dataclass(frozen=True)
class Dependent:
    """A site, or a station of another network. `inside` the cut itself; `needs` are the failed stations it names.

    `loses` are the networks that it loses, the cut one first; `cascade` when it fails only because of what failed.
    """

    feature: Feature
    inside: bool
    needs: tuple[str, ...]
    loses: tuple[str, ...]
    cascade: bool

    @property
    def sensitive(self) -> bool:
        """Whether it is one of those to think of first."""
        return self.feature.properties.get("kind") in SENSITIVE


def dependents(
    network: str, nodes: Rows, sites: Rows, within: tuple[Any, Any], named: Iterable[str]
) -> list[Dependent]:
    """What loses something when that network is cut; `within`: rows of stations and of sites in the zone of the cut;
    `named`: references of stations that are cut wherever they are. The most fragile first, then by name."""
    served = SERVED_BY.get(network, network)
    refs, kinds, needs = (nodes.column(name) for name in ("ref", "kind", "depends_on"))
    cut = {int(row) for row in within[0] if NETWORK_OF.get(str(kinds[row])) == served}
    wanted = set(named)
    cut |= {row for row in range(len(nodes)) if refs[row] is not None and refs[row] in wanted}
    failed = _failed(cut, refs, needs)
    down = {str(refs[row]): str(kinds[row]) for row in failed if refs[row] is not None}
    first = {str(refs[row]) for row in cut if refs[row] is not None}
    found = [
        _dependent(nodes.feature(row), network, down, first, inside=row in set(within[0].tolist()))
        for row in sorted(failed - cut)
    ]
    site_needs = sites.column("depends_on")
    reached = set(within[1].tolist())
    hit = [row for row in range(len(sites)) if row in reached or _split(site_needs[row]) & down.keys()]
    found += [_dependent(sites.feature(row), network, down, first, inside=row in reached) for row in hit]
    return sorted(found, key=_rank)


def _failed(cut: set[int], refs: Any, needs: Any) -> set[int]:
    """The stations cut, and those that cannot work without one that failed."""
    followers: dict[str, list[int]] = {}
    for row, said in enumerate(needs):
        for ref in _split(said):
            followers.setdefault(ref, []).append(row)
    failed, waiting = set(cut), deque(sorted(cut))
    while waiting:
        for row in followers.get(str(refs[waiting.popleft()]), ()):
            if row not in failed:
                failed.add(row)
                waiting.append(row)
    return failed


def _split(said: Any) -> set[str]:
    return {part.strip() for part in said.split(";") if part.strip()} if isinstance(said, str) else set()


def _dependent(feature: Feature, network: str, down: dict[str, str], first: set[str], *, inside: bool) -> Dependent:
    needs = tuple(sorted(_split(feature.properties.get("depends_on")) & down.keys()))
    lost = {NETWORK_OF[down[ref]] for ref in needs if down[ref] in NETWORK_OF}
    direct = inside or any(ref in first for ref in needs)
    loses = ([network] if direct else []) + sorted(lost - {network, SERVED_BY.get(network, network)})
    return Dependent(feature, inside, needs, tuple(loses or [network]), cascade=not direct)


def _rank(one: Dependent) -> tuple[int, str]:
    kind = str(one.feature.properties.get("kind"))
    rank = SENSITIVE.index(kind) if kind in SENSITIVE else len(SENSITIVE)
    return rank, str(one.feature.properties.get("name") or "")


def rows_in(rows: Rows, area: Any) -> Any:
    """The rows that touch an area of the metric system; none when there is no area."""
    return np.empty(0, dtype=np.int64) if area is None else rows.touching(area)


def count_kinds(found: Sequence[Dependent]) -> dict[str, int]:
    """How many of each kind, in the order in which they are told."""
    counts: dict[str, int] = {}
    for one in found:
        kind = str(one.feature.properties.get("kind") or "other")
        counts[kind] = counts.get(kind, 0) + 1
    return counts
