"""Attachments by content address: the name of a file is the SHA-256 of what it holds.

Sending the same file twice stores it once. Beside each file stands a small record of which organisations sent it:
until a fact shows it to others, only they may read it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import IO, Annotated, Protocol

import msgspec
from msgspec import Meta

from garance.kernel.refusal import Refused
from garance.server.file_kinds import HEAD_BYTES, KINDS, kind_of

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the content, in hexadecimal")]

_WRITE_BYTES = 1 << 20
_PRIVATE = 0o600


class StoredContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a file: its address, its size, its media type, the organisations that sent it."""

    sha256: Sha256
    size_bytes: int
    kind: str
    organisations: tuple[str, ...]


class FileStore(Protocol):
    """Where attachments are kept."""

    async def put(self, sha256: str, pieces: AsyncIterator[bytes], organisations: Iterable[str]) -> StoredContent:
        """Keep what the pieces hold, sent by those organisations; durable when it returns."""
        ...

    def about(self, sha256: str) -> StoredContent | None:
        """What is known of that file, if it is here."""
        ...

    def path(self, sha256: str) -> Path:
        """Where its content can be read."""
        ...


class FolderFiles:
    """Attachments in a folder: `ab/abcdef…` and its record `ab/abcdef….json`.

    Refuses `file-type-refused`, `digest-wrong`, `quota-full`, `file-empty`, `storage-full`, `storage-failed`.
    """

    def __init__(self, folder: Path, *, kinds: Iterable[str], quota_bytes: int) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._kinds = frozenset(kinds)
        if not self._kinds <= KINDS:
            raise ValueError(f"kinds that cannot be recognised: {sorted(self._kinds - KINDS)}")
        self._quota_bytes = quota_bytes
        self._recording = threading.Lock()
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink()  # what an earlier run did not finish was never acknowledged
        self._used = sum(file.stat().st_size for file in folder.glob("??/*") if file.suffix != ".json")

    def path(self, sha256: str) -> Path:
        """Where its content is."""
        return self._folder / sha256[:2] / sha256

    def _record(self, sha256: str) -> Path:
        return self.path(sha256).with_suffix(".json")

    def about(self, sha256: str) -> StoredContent | None:
        """What is known of that file, if it is here."""
        try:
            return msgspec.json.decode(self._record(sha256).read_bytes(), type=StoredContent)
        except FileNotFoundError:
            return None

    async def put(self, sha256: str, pieces: AsyncIterator[bytes], organisations: Iterable[str]) -> StoredContent:
        """Take the pieces in, check that they are what they are called, then keep them."""
        partial = self._incoming / secrets.token_hex(16)
        try:
            with partial.open("xb") as file:
                size, kind = await self._receive(file, sha256, pieces)
            return await asyncio.to_thread(self._keep, partial, (sha256, size, kind), tuple(organisations))
        except OSError as problem:
            full = problem.errno in (28, 122)  # ENOSPC, EDQUOT
            raise Refused("storage-full" if full else "storage-failed") from problem
        finally:
            partial.unlink(missing_ok=True)

    async def _receive(self, file: IO[bytes], sha256: str, pieces: AsyncIterator[bytes]) -> tuple[int, str]:
        digest, waiting, size, kind = hashlib.sha256(), bytearray(), 0, None
        async for piece in pieces:
            digest.update(piece)
            waiting += piece
            size += len(piece)
            if kind is None and len(waiting) >= HEAD_BYTES:
                kind = self._allowed(waiting)
            if self._used + size > self._quota_bytes:
                raise Refused("quota-full", detail={"quota_bytes": self._quota_bytes})
            if len(waiting) >= _WRITE_BYTES:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        if size == 0:
            raise Refused("file-empty")
        kind = kind or self._allowed(waiting)
        if digest.hexdigest() != sha256:
            raise Refused("digest-wrong", field="sha256")
        await asyncio.to_thread(_finish, file, bytes(waiting))
        return size, kind

    def _allowed(self, head: bytes | bytearray) -> str:
        kind = kind_of(bytes(head[:HEAD_BYTES]))
        if kind not in self._kinds:
            raise Refused("file-type-refused", detail={"accepted": ", ".join(sorted(self._kinds))})
        return kind

    def _keep(self, partial: Path, found: tuple[str, int, str], organisations: tuple[str, ...]) -> StoredContent:
        sha256, size, kind = found
        with self._recording:
            target, known = self.path(sha256), self.about(sha256)
            before = known.organisations if known else ()
            now = StoredContent(sha256, size, kind, tuple(sorted({*before, *organisations})))
            target.parent.mkdir(mode=0o700, exist_ok=True)
            if not target.exists():
                os.chmod(partial, _PRIVATE)
                os.replace(partial, target)
                self._used += size
            if now != known:
                self._write_record(now)
            _flush_folder(target.parent)
            _flush_folder(self._folder)
            return now

    def _write_record(self, content: StoredContent) -> None:
        partial = self._incoming / secrets.token_hex(16)
        with partial.open("xb") as file:
            _finish(file, msgspec.json.encode(content))
        os.chmod(partial, _PRIVATE)
        os.replace(partial, self._record(content.sha256))


def _finish(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows flushes the folder with the file
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
