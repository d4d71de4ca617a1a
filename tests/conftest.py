"""What every test shares: the hooks that forbid skipping where everything must run."""

from hypothesis import settings
from support.require import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

settings.register_profile("house", deadline=None)  # a busy machine is not a fault: nothing here is timed
settings.load_profile("house")
