"""Zipped files from outside, checked before anything reads them: no escape, no bomb, no damage."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import stat
import struct
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath
from typing import IO

from garance.kernel.refusal import Refused

MAX_UNPACKED_BYTES = 4 * 1024**3
MAX_MEMBERS = 10_000
MAX_RATIO = 200
RATIO_FROM_BYTES = 64 * 1024**2
"""Below this unpacked size a high ratio is ordinary (an empty raster, a table of zeros)."""

CHUNK_BYTES = 1 << 20

DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, NotImplementedError,
    RuntimeError, ValueError, MemoryError,
)  # fmt: skip
"""What `zipfile`, `gzip` and `bz2` raise on bytes that are not what they announce."""

Step = Callable[[], None]


class Scratch:
    """A folder for unpacked copies, removed with the last who holds it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="garance-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self.folder, True)

    def room(self) -> Path:
        """A new empty folder inside."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    def close(self) -> None:
        """Remove everything now."""
        self._remove()


def check_archive(path: Path) -> list[str]:
    """Give the archive's members, once read to the end; refuses `archive-unsafe`, `archive-too-large`,
    `archive-encrypted`, `archive-corrupted`."""
    return _walk(path, None, lambda: None)


def unpack_archive(path: Path, folder: Path, step: Step = lambda: None) -> list[str]:
    """Unpack into this empty folder, under the same checks, and give the members; refuses as `check_archive`."""
    return _walk(path, folder, step)


def list_members(raw: bytes, label: str, *, most_bytes: int) -> list[str]:
    """The members of an archive held in memory, nothing unpacked; refuses as `check_archive`, and `archive-too-large`
    when what it announces is more than that."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            _check_sizes(label, len(raw), members)
            if sum(member.file_size for member in members) > most_bytes:
                raise Refused("archive-too-large", field=label, detail={"limit": most_bytes})
            for member in members:
                _check_member(label, member)
    except DAMAGE as problem:
        raise Refused("archive-corrupted", field=label) from problem
    return [member.filename for member in members if not member.is_dir()]


def take_members(raw: bytes, label: str, wanted: Collection[str]) -> dict[str, bytes]:
    """What those members of a listed archive (`list_members`) hold; refuses `archive-corrupted`."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return {name: archive.read(name) for name in wanted}
    except (*DAMAGE, KeyError) as problem:
        raise Refused("archive-corrupted", field=label) from problem


def unpack_bytes(raw: bytes, label: str, *, most_bytes: int) -> bytes:
    """What a `.gz` file held in memory unpacks to; refuses `archive-too-large`, `archive-corrupted`."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
            unpacked = stream.read(most_bytes + 1)
    except DAMAGE as problem:
        raise Refused("archive-corrupted", field=label) from problem
    if len(unpacked) > most_bytes:
        raise Refused("archive-too-large", field=label, detail={"limit": most_bytes})
    return unpacked


def unpack_stream(path: Path, target: Path, step: Step = lambda: None) -> None:
    """Unpack a `.gz` or `.bz2` file; refuses `archive-too-large`, `archive-corrupted`."""
    opened = bz2.open if path.suffix.lower() == ".bz2" else gzip.open
    limit = max(RATIO_FROM_BYTES, min(MAX_UNPACKED_BYTES, path.stat().st_size * MAX_RATIO))
    done = 0
    try:
        with opened(path, "rb") as stream, target.open("wb") as out:
            while chunk := stream.read(CHUNK_BYTES):
                step()
                done += len(chunk)
                if done > limit:
                    raise Refused("archive-too-large", field=path.name, detail={"unpacked_bytes": done})
                out.write(chunk)
    except DAMAGE as problem:
        raise Refused("archive-corrupted", field=path.name) from problem


def _walk(path: Path, folder: Path | None, step: Step) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(path.name, path.stat().st_size, members)
            for member in members:
                _check_member(path.name, member)
            for member in members:
                _read_member(archive, member, folder, step)
    except DAMAGE as problem:
        raise Refused("archive-corrupted", field=path.name) from problem
    return [member.filename for member in members if not member.is_dir()]


def _check_sizes(label: str, size: int, members: list[zipfile.ZipInfo]) -> None:
    """Announced sizes are sane, and members do not share their bytes (the overlapping bomb)."""
    unpacked = sum(member.file_size for member in members)
    packed = max(1, size)
    bomb = unpacked > RATIO_FROM_BYTES and unpacked / packed > MAX_RATIO
    overlapping = sum(member.compress_size for member in members) > packed
    if bomb or overlapping or unpacked > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
        raise Refused(
            "archive-too-large",
            field=label,
            detail={"unpacked_bytes": unpacked, "packed_bytes": packed, "members": len(members)},
        )


def _check_member(label: str, member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\0" in name or not parts.parts:
        raise Refused("archive-unsafe", field=label)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Refused("archive-unsafe", field=label)
    if member.flag_bits & 0x1:
        raise Refused("archive-encrypted", field=label)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path | None, step: Step) -> None:
    """Read to the end: `zipfile` stops at the announced size and compares the checksum."""
    target = folder / member.filename.replace("\\", "/") if folder is not None else None
    if member.is_dir():
        if target is not None:
            target.mkdir(parents=True, exist_ok=True)
        return
    with archive.open(member) as stream:
        if target is None:
            _copy(stream, None, step)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            _copy(stream, out, step)


def _copy(stream: IO[bytes], out: IO[bytes] | None, step: Step) -> None:
    while chunk := stream.read(CHUNK_BYTES):
        step()
        if out is not None:
            out.write(chunk)
