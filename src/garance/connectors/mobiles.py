"""What moves, in our words: the lists of ships, aircraft, radio symbols and trackers as kinds of resources.

`mobiles.toml`, beside, is the table. A code that nobody knows falls back on the plainest word of its world.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources

import msgspec

from garance.kernel.identity import Slug


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One world's codes; `other` is what a code that is not there stands for."""

    other: Slug
    code: Mapping[str, Slug] = {}
    first_digit: Mapping[str, Slug] = {}
    station: Slug = "station"
    aid: Slug = "station"
    search_and_rescue: Slug = "aircraft"
    distress: Slug = "beacon"


class Mobiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    ais: Table
    adsb: Table
    aprs: Table
    traccar: Table


@functools.cache
def mobiles() -> Mobiles:
    """The table that comes with Garance."""
    content = resources.files("garance.connectors").joinpath("mobiles.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(content), Mobiles)


def ship(code: int | None) -> Slug:
    """The kind of a ship of this AIS type, 0 to 99 (ITU-R M.1371-5, table 53)."""
    table = mobiles().ais
    if code is None or not 0 < code < 100:
        return table.other
    return table.code.get(str(code)) or table.first_digit.get(str(code // 10), table.other)


def aircraft(category: str | None) -> Slug:
    """The kind of an aircraft of this emitter category, `A1` to `C3` (DO-260B)."""
    return mobiles().adsb.code.get(category or "", mobiles().adsb.other)


def radio_symbol(table: str, code: str) -> Slug:
    """The kind that an APRS symbol stands for: its table (`/`, `\\` or an overlay) and its code."""
    known = mobiles().aprs
    return known.code.get(f"{'/' if table == '/' else chr(92)}{code}", known.other)


def tracked(category: str | None) -> Slug:
    """The kind of a device of this category in Traccar."""
    return mobiles().traccar.code.get(category or "", mobiles().traccar.other)
