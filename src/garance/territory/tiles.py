"""Tiles read one by one from a PMTiles archive (tuiles): by the map's own numbers, without reading the whole file."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, deserialize_directory, deserialize_header, find_tile, zxy_to_tileid

from garance.kernel.refusal import Refused

HEADER_BYTES = 127
DEPTH = 4
"""A tile is found through a root directory and leaves of leaves: never more than these."""

KEPT_DIRECTORIES = 256
MAX_TILE_BYTES = 64 << 20


class FileBytes:
    """One file of a pack, held open: it can still be read once another version took its place. Safe in any thread."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._turn = threading.Lock()
        self.size = os.fstat(self._handle).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Those bytes; fewer at the end of the file."""
        if hasattr(os, "pread"):
            return os.pread(self._handle, length, offset)
        with self._turn:
            os.lseek(self._handle, offset, os.SEEK_SET)
            return os.read(self._handle, length)

    def close(self) -> None:
        """Let it go; again does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        self.close()


class TileArchive:
    """The tiles of one archive. Directories once read are kept."""

    def __init__(self, file: FileBytes) -> None:
        """Refuses `tiles-unreadable` when this is no PMTiles archive (version 3)."""
        self._file = file
        head = file.read(0, HEADER_BYTES)
        if len(head) < HEADER_BYTES or head[:7] != b"PMTiles" or head[7] != 3:
            raise Refused("tiles-unreadable")
        self.header: dict[str, Any] = dict(deserialize_header(head))
        self._directory = lru_cache(KEPT_DIRECTORIES)(self._read_directory)

    @cached_property
    def packed(self) -> bool:
        """Whether the tiles are given compressed with gzip."""
        return bool(self.header["tile_compression"] == Compression.GZIP)

    @cached_property
    def vector(self) -> bool:
        """Whether they are vector tiles."""
        return bool(self.header["tile_type"] == TileType.MVT)

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """The bytes of that tile as they are kept, or nothing when it is empty. Refuses `tiles-unreadable`.

        `zoom` 0..30, `x` and `y` from the north-west, below 2^zoom.
        """
        number = zxy_to_tileid(zoom, x, y)
        offset, length = int(self.header["root_offset"]), int(self.header["root_length"])
        for _ in range(DEPTH):
            entry = find_tile(self._directory(offset, length), number)
            if entry is None:
                return None
            if entry.run_length > 0:
                return self._bytes(int(self.header["tile_data_offset"]) + entry.offset, entry.length)
            offset, length = int(self.header["leaf_directory_offset"]) + entry.offset, entry.length
        raise Refused("tiles-unreadable")

    def entries(self) -> Iterator[tuple[int, int, int]]:
        """Number, offset and length of every distinct run of tiles, in order."""
        yield from self._entries(int(self.header["root_offset"]), int(self.header["root_length"]), DEPTH)

    def read_entry(self, offset: int, length: int) -> bytes:
        """The bytes of a run that `entries` gave; refuses `tiles-unreadable` when the file is cut."""
        return self._bytes(int(self.header["tile_data_offset"]) + offset, length)

    def _entries(self, offset: int, length: int, depth: int) -> Iterator[tuple[int, int, int]]:
        if depth == 0:
            raise Refused("tiles-unreadable")
        leaves = int(self.header["leaf_directory_offset"])
        for entry in self._directory(offset, length):
            if entry.run_length > 0:
                yield entry.tile_id, entry.offset, entry.length
            else:
                yield from self._entries(leaves + entry.offset, entry.length, depth - 1)

    def _read_directory(self, offset: int, length: int) -> list[Any]:
        content = self._bytes(offset, length)
        try:
            return list(deserialize_directory(content))
        except Exception as problem:  # the reader raises whatever its bytes make it stumble on
            raise Refused("tiles-unreadable") from problem

    def _bytes(self, offset: int, length: int) -> bytes:
        if not 0 <= length <= MAX_TILE_BYTES:
            raise Refused("tiles-unreadable")
        content = self._file.read(offset, length)
        if len(content) != length:
            raise Refused("tiles-unreadable")
        return content
