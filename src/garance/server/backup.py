"""Backups of a node, taken while it runs, and restored into an empty folder.

One tar file: a manifest with the digest of everything, the databases as they were, the attachments, the symbol sets
that were added, the settings without their secrets. The journal is copied first: what it speaks of (keys, accounts,
attachments) is made before it is spoken of, so later copies never lag behind it. The writer's own key is not copied:
a restored node signs a chain of its own, so that it can never contradict one that lives on elsewhere. A backup holds
the keys of personal data: it is written for its owner's eyes only (mode 0600), and must be kept as safe as the node.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

import msgspec

from garance.kernel.clock import Clock, Instant, to_milliseconds
from garance.kernel.refusal import Refused
from garance.server.data_folder import FILES, KEPT_DATABASES, SYMBOLS, DataFolder
from garance.server.trust import FILE as TRUSTED
from garance.server.trust import own_writers, trust_writers

MANIFEST = "manifest.json"
SETTINGS = "settings.json"
MAX_MANIFEST_BYTES = 256 << 20
_BLOCK = 1 << 20
_ATTACHMENT = re.compile(rf"{FILES}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}(\.json)?")
_SYMBOL_SET = re.compile(rf"{SYMBOLS}/[A-Za-z0-9][A-Za-z0-9._-]{{0,99}}\.json")
_PLAIN = frozenset({*KEPT_DATABASES, SETTINGS, TRUSTED})

Progress = Callable[[str, float], None]
"""Told which step is done, and how much of it (0 to 1)."""

Keep = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens the place where the file of that name goes."""

Check = Callable[[DataFolder], None]
"""Looks at a data folder at rest, and refuses what is wrong with it."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup."""

    name: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a backup holds. `made_at` is when it began."""

    format: Literal["garance backup 1"] = "garance backup 1"
    made_at: Instant
    version: str
    entries: tuple[Entry, ...]


def _quiet(step: str, part: float) -> None:
    """For whoever does not watch."""


def _nothing(folder: DataFolder) -> None:
    """For whoever checks nothing more than digests."""


def back_up(
    folder: DataFolder,
    out: Path,
    *,
    clock: Clock,
    version: str,
    settings: Mapping[str, Any],
    check: Check = _nothing,
    progress: Progress = _quiet,
) -> Manifest:
    """Write a backup of the node that lives in that folder, running or not, then read it again to be sure.

    Refuses `backup-exists`, `nothing-to-back-up`, `storage-full`, `storage-failed`, and what `check` refuses of the
    copy.
    """
    if out.exists():
        raise Refused("backup-exists", detail={"file": str(out)})
    if not folder.journal.is_file():
        raise Refused("nothing-to-back-up", detail={"folder": str(folder.path)})
    made_at = clock.now()
    with _on_disk(), tempfile.TemporaryDirectory(dir=out.parent, prefix=".garance-backup-") as beside:
        copy = DataFolder(Path(beside))
        _copy_databases(folder, copy, progress)
        check(copy)
        (copy.path / SETTINGS).write_bytes(msgspec.json.encode(settings))
        trust_writers(copy.path, own_writers(folder.path))
        plain = [(name, copy.path / name) for name in (*KEPT_DATABASES, SETTINGS, TRUSTED)]
        files = [*plain, *_attachments(folder, copy), *_symbol_sets(folder, copy)]
        present = [(name, path) for name, path in files if path.is_file()]
        entries = tuple(_entries(present, progress))
        manifest = Manifest(made_at=made_at, version=version, entries=entries)
        partial = out.with_name(out.name + ".partial")
        try:
            _write_tar(partial, manifest, dict(present), progress)
            with tarfile.open(partial, "r:") as archive:
                _read_out(archive, read_manifest(archive), lambda name: Path(os.devnull).open("wb"), progress)
            os.replace(partial, out)
        finally:
            partial.unlink(missing_ok=True)
        _flush_folder(out.parent)
    return manifest


def restore(source: Path, folder: DataFolder, *, finish: Check = _nothing, progress: Progress = _quiet) -> Manifest:
    """Put a backup back into a folder that is empty or does not exist.

    Nothing appears there until every digest is right and `finish` (verify the journal's chain, destroy again what was
    destroyed) has agreed. Refuses `folder-not-empty`, `backup-unreadable`, `backup-damaged`, `storage-full`,
    `storage-failed`, and what `finish` refuses.
    """
    if not folder.empty:
        raise Refused("folder-not-empty", detail={"folder": str(folder.path)})
    with _on_disk():
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        beside = DataFolder(Path(tempfile.mkdtemp(dir=folder.path.parent, prefix=".garance-restore-")))
        try:
            with _opened(source) as archive:
                manifest = read_manifest(archive)
                _read_out(archive, manifest, lambda name: _new_file(beside.path / name), progress)
            beside.prepare()
            finish(beside)
            if folder.path.exists():
                folder.path.rmdir()
            os.replace(beside.path, folder.path)
        finally:
            shutil.rmtree(beside.path, ignore_errors=True)
        _flush_folder(folder.path.parent)
    return manifest


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    """What an open backup says it holds; refuses `backup-unreadable`."""
    try:
        first = archive.next()
        if first is None or first.name != MANIFEST or not first.isreg() or first.size > MAX_MANIFEST_BYTES:
            raise Refused("backup-unreadable")
        content = archive.extractfile(first)
        assert content is not None  # noqa: S101 - a regular file has content
        manifest = msgspec.json.decode(content.read(), type=Manifest)
    except (tarfile.TarError, msgspec.DecodeError, UnicodeDecodeError, EOFError) as problem:
        raise Refused("backup-unreadable") from problem
    for entry in manifest.entries:
        if entry.name not in _PLAIN and not (_ATTACHMENT.fullmatch(entry.name) or _SYMBOL_SET.fullmatch(entry.name)):
            raise Refused("backup-damaged", detail={"entry": entry.name[:100]})
    return manifest


def _read_out(archive: tarfile.TarFile, manifest: Manifest, keep: Keep, progress: Progress) -> None:
    """Give each file of the manifest to `keep`; refuses `backup-damaged` when one is not as the manifest says."""
    total = sum(entry.size_bytes for entry in manifest.entries) or 1
    done = 0
    for entry in manifest.entries:
        try:
            member = archive.next()
            if member is None or member.name != entry.name or not member.isreg() or member.size != entry.size_bytes:
                raise Refused("backup-damaged", detail={"entry": entry.name})
            content = archive.extractfile(member)
            assert content is not None  # noqa: S101 - a regular file has content
            with keep(entry.name) as target:
                found = _copy(content, target)
        except (tarfile.TarError, EOFError) as problem:
            raise Refused("backup-damaged", detail={"entry": entry.name}) from problem
        if found != entry.sha256:
            raise Refused("backup-damaged", detail={"entry": entry.name})
        done += entry.size_bytes
        progress("verify", done / total)
    if archive.next() is not None:
        raise Refused("backup-damaged", detail={"entry": "?"})


def _copy_databases(folder: DataFolder, copy: DataFolder, progress: Progress) -> None:
    for number, name in enumerate(KEPT_DATABASES):
        if (folder.path / name).is_file():
            copy_database(folder.path / name, copy.path / name)
        progress("copy", (number + 1) / len(KEPT_DATABASES))


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file as it is at one moment, whoever is writing to it, and check the copy."""
    target.touch(mode=0o600)
    uri = source.absolute().as_uri() + "?mode=rw"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None)) as living,
        closing(sqlite3.connect(target, isolation_level=None)) as copied,
    ):
        living.backup(copied, pages=-1)
        copied.execute("PRAGMA journal_mode=DELETE")
        if copied.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Refused("storage-damaged", detail={"file": source.name})


def _attachments(folder: DataFolder, copy: DataFolder) -> Iterator[tuple[str, Path]]:
    """Attachments never change; their records may, so that these are copied aside first."""
    for path in sorted(folder.files.glob("??/*")):
        name = f"{FILES}/{path.parent.name}/{path.name}"
        if not _ATTACHMENT.fullmatch(name):
            continue
        if path.suffix == ".json":
            aside = copy.path / name
            aside.parent.mkdir(parents=True, exist_ok=True)
            path = shutil.copyfile(path, aside)
        yield name, path


def _symbol_sets(folder: DataFolder, copy: DataFolder) -> Iterator[tuple[str, Path]]:
    """The charters that the operator added, copied aside: somebody may be editing them."""
    for path in sorted(folder.symbols.glob("*.json")):
        name = f"{SYMBOLS}/{path.name}"
        if path.is_file() and _SYMBOL_SET.fullmatch(name):
            aside = copy.path / name
            aside.parent.mkdir(exist_ok=True)
            yield name, Path(shutil.copyfile(path, aside))


def _entries(files: list[tuple[str, Path]], progress: Progress) -> Iterator[Entry]:
    for number, (name, path) in enumerate(files):
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        yield Entry(name, path.stat().st_size, digest)
        progress("digest", (number + 1) / len(files))


def _write_tar(target: Path, manifest: Manifest, files: Mapping[str, Path], progress: Progress) -> None:
    said = msgspec.json.encode(manifest)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        with tarfile.open(fileobj=out, mode="w:", format=tarfile.PAX_FORMAT) as archive:
            archive.addfile(_member(MANIFEST, len(said), manifest.made_at), io.BytesIO(said))
            for number, entry in enumerate(manifest.entries):
                with files[entry.name].open("rb") as content:
                    archive.addfile(_member(entry.name, entry.size_bytes, manifest.made_at), content)
                progress("write", (number + 1) / len(manifest.entries))
        out.flush()
        os.fsync(out.fileno())


def _member(name: str, size_bytes: int, made_at: datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size_bytes, 0o600, to_milliseconds(made_at) // 1000
    return member


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _copy(content: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        archive = tarfile.open(source, "r:")
    except (tarfile.TarError, EOFError, FileNotFoundError, IsADirectoryError) as problem:
        raise Refused("backup-unreadable", detail={"file": str(source)}) from problem
    with archive:
        yield archive


@contextmanager
def _on_disk() -> Iterator[None]:
    """A disk that refuses is said, not shown as a bug."""
    try:
        yield
    except (OSError, sqlite3.Error) as problem:
        full = getattr(problem, "errno", None) in (28, 122) or "full" in str(problem)
        raise Refused("storage-full" if full else "storage-failed") from problem
