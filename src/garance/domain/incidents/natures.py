"""What an incident may be: one file for the server, the browser and paper (natures de sinistres)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from garance.domain.incidents.facts import Severity
from garance.kernel.identity import Slug


class Nature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One nature (nature): its names, how it lies on the ground, how grave it is taken to be at first.

    `on` begins with the geometry expected first; `emsi` is the code it is exchanged under (domain reference, 8 bis);
    `path` its sign, drawn with a pen on a 12-unit grid; `words` what people also type to find it.
    """

    id: Slug
    family: Literal["water", "weather", "fire", "industry", "ground", "transport", "people", "damage"]
    fr: str
    en: str
    on: Annotated[tuple[Literal["point", "line", "area"], ...], msgspec.Meta(min_length=1)]
    severity: Severity
    emsi: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3,4}(/[A-Z]+)?$")]
    path: str
    words: str


OTHER = "other"


@cache
def natures() -> dict[str, Nature]:
    """Every nature by its word, in the order they are proposed."""
    text = files("garance.domain.incidents").joinpath("natures.json").read_bytes()
    return {one.id: one for one in msgspec.json.decode(text, type=tuple[Nature, ...])}


def nature_of(word: str) -> Nature:
    """The nature of that word; the plain one for a word of another version."""
    return natures().get(word, natures()[OTHER])
