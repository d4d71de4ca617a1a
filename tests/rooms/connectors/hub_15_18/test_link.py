"""The link with a real broker: what is taken is acknowledged, what falls is told once, what is sent is confirmed."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.amqp import Wire, broker

from garance.connectors.hub_15_18.connector import HubConnector, open_connector
from garance.connectors.hub_15_18.encode import positions_message
from garance.connectors.hub_15_18.envelope import Route, Sending
from garance.connectors.hub_15_18.link import settings_of
from garance.connectors.hub_15_18.message import Message
from garance.connectors.hub_15_18.positions import Fix
from garance.connectors.hub_15_18.reading import read
from garance.kernel.clock import SystemClock
from garance.kernel.label import Mode
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Sender
from garance.ports.observation import Observation, Reported

FRAMES = Path(__file__).resolve().parents[3] / "frames" / "hub-15-18"
CLIENT = "fr.health.samuB"
EXCHANGE = "hubsante"
CASE = (FRAMES / "edxl-rc-eda.json").read_bytes()


class Bench:
    """An outlet that keeps what it is given; `full` when it takes nothing."""

    def __init__(self) -> None:
        self.taken: list[tuple[Sequence[Observation], Sender]] = []
        self.refused: list[tuple[Frame, Sender, Refused]] = []
        self.told: list[str] = []
        self.full = False

    def take(self, observations: Sequence[Observation], sender: Sender) -> None:
        if self.full:
            raise RuntimeError("full")
        self.taken.append((observations, sender))

    def refuse(self, frame: Frame, sender: Sender, why: Refused) -> None:
        self.refused.append((frame, sender, why))

    async def settled(self) -> None:
        """Nothing waits here."""

    def up(self) -> None:
        self.told.append("up")

    def lost(self, why: str) -> None:
        self.told.append(f"lost {why}")


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with broker(tmp_path_factory.mktemp("broker")) as found:
        yield found


@pytest.fixture
async def hub(where: tuple[str, int]) -> AsyncIterator[AbstractChannel]:
    """The side of the hub: its exchange, its dispatch queue, the three queues of our client, all empty."""
    host, port = where
    async with await aio_pika.connect(host=host, port=port) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.DIRECT)
        dispatch = await channel.declare_queue("dispatch")
        await dispatch.bind(exchange, CLIENT)
        for kind in ("message", "ack", "info"):
            await (await channel.declare_queue(f"{CLIENT}.{kind}")).purge()
        await dispatch.purge()
        yield channel


def connector_at(port: int, **settings: Any) -> HubConnector:
    told = {"client": CLIENT, "host": "127.0.0.1", "port": port, "tls": False, "user": "guest", "password": "guest"}
    return HubConnector(settings_of({**told, **settings}), SystemClock(), first_pause_s=0.05)


@contextlib.asynccontextmanager
async def running(connector: HubConnector, bench: Bench) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(connector.run(bench))
        yield
        task.cancel()


async def until(said: Callable[[], Any]) -> None:
    for _ in range(1000):
        if said():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def post(channel: AbstractChannel, content: bytes, kind: str = "message", form: str = "json") -> None:
    message = aio_pika.Message(content, content_type=f"application/{form}")
    await channel.default_exchange.publish(message, f"{CLIENT}.{kind}")


async def waiting(channel: AbstractChannel, name: str) -> int:
    return (await channel.declare_queue(name, passive=True)).declaration_result.message_count or 0


async def dispatched(channel: AbstractChannel) -> tuple[AbstractIncomingMessage, Message]:
    """The next message that our client sent to the hub."""
    queue = await channel.get_queue("dispatch")
    for _ in range(1000):
        found = await queue.get(fail=False)
        if found is not None:
            await found.ack()
            return found, read(found.body, content_type=found.content_type or "")
        await asyncio.sleep(0.02)
    raise TimeoutError


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_what_arrives_is_taken_then_acknowledged(where: tuple[str, int], hub: AbstractChannel, form: str) -> None:
    bench = Bench()
    async with running(connector_at(where[1], form=form), bench):
        await post(hub, CASE)
        raw, answer = await dispatched(hub)
    (observations, sender) = bench.taken[0]
    assert isinstance(observations[0], Reported)
    assert observations[0].uid == "fr.health.samu690.DRFR15690240430050"
    assert sender == Sender(name="fr.health.samuA")
    assert raw.content_type == f"application/{form}"
    assert raw.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert raw.routing_key == CLIENT
    assert answer.bodies[0].content["distributionID"] == "fr.health.samuA_2608323d-507d-4cbf-bf74-52007f8124ea"
    assert bench.told == ["up"]
    assert await waiting(hub, f"{CLIENT}.message") == 0


async def test_an_answer_of_another_is_taken_and_not_answered(where: tuple[str, int], hub: AbstractChannel) -> None:
    bench = Bench()
    async with running(connector_at(where[1]), bench):
        await post(hub, CASE.replace(b'"Report"', b'"Ack"'), "ack")
        await post(hub, (FRAMES / "geo-pos.json").read_bytes())
        await until(lambda: len(bench.taken) == 2)
    assert await waiting(hub, "dispatch") == 0


async def test_what_is_refused_is_set_aside_without_its_content_and_answered(
    where: tuple[str, int], hub: AbstractChannel
) -> None:
    bench = Bench()
    async with running(connector_at(where[1], form="xml"), bench):
        await post(hub, CASE.replace(b"C01.01.04", b"C1"))
        await post(hub, b"\xff\x00 not a message")
        await post(hub, CASE)
        of_error, error = await dispatched(hub)
        of_reference, reference = await dispatched(hub)
        await until(lambda: bench.taken)
    assert [why.code for _, _, why in bench.refused] == ["hub-message-invalid", "json-malformed"]
    assert all(frame.data == b"" for frame, _, _ in bench.refused)
    assert error.bodies[0].model.name == "RS-ERROR"
    assert (of_error.content_type, of_reference.content_type) == ("application/json", "application/xml")
    assert reference.bodies[0].content["refused"] is True
    assert await waiting(hub, f"{CLIENT}.message") == 0


async def test_what_was_not_taken_stays_in_the_queue(where: tuple[str, int], hub: AbstractChannel) -> None:
    bench = Bench()
    bench.full = True
    await post(hub, CASE)
    with pytest.raises(RuntimeError, match="full"):
        await connector_at(where[1]).run(bench)
    bench.full = False
    async with running(connector_at(where[1]), bench):
        await until(lambda: bench.taken)
        await dispatched(hub)


async def test_each_fall_and_each_return_is_told_once(where: tuple[str, int], hub: AbstractChannel) -> None:
    wire = Wire(*where)
    bench = Bench()
    async with running(connector_at(wire.port), bench):
        await until(lambda: len(bench.told) == 1)
        await asyncio.sleep(0.5)
        await wire.mend()
        await until(lambda: len(bench.told) == 2)
        await wire.cut()
        await until(lambda: len(bench.told) == 3)
        await post(hub, CASE)
        await asyncio.sleep(0.5)
        await wire.mend()
        await until(lambda: bench.taken)
        await dispatched(hub)
    await wire.cut()
    assert [said.partition(" ")[0] for said in bench.told] == ["lost", "up", "lost", "up"]


async def test_a_queue_that_is_taken_away_is_a_fall(where: tuple[str, int], hub: AbstractChannel) -> None:
    """The broker cancels the consumer and closes nothing: nobody would know that nothing comes any more."""
    bench = Bench()
    async with running(connector_at(where[1]), bench):
        await until(lambda: bench.told)
        await hub.queue_delete(f"{CLIENT}.message")
        await until(lambda: len(bench.told) == 2)
        await asyncio.sleep(0.3)
        await hub.declare_queue(f"{CLIENT}.message")
        await post(hub, CASE)
        await until(lambda: bench.taken)
        await dispatched(hub)
    assert [said.partition(" ")[0] for said in bench.told] == ["up", "lost", "up"]


async def test_a_wrong_password_is_told_without_it(where: tuple[str, int], hub: AbstractChannel) -> None:
    bench = Bench()
    async with running(connector_at(where[1], password="not-the-secret"), bench):
        await until(lambda: bench.told)
    assert bench.told[0].startswith("lost ")
    assert "secret" not in bench.told[0]


def position(mode: Mode) -> Message:
    fix = Fix(
        uid="fr.health.samuB.resource.1", at=SystemClock().now(), position=Position(lon_deg=1.0, lat_deg=46.0)
    )  # fmt: skip
    route = Route(sender=CLIENT, recipient="fr.health.samuA")
    return positions_message([fix], mode, Sending(route=route, now=SystemClock().now(), unique="1"))


async def test_what_is_sent_is_confirmed_or_refused(where: tuple[str, int], hub: AbstractChannel) -> None:
    connector, bench = connector_at(where[1]), Bench()
    with pytest.raises(Refused, match="dispatch-later"):
        await connector.send(position(Mode.ACTUAL), Mode.ACTUAL)
    async with running(connector, bench):
        await until(lambda: bench.told)
        await connector.send(position(Mode.EXERCISE), Mode.EXERCISE)
        _, arrived = await dispatched(hub)
        assert arrived.mode is Mode.EXERCISE
        with pytest.raises(Refused, match="hub-status-differs"):
            await connector.send(position(Mode.EXERCISE), Mode.ACTUAL)
    lost = connector_at(where[1], routing_key="nobody")
    async with running(lost, Bench()):
        await asyncio.sleep(0.5)
        with pytest.raises(Refused, match="hub-not-sent"):
            await lost.send(position(Mode.ACTUAL), Mode.ACTUAL)


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for this machine, and the file by which a client trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub")])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "hub.pem", folder / "hub.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context, certificate


async def test_the_link_is_ciphered_and_the_hub_is_who_it_says(
    where: tuple[str, int], hub: AbstractChannel, tmp_path: Path
) -> None:
    context, trusted = certified(tmp_path)
    wire = Wire(*where, context)
    await wire.mend()
    bench, stranger = Bench(), Bench()
    async with running(connector_at(wire.port, tls=True, ca=str(trusted)), bench):
        await post(hub, CASE)
        await until(lambda: bench.taken)
        await dispatched(hub)
    async with running(connector_at(wire.port, tls=True), stranger):
        await until(lambda: stranger.told)
    await wire.cut()
    assert bench.told[0] == "up"
    assert stranger.told[0].startswith("lost ")


async def test_without_a_host_nothing_is_followed() -> None:
    connector, bench = open_connector({}), Bench()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(connector.run(bench), 0.2)
    assert bench.told == []
    assert connector.decode(Frame(data=CASE))
    with pytest.raises(Refused, match="hub-client-malformed"):
        open_connector({"host": "hub.example", "client": "nobody"})
