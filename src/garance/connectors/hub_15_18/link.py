"""The link with the hub over AMQP 0-9-1: what is opened, consumed and published, nothing of what messages say.

`aio-pika` speaks the protocol; its own reconnection is not used, so that each fall and each return is told once.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import msgspec
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelInvalidStateError, DeliveryError

from garance.kernel.refusal import Refused

FALLS = (
    *(kind for kind in CONNECTION_EXCEPTIONS if kind not in (RuntimeError, StopAsyncIteration)),
    TimeoutError,
    ChannelInvalidStateError,
)
"""What a link that falls raises; a mistake of ours is not one."""
PREFETCH = 8
"""The most messages that the broker hands over before they are taken."""
OPENING_S = 20.0
CONFIRMING_S = 20.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the manifest. Without `host`, the connector only decodes what is pushed to it."""

    client: str = ""
    host: str = ""
    address: str = ""
    port: int = 5671
    vhost: str = "/"
    tls: bool = True
    user: str = ""
    password: str = ""
    ca: str = ""
    certificate: str = ""
    key: str = ""
    exchange: str = "hubsante"
    routing_key: str = ""
    queues: tuple[str, ...] = ()
    form: str = "json"
    acknowledge: bool = True

    @property
    def queue_names(self) -> tuple[str, ...]:
        """The queues to follow; by default the three that the hub gives to each client."""
        return self.queues or tuple(f"{self.client}.{kind}" for kind in ("message", "ack", "info"))


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The settings, those that are not given left to their default."""
    return msgspec.convert({name: value for name, value in given.items() if value is not None}, Settings)


class Link:
    """One open link: messages in the order in which they arrive, and a way to send."""

    def __init__(self, settings: Settings, connection: AbstractConnection, channel: AbstractChannel) -> None:
        self._settings = settings
        self._channel = channel
        self._exchange: AbstractExchange | None = None
        self._arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        connection.close_callbacks.add(self._fell)
        channel.close_callbacks.add(self._fell)

    def _fell(self, *_: Any) -> None:
        self._arrived.put_nowait(None)

    async def follow(self) -> None:
        """Begin to consume. Queues are never declared: a client of the hub has no right to.

        A broker that takes a queue away says so without closing anything: that is a fall as well.
        """
        underlay = await self._channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(self._fell)
        name = self._settings.exchange
        self._exchange = (
            await self._channel.get_exchange(name, ensure=False) if name else self._channel.default_exchange
        )
        for queue_name in self._settings.queue_names:
            queue = await self._channel.get_queue(queue_name, ensure=True)
            await queue.consume(self._arrived.put)

    async def arrivals(self) -> AsyncIterator[AbstractIncomingMessage]:
        """Messages until the link falls."""
        while (one := await self._arrived.get()) is not None:
            yield one

    async def publish(self, content: bytes, content_type: str) -> None:
        """Send, and wait until the broker confirms. Refuses `hub-not-sent`: it has nowhere to put it.

        Persistent, because the hub turns away what is not.
        """
        if self._exchange is None:
            raise Refused("hub-not-sent")
        message = aio_pika.Message(
            content, content_type=content_type, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, priority=0
        )
        key = self._settings.routing_key or self._settings.client
        try:
            await self._exchange.publish(message, key, mandatory=True, timeout=CONFIRMING_S)
        except DeliveryError as problem:
            raise Refused("hub-not-sent") from problem


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Link]:
    """A link that is open inside, closed after. Raises what `FALLS` lists."""
    external: dict[str, Any] = {"auth": "external"} if settings.certificate and not settings.user else {}
    connection = await aio_pika.connect(
        host=settings.host,
        port=settings.port,
        login=settings.user,
        password=settings.password,
        virtualhost=settings.vhost,
        ssl=settings.tls,
        ssl_context=_trust(settings) if settings.tls else None,
        timeout=OPENING_S,
        **external,
    )
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.set_qos(prefetch_count=PREFETCH)
        yield Link(settings, connection, channel)


def _trust(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.certificate:
        context.load_cert_chain(settings.certificate, settings.key or None)
    return context


def why_fell(problem: BaseException) -> str:
    """Why a link fell, without anything that the settings keep secret."""
    said = problem.strerror if isinstance(problem, OSError) else None
    return f"{type(problem).__name__}: {said}" if said else type(problem).__name__


__all__: Sequence[str] = ("FALLS", "Link", "Settings", "opened", "settings_of", "why_fell")
