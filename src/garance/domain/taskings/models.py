"""The action sheets that come with Garance (modèles de fiches action): data, in French and in English.

They are ours, written from public doctrine, and no practitioner has validated them yet: whoever runs one is told so.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import msgspec

from garance.domain.parties import Party
from garance.domain.taskings.facts import Phrase, StepMinutes
from garance.kernel.identity import Slug


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same thing in both languages."""

    fr: Phrase
    en: Phrase


class ModelStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One step: what to do, and how many minutes after the opening it is late."""

    id: Slug
    fr: Phrase
    en: Phrase
    within_min: StepMinutes | None = None


class SheetModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sheet to run: for which hazard, when to open it, when to close it, who runs it."""

    id: Slug
    hazard: Slug
    owner: Party
    deputy: Party
    title: Words
    trigger: Words
    exit: Words
    steps: Annotated[tuple[ModelStep, ...], msgspec.Meta(min_length=8, max_length=15)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sheet: list[SheetModel]


@cache
def sheet_models() -> tuple[SheetModel, ...]:
    """Every sheet, all hazards first, then by hazard and in the order of their files."""
    folder = files("garance.domain.taskings").joinpath("sheets")
    texts = [each.read_bytes() for each in sorted(folder.iterdir(), key=lambda each: each.name)]
    read = [sheet for text in texts for sheet in msgspec.toml.decode(text, type=_File).sheet]
    return tuple(sorted(read, key=lambda sheet: (sheet.hazard != "all", sheet.hazard)))


def started_in_french(template: str) -> dict[str, Any]:
    """The members that run that sheet, as `taskings.start-sheet` wants them; a KeyError when there is none."""
    model = {each.id: each for each in sheet_models()}[template]
    said: dict[str, Any] = msgspec.to_builtins(model)
    steps = [{"title": step.pop("fr"), **{name: step[name] for name in step if name != "en"}} for step in said["steps"]]
    words = {member: said[member]["fr"] for member in ("title", "trigger", "exit")}
    return {"template": template, **words, "owner": said["owner"], "deputy": said["deputy"], "steps": steps}
