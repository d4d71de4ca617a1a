"""One small pack for all the tests of the room that show a territory."""

from __future__ import annotations

import pytest
from support.territories import quiet, write_tiny_town

from garance.territory import Pack, import_territory


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The tiny town, without relief."""
    source = tmp_path_factory.mktemp("tiny-source")
    write_tiny_town(source)
    return import_territory(source, tmp_path_factory.mktemp("tiny-packs") / "tiny", progress=quiet)
