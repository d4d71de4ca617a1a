"""The boards read for one document: things by kind, their names, posts and hours in words (lecture des tableaux)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from garance.exports.board_words import hour, people_between, post
from garance.exports.naming import signed
from garance.exports.words import Voice
from garance.kernel.refusal import Refused
from garance.ports.export import Matter, Order
from garance.views.board_lines import named
from garance.views.shown import StatementShown, ThingShown


class Boards:
    """The things of the board as its reader says them."""

    def __init__(self, matter: Matter, order: Order) -> None:
        self.matter, self.order, self.voice = matter, order, Voice(order)
        resources = matter.picture.resources if matter.picture is not None else ()
        self.names = dict(named(matter.picture, matter.board.things)) | {one.id: one.name for one in resources}

    def of(self, kind: str) -> list[ThingShown]:
        """The things of that kind, in the order in which they began."""
        return [one for one in self.matter.board.things if one.kind == kind]

    def wanted(self, kind: str) -> list[ThingShown]:
        """The same, or the one that was asked for alone; refuses `unknown`."""
        found = [one for one in self.of(kind) if self.order.thing in (None, one.id)]
        if self.order.thing is not None and not found:
            raise Refused("unknown", field="thing")
        return found

    def name(self, identifier: str | None) -> str:
        """What a thing is called; nothing for one that the reader may not see."""
        return self.names.get(identifier or "", "")

    def post(self, said: Any) -> str:
        """A post in words."""
        return post(said, self.matter, self.voice)

    def posts(self, said: Iterable[Any]) -> str:
        """Several of them."""
        return ", ".join(self.post(one) for one in said)

    def hour(self, said: str | None) -> str:
        """An instant of the board in figures."""
        return hour(said, self.voice)

    def people(self, told: dict[str, Any], least: str, most: str) -> str:
        """Between how many."""
        return people_between(told, least, most, self.voice)

    def state(self, family: str, thing: ThingShown, first: str) -> str:
        """Where it stands, in words; `first` until somebody said."""
        return self.voice.of(family, thing.told("state").get("state", first))

    def note(self, thing: ThingShown, aspect: str = "state") -> str:
        """What was said beside."""
        words: str = thing.told(aspect).get("note") or ""
        return self.voice.say("conflict") + " " + words if thing.conflict else words

    def by(self, said: StatementShown | None) -> str:
        """When and by whom, as what."""
        return f"{self.voice.short(said.occurred_at)} {signed(said.author, self.matter, self.voice)}" if said else ""

    def since(self, thing: ThingShown, *aspects: str) -> str:
        """When and by whom alone, for a list: of the first of these aspects that somebody told."""
        said = next(thing.said[aspect] for aspect in aspects if aspect in thing.said)
        person = said.author.person if said.author is not None else ""
        role = self.voice.of("role", said.author.role) if said.author is not None else ""
        return f"{self.voice.short(said.occurred_at)} {self.matter.people.get(person) or role}"

    def means_of(self, mission: str) -> str:
        """The resources given to a mission."""
        given = [one for one in self.of("resource") if one.told("assignment").get("mission") == mission]
        return ", ".join(name for one in given if (name := self.name(one.id)))
