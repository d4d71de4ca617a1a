"""The teller: plays a story on a node, at a speed, through the same commands as anybody else.

Everything it writes is dated in story time and repeated safely: killed and started again, it goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from garance.domain import commands
from garance.domain.people.facts import OrganisationRegistered, PersonEnrolled, RoleGranted
from garance.domain.vocabulary import Body
from garance.journal.writer import Answer, Writer
from garance.kernel.clock import Clock, as_utc, to_milliseconds
from garance.kernel.identity import derived_id, new_id
from garance.kernel.label import Audience, Label, Mode
from garance.kernel.refusal import Refused
from garance.server.demo.feeds import Feed, Row
from garance.server.demo.story import Script, Step, StoryPerson
from garance.server.follower import Follower
from garance.server.scribe import Asked, Scribe

TICK_S = 0.2
PAGE = 1_000
_log = logging.getLogger("garance.demo")
OPENER = "prefecture"
Observe = Callable[[Mapping[str, Sequence[Row]]], Awaitable[None]]


def person_id(script: Script, person: StoryPerson) -> str:
    """The identifier of somebody in the story."""
    return script.object_id(f"person {person.id}")


def grant_id(script: Script, person: StoryPerson) -> str:
    """The identifier of that person's role in the story."""
    return script.object_id(f"grant {person.id}")


class Teller:
    """Tells one story on one node."""

    def __init__(
        self,
        script: Script,
        feeds: Sequence[Feed],
        *,
        scribe: Scribe,
        follower: Follower,
        writer: Writer,
        clock: Clock,
        observe: Observe,
    ) -> None:
        self.script = script
        self._feeds = feeds
        self._scribe = scribe
        self._follower = follower
        self._writer = writer
        self._clock = clock
        self._observe = observe
        self._fed_ms: dict[str, int] = {}

    # -- people -------------------------------------------------------------------------------------------------

    async def _introduce(self) -> None:
        """Make organisations, people and roles known: the node says it, as it does for a first administrator."""
        story = self.script.story
        bodies: list[Body] = [
            OrganisationRegistered(
                organisation=self.script.object_id(f"organisation {one.id}"),
                name=self.script.say(one.name),
                level=one.level,  # type: ignore[arg-type]  # a Level by its value, as in every TOML and JSON
                above=self.script.object_id(f"organisation {one.above}") if one.above else None,
            )
            for one in story.organisation
        ]
        for person in story.person:
            bodies.append(PersonEnrolled(person=person_id(self.script, person), display_name=person.name))
            bodies.append(self._role(person))
        command = derived_id(self.script.situation, "introductions")
        await self._scribe.record(lambda: bodies, command=command, label=Label(audience=Audience.PARTNERS))

    def _role(self, person: StoryPerson) -> RoleGranted:
        return RoleGranted(
            grant=grant_id(self.script, person),
            person=person_id(self.script, person),
            organisation=self.script.object_id(f"organisation {person.organisation}"),
            cell=person.cell,
            role=person.role,
            situation=None if person.id == OPENER else self.script.situation,
        )

    # -- the story ----------------------------------------------------------------------------------------------

    async def prepare(self, *, speed: float, begin_at: datetime | None = None) -> None:
        """Open the situation if it is new, and set its clock: at the beginning, at `begin_at`, or where it stopped.

        Steps before the clock's first instant are told at once.
        """
        await self._introduce()
        story = self.script.story
        opened = {
            "situation": self.script.situation,
            "title": self.script.title(),
            "kind": story.kind,
            "mode": Mode.EXERCISE,
        }
        await self._once(OPENER, "situation.open", opened, what="open", at=story.starts_at, situation=None)
        start = max(self._reached() or story.starts_at, begin_at or story.starts_at)
        clock = {"story_at": start, "real_at": self._clock.now(), "speed": speed}
        await self._command(OPENER, "situation.set-clock", clock, command=new_id(), at=None)
        await self._declare()

    def _reached(self) -> datetime | None:
        """The latest moment of the story of which anybody has said anything, if any.

        What is dated after the story (the first setting of its clock is, by the world's time) does not count.
        """
        store, after, ends_at = self._writer.store, 0, self.script.story.ends_at
        moments: set[datetime] = set()
        while lines := store.read(after, PAGE, situation=self.script.situation):
            after = lines[-1].position
            moments.update(line.header.occurred_at for line in lines if line.header.occurred_at <= ends_at)
        return max(moments, default=None)

    async def _declare(self) -> None:
        helicopter = {"resource": self.script.object_id("helicopter"), "name": "Dragon", "kind": "helicopter"}
        start = self.script.story.starts_at
        await self._once("sdis", "resources.declare", helicopter, what="helicopter", at=start)
        for feed in self._feeds:
            if not feed.declaration:
                continue  # a unit's track: the story declares it when the unit comes in
            declared = "observations.declare-series"
            await self._once(feed.by, declared, feed.declaration, what=f"series {feed.key}", at=start)

    async def _once(
        self, by: str, name: str, body: dict[str, Any], *, what: str, at: datetime, situation: str | None = ""
    ) -> None:
        """Say it unless an earlier start did, be it in the words of an earlier version of the story."""
        command = self._fixed(what)
        if not self._writer.store.receipt(person_id(self.script, self.script.story.people()[by]), command):
            await self._command(by, name, body, command=command, at=at, situation=situation)

    async def tell(self) -> None:
        """Tell every step when its time comes, and feed the telemetry, until the story ends."""
        steps = deque(self.script.steps)
        while True:
            now = self.now()
            while steps and steps[0].at <= now:
                await self._tell_step(steps.popleft())
            await self._feed(min(now, self.script.story.ends_at))
            if not steps and now >= self.script.story.ends_at:
                break
            await asyncio.sleep(TICK_S)
        clock = {"story_at": self.script.story.ends_at, "real_at": self._clock.now(), "speed": 1.0}
        await self._command(OPENER, "situation.set-clock", clock, command=new_id(), at=None)

    def now(self) -> datetime:
        """What the story's clock shows."""
        return commands.present_of(self._follower.state, self.script.situation, self._clock.now())

    async def _tell_step(self, step: Step) -> None:
        try:
            answer = await self._command(
                step.by,
                step.command,
                self.script.body(step),
                command=self.script.command_id(step),
                at=step.at,
                label=step.label,
                answers=self.script.answered(step),
            )
        except Refused as refused:
            # Whoever plays may have closed the situation or struck the entry first: the story goes on without it.
            _log.warning("the story goes on without %s: %s", step.key, refused.code)
            return
        self.script.told(step, answer.receipt.facts)

    async def _feed(self, until: datetime) -> None:
        """Give what was measured since the last time; what nobody has declared yet, or could not, is left."""
        until_ms = to_milliseconds(until)
        known = self._follower.state.observations.known.get(self.script.situation, {})
        samples: dict[str, Sequence[Row]] = {}
        for feed in self._feeds:
            series = self.script.object_id(feed.key)
            rows = feed.between(self._fed_ms.get(feed.key, 0), until_ms)
            if rows and series in known:
                samples[series] = rows
                self._fed_ms[feed.key] = until_ms
        if samples:
            await self._observe(samples)

    def _fixed(self, what: str) -> str:
        return derived_id(self.script.situation, f"command {what}")

    async def _command(
        self,
        by: str,
        name: str,
        body: dict[str, Any],
        *,
        command: str,
        at: datetime | None,
        label: Label | None = None,
        answers: tuple[str, ...] = (),
        situation: str | None = "",
    ) -> Answer:
        person = self.script.story.people()[by]
        wanted = commands.find(name)
        asked: Asked[msgspec.Struct] = Asked(
            id=command,
            role=grant_id(self.script, person),
            situation=self.script.situation if situation == "" else situation,
            occurred_at=as_utc(at) if at is not None else None,
            label=label,
            answers=answers,
            body=msgspec.convert(body, wanted.request),
        )
        return await self._scribe.carry_out(person_id(self.script, person), name, asked)
