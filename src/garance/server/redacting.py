"""Redaction from the machine itself (caviardage): the fact that says so first, then the deed."""

from __future__ import annotations

import asyncio

from garance.domain.keeping.rules import redact_body
from garance.domain.vocabulary import Body
from garance.kernel.clock import SystemClock
from garance.kernel.identity import derived_id, split_fact_id
from garance.kernel.refusal import Refused
from garance.server.node import Node
from garance.server.settings import Settings
from garance.server.sign_in.house import operator


async def redact(settings: Settings, fact: str, *, reason: str) -> None:
    """Destroy the content of that fact, by the operator's hand.

    Refuses `fact-id-malformed`, `fact-not-found`, `journal-in-use` (a server runs on it), and what `redact_body`
    refuses.
    """
    writer, seq = split_fact_id(fact)
    node = Node(settings, SystemClock())
    await node.start()
    try:
        found = node.store.chain(writer, seq - 1, 1)
        if not found or found[0].id != fact:
            raise Refused("fact-not-found", detail={"fact": fact})
        target = node.reader.read(found[0])

        def decide() -> list[Body]:
            return [redact_body(node.follower.state, target, reason=reason).body]

        await node.scribe.record(
            decide,
            author=operator(node.house),
            situation=target.situation,
            label=target.label,
            command=derived_id("redaction", fact),
        )
        await asyncio.to_thread(node.store.destroy_body, writer, seq)
    finally:
        await node.stop()
