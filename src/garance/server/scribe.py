"""The scribe (greffier): takes what a person wants, asks whether they may and whether it can be, and has it recorded.

Every fact of a node goes through here: the web, the command line, the demonstration and the node itself differ only in
who speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

import garance.domain.concerns  # noqa: F401 - makes every fact and command known
from garance.access.authority import act
from garance.access.clearance import Clearance, clearance
from garance.access.sight import may_see, own_label
from garance.domain import commands
from garance.domain.said import Context, Settled
from garance.domain.vocabulary import Body, name_of, split
from garance.intake.meaning import Feed, Wanted
from garance.journal.envelope import Draft
from garance.journal.sealing import KeyRing, close_body
from garance.journal.writer import Answer, Intent, Writer
from garance.kernel.clock import Clock, Instant
from garance.kernel.digest import digest
from garance.kernel.identity import CommandId, FactId, ObjectId, derived_id, new_id
from garance.kernel.label import Audience, Author, Label, Mode, Sensitivity
from garance.kernel.refusal import Refused
from garance.server.follower import Follower

B = TypeVar("B")

NODE_ROLE = "node"
NODE_LABEL = Label(audience=Audience.ORGANISATION, sensitivity=Sensitivity.RESTRICTED)


class Asked(msgspec.Struct, Generic[B], frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person sends to have something done.

    `id` is made by the client: sending it again changes nothing and gets the same answer. `role` is one of the
    person's grants. `occurred_at` is in the situation's own time, and its present when left out. `follows` names the
    last facts about the same thing that the person had on screen, so that two people who changed it without knowing
    of each other are both shown. `answers` names the lines or statements that this one comes from or answers.
    """

    id: CommandId
    role: ObjectId
    situation: ObjectId | None = None
    occurred_at: Instant | None = None
    label: Label | None = None
    follows: Annotated[tuple[FactId, ...], msgspec.Meta(max_length=64)] | None = None
    answers: Annotated[tuple[FactId, ...], msgspec.Meta(max_length=64)] = ()
    body: B


class Scribe:
    """Carries out commands on one journal, one after the other."""

    def __init__(self, writer: Writer, follower: Follower, keys: KeyRing, clock: Clock) -> None:
        self._writer = writer
        self._follower = follower
        self._keys = keys
        self._clock = clock
        self.node_author = Author(
            person=derived_id("node", writer.name),
            role=NODE_ROLE,
            organisation=derived_id("node-organisation", writer.name),
        )

    async def carry_out(
        self, person: str, name: str, asked: Asked[msgspec.Struct], *, exercise_only: bool = False
    ) -> Answer:
        """Do what that person asks, durably, once; `exercise_only` for one who is only trying a demonstration.

        Refuses `exercise-only`, and what `act`, `own_label`, `commands.decide` and `Writer.submit` refuse. A
        situation that does not exist is refused like one the person must not know of: `unknown`.
        """
        wanted = commands.find(name)
        request = digest(msgspec.json.encode((name, asked), order="sorted"))
        intent = Intent(person, asked.id, request)
        return await self._writer.submit(intent, lambda: self._decide(person, wanted, asked, exercise_only))

    def _decide(
        self, person: str, wanted: commands.Command, asked: Asked[msgspec.Struct], exercise_only: bool
    ) -> Sequence[Draft]:
        state, now = self._follower.state, self._clock.now()
        place = None if wanted.founding else asked.situation
        owner = self._follower.owner(place)
        if place is not None and owner is None:
            raise Refused("unknown", field="situation")  # exactly as one that must not be known of
        author = act(state.people, person, asked.role, wanted.ability, situation=place, owner=owner, now=now)
        held = clearance(state.people, person, place, now, owner=owner)
        context = Context(
            situation=asked.situation,
            author=author,
            now=now,
            occurred_at=asked.occurred_at,
            follows=asked.follows,
            answers=asked.answers,
            label=own_label(author, asked.label) if asked.label is not None else None,
            sees=_sight(held),
        )
        settled = commands.decide(state, wanted, asked.body, context)
        if exercise_only and any(one.mode is Mode.ACTUAL for one in settled):
            raise Refused("exercise-only")
        return [self._draft(author, one) for one in settled]

    async def record(
        self,
        decide: Callable[[], Sequence[Body]],
        *,
        author: Author | None = None,
        situation: str | None = None,
        label: Label = NODE_LABEL,
        command: str | None = None,
        request: str = "",
    ) -> Answer:
        """Record what no command asks: what sign-in, the node itself or a demonstration's prologue has to say.

        `decide` is called in turn with every other decision. `author` None is the node. With the same `command` (and
        the same `request`, a word for what is asked), telling it again changes nothing.
        """
        speaker = author or self.node_author

        def drafts() -> Sequence[Draft]:
            state = self._follower.state
            known = state.situations.open(situation) if situation else None
            mode = (known.mode if known else None) or Mode.ACTUAL
            present = commands.present_of(state, situation, self._clock.now())
            return [
                self._draft(
                    speaker,
                    Settled(body=body, refs=(), situation=situation, mode=mode, label=label, occurred_at=present),
                )
                for body in decide()
            ]

        return await self._writer.submit(Intent(speaker.person, command or new_id(), digest(request.encode())), drafts)

    async def say_for(self, feed: Feed, wanted: Wanted) -> Answer:
        """Carry out what a feed brings, by the rules that people's own commands go through, once for each key.

        The rules see all that the node holds; `Feed.label` says for whom. Refuses what `commands.decide` and
        `Writer.submit` refuse, and `value-wrong` what no person could have sent either.
        """
        known = commands.find(wanted.command)

        def drafts() -> Sequence[Draft]:
            context = Context(
                situation=feed.situation,
                author=feed.author,
                now=self._clock.now(),
                occurred_at=wanted.at,
                label=wanted.label or feed.label,
            )
            try:
                body = msgspec.convert(wanted.body, known.request)
            except msgspec.ValidationError as problem:
                raise Refused("value-wrong", field=wanted.command) from problem
            settled = commands.decide(self._follower.state, known, body, context)
            return [self._draft(feed.author, one) for one in settled]

        intent = Intent(feed.author.person, command_of(feed, wanted), digest(wanted.key.encode()))
        return await self._writer.submit(intent, drafts)

    def _draft(self, author: Author, settled: Settled) -> Draft:
        name = name_of(settled.body)
        members, personal, subject = split(settled.body)
        if personal and subject is not None:
            body = close_body(name, members, personal, person=subject, key=self._keys.open_key(subject))
        else:
            subject, body = None, msgspec.json.encode(members)
        return Draft(
            name=name,
            body=body,
            occurred_at=settled.occurred_at,
            situation=settled.situation,
            mode=settled.mode,
            author=author,
            label=settled.label,
            refs=settled.refs,
            subject=subject,
        )


def command_of(feed: Feed, wanted: Wanted) -> str:
    """The command by which a feed says that: the same for the same intention."""
    return derived_id(f"feed {feed.id}", wanted.key)


def _sight(held: Clearance | None) -> Callable[[Author, Label], bool]:
    return lambda author, label: held is not None and may_see(held, author, label)
