"""What every test shares: the hooks that forbid skipping where everything must run."""

import pytest
from hypothesis import settings
from support.require import pytest_make_collect_report, pytest_runtest_makereport
from support.territories import SEED, quiet, real_data

from garance.territory import Pack, import_territory
from garance.territory.make import make_territory

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

settings.register_profile("house", deadline=None)  # a busy machine is not a fault: nothing here is timed
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--keep-images`: the journeys put their chosen pictures in the manual."""
    parser.addoption(
        "--keep-images", action="store_true", help="put the chosen pictures of the journeys in docs/images"
    )


@pytest.fixture(scope="session")
def fictional(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The made-up town, made once for all tests."""
    return make_territory(SEED, tmp_path_factory.mktemp("packs") / "fictional", progress=quiet)


@pytest.fixture(scope="session")
def rochefort(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The real Rochefort, imported once for all tests."""
    return import_territory(real_data("rochefort"), tmp_path_factory.mktemp("packs") / "rochefort", progress=quiet)
