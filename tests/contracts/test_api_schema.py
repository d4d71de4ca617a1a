"""The description of the API is true: every operation, called in every way it allows and forbids, answers as it says.

Schemathesis is run through its own command: its pytest plug-in reaches into pytest's private parts.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from support.running_node import RunningNode, running_node

SECONDS = 900


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node")) as running:
        yield running


CONFIGURATION = """
[auth.openapi.session]
api_key = "{session}"
[auth.openapi.csrf]
api_key = "{csrf}"
[parameters]
"path.situation" = "{situation}"
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""
"""422 is how a rule of the domain says no to what is well said: no schema can tell it beforehand."""


def schemathesis(node: RunningNode, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    said = CONFIGURATION.format(session=node.session, csrf=node.csrf, situation=node.situation)
    (folder / "schemathesis.toml").write_text(said, "utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{node.url}/api/v1/openapi.json", "--no-color"]
    command += ["--exclude-operation-id", "delete /api/v1/session"]  # it would sign out the one who asks
    command += ["--checks", "all", "--seed", "1", "--generation-database", "none"]
    return subprocess.run(
        [*command, *more], cwd=folder, env={**os.environ, "NO_PROXY": "*"}, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip


def check(node: RunningNode, folder: Path, *more: str) -> None:
    done = schemathesis(node, folder, *more)
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    tested = re.search(r"Tested: +([0-9]+)", done.stdout)
    assert tested is not None, done.stdout
    assert int(tested.group(1)) >= _operations(node) - 2  # those left out: signing out, the description itself


def test_every_operation_answers_as_described(node: RunningNode, tmp_path: Path) -> None:
    check(node, tmp_path, "--phases", "fuzzing", "--max-examples", "5")


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 30)
def test_every_operation_answers_as_described_in_every_way(node: RunningNode, tmp_path: Path) -> None:
    check(node, tmp_path, "--max-examples", "25")


def _operations(node: RunningNode) -> int:
    return sum(len(methods) for methods in httpx2.get(f"{node.url}/api/v1/openapi.json").json()["paths"].values())


def test_the_description_covers_itself_and_every_refusal_has_a_code(node: RunningNode) -> None:
    described = httpx2.get(f"{node.url}/api/v1/openapi.json").json()
    assert "/api/v1/openapi.json" in described["paths"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    (content,) = response["content"].items()
                    assert content[0] == "application/problem+json", (path, method, status)
                    assert content[1]["schema"]["allOf"][1]["properties"]["code"]["enum"], (path, method, status)
