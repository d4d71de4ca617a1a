"""Turn skips into failures where everything must run: GARANCE_REQUIRE=all, or names such as chromium,shared-data.

A test says what it needs by its marker; CI requires all, so that a missing browser or data set cannot pass unseen.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping

import pytest

NEEDS = {"browser": "chromium", "real_data": "shared-data"}
"""Marker → the name by which GARANCE_REQUIRE asks for what it needs."""


def required(environment: Mapping[str, str]) -> frozenset[str]:
    """The names asked for."""
    words = environment.get("GARANCE_REQUIRE", "").split(",")
    return frozenset(word.strip() for word in words if word.strip())


def forbids_skip(markers: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether a test with these markers may not be skipped."""
    return "all" in wanted or any(NEEDS[marker] in wanted for marker in markers if marker in NEEDS)


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"Skipped where nothing may be (GARANCE_REQUIRE): {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails when what it needs was required; an expected failure stays one."""
    report = yield
    markers = frozenset(marker.name for marker in item.iter_markers())
    if report.skipped and not hasattr(report, "wasxfail") and forbids_skip(markers, required(os.environ)):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module skipped whole fails when everything was required."""
    report = yield
    if report.outcome == "skipped" and "all" in required(os.environ):
        _fail(report)
    return report
