"""The authority: what it makes and signs, whom the relay lets in with it, what enrolment answers."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import socket
import ssl
import stat
import zipfile
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from support.tak import Told, connect, said

from garance.connectors.tak.relay import authority as authorities
from garance.connectors.tak.relay.authority import (
    Authority,
    client_store,
    common_name,
    normal_serial,
    open_authority,
    serial_of,
    trust_store,
)
from garance.connectors.tak.relay.enrolment import (
    STORE_PASSWORD,
    configuration,
    enrolment_link,
    itak_text,
    signed,
    signed_store,
)
from garance.connectors.tak.relay.hooks import Pace
from garance.connectors.tak.relay.onboarding import Connection, connection_package
from garance.connectors.tak.relay.relay import Relay
from garance.kernel.clock import SystemClock
from garance.kernel.refusal import Refused

NOW = SystemClock().now()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One authority for all."""
    return open_authority(tmp_path_factory.mktemp("ca") / "tak", "SDIS 17", NOW)


@pytest.fixture(scope="module")
def ann(authority: Authority) -> tuple[x509.Certificate, bytes]:
    """One client of it."""
    return authority.client("ann", NOW)


@pytest.fixture(scope="module")
def served(authority: Authority) -> ssl.SSLContext:
    """What the port serves with."""
    return authority.tls(*authority.server(["localhost", "127.0.0.1"], NOW))


def context(authority: Authority, own: tuple[x509.Certificate, bytes] | None, folder: Path) -> ssl.SSLContext:
    """What a phone connects with."""
    made = ssl.create_default_context(cadata=authority.pem.decode())
    if own is not None:
        (folder / "own.pem").write_bytes(own[0].public_bytes(serialization.Encoding.PEM) + own[1])
        made.load_cert_chain(folder / "own.pem")
    return made


def request(name: str, bits: int = 2048, attribute: x509.ObjectIdentifier = NameOID.COMMON_NAME) -> bytes:
    """What a phone asks to have signed, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(attribute, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "other")])
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def test_it_is_kept_and_its_key_is_its_owners_alone(authority: Authority) -> None:
    folder = authority._folder
    assert stat.S_IMODE((folder / "authority.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    again = open_authority(folder, "ignored", NOW)
    assert (again.pem, again.organisation) == (authority.pem, "SDIS 17")
    assert sorted(file.name for file in folder.iterdir()) in (
        ["authority.key", "authority.pem"],
        ["authority.key", "authority.pem", "revoked.json"],
    )


@pytest.mark.parametrize("harm", ["authority.key", "authority.pem", "revoked.json"])
def test_a_damaged_one_is_refused_never_replaced(authority: Authority, tmp_path: Path, harm: str) -> None:
    for name in ("authority.key", "authority.pem"):
        (tmp_path / name).write_bytes((authority._folder / name).read_bytes())
    (tmp_path / harm).write_bytes(b"harm")
    with pytest.raises(Refused, match="certificate-authority-damaged"):
        open_authority(tmp_path, "x", NOW)
    (tmp_path / harm).unlink()
    if harm != "revoked.json":
        with pytest.raises(Refused, match="certificate-authority-damaged"):
            open_authority(tmp_path, "x", NOW)


def test_what_clients_ask_is_signed_in_every_writing(authority: Authority) -> None:
    pem = request("Ann")
    bare = b"".join(line for line in pem.splitlines(keepends=True) if not line.startswith(b"-"))
    der = base64.b64decode(bare)
    for asked in (
        pem,
        bare,
        bare.replace(b"\n", b""),
        der,
        pem.replace(b"BEGIN CERT", b"BEGIN NEW CERT").replace(b"END CERT", b"END NEW CERT"),
    ):
        certificate = authority.enrol(asked, "ann", NOW, timedelta(days=30))
        certificate.verify_directly_issued_by(authority.certificate)
        assert common_name(certificate) == "ann"
        assert certificate.not_valid_after_utc == (NOW + timedelta(days=30)).replace(microsecond=0)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
        assert certificate.subject.rfc4514_string() == "OU=TAK,O=SDIS 17,CN=ann"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (request("bob"), "certificate-name-differs"),
        (request("ann", attribute=NameOID.ORGANIZATIONAL_UNIT_NAME), "certificate-name-differs"),
        (request("ann", bits=1024), "certificate-request-weak"),
        (b"", "certificate-request-malformed"),
        (b"A" * 20_000, "certificate-request-malformed"),
        (b"\x30\x03abc", "certificate-request-malformed"),
        (request("ann").replace(b"A", b"B", 3), "certificate-request-malformed"),
    ],
)
def test_what_may_not_be_signed_is_refused(authority: Authority, asked: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        authority.enrol(asked, "ann", NOW)


REQUEST = request("ann")


@given(
    st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, len(REQUEST)), st.binary(max_size=4)).map(
            lambda at: REQUEST[: at[0]] + at[1] + REQUEST[at[0] + len(at[1]) :]
        ),
    )
)
def test_only_refusals_come_out_of_requests(asked: bytes) -> None:
    try:
        authorities._checked_key(authorities._read_request(asked))
    except Refused:
        return


async def test_a_certificate_lets_in_and_says_who(
    authority: Authority, ann: tuple[x509.Certificate, bytes], served: ssl.SSLContext, tmp_path: Path
) -> None:
    told = Told()
    relay = Relay(clock=SystemClock(), hooks=told, is_revoked=authority.is_revoked)
    _, port = await relay.listen("127.0.0.1", 0, tls=served)
    _, open_port = await relay.listen("127.0.0.1", 0)
    try:
        phone, plain = await connect(port, context(authority, ann, tmp_path)), await connect(open_port)
        plain.say(said("from-plain"))
        assert await phone.hear_uids(1) == ["from-plain"]
        phone.say(said("from-tls"))
        assert await plain.hear_uids(1) == ["from-tls"]
        one, two = told.connected
        assert one.identity == ("ann", "127.0.0.1", serial_of(ann[0]), True)
        assert two.identity == ("127.0.0.1", "127.0.0.1", "", False)
        phone.close()
        plain.close()
    finally:
        await relay.stop()


async def test_others_are_kept_out(authority: Authority, served: ssl.SSLContext, tmp_path: Path) -> None:
    other = open_authority(tmp_path / "other", "Elsewhere", NOW)
    expired = authority.client("late", NOW - timedelta(days=400), timedelta(days=1))
    server_key = authority.server(["localhost"], NOW)
    as_server = (x509.load_pem_x509_certificate(server_key[0]), server_key[1])
    told = Told()
    relay = Relay(clock=SystemClock(), hooks=told, is_revoked=authority.is_revoked)
    _, port = await relay.listen("127.0.0.1", 0, tls=served)
    try:
        for own in (None, other.client("ann", NOW), expired, as_server):
            try:
                phone = await connect(port, context(authority, own, tmp_path))
            except (ssl.SSLError, ConnectionError):
                continue
            phone.say(said("x"))
            with contextlib.suppress(ssl.SSLError):  # the alert that says why
                assert await phone.is_closed()
            phone.close()
        half = await connect(port)
        half.say(b"\x16\x03\x01\x02\x00")
        assert told.connected == []
        half.close()
    finally:
        await relay.stop()


async def test_a_revoked_one_is_put_out_and_stays_out(
    authority: Authority, served: ssl.SSLContext, tmp_path: Path
) -> None:
    bob = authority.client("bob", NOW)
    told = Told()
    relay = Relay(clock=SystemClock(), hooks=told, is_revoked=authority.is_revoked)
    _, port = await relay.listen("127.0.0.1", 0, tls=served)
    try:
        phone = await connect(port, context(authority, bob, tmp_path))
        phone.say(said("hello"))
        while not told.messages:
            await phone.hears_nothing(0.01)
        serial = serial_of(bob[0])
        authority.revoke(":".join(serial[at : at + 2] for at in range(0, len(serial), 2)).lower())
        assert relay.drop(lambda client: authority.is_revoked(client.identity.serial), "revoked") == 1
        assert await phone.is_closed()
        again = await connect(port, context(authority, bob, tmp_path))
        assert await again.is_closed()
        assert [(identity.name, code) for identity, code in told.turned_away] == [("bob", "certificate-revoked")]
        assert [reason for _, reason in told.left] == ["revoked"]
        assert open_authority(authority._folder, "", NOW).is_revoked(serial)
        phone.close()
        again.close()
    finally:
        await relay.stop()


def blocking(own: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    """A client that reads only when told to: no loop reads for it."""
    return own.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")


async def stuck_reader(authority: Authority, served: ssl.SSLContext, own: ssl.SSLContext) -> None:
    told = Told()
    pace = Pace(behind_bytes=100_000, lasting_bytes=300_000)
    relay = Relay(clock=SystemClock(), hooks=told, pace=pace, is_revoked=authority.is_revoked)
    _, port = await relay.listen("127.0.0.1", 0, tls=served)
    talker, quick = [await connect(port, own) for _ in range(2)]
    stuck = await asyncio.to_thread(blocking, own, port)
    try:
        heavy = "x" * 50_000
        for number in range(1000):
            talker.say(said(f"chat-{number}", "b-t-f", detail=f"<remarks>{heavy}</remarks>"))
            assert await quick.hear_uids(1) == [f"chat-{number}"]
            if told.left:
                break
        assert [reason for _, reason in told.left] == ["too-slow"]
    finally:
        stuck.close()
        talker.close()
        quick.close()
        await relay.stop()


async def test_a_stuck_reader_is_dropped_alone_through_tls_too(
    authority: Authority, ann: tuple[x509.Certificate, bytes], served: ssl.SSLContext, tmp_path: Path
) -> None:
    await stuck_reader(authority, served, context(authority, ann, tmp_path))


def test_tls_is_the_same_on_the_loop_of_the_server(
    authority: Authority, ann: tuple[x509.Certificate, bytes], served: ssl.SSLContext, tmp_path: Path
) -> None:
    uvloop = pytest.importorskip("uvloop", reason="this system has no uvloop")
    uvloop.run(stuck_reader(authority, served, context(authority, ann, tmp_path)))
    uvloop.run(test_a_certificate_lets_in_and_says_who(authority, ann, served, tmp_path))
    uvloop.run(test_others_are_kept_out(authority, served, tmp_path))
    uvloop.run(test_a_revoked_one_is_put_out_and_stays_out(authority, served, tmp_path))


def test_an_authority_that_has_expired_signs_nothing(authority: Authority) -> None:
    with pytest.raises(Refused, match="certificate-authority-expired"):
        authority.client("ann", NOW + timedelta(days=4000))
    late = authority.client("ann", NOW + timedelta(days=3600))[0]
    assert late.not_valid_after_utc == authority.certificate.not_valid_after_utc


def test_serial_numbers_are_as_openssl_writes_them() -> None:
    assert (normal_serial("abc"), normal_serial("0A:BC")) == ("0ABC", "0ABC")
    with pytest.raises(Refused, match="value-wrong"):
        normal_serial("not one")


@pytest.mark.parametrize("name", ["", "a" * 65])
def test_a_name_that_no_certificate_carries_is_refused(authority: Authority, name: str) -> None:
    with pytest.raises(Refused, match="value-wrong"):
        authority.client(name, NOW)


def test_stores_open_with_their_password_alone(authority: Authority, ann: tuple[x509.Certificate, bytes]) -> None:
    own = client_store(*ann, authority.certificate, "sésame")
    key, certificate, others = pkcs12.load_key_and_certificates(own, "sésame".encode())
    assert isinstance(key, rsa.RSAPrivateKey)
    assert (certificate, others) == (ann[0], [authority.certificate])
    trust = trust_store([authority.certificate], "open")
    assert pkcs12.load_key_and_certificates(trust, b"open") == (None, None, [authority.certificate])
    with pytest.raises(ValueError, match=r".*"):
        pkcs12.load_key_and_certificates(own, b"wrong")


def test_enrolment_answers_what_clients_read(authority: Authority, ann: tuple[x509.Certificate, bytes]) -> None:
    said_xml = ElementTree.fromstring(configuration('SDIS "17" & co', 365).body)
    assert said_xml.tag == "{com.bbn.marti.config}certificateConfig"
    entries = {entry.get("name"): entry.get("value") for entry in said_xml.iter() if entry.tag.endswith("nameEntry")}
    assert entries == {"O": 'SDIS "17" & co', "OU": "TAK"}
    xml = signed(ann[0], [authority.certificate], "application/xml")
    root = ElementTree.fromstring(xml.body)
    assert (root.tag, [child.tag for child in root], xml.content_type) == (
        "enrollment",
        ["signedCert", "ca"],
        "application/xml",
    )
    assert x509.load_der_x509_certificate(base64.b64decode(root.findtext("signedCert") or "")) == ann[0]
    for accept, content_type in (("", "application/json"), ("*/*", "application/json"), ("text/plain", "text/plain")):
        answer = signed(ann[0], [authority.certificate], accept)
        assert answer.content_type == content_type
        found = msgspec.json.decode(answer.body, type=dict[str, str])
        assert x509.load_der_x509_certificate(base64.b64decode(found["ca0"])) == authority.certificate
        assert set(found) == {"signedCert", "ca0"}
    _, _, certificates = pkcs12.load_key_and_certificates(
        signed_store(ann[0], [authority.certificate]).body, STORE_PASSWORD.encode()
    )
    assert certificates == [ann[0], authority.certificate]


def test_the_links_that_phones_scan() -> None:
    link = enrolment_link("tak.example", "ann b", "a&b=c")
    assert link == "tak://com.atakmap.app/enroll?host=tak.example&username=ann%20b&token=a%26b%3Dc"
    assert "host=tak.example%3A8090&" in enrolment_link("tak.example", "a", "b", port=8090)
    assert itak_text("PC, Rochefort", "tak.example") == "PC  Rochefort,tak.example,8089,ssl"
    with pytest.raises(Refused, match="value-wrong"):
        itak_text("x", "a,b")


@pytest.mark.parametrize("for_itak", [False, True])
def test_the_package_holds_what_connects(
    authority: Authority, ann: tuple[x509.Certificate, bytes], for_itak: bool
) -> None:
    own = client_store(*ann, authority.certificate, "p<&>w")
    trust = trust_store([authority.certificate], "t")
    connection = Connection(
        description='PC "crue" <1>',
        host="tak.example",
        trust=trust,
        trust_password="t",
        own=own,
        own_password="p<&>w",
        callsign="ANN",
        team="Red",
    )
    made = connection_package(connection, for_itak=for_itak)
    assert made == connection_package(connection, for_itak=for_itak)
    package = zipfile.ZipFile(io.BytesIO(made))
    folder = "" if for_itak else "certs/"
    manifest = ElementTree.fromstring(package.read("MANIFEST/manifest.xml"))
    listed = [content.get("zipEntry") for content in manifest.iter("Content")]
    assert sorted([*listed, "MANIFEST/manifest.xml"], key=str) == sorted(package.namelist())
    preferences = ElementTree.fromstring(package.read(f"{folder}connection.pref"))
    entries = {entry.get("key"): entry.text for entry in preferences.iter("entry")}
    assert all((entry.get("class") or "").startswith("class java.lang.") for entry in preferences.iter("entry"))
    assert entries["connectString0"] == "tak.example:8089:ssl"
    assert (entries["locationCallsign"], entries.get("atakRoleType")) == ("ANN", None)
    for where, password, content in (
        ("caLocation0", "caPassword0", trust),
        ("certificateLocation0", "clientPassword0", own),
    ):
        name = (entries[where] or "").rpartition("/")[2]
        assert package.read(f"{folder}{name}") == content
        pkcs12.load_key_and_certificates(content, (entries[password] or "").encode())
