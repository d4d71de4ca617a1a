"""How many people the story speaks of: from who lives in the low zone, and such that sums agree all night."""

from __future__ import annotations

import math
from typing import NamedTuple

PEOPLE_A_HOME = 2.1
MOST_BEDS = 160
"""No more people of one sector go to a reception centre: the others have relatives."""

LEAST, SPARE = 24, 60
"""A sector is told of so many people at least; of so many when nobody knows who lives there."""


class Sector(NamedTuple):
    """The people of one sector; each is evacuated or upstairs, and the evacuated sheltered or with relatives."""

    people: int
    homes: int
    absent_homes: int
    evacuated: int
    sheltered: int

    @property
    def upstairs(self) -> int:
        """Those who stay, on an upper floor."""
        return self.people - self.evacuated

    @property
    def relatives(self) -> int:
        """Those who go to relatives or friends."""
        return self.evacuated - self.sheltered


class Counts(NamedTuple):
    """The three sectors, and those whom boats and the helicopter fetch from sector A."""

    a: Sector
    b: Sector
    c: Sector
    by_boat: int
    by_air: int
    to_hospital: int
    missing: int

    @property
    def rescued(self) -> int:
        """Fetched from the water."""
        return self.by_boat + self.by_air

    @property
    def centre_1(self) -> int:
        """In the first reception centre: sector A, and the rescued who need no hospital."""
        return self.a.sheltered + self.rescued - self.to_hospital

    @property
    def centre_2(self) -> int:
        """In the second one: sectors B and C."""
        return self.b.sheltered + self.c.sheltered

    @property
    def sheltered(self) -> int:
        """In both centres."""
        return self.centre_1 + self.centre_2

    @property
    def relatives(self) -> int:
        """With relatives."""
        return self.a.relatives + self.b.relatives + self.c.relatives

    @property
    def evacuated(self) -> int:
        """Away from home: sheltered, with relatives, or in hospital."""
        return self.sheltered + self.relatives + self.to_hospital

    @property
    def people(self) -> int:
        """Who lives in the three sectors."""
        return self.a.people + self.b.people + self.c.people


def count_people(lived: list[int]) -> Counts:
    """The counts of a night over sectors where so many people live (zero: nobody knows)."""
    a, b, c = (_sector(people, share) for people, share in zip(lived, (0.8, 0.7, 0.6), strict=True))
    by_boat = min(a.upstairs, 14)
    by_air = min(a.upstairs - by_boat, 4)
    return Counts(a, b, c, by_boat, by_air, min(2, by_boat), min(3, c.upstairs))


def _sector(lived: int, share: float) -> Sector:
    people = max(LEAST, lived or SPARE)
    homes = max(4, round(people / PEOPLE_A_HOME))
    evacuated = round(people * share)
    return Sector(people, homes, homes // 10, evacuated, min(MOST_BEDS, round(evacuated * 0.45)))


def words_of(counts: Counts) -> dict[str, str]:
    """The numbers as the story's texts name them."""
    words: dict[str, int] = {}
    for name, sector in zip("abc", (counts.a, counts.b, counts.c), strict=True):
        words |= {
            f"{name}_people": sector.people, f"{name}_homes": sector.homes, f"{name}_absent": sector.absent_homes,
            f"{name}_seen": sector.homes - sector.absent_homes, f"{name}_out": sector.evacuated,
            f"{name}_sheltered": sector.sheltered, f"{name}_relatives": sector.relatives, f"{name}_up": sector.upstairs,
        }  # fmt: skip
    for member in ("people", "by_boat", "by_air", "rescued", "to_hospital", "missing", "centre_1", "centre_2"):
        words[member] = getattr(counts, member)
    words |= {"sheltered": counts.sheltered, "relatives": counts.relatives, "evacuated": counts.evacuated}
    words["upstairs"] = counts.people - counts.evacuated
    words["first_in"], words["more_in"] = counts.a.sheltered // 3, 2 * counts.a.sheltered // 3
    words["returned"] = counts.b.evacuated + counts.c.evacuated
    words["still_out"] = counts.evacuated - words["returned"]
    words["boat_first"] = counts.by_boat // 2
    words["beds_1"], words["beds_2"] = (10 * math.ceil(each * 0.13) for each in (counts.centre_1, counts.centre_2))
    words["room_1"] = 10 * math.ceil(counts.centre_1 * 1.05 / 10)
    words["room_2"] = 10 * math.ceil(counts.centre_2 * 1.5 / 10)
    words["not_found"] = counts.missing - max(0, counts.missing - 1)
    words["evacuated_low"], words["evacuated_high"] = max(0, counts.evacuated - 12), counts.evacuated + 8
    words["a_up_high"] = counts.a.upstairs + 6
    words["dark_homes"] = counts.a.homes + counts.b.homes
    words["meals"] = counts.sheltered + 30
    words["found"] = max(0, counts.missing - 1)
    return {name: str(number) for name, number in words.items()}
