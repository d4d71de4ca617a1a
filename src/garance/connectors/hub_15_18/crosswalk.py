"""The words of the hub in ours and ours in theirs, from `crosswalk.toml` (table de correspondance)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from garance.domain.resources.facts import ResourceStatus
from garance.domain.taskings.facts import MissionState

PERSON_FACT = "Secours à personne"


class Health(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes that say the state of a person: facts, those among them that may be told, risks, missions of care."""

    facts: tuple[str, ...]
    facts_told: tuple[str, ...]
    risks: tuple[str, ...]
    missions: tuple[str, ...]


class Crosswalk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every table, by the names that the data file explains."""

    vehicle_status_in: Mapping[str, ResourceStatus]
    vehicle_status_out: Mapping[ResourceStatus, str]
    engaged_status: Mapping[str, ResourceStatus]
    emsi_status_in: Mapping[str, ResourceStatus]
    emsi_status_out: Mapping[ResourceStatus, str]
    mission_status_in: Mapping[str, MissionState]
    mission_status_out: Mapping[MissionState, str]
    nature_in: Mapping[str, str]
    nature_out: Mapping[str, tuple[str, str]]
    category_in: Mapping[str, str]
    category_out: Mapping[str, tuple[str, str]]
    mission_type: Mapping[str, str]
    class_in: Mapping[str, str]
    class_out: Mapping[str, str]
    kind_of_letters: Mapping[str, str]
    zone_in: Mapping[str, str]
    counts_in: Mapping[str, str]
    counts_out: Mapping[str, str]
    health: Health


@cache
def crosswalk() -> Crosswalk:
    """The tables that come with Garance."""
    text = files("garance.connectors.hub_15_18").joinpath("crosswalk.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Crosswalk)


def longest(table: Mapping[str, str], code: str) -> str | None:
    """What the longest beginning of that code gives, cut where the code has a dot or a slash."""
    while code:
        if code in table:
            return table[code]
        code = code[: max(code.rfind("."), code.rfind("/"), 0)]
    return None


def says_health(code: str) -> bool:
    """Whether the nature of a fact says the state of a person, so that it is only told as help to a person."""
    words = crosswalk().health
    return code.startswith(words.facts) and not code.startswith(words.facts_told)


def kind_named(name: str, otherwise: str = "vehicle") -> str:
    """The kind of a vehicle from the letters its name begins with (`VSAV 1`)."""
    found = re.match(r"[A-Z]{2,8}", name.strip().upper())
    return crosswalk().kind_of_letters.get(found.group(), otherwise) if found else otherwise
