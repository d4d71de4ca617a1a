"""The views show what the shared fold cases say by hand; the browser's fold is held to the same file."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from support import fold_stories
from support.fold_telling import Case
from support.law_of_views import folded

from garance.domain.moment import By, Moment
from garance.domain.vocabulary import Body, decode
from garance.kernel.fact import Fact
from garance.kernel.refusal import Refused
from garance.views.board import Board
from garance.views.logbook import Logbook
from garance.views.picture import Picture

FILE = Path(fold_stories.__file__).with_name("fold_cases.json")
CASES = msgspec.json.decode(FILE.read_bytes(), type=list[Case])

MEMBERS = {
    "situation": ("id", "title", "level", "acknowledged", "status", "mode", "clock"),
    "resources": ("id", "name", "kind", "state", "geometry"),
    "shapes": (
        "id",
        "name",
        "kind",
        "state",
        "geometry",
        "figure",
        "valid_until",
        "symbol",
        "sector",
        "course",
        "phase",
    ),
    "series": ("id", "name", "kind", "unit", "provenance", "resource", "mobile"),
    "grids": ("id", "raster", "name", "at"),
    "saved_views": ("id", "name", "axis", "layers", "camera", "at", "order"),
    "things": ("kind", "id", "ended", "conflict", "said"),
    "logbook": (
        "entry",
        "number",
        "text",
        "original_text",
        "struck",
        "corrections",
        "acknowledged",
        "conflict",
        "withheld",
    ),
    "courses": ("id", "name", "idea", "phases", "chosen"),
    "signals_plans": ("id", "name", "nets", "posts", "fallbacks"),
}
"""What is compared, of each thing."""


def fact_of(wire: dict[str, Any]) -> Fact[Body]:
    """A fact read from the wire."""
    fact: Fact[Any] = msgspec.convert({**wire, "body": None}, Fact[None])
    try:
        body = decode(fact.name, wire["body"])[1] if wire["body"] is not None else None
    except Refused:
        body = None
    return msgspec.structs.replace(fact, body=body)


def shown(case: Case, facts: list[Fact[Body]]) -> dict[str, Any]:
    """What the views show of a case, cut to what is compared."""
    moment = Moment(case.at, By(case.by)) if case.at else None
    picture = as_json(folded(Picture, facts).at(moment))
    picture["logbook"] = as_json(folded(Logbook, facts).at(moment).items)
    for entry in picture["logbook"]:
        for part in ("struck", "corrections", "acknowledged"):
            entry[part] = [one["fact"] for one in entry.get(part, ())]
    if picture.get("situation", {}).get("acknowledged"):
        picture["situation"]["acknowledged"] = [one["fact"] for one in picture["situation"]["acknowledged"]]
    board = as_json(folded(Board, facts).at(moment))
    picture["things"] = board["things"]
    picture["conflicts"] += board["conflicts"]
    for thing in picture["things"]:
        thing["said"] = {aspect: statement["value"] for aspect, statement in thing["said"].items()}
    for one in picture["courses"]:
        one.update({"chosen": True} if one.get("chosen") else {})
    found = {key: cut(picture.get(key), members) for key, members in MEMBERS.items()}
    found["conflicts"] = [
        {**cut(one, ("thing", "id", "aspect")), "facts": sorted({version["fact"] for version in one["versions"]})}
        for one in picture["conflicts"]
    ]
    return found


def as_json(shown: object) -> Any:
    """What the browser would read."""
    return msgspec.json.decode(msgspec.json.encode(shown))


def cut(thing: Any, members: tuple[str, ...]) -> Any:
    if isinstance(thing, list | tuple):
        return [cut(one, members) for one in thing]
    return {key: thing[key] for key in members if key in thing} if thing else thing


def test_the_file_is_what_the_stories_say() -> None:
    written = msgspec.json.format(msgspec.json.encode(fold_stories.cases()), indent=1) + b"\n"
    assert FILE.read_bytes() == written, "run scripts/fold_cases.py"


def test_no_two_cases_have_one_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 15


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_views_show_what_is_expected_in_any_order(case: Case) -> None:
    facts = [fact_of(wire) for wire in case.facts]
    for seed in range(4):
        found = shown(case, facts)
        for key, expected in case.expect.items():
            assert in_any_order(found[key]) == in_any_order(expected), key
        Random(seed).shuffle(facts)


def in_any_order(value: Any) -> Any:
    """Things by what names them; each with its lists of facts in one order."""
    if isinstance(value, list):
        return sorted((_sorted(one) for one in value), key=_name)
    return _sorted(value)


def _name(thing: dict[str, Any]) -> tuple[str, str]:
    return str(thing.get("entry", thing.get("id"))), str(thing.get("aspect"))


def _sorted(thing: Any) -> Any:
    """The same with its lists of facts in one order."""
    if not isinstance(thing, dict):
        return thing
    lists = ("facts", "struck", "corrections", "acknowledged")
    return {key: sorted(value) if key in lists else value for key, value in thing.items()}
