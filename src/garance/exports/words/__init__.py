"""The words of documents, by language: their own, and those of the desk for what both say."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from garance.kernel.refusal import Refused
from garance.ports.export import Language, Order

DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
           "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip


@functools.cache
def words_of(language: Language) -> Mapping[str, str]:
    """Every word of that language, by key."""
    return msgspec.json.decode((Path(__file__).parent / f"{language}.json").read_bytes(), type=dict[str, str])


@functools.cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; refuses `zone-unknown`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        raise Refused("zone-unknown", field="zone") from problem


class Voice:
    """How things are said to one reader: language and time zone."""

    def __init__(self, order: Order) -> None:
        self.language: Language = order.language
        self.words = words_of(order.language)
        self._zone = zone_of(order.zone)

    def say(self, key: str, **named: object) -> str:
        """The words of that key, `{names}` filled in; a missing key is a fault of ours."""
        return self.words[key].format(**named)

    def of(self, family: str, value: str | None) -> str:
        """The word for a value of a closed list; the value itself when a later version made it."""
        return "" if value is None else self.words.get(f"{family}.{value}", value)

    def time(self, at: datetime | None) -> str:
        """The hour and minute."""
        return "" if at is None else f"{self._local(at):%H:%M}"

    def short(self, at: datetime | None) -> str:
        """Day, month, hour and minute, in figures."""
        return "" if at is None else f"{self._local(at):%d/%m %H:%M}"

    def date(self, at: datetime) -> str:
        """The day in full."""
        local = self._local(at)
        day, month = DAYS[self.language][local.weekday()], MONTHS[self.language][local.month - 1]
        return f"{day} {local.day} {month} {local.year}"

    def moment(self, at: datetime) -> str:
        """Day and hour in full, with the offset, so that a sheet found later cannot be misread."""
        local = self._local(at)
        offset = f"{local:%z}"
        return f"{self.date(at)}, {local:%H:%M} (UTC{offset[:3]}:{offset[3:]})"

    def number(self, value: float, digits: int = 0) -> str:
        """A number with its thousands apart and the decimal sign of the language."""
        said = f"{value:,.{digits}f}"
        return said.replace(",", "\u202f").replace(".", ",") if self.language == "fr" else said

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)
