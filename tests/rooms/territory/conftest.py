"""Packs are built once for all the tests of the room."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.territories import quiet, write_tiny_town

from garance.territory import Pack, import_territory


@pytest.fixture(scope="session")
def tiny_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_town(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return import_territory(tiny_source, tmp_path_factory.mktemp("packs") / "tiny", progress=quiet)
