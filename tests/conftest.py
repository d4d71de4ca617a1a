"""What every test shares: the hooks that forbid skipping where everything must run."""

from support.require import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]
