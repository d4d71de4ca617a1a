"""Zipped files from outside, checked before anything reads them: no escape, no bomb, no damage."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from garance.kernel.refusal import Refused

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_MEMBERS = 10_000
MAX_RATIO = 200
RATIO_FROM_BYTES = 64 * 1024**2
"""Below this unpacked size a high ratio is ordinary (an empty raster, a table of zeros)."""

CHUNK_BYTES = 1 << 20


def check_archive(path: Path) -> list[str]:
    """Give the archive's members, once read to the end; refuses `archive-unsafe`, `archive-too-large`,
    `archive-corrupted`."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(path, members)
            for member in members:
                _check_name(path, member.filename)
            for member in members:
                _check_bytes(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as problem:
        raise Refused("archive-corrupted", field=path.name) from problem
    return [member.filename for member in members if not member.is_dir()]


def _check_sizes(path: Path, members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    bomb = unpacked > RATIO_FROM_BYTES and unpacked / packed > MAX_RATIO
    if bomb or unpacked > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
        raise Refused(
            "archive-too-large",
            field=path.name,
            detail={"unpacked_bytes": unpacked, "packed_bytes": packed, "members": len(members)},
        )


def _check_name(path: Path, name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\0" in name:
        raise Refused("archive-unsafe", field=path.name)


def _check_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read to the end: `zipfile` stops at the announced size and compares the checksum."""
    with archive.open(member) as stream:
        while stream.read(CHUNK_BYTES):
            pass
