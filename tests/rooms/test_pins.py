"""What is installed is exact, proven by hashes, and says nothing of where it comes from."""

from __future__ import annotations

import json
import re

import pytest
from support.source import ROOT, project

FOLDER = ROOT / "requirements"
GROUPS = ["runtime", *project()["dependency-groups"]]
ADDRESS = re.compile(r"https?:|index-url|find-links|trusted-host| @ |git\+", re.IGNORECASE)
LOCKS = [path for path in (ROOT / "web").rglob("package-lock.json") if "node_modules" not in path.parts]


def pins(group: str) -> dict[str, tuple[str, list[str]]]:
    """Requirement with its marker → version and hashes."""
    text = (FOLDER / f"{group}.txt").read_text("utf-8").replace("\\\n", " ")
    found: dict[str, tuple[str, list[str]]] = {}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        match = re.match(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)( ; .*?)?\s+--hash", line)
        assert match, f"{group}: not an exact pin: {line[:80]}"
        found[match.group(1).lower() + (match.group(3) or "").rstrip()] = (
            match.group(2),
            re.findall(r"--hash=sha256:([0-9a-f]{64})", line),
        )
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_each_pin_is_exact_and_proven(group: str) -> None:
    found = pins(group)
    assert found
    assert [name for name, (_, hashes) in found.items() if not hashes] == []


@pytest.mark.parametrize("group", GROUPS)
def test_no_requirement_names_an_address(group: str) -> None:
    lines = (FOLDER / f"{group}.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if ADDRESS.search(line)] == []


def test_there_is_a_file_for_each_group_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(GROUPS)


def test_every_dependency_of_the_project_is_pinned() -> None:
    declared = {"runtime": project()["project"]["dependencies"], **project()["dependency-groups"]}
    for group, lines in declared.items():
        names = {re.split(r"[ ;]", name)[0] for name in pins(group)}
        asked = {re.split(r"[<>=!~;\[ ]", line)[0].lower() for line in lines}
        assert asked - names == set(), group


def test_the_files_agree_so_that_all_install_together() -> None:
    versions: dict[str, set[str]] = {}
    for group in GROUPS:
        for name, (version, _) in pins(group).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_packaging_hook_uses_the_pinned_tools() -> None:
    assert set(project()["build-system"]["requires"]) == set(project()["dependency-groups"]["build"])


def test_no_browser_lock_names_an_address() -> None:
    for lock in LOCKS:
        packages = json.loads(lock.read_text("utf-8"))["packages"]
        outside = {name: package for name, package in packages.items() if not package.get("link")}
        assert [name for name, package in outside.items() if "resolved" in package] == [], lock
        assert [name for name in outside if "node_modules/" in name and "integrity" not in packages[name]] == [], lock
