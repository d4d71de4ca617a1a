"""Packs are built once for all the tests of the room."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.territories import quiet, real_data, write_tiny_town

from garance.territory import Pack, import_territory
from garance.territory.make import make_territory

SEED = 1


@pytest.fixture(scope="session")
def fictional(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return make_territory(SEED, tmp_path_factory.mktemp("packs") / "fictional", progress=quiet)


@pytest.fixture(scope="session")
def rochefort(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return import_territory(real_data("rochefort"), tmp_path_factory.mktemp("packs") / "rochefort", progress=quiet)


@pytest.fixture(scope="session")
def tiny_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_town(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return import_territory(tiny_source, tmp_path_factory.mktemp("packs") / "tiny", progress=quiet)
