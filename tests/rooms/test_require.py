"""Where everything must run, a skipped test is a failed one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.require import forbids_skip, required
from support.source import ROOT

SUITE = """
import pytest

@pytest.mark.browser
def test_browser():
    pytest.skip("no chromium")

@pytest.mark.real_data
def test_data():
    pytest.skip("no data")

def test_other():
    pytest.skip("for another reason")

@pytest.mark.xfail(reason="known", strict=True)
def test_known():
    assert False

def test_fine():
    pass
"""
ABSENT = "import pytest\n\npytest.skip('whole module', allow_module_level=True)\n"


def run_suite(folder: Path, wanted: str) -> str:
    """Run the suite above in its own pytest and give the last line it prints."""
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), encoding="utf-8")
    (folder / "test_suite.py").write_text(SUITE, encoding="utf-8")
    (folder / "test_absent.py").write_text(ABSENT, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser\n    real_data\n", encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if key != "GARANCE_REQUIRE"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**env, "PYTHONPATH": str(ROOT / "tests"), "GARANCE_REQUIRE": wanted},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip().splitlines()[-1].split(" in ")[0]


@pytest.mark.parametrize(
    ("wanted", "closing"),
    [
        ("", "1 passed, 4 skipped, 1 xfailed"),
        ("chromium", "1 failed, 1 passed, 3 skipped, 1 xfailed"),
        ("chromium, shared-data", "2 failed, 1 passed, 2 skipped, 1 xfailed"),
    ],
)
def test_only_what_is_required_may_not_be_skipped(tmp_path: Path, wanted: str, closing: str) -> None:
    assert run_suite(tmp_path, wanted) == closing


def test_everything_required_leaves_no_skip(tmp_path: Path) -> None:
    assert "skipped" not in run_suite(tmp_path, "all")


def test_the_names_asked_for() -> None:
    assert required({"GARANCE_REQUIRE": "chromium, shared-data,"}) == {"chromium", "shared-data"}
    assert forbids_skip(frozenset(), frozenset({"all"}))
    assert not forbids_skip(frozenset({"slow"}), frozenset({"chromium"}))
