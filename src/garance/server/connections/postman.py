"""The postman: sends what people have sent by a feed, once, and has what became of it recorded (envois).

A letter that cannot leave now is tried again, under the same name, for a day; after a restart of the node too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from garance.domain.feeds.dispatches import dispatches, waiting
from garance.domain.feeds.facts import DispatchFailed, DispatchSent
from garance.domain.told import first_of
from garance.domain.vocabulary import Body
from garance.intake.wanted import Feed
from garance.journal.envelope import Line
from garance.kernel.clock import from_milliseconds
from garance.kernel.digest import digest
from garance.kernel.identity import derived_id
from garance.kernel.label import Author, Label
from garance.kernel.refusal import Refused
from garance.ports.connector import Sender
from garance.ports.dispatching import LATER, Dispatcher, Letter
from garance.server.connections.outside import Outside
from garance.server.connections.parcel import Asked, parcel

if TYPE_CHECKING:
    from garance.server.connections.connection import Connection
    from garance.server.connections.gateway import Gateway
    from garance.server.node import Node

ORDERED = "feed.dispatched."
LASTS = timedelta(days=1)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
_log = logging.getLogger("garance.connection")


class Postman:
    """Follows the orders to send of every situation."""

    def __init__(self, node: Node, gateway: Gateway, outside: Outside) -> None:
        self._node = node
        self._gateway = gateway
        self._outside = outside
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Send what still waits, then what is ordered, until cancelled."""
        lines = self._node.writer.subscribe(self._node.writer.last_position)
        try:
            for situation in list(self._node.follower.state.things.known):
                self._begin(situation)
            async for several in lines:
                for situation in self._ordered(several):
                    self._begin(situation)
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _ordered(self, lines: Sequence[Line]) -> Iterator[str]:
        yield from (
            one.header.situation for one in lines if one.header.name.startswith(ORDERED) and one.header.situation
        )

    def _begin(self, situation: str) -> None:
        """Begin to send what waits there and is not being sent."""
        for identifier, thing, order in dispatches(self._node.follower.state, situation):
            first = first_of(thing)
            if first is None or first.author is None:
                continue
            at = from_milliseconds(first.stamp.milliseconds)
            asked = Asked(situation=situation, dispatch=identifier, order=order, author=first.author, at=at)
            for to in waiting(thing, order):
                name = f"{identifier} {to}"
                if name not in self._running:
                    work = self._deliver(asked, to, first.label)
                    task = self._running[name] = asyncio.get_running_loop().create_task(work, name=f"dispatch {name}")
                    task.add_done_callback(lambda _, name=name: self._running.pop(name, None))  # type: ignore[misc]  # bound now

    async def _deliver(self, asked: Asked, to: str, label: Label) -> None:
        letter: Letter | None = None
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                if self._node.clock.now() - asked.at > LASTS:
                    raise Refused("dispatch-expired")
                feed, connection, dispatcher = self._way(asked)
                if letter is None:
                    letter = await self._written(dispatcher, feed, asked, to)
                answers = await dispatcher.dispatch(letter, self._outside)
            except Refused as why:
                if why.code != LATER:
                    await self._say(asked, label, to, _failed(asked, to, why))
                    return
            except Exception:  # noqa: BLE001 - a fault of one connector must not end the others, nor wait for ever
                _log.exception("a dispatch failed", extra={"where": asked.dispatch})
                await self._say(asked, label, to, _failed(asked, to, Refused("dispatch-fault")))
                return
            else:
                await self._say(asked, label, to, _sent(asked, letter))
                connection.take(answers, Sender(name=to))
                return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _way(self, asked: Asked) -> tuple[Feed, Connection, Dispatcher]:
        """The feed and its connection; refuses `feed-unknown` (detached since), `connection-sends-not`."""
        for connection in self._gateway.connections.values():
            for feed in self._gateway.feeds(connection):
                if feed.id == asked.order.feed and feed.situation == asked.situation:
                    found: object = connection.connector
                    if not isinstance(found, Dispatcher):
                        raise Refused("connection-sends-not")
                    return feed, connection, found
        raise Refused("feed-unknown")

    async def _written(self, dispatcher: Dispatcher, feed: Feed, asked: Asked, to: str) -> Letter:
        what = await parcel(self._node, feed, asked, to)
        return await asyncio.to_thread(dispatcher.compose, what)

    async def _say(self, asked: Asked, label: Label, to: str, body: Body) -> None:
        """The node says it for the organisation of who asked, to those who may see the order."""
        node = self._node.scribe.node_author
        speaker = Author(
            person=node.person, role=node.role, organisation=asked.author.organisation, cell=asked.author.cell
        )
        command = derived_id(f"dispatch {asked.dispatch} {to}", type(body).__name__)
        await self._node.scribe.record(
            lambda: [body], author=speaker, situation=asked.situation, label=label, command=command
        )


def _sent(asked: Asked, letter: Letter) -> DispatchSent:
    return DispatchSent(
        dispatch=asked.dispatch,
        to=letter.to,
        reference=letter.reference,
        model=letter.model,
        digest=digest(letter.data),
    )


def _failed(asked: Asked, to: str, why: Refused) -> DispatchFailed:
    return DispatchFailed(dispatch=asked.dispatch, to=to, why=why.code, where=why.field[:200] if why.field else None)
