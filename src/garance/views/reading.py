"""Turns the journal's lines into the facts that rules and views read. One unreadable line never stops the others."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any

import msgspec

from garance.domain.vocabulary import Body, current_name, decode, entry
from garance.journal.envelope import Header, Line
from garance.journal.sealing import KeyRing, open_body
from garance.kernel.fact import Fact, Withheld
from garance.kernel.label import Author, Label
from garance.kernel.refusal import Refused

KEPT_BODIES = 8192
KEPT_WORDS = 4096

Read = tuple[str, Body | None, Withheld | None]


class Reader:
    """Reads lines with the keys of this node.

    A body that cannot be read (made by a later version of Garance, or not what its name promises) gives a fact
    without a body: who, when and for whom stay known, views pass over it, and `unreadable` counts it by name and
    reason. Bodies just read are kept, since the rules, the views and the live stream read the same lines; those
    that are about a person are not, so that destroying a key takes effect at once.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self.unreadable: Counter[tuple[str, str]] = Counter()
        self._bodies: OrderedDict[str, Read] = OrderedDict()
        self._decoders: dict[str, msgspec.json.Decoder[Body]] = {}
        self._authors: dict[Author, Author] = {}
        self._labels: dict[Label, Label] = {}

    def read(self, line: Line) -> Fact[Body]:
        """The fact on that line."""
        header = line.header
        name, body, withheld = self._read(header, line.record.body)
        return Fact(
            position=line.position,
            id=header.id,
            name=name,
            occurred_at=header.occurred_at,
            recorded_at=header.recorded_at,
            tick=header.tick,
            situation=header.situation,
            mode=header.mode,
            author=_shared(self._authors, header.author),
            label=_shared(self._labels, header.label),
            refs=header.refs,
            command=header.command,
            subject=header.subject,
            body=body,
            withheld=withheld,
        )

    def _read(self, header: Header, body: bytes | None) -> Read:
        if body is None:
            return current_name(header.name), None, Withheld.REDACTED
        if header.subject is not None:
            return self._open(header, body)
        known = self._bodies.get(header.body_digest)
        if known is None:
            known = self._decode(header, body)
            self._bodies[header.body_digest] = known
            if len(self._bodies) > KEPT_BODIES:
                self._bodies.popitem(last=False)
        return known

    def _decode(self, header: Header, body: bytes) -> Read:
        name = current_name(header.name)
        if name != header.name:
            return self._open(header, body)
        try:
            return name, self._decoder(name).decode(body), None
        except (Refused, msgspec.DecodeError, UnicodeDecodeError) as problem:
            return self._set_aside(name, problem, None)

    def _decoder(self, name: str) -> msgspec.json.Decoder[Body]:
        decoder = self._decoders.get(name)
        if decoder is None:
            decoder = self._decoders[name] = msgspec.json.Decoder(entry(name).body)
        return decoder

    def _open(self, header: Header, body: bytes) -> Read:
        name = current_name(header.name)
        withheld: Withheld | None = None
        try:
            members, erased = open_body(header.name, body, person=header.subject, keys=self._keys)
            if erased:
                withheld = Withheld.ERASED
                members = {**dict.fromkeys(entry(name).personal), **members}
            name, read = decode(header.name, members)
        except (Refused, msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError) as problem:
            return self._set_aside(name, problem, withheld)
        return name, read, withheld

    def _set_aside(self, name: str, problem: Exception, withheld: Withheld | None) -> Read:
        self.unreadable[(name, problem.code if isinstance(problem, Refused) else "body-malformed")] += 1
        return name, None, withheld


def _shared(known: dict[Any, Any], value: Any) -> Any:
    """The one object used for all equal values: a million facts have few authors and labels."""
    if len(known) > KEPT_WORDS:
        known.clear()
    return known.setdefault(value, value)
