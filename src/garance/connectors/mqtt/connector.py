"""A broker followed: the link kept, its messages decoded."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import aiomqtt
import msgspec

from garance.connectors.lines import Pauses, Standing, deliver, text_setting
from garance.connectors.mqtt.decode import MAX_BYTES, RETAINED, Decode, decoder_of, followed, marked
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet, Sender
from garance.ports.observation import Observation

WAITING = 2_000
"""How many messages may wait to be decoded; those that come meanwhile are let go by the client."""

KEEPALIVE_S = 30
ANSWER_S = 10.0


class Broker(msgspec.Struct, frozen=True, kw_only=True):
    """Where the broker is and how to present oneself."""

    host: str
    port: int = 1883
    topics: tuple[str, ...]
    qos: int = 1
    client: str | None = None
    user: str | None = None
    password: str | None = None


class Mqtt:
    """The source, configured. `secure` is None for a link in clear."""

    def __init__(
        self, broker: Broker, decode: Decode, secure: ssl.SSLContext | None = None, pauses: Pauses | None = None
    ) -> None:
        self._broker = broker
        self._decode = decode
        self._secure = secure
        self._pauses = pauses or Pauses()

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a message says; refuses as the chosen decoder does."""
        return marked(self._decode, frame)

    async def run(self, outlet: Outlet) -> NoReturn:
        """Follow the broker until cancelled."""
        standing = Standing(outlet)
        while True:
            try:
                await self._follow_once(outlet, standing)
                why = "closed"
            except (aiomqtt.MqttError, OSError) as problem:
                why = _why(problem)
            standing.lost(why)
            await asyncio.sleep(self._pauses.next_s())

    async def _follow_once(self, outlet: Outlet, standing: Standing) -> None:
        broker = self._broker
        client = aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user,
            password=broker.password,
            identifier=broker.client,
            clean_session=broker.client is None or broker.qos == 0,
            timeout=ANSWER_S,
            keepalive=KEEPALIVE_S,
            tls_context=self._secure,
            max_queued_incoming_messages=WAITING,
        )
        sender = Sender(name=f"{broker.host}:{broker.port}")
        async with client:
            await client.subscribe([(topic, broker.qos) for topic in broker.topics])
            standing.up()
            self._pauses.reset()
            async for message in client.messages:
                self._heard(message, sender, outlet)

    def _heard(self, message: aiomqtt.Message, sender: Sender, outlet: Outlet) -> None:
        kept = {RETAINED: "true"} if message.retain else {}
        frame = Frame(data=bytes(message.payload), topic=str(message.topic), parameters=kept)
        if len(message.payload) > MAX_BYTES:
            outlet.refuse(msgspec.structs.replace(frame, data=b""), sender, Refused("frame-too-large"))
        else:
            deliver(self, frame, sender, outlet)


def _why(problem: Exception) -> str:
    """The reason that the broker or the network gives, in a few words that name nobody."""
    cause = problem.__cause__ or problem.__context__ or problem
    code = getattr(cause, "rc", None)
    return f"{type(cause).__name__} {code}"[:80] if code is not None else type(cause).__name__


def open_connector(settings: Mapping[str, Any]) -> Mqtt:
    """A broker with these settings; refuses `value-wrong` (host, topics, fields, authority)."""
    host = text_setting(settings, "host")
    if not host:
        raise Refused("value-wrong", field="host")
    decode = decoder_of(
        text_setting(settings, "payload") or "owntracks",
        tuple(settings.get("fields") or ()),
        text_setting(settings, "speed_unit") or "mps",
    )
    broker = Broker(
        host=host,
        port=int(settings.get("port") or 1883),
        topics=followed(settings.get("topics") or ()),
        qos=int(settings.get("qos", 1)),
        client=text_setting(settings, "client") or None,
        user=text_setting(settings, "user") or None,
        password=text_setting(settings, "password") or None,
    )
    return Mqtt(broker, decode, _secure(settings) if settings.get("tls") else None)


def _secure(settings: Mapping[str, Any]) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=text_setting(settings, "authority") or None)
    except (OSError, ssl.SSLError) as problem:
        raise Refused("value-wrong", field="authority") from problem
