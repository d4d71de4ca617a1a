"""What is known of every resource; a move may arrive before its declaration."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.resources.facts import ResourceDeclared, ResourceMoved, ResourceStateSet, ResourceStatus
from garance.domain.things import forget_everywhere
from garance.domain.versions import Versions, version_of
from garance.kernel.fact import Fact
from garance.kernel.place import Point


class Named(msgspec.Struct, frozen=True):
    """What a resource is called, and its kind."""

    name: str
    kind: str


class Resource(msgspec.Struct):
    """One resource: who it is, where, in which state. Nothing to show until it is declared."""

    declared: Versions[Named] = msgspec.field(default_factory=Versions)
    place: Versions[Point] = msgspec.field(default_factory=Versions)
    status: Versions[ResourceStatus] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.declared, self.place, self.status


class Resources(msgspec.Struct):
    """Every resource, by situation and identifier."""

    known: dict[str, dict[str, Resource]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, ResourceDeclared | ResourceMoved | ResourceStateSet) or fact.situation is None:
            return False
        there = self.known.setdefault(fact.situation, {})
        resource = there.get(body.resource)
        if resource is None:
            resource = there[body.resource] = Resource()
        match body:
            case ResourceDeclared():
                resource.declared.add(version_of(fact, Named(body.name, body.kind)))
                if body.geometry is not None:
                    resource.place.add(version_of(fact, body.geometry))
            case ResourceMoved():
                resource.place.add(version_of(fact, body.geometry))
            case ResourceStateSet():
                resource.status.add(version_of(fact, body.state))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, resource: str) -> Resource | None:
        """That resource of that situation, once declared."""
        found = self.known.get(situation, {}).get(resource)
        return found if found and found.declared else None
