"""A node with a TAK connection, and phones that are invited, enrol and ask over true TLS."""

from __future__ import annotations

import asyncio
import io
import socket
import ssl
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from support.running_node import RunningNode, opened_node
from support.tak import Phone as Link

from garance.connectors.tak.relay.authority import Authority, open_authority, serial_of
from garance.kernel.clock import SystemClock
from garance.kernel.identity import new_id

HOST = "127.0.0.1"
BASE = "/api/v1/connections/telephones"


def free_ports(count: int, host: str = HOST) -> list[int]:
    """Ports that nobody listens to."""
    held = [socket.create_server((host, 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


def request_for(name: str) -> tuple[bytes, bytes]:
    """A request for a certificate and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    asked = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    return (
        asked.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
    )


def keys_in(package: bytes) -> tuple[bytes, bytes]:
    """The certificate and the key that a connection package holds, both PEM."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        names = {Path(name).name: name for name in opened.namelist()}
        preferences = opened.read(names["connection.pref"]).decode()
        store = opened.read(names["client.p12"])
    word = preferences.partition('key="clientPassword0" class="class java.lang.String">')[2].partition("<")[0]
    return keys_of(store, word)


def keys_of(store: bytes, word: str) -> tuple[bytes, bytes]:
    """The certificate and the key of a key store, both PEM."""
    key, certificate, _ = pkcs12.load_key_and_certificates(store, word.encode())
    assert key is not None
    assert certificate is not None
    plain = serialization.NoEncryption()
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
    )


@dataclass
class Phone:
    """An enrolled device: its certificate, its TLS, its client of the web port."""

    name: str
    serial: str
    tls: ssl.SSLContext
    web: httpx2.AsyncClient


@dataclass
class Camp:
    """A node with a TAK connection named `telephones`."""

    node: RunningNode
    web: httpx2.AsyncClient
    folder: Path
    ports: dict[str, int]
    host: str = HOST
    phones: list[Phone] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    @property
    def authority(self) -> Authority:
        """The authority, as its folder has it."""
        return open_authority(self.folder / "autorite", "x", SystemClock().now())

    def tls(self) -> ssl.SSLContext:
        """What trusts the authority, and shows nothing."""
        return ssl.create_default_context(cadata=(self.folder / "autorite" / "authority.pem").read_text())

    async def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """As the first administrator."""
        return await self.web.request(method, f"{BASE}{path}", headers=self.node.headers, **more)

    async def invite(self, name: str, **more: Any) -> dict[str, Any]:
        """An invitation and its word."""
        answer = await self.ask("POST", "/invitations", json={"name": name, **more})
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    @asynccontextmanager
    async def door(self, name: str = "", word: str = "") -> AsyncIterator[httpx2.AsyncClient]:
        """A client of the enrolment port."""
        auth = (name, word) if name else None
        base = f"https://{self.host}:{self.ports['enrol_port']}"
        async with httpx2.AsyncClient(base_url=base, verify=self.tls(), auth=auth, timeout=20) as web:
            yield web

    async def enrol(self, name: str, **more: Any) -> Phone:
        """A phone, invited and enrolled."""
        made = await self.invite(name, **more)
        asked, key = request_for(name)
        async with self.door(name, made["token"]) as web:
            answer = await web.post("/Marti/api/tls/signClient/v2", params={"clientUid": f"uid-{name}"}, content=asked)
        assert answer.status_code == 200, answer.text
        pem = f"-----BEGIN CERTIFICATE-----\n{answer.json()['signedCert']}\n-----END CERTIFICATE-----\n".encode()
        return self.phone(name, pem, key)

    def phone(self, name: str, certificate: bytes, key: bytes) -> Phone:
        """A phone that shows that certificate."""
        file = self.folder / f"{new_id()}.pem"
        file.write_bytes(certificate + key)
        tls = self.tls()
        tls.load_cert_chain(file)
        serial = serial_of(x509.load_pem_x509_certificate(certificate))
        base = f"https://{self.host}:{self.ports['web_port']}"
        self.phones.append(Phone(name, serial, tls, httpx2.AsyncClient(base_url=base, verify=tls, timeout=20)))
        return self.phones[-1]

    async def link(self, phone: Phone) -> Link:
        """That phone on the relay."""
        port = self.ports["tls_port"]
        opened = await asyncio.open_connection(self.host, port, ssl=phone.tls, server_hostname=self.host)
        self.links.append(Link(*opened))
        return self.links[-1]

    async def leave(self) -> None:
        """Everybody hangs up."""
        for each in self.links:
            each.close()
        for phone in self.phones:
            await phone.web.aclose()


@cache
def _authority_files() -> dict[str, bytes]:
    """An authority made once for all camps of a run: its keys take a second."""
    with TemporaryDirectory() as folder:
        open_authority(Path(folder) / "autorite", "Garance", SystemClock().now())
        return {file.name: file.read_bytes() for file in (Path(folder) / "autorite").iterdir()}


def _settle_authority(folder: Path) -> str:
    folder.mkdir(mode=0o700)
    for name, content in _authority_files().items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    return str(folder)


@asynccontextmanager
async def camp(folder: Path, *, host: str = HOST, enrol_port: int | None = None, **more: Any) -> AsyncIterator[Camp]:
    """A node whose TAK ports are open."""
    ports = dict(zip(("tls_port", "enrol_port", "web_port"), free_ports(3, host), strict=True))
    if enrol_port is not None:
        ports["enrol_port"] = enrol_port
    settings = {"connector": "tak", "host": host, "names": [host, "localhost"], **ports, **more}
    settings["authority"] = _settle_authority(folder / "autorite")
    async with (
        opened_node(folder / "noeud", connections={"telephones": settings}) as node,
        httpx2.AsyncClient(base_url=node.url, timeout=20) as web,
    ):
        made = Camp(node, web, folder, ports, host)
        await opened(made)
        try:
            yield made
        finally:
            await made.leave()


async def opened(made: Camp) -> None:
    """Wait until every port is served."""
    async with asyncio.timeout(20):
        for port in made.ports.values():
            while True:
                try:
                    _, writer = await asyncio.open_connection(made.host, port)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                break
