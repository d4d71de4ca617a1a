"""The connector of the 15-18-112 hub: follows the queues of a client, answers what it took, sends what it is given."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from aio_pika.abc import AbstractIncomingMessage

from garance.connectors.hub_15_18 import decode as decoding
from garance.connectors.hub_15_18.acknowledgements import acknowledge, answer_refused, status_of
from garance.connectors.hub_15_18.dispatching import message_of
from garance.connectors.hub_15_18.envelope import check_client
from garance.connectors.hub_15_18.link import FALLS, Link, Settings, opened, settings_of, why_fell
from garance.connectors.hub_15_18.message import Form, Message
from garance.connectors.hub_15_18.reading import emit, read
from garance.kernel.clock import Clock, SystemClock
from garance.kernel.identity import new_id
from garance.kernel.label import Mode
from garance.kernel.refusal import Refused
from garance.ports.connector import Connector, Frame, Outlet, Reply, Sender
from garance.ports.dispatching import LATER, Dispatch, Letter, Post
from garance.ports.observation import Answered, Observation

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
HTTP_REFUSED, HTTP_FAULT = 400, 500
_TYPES = {Form.JSON: "application/json", Form.XML: "application/xml"}


class HubConnector:
    """One client of the hub. Without a host it waits for ever in `run`: what is pushed is only decoded."""

    def __init__(self, settings: Settings, clock: Clock, *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._settings = settings
        self._clock = clock
        self._first_pause_s = first_pause_s
        self._link: Link | None = None
        self._form = Form(settings.form)

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a frame says, in order; refuses with a code what is not what it should be."""
        return decoding.decode(frame)

    def taken(self, frame: Frame) -> tuple[Sequence[Observation], Reply | None]:
        """What a pushed frame says, and its acknowledgement (RC-REF) when the models want one."""
        message = read(frame.data, content_type=frame.content_type)
        found = decoding.observations(message)
        answer = acknowledge(message, now=self._clock.now(), unique=new_id())
        return found, self._reply((answer,) if answer is not None else ())

    def turned_away(self, frame: Frame, why: Refused) -> tuple[Frame, Reply | None]:
        """A refused frame without what may speak of a person, and the error (RS-ERROR) that says why."""
        client = self._settings.client
        answers = self._errors(frame, why) if client else ()
        return decoding.without_content(frame), self._reply(answers[:1])

    def _errors(self, frame: Frame, why: Refused) -> Sequence[Message]:
        return answer_refused(
            frame.data,
            why,
            client=self._settings.client,
            now=self._clock.now(),
            uniques=(new_id(), new_id()),
            content_type=frame.content_type,
        )

    def _reply(self, answers: Sequence[Message]) -> Reply | None:
        """The first of these, written; None when there is nothing to answer, or nothing that the models accept."""
        if not answers or not self._settings.acknowledge:
            return None
        form = self._form_of(answers[0])
        try:
            return Reply(data=emit(answers[0], _mode_of(answers[0]), form), content_type=_TYPES[form])
        except Refused:  # who pushed has no name that the models accept: nobody to answer
            return None

    def _form_of(self, message: Message) -> Form:
        """An error goes in JSON: the hub judges XML by a schema that wants a header, which an error does not have."""
        return self._form if message.bodies[0].header is not None else Form.JSON

    async def run(self, outlet: Outlet) -> None:
        """Follow the queues until cancelled; after a fall, try again later and later, up to a minute."""
        if not self._settings.host:
            await asyncio.get_running_loop().create_future()
        down, tries = False, 0
        while True:
            try:
                async with opened(self._settings) as link:
                    await link.follow()
                    self._link, down, tries = link, False, 0
                    outlet.up()
                    await self._take_all(link, outlet)
                why = "closed by the hub"
            except FALLS as problem:
                why = why_fell(problem)
            finally:
                self._link = None
            if not down:
                outlet.lost(why)
                down = True
            await asyncio.sleep(self._pause_s(tries))
            tries += 1

    def _pause_s(self, tries: int) -> float:
        longest = min(LONGEST_PAUSE_S, self._first_pause_s * 2.0 ** min(tries, 10))
        return secrets.SystemRandom().uniform(longest / 2, longest)

    async def _take_all(self, link: Link, outlet: Outlet) -> None:
        async for arrived in link.arrivals():
            answers = self._take(arrived, outlet)
            await outlet.settled()
            for message in answers if self._settings.acknowledge else ():
                await self._answer(link, message, outlet)
            await arrived.ack()

    def _take(self, arrived: AbstractIncomingMessage, outlet: Outlet) -> Sequence[Message]:
        """Hand over what a message says, or refuse it; and what to answer. Acknowledged only once it is said."""
        frame = Frame(data=arrived.body, content_type=arrived.content_type or "", topic=arrived.routing_key or "")
        sender = Sender(name=self._settings.host)
        try:
            message = read(frame.data, content_type=frame.content_type)
            found = decoding.observations(message)
        except Refused as why:
            outlet.refuse(decoding.without_content(frame), sender, why)
            return self._errors(frame, why)
        if message.envelope is not None and message.envelope.sender_id:
            sender = Sender(name=message.envelope.sender_id)
        outlet.take(found, sender)
        answer = acknowledge(message, now=self._clock.now(), unique=new_id())
        return (answer,) if answer is not None else ()

    async def _answer(self, link: Link, message: Message, outlet: Outlet) -> None:
        """Send an answer; one that the hub has nowhere to put is told, and does not stop the rest."""
        form = self._form_of(message)
        try:
            await link.publish(emit(message, _mode_of(message), form), _TYPES[form])
        except Refused as why:
            outlet.refuse(Frame(topic=self._settings.exchange), Sender(name=self._settings.client), why)

    def compose(self, dispatch: Dispatch) -> Letter:
        """What is to be sent, exactly as the models want it. Refuses as `message_of`, and `hub-status-differs`,
        `hub-not-exact`."""
        message = message_of(dispatch, self._settings.client)
        envelope = message.envelope
        return Letter(
            to=dispatch.to,
            reference=envelope.distribution_id if envelope is not None else dispatch.unique,
            model=message.bodies[0].model.name,
            data=emit(message, dispatch.situation.mode, self._form),
            content_type=_TYPES[self._form],
        )

    async def dispatch(self, letter: Letter, post: Post) -> Sequence[Observation]:
        """Send it: over HTTP when there is an address, else by the link, waiting until the broker confirms.

        Refuses `dispatch-later` (the link is down), `hub-not-sent` (the hub has nowhere to put it, or says no).
        """
        if self._settings.address:
            return await self._posted(letter, post)
        await self._published(letter.data, letter.content_type)
        return ()

    async def _posted(self, letter: Letter, post: Post) -> Sequence[Observation]:
        status, body, kind = await post.post(self._settings.address, letter.data, letter.content_type)
        if status >= HTTP_FAULT:
            raise Refused(LATER, detail={"status": status})
        try:
            found = decoding.decode(Frame(data=body, content_type=kind)) if body.strip() else ()
        except Refused:  # no message of the family: the status says all
            found = ()
        answers = [one for one in found if isinstance(one, Answered) and one.reference == letter.reference]
        if status >= HTTP_REFUSED and not answers:
            raise Refused("hub-not-sent", detail={"status": status})
        return answers

    async def _published(self, content: bytes, content_type: str) -> None:
        link = self._link
        if link is None:
            raise Refused(LATER)
        try:
            await link.publish(content, content_type)
        except FALLS as problem:
            raise Refused(LATER) from problem

    async def send(self, message: Message, mode: Mode) -> None:
        """Send a message out of a situation of that mode, and wait until the broker confirms.

        Refuses `dispatch-later` (no link), `hub-not-sent` (the hub has nowhere to put it), `hub-status-differs`,
        `hub-not-exact`.
        """
        await self._published(emit(message, mode, self._form), _TYPES[self._form])


def _mode_of(answer: Message) -> Mode:
    return status_of(answer.envelope.status if answer.envelope is not None else "")


def open_connector(settings: Mapping[str, Any]) -> Connector:
    """The connector of those settings. Refuses `hub-client-malformed` when it has a host and no client to be."""
    made = settings_of(settings)
    if made.host or made.address:
        check_client(made.client, field="client")
    return HubConnector(made, SystemClock())
