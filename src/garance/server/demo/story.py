"""Stories as data: people, phases, units, and steps that are commands; read from TOML and bound to one territory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

import msgspec

from garance.domain.taskings.models import started_in_french
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
    """Somebody who acts, in one role; the titles and what they do are what the role picker shows."""

    id: str
    name: str
    organisation: str
    role: str
    title_fr: str
    title_en: str
    does_fr: str
    does_en: str
    cell: str | None = None


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A stretch of the night: its name, the level it needs, and the decision that begins it."""

    id: str
    name_fr: str
    name_en: str
    at: time
    level: int
    by: str
    decision: str


class Trip(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mission of a unit: by these places, so many minutes at each, then home unless it `stays`.

    `state` is said when it leaves, `there` when it reaches the first place, `end` when it is home again. `afloat`
    names the water a boat goes about on from the last place, for `minutes`.
    """

    at: time
    to: list[str]
    minutes: float = 12
    state: str = "engaged"
    there: str | None = None
    end: str = "available"
    stays: bool = False
    afloat: str | None = None


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A unit that moves: declared `since` then at its `home`. `lost`: between which hours nobody receives it."""

    id: str
    name: str
    kind: str
    by: str
    home: str
    since: time
    pace: Literal["urgent", "normal", "heavy"] = "normal"
    trip: list[Trip] = []
    lost: tuple[time, time] | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One command: when in the story, by whom, with what body. `id` lets later steps point at its fact; `key` names
    it for ever; `needs` is what the territory must have for it to make sense; `answers` are the named steps whose facts
    it comes from or weighs."""

    key: str
    at: Instant
    by: str
    command: str
    body: dict[str, Any]
    id: str | None = None
    label: Label | None = None
    needs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A step as it is written: any `command` with its `body`; or an entry of the logbook, its category in `write`."""

    at: time
    by: str
    id: str | None = None
    label: Label | None = None
    needs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    command: str | None = None
    body: dict[str, Any] = {}
    write: str | None = None
    via: str | None = None
    sender: str | None = msgspec.field(name="from", default=None)
    recipient: str | None = msgspec.field(name="to", default=None)
    text: str | None = None
    where: str | None = None


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A story as its files say it, put together."""

    title: str
    kind: str
    starts_at: Instant
    ends_at: Instant
    sea_peak_at: Instant
    organisation: list[StoryOrganisation]
    person: list[StoryPerson]
    phase: list[Phase]
    unit: list[Unit] = []
    step: list[_Line] = []


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A whole story. `sea_peak_at` is when the sea of the territory must culminate; `digest` tells versions apart."""

    digest: str
    title: str
    kind: str
    starts_at: Instant
    ends_at: Instant
    sea_peak_at: Instant
    organisation: list[StoryOrganisation]
    person: list[StoryPerson]
    phase: list[Phase]
    unit: list[Unit]
    step: list[Step]

    def people(self) -> dict[str, StoryPerson]:
        """Its people by their short name."""
        return {person.id: person for person in self.person}

    def instant(self, hour: time) -> datetime:
        """That hour of the story: of the day it starts, or of the next one when it is earlier than the start."""
        return hour_of(self.starts_at, hour)


def hour_of(starts_at: datetime, hour: time) -> datetime:
    """The first instant at that hour, not before the start."""
    moment = datetime.combine(starts_at.date(), hour, starts_at.tzinfo)
    return moment if moment >= starts_at else moment + timedelta(days=1)


def read_story(name: str = "night") -> Story:
    """One of the stories that come with Garance, from all the files of its folder; its steps in order of time.

    Refuses `story-malformed`.
    """
    folder = files("garance.server.demo").joinpath(name)
    texts = [
        each.read_bytes()
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
        if each.name.endswith(".toml")
    ]
    try:
        written = msgspec.convert(_together(map(msgspec.toml.decode, texts)), _Written)
        steps = [*_phase_steps(written), *(_step(written, number, line) for number, line in enumerate(written.step))]
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError) as problem:
        raise Refused("story-malformed", detail={"story": name, "problem": str(problem)}) from problem
    people = {person.id for person in written.person}
    unknown = sorted({*(step.by for step in steps), *(unit.by for unit in written.unit)} - people)
    if unknown:
        raise Refused("story-malformed", detail={"story": name, "problem": f"unknown people: {', '.join(unknown)}"})
    members = {member: getattr(written, member) for member in _Written.__struct_fields__ if member != "step"}
    digest = sha256(b"".join(texts)).hexdigest()[:16]
    return Story(digest=digest, step=sorted(steps, key=lambda step: step.at), **members)


def _together(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for part in parts:
        for member, value in part.items():
            if isinstance(value, list):
                whole.setdefault(member, []).extend(value)
            elif member in whole:
                raise ValueError(f"{member} is said twice")
            else:
                whole[member] = value
    return whole


def _phase_steps(written: _Written) -> Iterable[Step]:
    """The level that each phase needs, when it changes, and the decision that begins it."""
    level = 0
    for phase in written.phase:
        at = hour_of(written.starts_at, phase.at)
        if phase.level != level:
            level = phase.level
            body: dict[str, Any] = {"level": level}
            yield Step(key=f"phase {phase.id} level", at=at, by=phase.by, command="situation.set-level", body=body)
        text = f"{phase.name_fr}. {phase.decision}"
        body = {"category": "decision", "text": text}
        yield Step(key=f"phase {phase.id}", at=at, by=phase.by, command="logbook.write", body=body)


def _step(written: _Written, number: int, line: _Line) -> Step:
    command, body = line.command, line.body
    if (command is None) == (line.write is None):
        raise ValueError(f"step {number} is a command or an entry, one of the two")
    if command is None:
        command = "logbook.write"
        said = {"category": line.write, "text": line.text, "channel": line.via, "sender": line.sender}
        body = {member: value for member, value in {**said, "recipient": line.recipient}.items() if value is not None}
        if line.where is not None:
            kind, _, place = line.where.partition(" ")
            body["geometry"] = {kind: place}
    at = hour_of(written.starts_at, line.at)
    return Step(
        key=f"step {number}",
        at=at,
        by=line.by,
        command=command,
        body=body,
        id=line.id,
        label=line.label,
        needs=line.needs,
        answers=line.answers,
    )


class Script:
    """A story bound to a territory: turns short names into identifiers and places into geometries.

    Identifiers are derived from the situation and the step, so that telling a step again is the same command.
    `has` is what the territory has of what steps may need; `more` are the steps that its units make.
    """

    def __init__(
        self,
        story: Story,
        *,
        situation: str,
        places: Mapping[str, Any],
        words: Mapping[str, str],
        has: frozenset[str],
        more: Iterable[Step] = (),
    ) -> None:
        self.story = story
        self.situation = situation
        told = [step for step in story.step if has.issuperset(step.needs)]
        self.steps = sorted([*told, *more], key=lambda step: step.at)
        self._places = places
        self._kinds = {name.partition(" ")[0] for name in places}
        self._words = {**words, "situation": situation}
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

    def command_id(self, step: Step) -> str:
        """The client-made identifier of that step."""
        return derived_id(self.situation, f"command {step.key}")

    def told(self, step: Step, facts: tuple[str, ...]) -> None:
        """Remember which fact a named step made."""
        if step.id and facts:
            self._facts[step.id] = facts[0]

    def body(self, step: Step) -> dict[str, Any]:
        """The step's body as the command wants it; refuses `entry-unknown` when it speaks of a fact never made.

        A sheet that is started names its model, whose steps it takes.
        """
        body = {member: self._value(value) for member, value in step.body.items()}
        return {**started_in_french(str(body["template"])), **body} if step.command == "taskings.start-sheet" else body

    def answered(self, step: Step) -> tuple[str, ...]:
        """The facts that the step comes from, among those that were made."""
        return tuple(self._facts[name] for name in step.answers if name in self._facts)

    def _value(self, value: object) -> object:
        """Words filled in, hours dated, `{ id = … }`, `{ fact = … }` and places looked up, at any depth."""
        if isinstance(value, str):
            return self.say(value)
        if isinstance(value, time):
            return self.story.instant(value)
        if isinstance(value, list):
            return [self._value(part) for part in value]
        if isinstance(value, dict):
            return self._named(value) if len(value) == 1 else {name: self._value(part) for name, part in value.items()}
        return value

    def _named(self, value: dict[str, Any]) -> object:
        ((kind, name),) = value.items()
        if kind == "number":
            return int(self._words[name])
        if kind == "whole":
            return self.situation
        if kind == "id":
            return self.object_id(name)
        if kind == "fact":
            if name not in self._facts:
                raise Refused("entry-unknown", field="body.entry")
            return self._facts[name]
        return self.place(f"{kind} {name}") if kind in self._kinds else {kind: self._value(name)}
