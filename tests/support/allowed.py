"""Who may see what, written again from DESIGN section 6 and nothing else: the judge of the leak walk.

It knows organisations, who takes part where, roles and labels; it never asks `garance.access`. Everything that the
journal holds is cut into tokens (identifiers, marked words); a token may be shown to whoever may see a fact that
holds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from garance.journal.envelope import Line
from garance.journal.store import Store

FACT = r"w[0-9a-f]{20}-[1-9][0-9]*"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MARK = r"mark[0-9a-f]{12}"
TOKEN = re.compile(f"(?<![0-9a-zA-Z])(?:{FACT}|{UUID}|{MARK})")

REACH = {"cell": 0, "organisation": 1, "partners": 2, "level-above": 3, "public": 4}
READS: dict[str, frozenset[str]] = {
    "dos": frozenset({"personal", "restricted"}),
    "rac": frozenset({"personal", "restricted"}),
    "cell-head": frozenset({"personal"}),
    "logbook-secretary": frozenset({"personal"}),
    "sdis-officer": frozenset({"personal", "health", "restricted"}),
    "prefecture-duty-officer": frozenset({"personal", "restricted"}),
    "observer": frozenset(),
    "partner": frozenset(),
    "administrator": frozenset(),
}
ABOVE = {"commune-a": "epci", "commune-b": "epci", "epci": "prefecture", "prefecture": "zone"}
"""Who answers to whom; the fire service and the partner answer to nobody here."""

LOCAL = frozenset({"commune-a", "commune-b", "epci"})
"""Organisations with no part in what their neighbours live, until given a role there."""


def above(organisation: str) -> set[str]:
    """Everyone that organisation answers to."""
    found: set[str] = set()
    while organisation in ABOVE:
        organisation = ABOVE[organisation]
        found.add(organisation)
    return found


@dataclass(frozen=True)
class Role:
    """A role held: for which organisation, in which cell, where (None: everywhere), and whether it holds today."""

    role: str
    organisation: str
    cell: str | None = None
    where: str | None = None
    holds: bool = True


@dataclass(frozen=True)
class Place:
    """A situation: whose it is, and every organisation given a role in it, today or before."""

    name: str
    engaged: frozenset[str]


def sees(roles: Iterable[Role], place: Place, organisation: str, cell: str | None, label: dict[str, Any]) -> bool:
    """Whether someone with these roles may see there what such an author said under that label."""
    held = [(role, part_in(role, place)) for role in roles if role.holds]
    held = [(role, part) for role, part in held if part]
    if not held:
        return False
    care = label.get("sensitivity", "ordinary")
    if care != "ordinary" and not any(care in READS[role.role] for role, _ in held):
        return False
    reach = REACH[label.get("audience", "partners")]
    named = label.get("cell") or cell
    near = 4
    for role, part in held:
        if role.organisation == organisation:
            near = min(near, 0 if role.cell == named else 1)
        elif part == "partner":
            near = min(near, 2)
        elif any(role.organisation in above(one) for one in place.engaged):
            near = min(near, 3)
    return near <= reach


def part_in(role: Role, place: Place) -> str:
    """`partner`, `above`, or nothing: a situation not to be known of."""
    if role.where is not None:
        return "partner" if role.where == place.name else ""
    if role.organisation in place.engaged:
        return "partner"
    if any(role.organisation in above(one) for one in place.engaged):
        return "above"
    if role.organisation in LOCAL:
        return "partner" if above(role.organisation) & place.engaged else ""
    return "partner"


def knows_of(roles: Iterable[Role], place: Place) -> bool:
    """Whether someone with these roles may know that the situation exists."""
    return any(role.holds and part_in(role, place) for role in roles)


@dataclass
class Written:
    """One fact as the journal holds it, cut into tokens. `names` are the other facts it names."""

    id: str
    situation: str | None
    name: str
    author: dict[str, Any]
    label: dict[str, Any]
    body: dict[str, Any]
    tokens: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def written(line: Line) -> Written:
    """That line, cut up."""
    header = json.loads(line.record.header)
    body = json.loads(line.record.body or b"{}")
    found = set(TOKEN.findall(json.dumps([header, body])))
    return Written(
        line.id, line.header.situation, line.header.name, header["author"], header.get("label", {}), body,
        {one for one in found if not re.fullmatch(FACT, one)} | {line.id},
        {one for one in found if re.fullmatch(FACT, one)} - {line.id},
    )  # fmt: skip


def all_written(store: Store) -> list[Written]:
    """The whole journal, cut up, in its order."""
    return [written(line) for line in store.read(0, 1_000_000)]
