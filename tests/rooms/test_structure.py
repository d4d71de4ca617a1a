"""The house is what DESIGN section 2 draws: its rooms, its concerns, and imports that only look right."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.source import ROOT, SOURCE, project, trees

ROOMS = {
    "kernel", "journal", "domain", "territory", "access", "views", "ports", "connectors", "hazards", "exports",
    "intake", "federation", "server", "portal",
}  # fmt: skip
ADDED_ROOMS = {"symbols"}
"""What the design did not draw: reference data beside the territory, the charters that drawings are made with."""
ADDED_CONCERNS = {
    "keeping", "acknowledgements", "grids", "saved_views", "courses", "signals", "incidents", "population", "posts",
    "feeds",
}  # fmt: skip
"""What the design did not draw: facts that the journal says of its own keeping, and what people share around a map
and follow during an operation."""
CONCERNS = {
    "situation", "logbook", "resources", "taskings", "drawings", "people", "plans", "gatherings", "alerting",
    "reports", "volunteers", "observations", "exercises", "costs",
}  # fmt: skip
LINE = (
    "server·portal > federation·intake > connectors·hazards·exports > ports > views·territory > access"
    " > domain·journal > kernel"
)
SHARED_DATA = Path(os.environ.get("GARANCE_SHARED_DATA", ROOT.parent / "shared" / "data"))
DESIGN = SHARED_DATA.parent / "DESIGN.md"
MAX_LINES = 400
MAX_FUNCTION_LINES = 60
P95_FUNCTION_LINES = 40


def rooms() -> set[str]:
    """The rooms that exist."""
    return {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}


def layers() -> list[set[str]]:
    """The line of DESIGN, from left to right; what was added beside the territory."""
    return [set(layer.split("·")) | (ADDED_ROOMS if "territory" in layer else set()) for layer in LINE.split(" > ")]


def imports() -> dict[str, set[str]]:
    """Which room imports which, drawn from the code."""
    drawn: dict[str, set[str]] = {room: set() for room in rooms()}
    for path, tree in trees():
        room = path.relative_to(SOURCE).parts[0]
        for name in (name for node in ast.walk(tree) for name in _imported(node)):
            parts = name.split(".")
            if room in drawn and parts[0] == "garance" and len(parts) > 1 and parts[1] in drawn.keys() - {room}:
                drawn[room].add(parts[1])
    return drawn


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module == "garance":
        return [f"garance.{alias.name}" for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def contracts() -> dict[str, dict[str, object]]:
    """The import contracts, by name."""
    return {contract["name"]: contract for contract in project()["tool"]["importlinter"]["contracts"]}


def test_every_room_is_drawn() -> None:
    assert rooms() - ROOMS - ADDED_ROOMS == set()


def test_every_concern_is_drawn_and_has_its_files() -> None:
    """Facts and rules; and a state of its own, unless all it tells is told aspect by aspect (`garance.domain.told`)."""
    folders = [path for path in (SOURCE / "domain").iterdir() if (path / "__init__.py").exists()]
    assert {path.name for path in folders} - CONCERNS - ADDED_CONCERNS == set()
    for folder in folders:
        told = "@tells(" in (folder / "facts.py").read_text()
        needed = {"facts.py", "rules.py"} | (set() if told else {"state.py"})
        assert {path.name for path in folder.iterdir()} >= needed, folder.name


def test_imports_only_look_right() -> None:
    rank = {room: number for number, layer in enumerate(layers()) for room in layer}
    wrong = [
        f"{room} imports {other}"
        for room, others in imports().items()
        for other in sorted(others)
        if rank[other] <= rank[room]
    ]
    assert wrong == []


def test_the_contract_says_the_same_line() -> None:
    said = contracts()["Rooms only look right"]["layers"]
    assert isinstance(said, list)
    assert [{re.sub(r"[()\s]", "", room) for room in layer.split("|")} for layer in said] == layers()


def test_the_web_framework_contract_covers_every_other_room() -> None:
    covered = contracts()["Only the server knows a web framework"]["source_modules"]
    assert isinstance(covered, list)
    assert {f"garance.{room}" for room in rooms() - {"server", "portal"}} == set(covered)


@pytest.mark.real_data
def test_the_line_and_the_rooms_are_those_of_the_design() -> None:
    if not DESIGN.is_file():
        pytest.skip(f"the design page is not beside the project ({DESIGN.name})")
    text = DESIGN.read_text("utf-8")
    assert LINE in text
    table = text.split("## 2.")[1].split("## 3.")[0]
    named = {name.split("/")[0] for name in re.findall(r"^\| `([a-z/<>]+)` \|", table, re.M)}
    assert named == ROOMS
    concerns = re.search(r"Concerns: `([a-z ]+)`", table)
    assert concerns is not None
    assert set(concerns.group(1).split()) == CONCERNS


PLANTED = {
    "kernel/units.py": "garance.journal.store",
    "journal/chain.py": "garance.domain.vocabulary",
    "domain/versions.py": "sqlite3",
    "access/__init__.py": "garance.server",
    "views/__init__.py": "starlette.responses",
    "kernel/digest.py": "asyncio",
}
"""Where a violation of each kind is planted, and what it imports."""


def test_planted_violations_are_caught(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "src" / "garance", ignore=shutil.ignore_patterns("__pycache__", "web"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for place, imported in PLANTED.items():
        with (tmp_path / "src" / "garance" / place).open("a", encoding="utf-8") as file:
            file.write(f"\nimport {imported}\n")
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed (./run check installs it)")
    done = subprocess.run(
        [linter, "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert f"0 kept, {len(contracts())} broken" in said
    for place, imported in PLANTED.items():
        module = "garance." + place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert f"{module} -> {imported.split('.')[0] if 'garance' not in imported else imported}" in said, place


def test_modules_and_functions_stay_small() -> None:
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path, _ in trees()}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}
    sizes = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert sizes[-1] <= MAX_FUNCTION_LINES
    assert sizes[int(len(sizes) * 0.95)] <= P95_FUNCTION_LINES
