"""Which bodies were destroyed, and which writers are known."""

from __future__ import annotations

from typing import Any

import msgspec

from garance.domain.keeping.facts import BodyRedacted, WriterOpened
from garance.kernel.fact import Fact, Withheld
from garance.kernel.identity import split_fact_id


class Keeping(msgspec.Struct):
    """Redacted facts, and the fact by which each was; writers and their keys."""

    redacted: dict[str, str] = {}
    redactions: set[str] = set()
    writers: dict[str, str] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        match fact.body:
            case BodyRedacted(fact=target):
                self.redactions.add(fact.id)
                self.redacted[target] = min(fact.id, self.redacted.get(target, fact.id))
            case WriterOpened(public_key=key):
                self.writers[split_fact_id(fact.id)[0]] = key
            case _:
                return False
        return True

    def as_kept(self, fact: Fact[Any]) -> Fact[Any]:
        """The fact as it may still be read: without its body when that was destroyed. A redaction itself stays."""
        if fact.id not in self.redacted or fact.name == "body.redacted.v1":
            return fact
        return msgspec.structs.replace(fact, body=None, withheld=Withheld.REDACTED)
