"""Stories as data: people, and steps that are commands; read from TOML and bound to one territory."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec

from garance.kernel.clock import Instant
from garance.kernel.identity import derived_id
from garance.kernel.label import Label
from garance.kernel.refusal import Refused


class StoryOrganisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation that takes part."""

    id: str
    name: str
    level: str
    above: str | None = None


class StoryPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who acts, in one role; the titles are what the role picker shows."""

    id: str
    name: str
    organisation: str
    role: str
    title_fr: str
    title_en: str
    cell: str | None = None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One command: when in the story, by whom, with what body. `id` lets later steps point at its fact."""

    at: Instant
    by: str
    command: str
    body: dict[str, Any]
    id: str | None = None
    label: Label | None = None


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole story. `sea_peak_at` is when the sea series of the territory must culminate."""

    title: str
    kind: str
    starts_at: Instant
    ends_at: Instant
    sea_peak_at: Instant
    organisation: list[StoryOrganisation]
    person: list[StoryPerson]
    step: list[Step]

    def people(self) -> dict[str, StoryPerson]:
        """Its people by their short name."""
        return {person.id: person for person in self.person}


def read_story(name: str = "night") -> Story:
    """One of the stories that come with Garance; its steps in order of time. Refuses `story-malformed`."""
    text = files("garance.server.demo").joinpath(f"{name}.toml").read_bytes()
    try:
        story = msgspec.toml.decode(text, type=Story)
    except msgspec.DecodeError as problem:
        raise Refused("story-malformed", detail={"story": name, "problem": str(problem)}) from problem
    unknown = sorted({step.by for step in story.step} - set(story.people()))
    if unknown:
        raise Refused("story-malformed", detail={"story": name, "problem": f"unknown people: {', '.join(unknown)}"})
    return msgspec.structs.replace(story, step=sorted(story.step, key=lambda step: step.at))


class Script:
    """A story bound to a node's situation: turns short names into identifiers and places into geometries.

    Identifiers are derived from the situation and the step, so that telling a step again is the same command.
    """

    def __init__(self, story: Story, *, situation: str, places: Mapping[str, Any], words: Mapping[str, str]) -> None:
        self.story = story
        self.situation = situation
        self._places = places
        self._words = dict(words)
        self._facts: dict[str, str] = {}

    def title(self) -> str:
        """The situation's title in this territory."""
        return self.say(self.story.title)

    def say(self, text: str) -> str:
        """A text with the territory's own words in it."""
        return text.format_map(self._words)

    def place(self, name: str) -> Any:
        """One of the story's places, as GeoJSON."""
        return self._places[name]

    def object_id(self, name: str) -> str:
        """The identifier of something the story names."""
        return derived_id(self.situation, f"object {name}")

    def command_id(self, index: int) -> str:
        """The client-made identifier of step number `index`."""
        return derived_id(self.situation, f"step {index}")

    def told(self, step: Step, facts: tuple[str, ...]) -> None:
        """Remember which fact a named step made."""
        if step.id and facts:
            self._facts[step.id] = facts[0]

    def body(self, step: Step) -> dict[str, Any]:
        """The step's body as the command wants it."""
        return {member: self._value(value) for member, value in step.body.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.say(value)
        if not isinstance(value, dict):
            return value
        ((kind, name),) = value.items()
        if kind == "id":
            return self.object_id(name)
        if kind == "fact":
            return self._facts[name]
        return self.place(f"{kind} {name}")
