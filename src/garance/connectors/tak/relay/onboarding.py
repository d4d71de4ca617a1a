"""The connection package (paquet de connexion): one file to open on a phone, that trusts, identifies and connects.

A zip of a preferences file, the two key stores and a manifest. ATAK and WinTAK read them in a folder; iTAK wants them
at the root. Pure: the same things give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

import msgspec

from garance.kernel.identity import derived_id

_MADE = (2020, 1, 1, 0, 0, 0)
_TRUST, _OWN, _PREFERENCES = "truststore.p12", "client.p12", "connection.pref"
_ENTRY = '<entry key="{}" class="class java.lang.{}">{}</entry>'


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone needs to know. `team` and `role` are words of ATAK (`Red`, `Team Member`), empty to leave them.

    Without its own key store, it is told to enrol: it asks its user for a name and a word of passage.
    """

    description: str
    host: str
    port: int = 8089
    trust: bytes
    trust_password: str
    own: bytes = b""
    own_password: str = ""
    callsign: str = ""
    team: str = ""
    role: str = ""


def connection_package(connection: Connection, *, for_itak: bool = False) -> bytes:
    """The package, as bytes of a zip."""
    folder = "" if for_itak else "certs/"
    preferences = _preferences(connection, "" if for_itak else "cert/")
    held = {_PREFERENCES: preferences.encode(), _TRUST: connection.trust}
    if connection.own:
        held[_OWN] = connection.own
    names = [f"{folder}{name}" for name in held]
    contents = list(held.values())
    manifest = _manifest(connection, names)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in zip(["MANIFEST/manifest.xml", *names], [manifest.encode(), *contents], strict=True):
            package.writestr(zipfile.ZipInfo(name, _MADE), content)
    return written.getvalue()


def _preferences(connection: Connection, folder: str) -> str:
    stream = [
        ("count", "Integer", "1"),
        ("description0", "String", connection.description),
        ("enabled0", "Boolean", "true"),
        ("connectString0", "String", f"{connection.host}:{connection.port}:ssl"),
        ("caLocation0", "String", f"{folder}{_TRUST}"),
        ("caPassword0", "String", connection.trust_password),
    ]
    if connection.own:
        stream.append(("certificateLocation0", "String", f"{folder}{_OWN}"))
        stream.append(("clientPassword0", "String", connection.own_password))
    else:
        stream += [(f"{key}0", "Boolean", "true") for key in ("enrollForCertificateWithTrust", "useAuth")]
        stream.append(("cacheCreds0", "String", "Cache credentials"))
    app = [("displayServerConnectionWidget", "Boolean", "true")]
    own = {"locationCallsign": connection.callsign, "locationTeam": connection.team, "atakRoleType": connection.role}
    app += [(key, "String", value) for key, value in own.items() if value]
    return (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<preferences>\n"
        + _preference("cot_streams", stream)
        + _preference("com.atakmap.app_preferences", app)
        + "</preferences>\n"
    )


def _preference(name: str, entries: list[tuple[str, str, str]]) -> str:
    lines = "".join(f"    {_ENTRY.format(key, kind, escape(value))}\n" for key, kind, value in entries)
    return f'  <preference version="1" name="{name}">\n{lines}  </preference>\n'


def _manifest(connection: Connection, names: list[str]) -> str:
    uid = derived_id("tak-connection", f"{connection.host}:{connection.port}/{connection.callsign}")
    contents = "".join(f'    <Content ignore="false" zipEntry="{name}"/>\n' for name in names)
    return (
        '<MissionPackageManifest version="2">\n  <Configuration>\n'
        f'    <Parameter name="uid" value="{uid}"/>\n'
        f'    <Parameter name="name" value={quoteattr(connection.description)}/>\n'
        '    <Parameter name="onReceiveDelete" value="true"/>\n'
        f"  </Configuration>\n  <Contents>\n{contents}  </Contents>\n</MissionPackageManifest>\n"
    )
