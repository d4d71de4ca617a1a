"""Which bodies were destroyed, which writers are known, and on which territory each works."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.keeping.facts import BodyRedacted, TerritoryAdopted, WriterOpened
from garance.kernel.clock import Stamp
from garance.kernel.fact import Fact, Withheld
from garance.kernel.identity import split_fact_id


class Keeping(msgspec.Struct):
    """Redacted facts, and the fact by which each was; writers, their keys, and the last territory each named."""

    redacted: dict[str, str] = {}
    redactions: set[str] = set()
    writers: dict[str, str] = {}
    territories: dict[str, tuple[Stamp, TerritoryAdopted]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        match fact.body:
            case BodyRedacted(fact=target):
                self.redactions.add(fact.id)
                self.redacted[target] = min(fact.id, self.redacted.get(target, fact.id))
            case WriterOpened(public_key=key):
                self.writers[split_fact_id(fact.id)[0]] = key
            case TerritoryAdopted() as adopted:
                writer, last = split_fact_id(fact.id)[0], self.territories.get(split_fact_id(fact.id)[0])
                if last is None or last[0] < fact.stamp:
                    self.territories[writer] = (fact.stamp, adopted)
            case _:
                return False
        return True

    def as_kept(self, fact: Fact[Any]) -> Fact[Any]:
        """The fact as it may still be read: without its body when that was destroyed. A redaction itself stays."""
        if fact.id not in self.redacted or fact.name == "body.redacted.v1":
            return fact
        return msgspec.structs.replace(fact, body=None, withheld=Withheld.REDACTED)

    def territory_of(self, writer: str) -> TerritoryAdopted | None:
        """The territory that this writer named last, if it ever named one."""
        last = self.territories.get(writer)
        return last[1] if last is not None else None
