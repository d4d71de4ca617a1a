"""Packs are built once for all the tests of the room."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.asked_town import make_asked_town
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


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return make_asked_town(tmp_path_factory.mktemp("packs") / "asked")
