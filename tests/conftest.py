"""What every test shares: the hooks that forbid skipping where everything must run."""

import pytest
from hypothesis import settings
from support.require import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

settings.register_profile("house", deadline=None)  # a busy machine is not a fault: nothing here is timed
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--keep-images`: the journeys put their chosen pictures in the manual."""
    parser.addoption(
        "--keep-images", action="store_true", help="put the chosen pictures of the journeys in docs/images"
    )
