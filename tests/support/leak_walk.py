"""One reader's walk over a whole node: every address, with what exists, what is hidden and what never was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
from support.allowed import TOKEN, Written, knows_of, sees, written
from support.mixed_house import FLOOD, NEXT_DOOR, PLACES, House, Person

from garance.kernel.identity import new_id

CHANGING = ("date", "x-request-id")
NAMING = ("entry.struck.v1", "entry.corrected.v1", "body.redacted.v1")
GHOST_SEQ = 9_000_000_000_000_000


class Judge:
    """What each reader may be shown, worked out from the journal as it stands."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._facts: list[Written] = []
        self._tokens: set[str] = set()
        self._position = 0
        self._seen: dict[tuple[Any, ...], list[Written]] = {}
        self._allowed: dict[tuple[Any, ...], set[str]] = {}
        self._organisations = {number: name for name, number in house.organisations.items()}
        self._places = {house.situations[place.name]: place for place in PLACES}

    def facts(self) -> list[Written]:
        """Every fact so far."""
        for line in self.house.node.store.read(self._position, 1_000_000):
            self._facts.append(written(line))
            self._tokens |= self._facts[-1].tokens
            self._position = line.position
            # What was worked out before this fact is worked out again.
            self._seen.clear()
            self._allowed.clear()
        return self._facts

    def seen(self, reader: Person, situation: str) -> list[Written]:
        """The facts of a situation that the reader may see, in their order."""
        facts, key = self.facts(), (reader.id, tuple(reader.roles), situation)
        if key not in self._seen:
            self._seen[key] = self._work_out(reader, situation, facts)
        return self._seen[key]

    def _work_out(self, reader: Person, situation: str, facts: list[Written]) -> list[Written]:
        place = self._places[situation]
        here = [one for one in facts if one.situation == situation]
        near = {
            one.id for one in here
            if sees(reader.roles, place, self._organisations.get(one.author["organisation"], ""),
                    one.author.get("cell"), one.label)
        }  # fmt: skip
        return [one for one in here if one.id in near and _stands(one, near)]

    def hidden(self, reader: Person, situation: str) -> list[Written]:
        """The others."""
        seen = {one.id for one in self.seen(reader, situation)}
        return [one for one in self.facts() if one.situation == situation and one.id not in seen]

    def allowed(self, reader: Person) -> set[str]:
        """Every token that the reader may be shown."""
        self.facts()
        key = (reader.id, tuple(reader.roles), tuple(reader.grants), len(self.house.people))
        if key not in self._allowed:
            self._allowed[key] = self._may_be_shown(reader)
        return self._allowed[key]

    def _may_be_shown(self, reader: Person) -> set[str]:
        found = {reader.id, reader.display_name, *reader.grants, *self.house.organisations.values()}
        found |= {self.house.situations[role.where] for role in reader.roles if role.where}
        for situation, place in self._places.items():
            if knows_of(reader.roles, place):
                found |= {situation, *self._directory(place.name)}
            for fact in self.seen(reader, situation):
                found |= fact.tokens
        if keeps_the_node(reader):
            found |= self._register()
        if gives_walls(reader, "commune-a"):
            found |= {one.id for one in self.house.people.values() if one.wall}
        return found

    def _directory(self, place: str) -> set[str]:
        here = [
            one for one in self.house.people.values()
            if not one.wall and any(role.where in (None, place) for role in one.roles)
        ]  # fmt: skip
        return {token for one in here for token in (one.id, one.display_name)}

    def _register(self) -> set[str]:
        found = set(self.house.situations.values())
        for one in self.house.people.values():
            found |= {one.id, one.display_name, *TOKEN.findall(one.email), *one.grants}
        return found

    def known(self) -> set[str]:
        """Every token there is."""
        self.facts()
        people = {one.id for one in self.house.people.values()}
        return self._tokens | self._register() | people | set(self.house.files.values())

    def leaks(self, reader: Person, said: str) -> set[str]:
        """What that text should not have told this reader."""
        found = set(TOKEN.findall(said)) & self.known()
        return found - self.allowed(reader)


def _stands(fact: Written, near: set[str]) -> bool:
    """Whether what a fact speaks of may be seen: a correction of a hidden line is hidden, whatever its label."""
    if fact.name in NAMING:
        return fact.names <= near or fact.body.get("entry", fact.body.get("fact")) in near
    return fact.name != "personal-data.read.v1" or bool(near & set(fact.body["facts"]))


def keeps_the_node(reader: Person) -> bool:
    """Whether the reader is an administrator everywhere, today."""
    return any(role.role == "administrator" and role.where is None and role.holds for role in reader.roles)


def gives_walls(reader: Person, organisation: str) -> bool:
    """Whether the reader steers, or keeps the node, for that organisation, today."""
    giving = {"dos", "rac", "prefecture-duty-officer", "administrator"}
    return any(role.organisation == organisation and role.role in giving and role.holds for role in reader.roles)


@dataclass
class Walk:
    """One reader with a client of their own."""

    house: House
    judge: Judge
    reader: Person
    web: httpx2.AsyncClient

    @property
    def name(self) -> str:
        """Whose walk it is, for messages."""
        return self.reader.name

    async def ask(self, method: str, path: str, **how: Any) -> httpx2.Response:
        """One request of that reader; nothing in the whole answer may be news to them."""
        headers = {"cookie": f"garance={self.reader.cookie}", "x-garance-csrf": self.reader.csrf}
        answer = await self.web.request(method, path, headers={**headers, **how.pop("headers", {})}, **how)
        told = self.judge.leaks(self.reader, answer.text + repr(sorted(answer.headers.items())))
        assert not told, f"{self.name}: {method} {path} tells of {told}: {answer.text[:500]}"
        assert answer.status_code != 500, f"{self.name}: {method} {path}: {answer.text}"
        return answer

    async def get(self, path: str, **query: Any) -> Any:
        """What an address gives; it must not refuse."""
        answer = await self.ask("GET", path, params=query)
        assert answer.status_code == 200, f"{self.name}: {path}: {answer.text}"
        return answer.json()

    async def alike(self, method: str, hidden: str, ghost: str, **how: Any) -> None:
        """What is hidden must be refused exactly as what never was."""
        one, other = await self.ask(method, hidden, **how), await self.ask(method, ghost, **how)
        assert answer_of(one) == answer_of(other), f"{self.name}: {method} {hidden}"
        assert one.status_code >= 400, f"{self.name}: {method} {hidden}: {one.status_code}"

    async def command(self, name: str, body: dict[str, Any], **asked: Any) -> httpx2.Response:
        """A command, in the reader's first role."""
        role = self.reader.grants[0] if self.reader.grants else new_id()
        said = {"id": new_id(), "situation": self.house.flood, "role": role, "body": body, **asked}
        return await self.ask("POST", f"/api/v1/commands/{name}", json=said)

    def knows(self, situation: str) -> bool:
        """Whether the reader may know of that situation."""
        place = FLOOD if situation == self.house.flood else NEXT_DOOR
        return knows_of(self.reader.roles, place)

    def ghost(self, fact: str) -> str:
        """A fact of the same writer that was never said."""
        return f"{fact.partition('-')[0]}-{GHOST_SEQ}"

    def some_hidden(self, name: str, member: str) -> list[str]:
        """A few hidden things of the flood: what that member of those facts says (or the fact itself)."""
        own = "id" if not member else ""
        found = [
            one.id if own else one.body[member]
            for one in self.judge.hidden(self.reader, self.house.flood)
            if one.name == name
        ]
        visible = {
            one.id if own else str(one.body.get(member)) for one in self.judge.seen(self.reader, self.house.flood)
        }
        left = [one for one in found if one not in visible]
        return list(dict.fromkeys(left[:1] + left[len(left) // 2 : len(left) // 2 + 1] + left[-1:]))


def answer_of(answer: httpx2.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer that could tell two apart."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in CHANGING)
    return answer.status_code, headers, answer.content
