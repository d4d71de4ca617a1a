"""A real broker: positions followed, retained ones marked, falls said once, wrong secrets and odd payloads survived."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from support.frame_cases import frame_of, manifest_of, readme_of
from support.outlets import Heard

from garance.connectors.lines import Pauses
from garance.connectors.mqtt.connector import Mqtt, open_connector
from garance.connectors.mqtt.decode import OURS, decoder_of, followed, marked, named
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Grade
from garance.ports.observation import Located

POSITION = b'{"_type":"location","lat":45.94,"lon":-0.96,"tst":1717664319}'
FIELDS = ["uid=device.id", "lat=gps.lat", "lon=gps.lon", "at=when", "speed=gps.kmh", "name=device.label"]


class Broker:
    """Mosquitto on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._file = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None
        self.authority = folder / "authority.pem"
        secrets = folder / "secrets"
        program = shutil.which("mosquitto_passwd")
        assert program is not None
        subprocess.run([program, "-b", "-c", str(secrets), "garance", "s3cret"], check=True, capture_output=True)
        secrets.chmod(0o644)
        self._file.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {secrets}\n"
            "persistence false\nuser root\nlog_type none\n"
        )

    def secure(self) -> None:
        """Speak TLS only, under a certificate for localhost that signs itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        begun = datetime(2020, 1, 1, tzinfo=UTC)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(begun)
            .not_valid_after(begun + timedelta(days=36_500))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.authority.write_bytes(made.public_bytes(Encoding.PEM))
        private = self.authority.with_name("key.pem")
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with self._file.open("a") as lines:
            lines.write(f"certfile {self.authority}\nkeyfile {private}\n")

    def start(self) -> None:
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._process = subprocess.Popen([program, "-c", str(self._file)], stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if shutil.which("mosquitto") is None and not Path("/usr/sbin/mosquitto").exists():
        pytest.skip("MOSQUITTO ABSENT: apt-get install mosquitto")
    made = Broker(tmp_path)
    made.start()
    yield made
    made.stop()


def opened(broker: Broker, **settings: Any) -> Mqtt:
    given = {
        "host": "127.0.0.1", "port": broker.port, "user": "garance", "password": "s3cret",
        "topics": ["owntracks/+/+", "gps/#"], "qos": 1,
    }  # fmt: skip
    made = open_connector({**given, **settings})
    made._pauses = Pauses(lambda: 0.5, first_s=0.05, most_s=0.2)
    return made


@asynccontextmanager
async def followed_by(connector: Mqtt) -> AsyncIterator[Heard]:
    heard = Heard()
    task = asyncio.get_running_loop().create_task(connector.run(heard))
    try:
        yield heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def fate(connector: Mqtt) -> list[str]:
    """How its link first fares."""
    async with followed_by(connector) as heard:
        await heard.until(lambda: bool(heard.links))
        return heard.links


async def publish(broker: Broker, *messages: tuple[str, bytes, bool]) -> None:
    for _ in range(100):
        with suppress(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", broker.port, username="garance", password="s3cret") as client:
                for topic, content, retain in messages:
                    await client.publish(topic, content, qos=1, retain=retain)
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the broker does not start")


async def test_positions_are_followed_and_retained_ones_marked(broker: Broker) -> None:
    await publish(broker, ("owntracks/martin/phone", POSITION, True))
    async with followed_by(opened(broker)) as heard:
        await heard.until(lambda: len(heard.observations) == 1)
        await publish(broker, ("owntracks/jeanne/phone", POSITION, False), ("owntracks/x/phone", b"no json", False))
        await heard.until(lambda: len(heard.observations) == 2 and bool(heard.refused))
    kept, live = heard.observations
    assert (kept.uid, kept.details.get("retained")) == ("martin/phone", "true")
    assert (live.uid, live.details.get("retained")) == ("jeanne/phone", None)
    assert heard.refused == ["json-malformed"]
    assert heard.links == ["up"]


async def test_a_broker_that_falls_is_said_once_and_followed_again(broker: Broker) -> None:
    await publish(broker)
    async with followed_by(opened(broker)) as heard:
        await heard.until(lambda: heard.links == ["up"])
        broker.stop()
        await heard.until(lambda: len(heard.links) == 2)
        await asyncio.sleep(0.6)  # several tries
        assert len(heard.links) == 2
        broker.start()
        await heard.until(lambda: heard.links[-1] == "up")
        await publish(broker, ("owntracks/martin/phone", POSITION, False))
        await heard.until(lambda: len(heard.observations) == 1)
    assert [link.split()[0] for link in heard.links] == ["up", "lost", "up"]


async def test_a_wrong_secret_is_a_lost_link_that_names_no_secret(broker: Broker) -> None:
    await publish(broker)
    async with followed_by(opened(broker, password="guessed")) as heard:
        await heard.until(lambda: bool(heard.links))
    assert heard.links[0].startswith("lost")
    assert "guessed" not in heard.links[0]


# The client library leaves to the garbage collector a socket whose certificate is refused.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
async def test_a_secure_broker_is_followed_only_under_its_authority(broker: Broker) -> None:
    broker.stop()
    broker.secure()
    broker.start()
    trusting = {"host": "localhost", "tls": True, "authority": str(broker.authority)}
    strangers = [{"host": "localhost", "tls": True}, {**trusting, "host": "127.0.0.1"}]
    async with followed_by(opened(broker, **trusting)) as heard:
        await heard.until(lambda: "up" in heard.links)
    for settings in strangers:
        refused = await fate(opened(broker, **settings))
        assert refused == ["lost SSLCertVerificationError"]
    gc.collect()


async def test_a_message_that_is_too_long_is_refused(broker: Broker) -> None:
    await publish(broker)
    async with followed_by(opened(broker)) as heard:
        await heard.until(lambda: heard.links == ["up"])
        await publish(broker, ("owntracks/a/b", b" " * 300_000, False), ("owntracks/a/b", POSITION, False))
        await heard.until(lambda: len(heard.observations) == 1)
    assert heard.refused == ["frame-too-large"]


async def test_fields_named_by_the_settings_are_read(broker: Broker) -> None:
    said = {
        "device": {"id": "v12", "label": "VSAV 12"},
        "gps": {"lat": "45.94", "lon": -0.96, "kmh": 36},
        "when": 1717664319,
    }
    connector = opened(broker, payload="json", fields=FIELDS, speed_unit="kmh")
    await publish(broker)
    async with followed_by(connector) as heard:
        await heard.until(lambda: heard.links == ["up"])
        await publish(broker, ("gps/v12", json.dumps(said).encode(), False))
        await heard.until(lambda: len(heard.observations) == 1)
    found = heard.observations[0]
    assert isinstance(found, Located)
    assert (found.uid, found.name) == ("v12", "VSAV 12")
    assert found.speed_mps == pytest.approx(10)
    assert found.details == {"source": "mqtt", "topic": "gps/v12"}


def test_the_payload_of_traccar_is_read() -> None:
    found = marked(decoder_of("traccar"), Frame(data=frame_of("traccar", "position").data, topic="traccar"))
    assert [one.uid for one in found] == ["862292050012345"]


@pytest.mark.parametrize(
    "fields", [["lat=a"], ["lat=a", "lon="], ["speed=v"], ["lat=a", "lon=b", "password=c"], ["lat", "lon=b"]]
)
def test_fields_that_do_not_fit_are_refused(fields: list[str]) -> None:
    with pytest.raises(Refused, match="value-wrong"):
        named(fields)


@pytest.mark.parametrize("topics", [[], [""], ["a/#/b"], ["a+/b"], ["a\0b"], ["x" * 70_000]])
def test_topics_that_no_broker_understands_are_refused(topics: list[str]) -> None:
    with pytest.raises(Refused, match="value-wrong"):
        followed(topics)


@pytest.mark.parametrize("wrong", [{"host": ""}, {"payload": "xml"}, {"tls": True, "authority": "/nowhere.pem"}])
def test_settings_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="value-wrong"):
        open_connector({"host": "127.0.0.1", "topics": ["a"], **wrong})


@given(
    content=st.binary(max_size=100),
    payload=st.sampled_from(["owntracks", "traccar", "json"]),
    topic=st.text(max_size=20),
)
def test_any_payload_is_read_or_refused(content: bytes, payload: str, topic: str) -> None:
    with suppress(Refused):
        marked(decoder_of(payload, FIELDS), Frame(data=content, topic=topic, parameters={"retained": "true"}))


def test_the_manifest_is_sound_and_each_setting_explained() -> None:
    known = manifest_of("mqtt")
    assert known.quality is Grade.SILVER
    assert {wish.name for wish in known.settings if wish.secret} == {"password"}
    assert all(wish.name in readme_of("mqtt") for wish in known.settings)
    assert all(ours in readme_of("mqtt") for ours in OURS)
