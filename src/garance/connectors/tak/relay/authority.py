"""The node's own certificate authority for TAK clients (autorité de certification): made, kept, signing, revoking.

Kept in one folder: `authority.pem`, `authority.key` (readable by its owner alone), `revoked.json` (serial numbers).
Keys and signatures are RSA with SHA-256, the only ones that every TAK client reads.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from garance.kernel.refusal import Refused

KEY_BITS = 3072
MIN_KEY_BITS = 2048
AUTHORITY_LASTS = timedelta(days=3650)
SERVER_LASTS = timedelta(days=825)
CLIENT_LASTS = timedelta(days=365)
EARLY = timedelta(hours=12)
"""How long before it is signed a certificate begins: field devices keep poor time."""
MAX_REQUEST_BYTES = 16 << 10
MAX_REVOKED = 100_000
_ARMOUR = (b"-----BEGIN CERTIFICATE REQUEST-----", b"-----END CERTIFICATE REQUEST-----")
_NEW_ARMOUR = (b"-----BEGIN NEW CERTIFICATE REQUEST-----", b"-----END NEW CERTIFICATE REQUEST-----")


class Authority:
    """An authority whose key is at hand."""

    def __init__(self, folder: Path, certificate: x509.Certificate, key: rsa.RSAPrivateKey, revoked: set[str]) -> None:
        self._folder = folder
        self._key = key
        self._revoked = revoked
        self.certificate = certificate

    @property
    def pem(self) -> bytes:
        """The certificate of the authority, to be trusted by clients."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def server(self, names: Sequence[str], now: datetime, lasts: timedelta = SERVER_LASTS) -> tuple[bytes, bytes]:
        """A certificate for a server with its chain, and its key (PEM, not enciphered); `names`: hosts or addresses."""
        if not names:
            raise Refused("field-missing", field="names")
        key = _new_key()
        subject = _subject(names[0], self.organisation)
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        certificate = self._sign(
            subject, key.public_key(), now, now + lasts, ExtendedKeyUsageOID.SERVER_AUTH, alternatives
        )
        return certificate.public_bytes(serialization.Encoding.PEM) + self.pem, _key_pem(key)

    def client(self, name: str, now: datetime, lasts: timedelta = CLIENT_LASTS) -> tuple[x509.Certificate, bytes]:
        """A certificate for a client whose key is made here, and that key (PEM, unencrypted)."""
        key = _new_key()
        return self._client(_subject(name, self.organisation), key.public_key(), now, lasts), _key_pem(key)

    def enrol(self, request: bytes, name: str, now: datetime, lasts: timedelta = CLIENT_LASTS) -> x509.Certificate:
        """A certificate for what a client asks to have signed: PKCS #10, as DER, base64 of it, or PEM.

        `name` is who signed in: the common name asked for must be the same, whatever the case. Refuses
        `certificate-request-malformed`, `certificate-request-weak`, `certificate-name-differs` and, whatever is to be
        signed, `certificate-authority-expired`.
        """
        asked = _read_request(request)
        names = asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if len(names) != 1 or str(names[0].value).casefold() != name.casefold():
            raise Refused("certificate-name-differs")
        return self._client(_subject(name, self.organisation), _checked_key(asked), now, lasts)

    @property
    def organisation(self) -> str:
        """The organisation that the authority signs for."""
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)

    def revoke(self, serial: str) -> None:
        """No longer let in whoever shows the certificate of that serial number (hexadecimal)."""
        number = normal_serial(serial)
        if len(self._revoked) >= MAX_REVOKED:
            raise Refused("quota-full", detail={"most": MAX_REVOKED})
        self._revoked.add(number)
        _write(self._folder / "revoked.json", msgspec.json.encode(sorted(self._revoked)))

    def is_revoked(self, serial: str) -> bool:
        """Whether that serial number is revoked: what the relay asks at each handshake."""
        return serial in self._revoked

    def tls(self, chain: bytes, key: bytes, *, mutual: bool = True) -> ssl.SSLContext:
        """What a port serves with; `mutual` lets in only who shows a certificate of this authority, still valid."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        with tempfile.TemporaryDirectory(prefix="garance-tls-") as folder:
            chain_file, key_file = Path(folder) / "chain.pem", Path(folder) / "key.pem"
            _write(chain_file, chain)
            _write(key_file, key)
            context.load_cert_chain(chain_file, key_file)
        if mutual:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self.pem.decode())
        return context

    def _client(
        self, subject: x509.Name, public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
    ) -> x509.Certificate:
        return self._sign(subject, public, now, now + lasts, ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def _sign(
        self,
        subject: x509.Name,
        public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        now: datetime,
        until: datetime,
        purpose: x509.ObjectIdentifier,
        alternatives: x509.SubjectAlternativeName | None,
    ) -> x509.Certificate:
        if self.certificate.not_valid_after_utc <= now:
            raise Refused("certificate-authority-expired")
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - EARLY)
            .not_valid_after(min(until, self.certificate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if alternatives is not None:
            built = built.add_extension(alternatives, critical=False)
        return built.sign(self._key, hashes.SHA256())


def open_authority(folder: Path, organisation: str, now: datetime) -> Authority:
    """The authority of that folder, made there when there is none; refuses `certificate-authority-damaged`."""
    if not (folder / "authority.pem").exists() and not (folder / "authority.key").exists():
        return _make_authority(folder, organisation, now)
    try:
        certificate = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
        key = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
        listed = folder / "revoked.json"
        revoked = msgspec.json.decode(listed.read_bytes(), type=set[str]) if listed.exists() else set()
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm, msgspec.DecodeError) as problem:
        raise Refused("certificate-authority-damaged") from problem
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise Refused("certificate-authority-damaged")
    return Authority(folder, certificate, key, revoked)


def client_store(certificate: x509.Certificate, key_pem: bytes, authority: x509.Certificate, password: str) -> bytes:
    """The `.p12` of a client: its key and certificate, and the authority's, enciphered as old Android reads it."""
    key = serialization.load_pem_private_key(key_pem, None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Refused("certificate-request-weak")
    name = common_name(certificate).encode()
    return pkcs12.serialize_key_and_certificates(name, key, certificate, [authority], _enciphered(password))


def trust_store(authorities: Sequence[x509.Certificate], password: str) -> bytes:
    """The `.p12` of those that a client trusts: certificates alone."""
    named = [pkcs12.PKCS12Certificate(one, common_name(one).encode()) for one in authorities]
    return pkcs12.serialize_key_and_certificates(b"truststore", None, None, named, _enciphered(password))


def common_name(certificate: x509.Certificate) -> str:
    """Whom a certificate names."""
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def serial_of(certificate: x509.Certificate) -> str:
    """Its serial number as the relay has it: upper-case hexadecimal, an even number of digits."""
    return normal_serial(f"{certificate.serial_number:x}")


def normal_serial(serial: str) -> str:
    """A serial number as OpenSSL writes it; refuses `value-wrong`."""
    try:
        digits = f"{int(serial.replace(':', ''), 16):X}"
    except ValueError as problem:
        raise Refused("value-wrong", field="serial") from problem
    return digits if len(digits) % 2 == 0 else f"0{digits}"


def _make_authority(folder: Path, organisation: str, now: datetime) -> Authority:
    key = _new_key()
    subject = _subject(f"{organisation} TAK"[:64], organisation)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / "authority.key", _key_pem(key))
    _write(folder / "authority.pem", certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return Authority(folder, certificate, key, set())


def _read_request(request: bytes) -> x509.CertificateSigningRequest:
    if len(request) > MAX_REQUEST_BYTES:
        raise Refused("certificate-request-malformed", detail={"most_bytes": MAX_REQUEST_BYTES})
    text = request.strip()
    for armour in (*_ARMOUR, *_NEW_ARMOUR):
        text = text.replace(armour, b"")
    try:
        der = text if text[:1] == b"\x30" else base64.b64decode(b"".join(text.split()), validate=True)
        asked = x509.load_der_x509_csr(der)
        if not asked.is_signature_valid:
            raise Refused("certificate-request-malformed")
        asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm, InvalidSignature) as problem:
        raise Refused("certificate-request-malformed") from problem
    return asked


def _checked_key(asked: x509.CertificateSigningRequest) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    try:
        key = asked.public_key()
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise Refused("certificate-request-malformed") from problem
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_KEY_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= 256:
        return key
    raise Refused("certificate-request-weak", detail={"least_bits": MIN_KEY_BITS})


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _subject(name: str, organisation: str) -> x509.Name:
    """A subject; refuses `value-wrong` for a name that a certificate cannot carry (empty, over 64 characters)."""
    try:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, name),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "TAK"),
            ]
        )
    except ValueError as problem:
        raise Refused("value-wrong", field="name") from problem


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode())
    except (UnicodeError, ValueError) as problem:
        raise Refused("value-wrong", field="names") from problem


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _enciphered(password: str) -> serialization.KeySerializationEncryption:
    return (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2048)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())  # noqa: S303 - what the key stores of Android read; the file travels by safe means
        .build(password.encode())
    )


def _write(file: Path, content: bytes, mode: int = 0o600) -> None:
    """Write whole or not at all, readable as that mode says from its first byte."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)
