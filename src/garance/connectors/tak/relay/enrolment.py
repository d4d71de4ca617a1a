"""What enrolment answers (enrôlement): pure texts, for the HTTP routes that TAK clients ask.

`GET /Marti/api/tls/config` says what to put in a request; `POST /Marti/api/tls/signClient` (version 1) answers a key
store without key, `…/v2` the certificates, as XML for ATAK and as JSON for the others; then one scans or opens a link.
Shapes as read by ATAK, iTAK, node-tak and pytak, after goatak and OpenTAKServer (references, nothing copied).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from garance.connectors.tak.relay.authority import trust_store
from garance.kernel.refusal import Refused

STORE_PASSWORD = "atakatak"  # noqa: S105 - a convention of TAK: version 1 clients know no other, and no key is inside
UNIT = "TAK"


class Answer(NamedTuple):
    """A body and its content type."""

    body: bytes
    content_type: str


def configuration(organisation: str, valid_days: int) -> Answer:
    """What a client puts in its request beside its name."""
    entries = f'<nameEntry name="O" value={quoteattr(organisation)}/><nameEntry name="OU" value="{UNIT}"/>'
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<ns2:certificateConfig xmlns="http://bbn.com/marti/xml/config" xmlns:ns2="com.bbn.marti.config" '
        f'validityDays="{valid_days}"><nameEntries>{entries}</nameEntries></ns2:certificateConfig>'
    )
    return Answer(text.encode(), "application/xml")


def signed(certificate: x509.Certificate, authorities: Sequence[x509.Certificate], accept: str) -> Answer:
    """The answer of version 2: XML when XML is asked for, else JSON (as `text/plain` when only that is asked for)."""
    own, others = bare(certificate), [bare(one) for one in authorities]
    wanted = accept.lower()
    if "xml" in wanted and "json" not in wanted:
        chain = "".join(f"<ca>{one}</ca>" for one in others)
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<enrollment><signedCert>{own}</signedCert>{chain}</enrollment>'
        return Answer(text.encode(), "application/xml")
    said = {"signedCert": own} | {f"ca{number}": one for number, one in enumerate(others)}
    return Answer(msgspec.json.encode(said), "text/plain" if wanted == "text/plain" else "application/json")


def signed_store(certificate: x509.Certificate, authorities: Sequence[x509.Certificate]) -> Answer:
    """The answer of version 1: a `.p12` with the certificate first, then the authorities, under the usual password."""
    return Answer(trust_store([certificate, *authorities], STORE_PASSWORD), "application/octet-stream")


def bare(certificate: x509.Certificate) -> str:
    """A certificate as base64 without headers, in lines of 64."""
    text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return "\n".join(text[at : at + 64] for at in range(0, len(text), 64))


def enrolment_link(host: str, name: str, token: str, *, port: int = 8089) -> str:
    """What ATAK opens or scans to enrol: `token` is the password, or better one that serves once."""
    where = host if port == 8089 else f"{host}:{port}"
    parts = (quote(part, safe="") for part in (where, name, token))
    return "tak://com.atakmap.app/enroll?host={}&username={}&token={}".format(*parts)


def itak_text(description: str, host: str, *, port: int = 8089) -> str:
    """What iTAK scans: `description,host,port,ssl`. Refuses `value-wrong` for a comma in the host."""
    if "," in host:
        raise Refused("value-wrong", field="host")
    return f"{description.replace(',', ' ')},{host},{port},ssl"
