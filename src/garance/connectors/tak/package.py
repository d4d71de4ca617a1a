"""Data packages of TAK (paquets de données): a zip with `MANIFEST/manifest.xml`, version 2, read with care and written.

Nothing is ever unpacked to a disk. What makes the whole archive unsafe refuses it; what concerns one content sets that
content aside, with the reason. A package is addressed by the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

import msgspec

from garance.connectors.tak.cot import Cot, read_xml
from garance.connectors.tak.xml_tree import Element, element, read_tree, write_tree
from garance.kernel.refusal import Refused

MANIFEST = "MANIFEST/manifest.xml"
MAX_PACKAGE_BYTES = 128 << 20
MAX_UNPACKED_BYTES = 256 << 20
MAX_MEMBERS = 5_000
MAX_RATIO = 200
RATIO_FROM_BYTES = 4 << 20
"""Below this unpacked size a high ratio is ordinary."""
MAX_MANIFEST_BYTES = 4 << 20
MAX_ARCHIVES_DEEP = 2
"""How many archives may be inside one another: a package may hold a KMZ, or a package that holds one."""

_CHUNK_BYTES = 1 << 20
_ZIP_MAGIC = b"PK\x03\x04"
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, NotImplementedError,
    RuntimeError, ValueError, MemoryError, IndexError,
)  # fmt: skip
"""What `zipfile` raises on bytes that are not what they announce."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One content: where it is in the archive, whether clients are told to ignore it, and what is said of it."""

    entry: str
    ignored: bool = False
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def parameter(self, name: str) -> str | None:
        """What is said under that name."""
        return dict(self.parameters).get(name)


class SetAside(msgspec.Struct, frozen=True):
    """A content that cannot be used, and why."""

    entry: str
    code: str


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package, read to the end. `parameters` are those of its configuration, as written; `digest` its SHA-256."""

    uid: str
    name: str
    digest: str
    imported: bool = True
    deleted: bool = False
    parameters: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()
    contents: tuple[Content, ...] = ()
    unlisted: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


def digest_of(raw: bytes) -> str:
    """The address of a package: SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def read_package(raw: bytes) -> Package:
    """The package that those bytes hold.

    Refuses `archive-corrupted`, `archive-too-large`, `archive-unsafe`, `archive-encrypted`, `archive-nested`,
    `package-name-doubled`, `package-manifest-missing`, `package-manifest-malformed`. A content that the manifest names
    and the archive does not hold is set aside (`package-content-missing`), as is one named twice.
    """
    members = _members(raw, 1, _Room())
    manifest = next((body for name, body in members.items() if name.lower() == MANIFEST.lower()), None)
    if manifest is None:
        raise Refused("package-manifest-missing")
    root = _manifest(manifest)
    configuration = root.first("Configuration") or Element("Configuration")
    parameters = _parameters(configuration)
    said = dict(parameters)
    listed = root.first("Contents") or Element("Contents")
    contents, aside = _contents(listed, members)
    groups = root.first("Groups") or Element("Groups")
    used = {content.entry for content in contents}
    return Package(
        uid=said.get("uid", ""),
        name=said.get("name", ""),
        digest=digest_of(raw),
        imported=said.get("onReceiveImport", "true").lower() == "true",
        deleted=said.get("onReceiveDelete", "false").lower() == "true",
        parameters=parameters,
        groups=tuple(name for group in groups.elements("Group") if (name := group.get("name"))),
        contents=contents,
        unlisted=tuple(name for name in members if name not in used and name.lower() != MANIFEST.lower()),
        set_aside=aside,
    )


def messages(package: Package) -> tuple[tuple[Cot, ...], tuple[SetAside, ...]]:
    """The messages that a package holds (`.cot`, `.xml`), and those that cannot be read."""
    found: list[Cot] = []
    aside: list[SetAside] = []
    for content in package.contents:
        if not content.entry.lower().endswith((".cot", ".xml")) or content.ignored:
            continue
        try:
            found.append(read_xml(content.body))
        except Refused as why:
            aside.append(SetAside(content.entry, why.code))
    return tuple(found), tuple(aside)


def write_package(
    contents: Sequence[Content],
    *,
    uid: str,
    name: str,
    imported: bool = True,
    deleted: bool = False,
    parameters: Mapping[str, str] | None = None,
) -> bytes:
    """A package of those contents. The same contents give the same bytes, hence the same address.

    Refuses `archive-unsafe` (an entry that climbs out), `package-name-doubled`.
    """
    doubled = [entry for entry, count in Counter(_plain(content.entry) for content in contents).items() if count > 1]
    if doubled or any(_plain(content.entry).lower() == MANIFEST.lower() for content in contents):
        raise Refused("package-name-doubled")
    yes = {True: "true", False: "false"}
    said = {"uid": uid, "name": name, "onReceiveImport": yes[imported], "onReceiveDelete": yes[deleted]}
    root = Element(
        "MissionPackageManifest",
        (("version", "2"),),
        (
            Element("Configuration", (), _written({**said, **(parameters or {})}.items())),
            Element("Contents", (), tuple(_listed(content) for content in contents)),
        ),
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        text = '<?xml version="1.0" encoding="UTF-8"?>\n' + write_tree(root)
        for entry, body in [(MANIFEST, text.encode("utf-8")), *((_safe(each.entry), each.body) for each in contents)]:
            archive.writestr(zipfile.ZipInfo(entry, _FIRST_DATE), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Room:
    """How much may still be unpacked, inner archives included."""

    def __init__(self) -> None:
        self._left_bytes = MAX_UNPACKED_BYTES

    def take(self, unpacked_bytes: int) -> bool:
        self._left_bytes -= unpacked_bytes
        return self._left_bytes >= 0


def _members(raw: bytes, depth: int, room: _Room) -> dict[str, bytes]:
    """Every file of the archive, its name made plain, read to the end under the limits."""
    if len(raw) > MAX_PACKAGE_BYTES:
        raise Refused("archive-too-large", detail={"packed_bytes": len(raw)})
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
            _check_sizes(raw, infos, room)
            names = Counter(_safe(info.filename).lower() for info in infos if not info.is_dir())
            for info in infos:
                _check_member(info)
            if any(count > 1 for count in names.values()):
                raise Refused("package-name-doubled")
            found = {_safe(info.filename): _body(archive, info) for info in infos if not info.is_dir()}
    except _DAMAGE as problem:
        raise Refused("archive-corrupted") from problem
    for body in found.values():
        if body.startswith(_ZIP_MAGIC):
            _check_nested(body, depth, room)
    return found


def _check_nested(raw: bytes, depth: int, room: _Room) -> None:
    """An archive in the archive is looked through as well: a damaged one is only a file that clients cannot open."""
    if depth > MAX_ARCHIVES_DEEP:
        raise Refused("archive-nested", detail={"depth": depth})
    try:
        _members(raw, depth + 1, room)
    except Refused as why:
        if why.code in ("archive-too-large", "archive-nested"):
            raise


def _check_sizes(raw: bytes, infos: Sequence[zipfile.ZipInfo], room: _Room) -> None:
    """Announced sizes are sane, and members do not share their bytes."""
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    bomb = unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * len(raw)
    if bomb or packed > len(raw) or len(infos) > MAX_MEMBERS or not room.take(unpacked):
        detail = {"unpacked_bytes": unpacked, "packed_bytes": len(raw), "members": len(infos)}
        raise Refused("archive-too-large", detail=detail)


def _check_member(info: zipfile.ZipInfo) -> None:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused("archive-unsafe")
    if info.flag_bits & 0x1:
        raise Refused("archive-encrypted")


def _body(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read to the end: `zipfile` stops at the announced size and compares the checksum."""
    chunks = []
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            chunks.append(chunk)
    return b"".join(chunks)


def _plain(name: str) -> str:
    """Windows clients write backslashes."""
    return name.replace("\\", "/")


def _safe(name: str) -> str:
    plain = _plain(name)
    parts = PurePosixPath(plain)
    if parts.is_absolute() or ".." in parts.parts or plain[1:2] == ":" or "\0" in plain or not parts.parts:
        raise Refused("archive-unsafe")
    return plain


def _manifest(raw: bytes) -> Element:
    if len(raw) > MAX_MANIFEST_BYTES:
        raise Refused("package-manifest-malformed", detail={"bytes": len(raw)})
    try:
        root = read_tree(raw)
    except Refused as why:
        raise Refused("package-manifest-malformed") from why
    if root.name != "MissionPackageManifest":
        raise Refused("package-manifest-malformed", field="root")
    return root


def _contents(listed: Element, members: Mapping[str, bytes]) -> tuple[tuple[Content, ...], tuple[SetAside, ...]]:
    found: dict[str, Content] = {}
    aside: list[SetAside] = []
    for each in listed.elements("Content"):
        entry = _plain(each.get("zipEntry") or "")
        if entry in found:
            aside.append(SetAside(entry, "package-name-doubled"))
        elif entry not in members:
            aside.append(SetAside(entry, "package-content-missing"))
        else:
            ignored = (each.get("ignore") or "false").lower() == "true"
            found[entry] = Content(entry=entry, ignored=ignored, parameters=_parameters(each), body=members[entry])
    return tuple(found.values()), tuple(aside)


def _parameters(of: Element) -> tuple[tuple[str, str], ...]:
    named = ((each.get("name"), each.get("value") or "") for each in of.elements("Parameter"))
    return tuple((name, value) for name, value in named if name)


def _listed(content: Content) -> Element:
    said = {"ignore": "true" if content.ignored else "false", "zipEntry": _safe(content.entry)}
    return element("Content", said, *_written(content.parameters))


def _written(parameters: Iterable[tuple[str, str]]) -> tuple[Element, ...]:
    return tuple(element("Parameter", {"name": name, "value": value}) for name, value in parameters)
