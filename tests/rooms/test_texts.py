"""The texts at the front door: licence, twins in two languages, what a public catalogue reads."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib
from typing import Any

import pytest
import yaml
from support.source import ROOT, project

LICENCE_DIGEST = "b265314fe0920ed66121307961dabb70eb3c26c508d2362783e821bbb4a0e16c"
"""SHA-256 of the official English text of EUPL-1.2, its runs of blanks made one."""

LANGUAGES = ("fr", "en")


def text(name: str) -> str:
    """One file of the project."""
    return (ROOT / name).read_text("utf-8")


def blocks(name: str) -> list[str]:
    """The fenced blocks of a page."""
    return re.findall(r"^```\n(.*?)^```$", text(name), re.M | re.S)


def publiccode() -> dict[str, Any]:
    """publiccode.yml."""
    loaded = yaml.safe_load(text("publiccode.yml"))
    assert isinstance(loaded, dict)
    return loaded


def test_the_licence_is_the_official_text() -> None:
    words = " ".join(text("LICENSE").split())
    assert hashlib.sha256(words.encode()).hexdigest() == LICENCE_DIGEST
    assert project()["project"]["license"] == "EUPL-1.2" == publiccode()["legal"]["license"]


def test_the_twins_say_the_same_thing() -> None:
    english, french = text("README.md"), text("LISEZMOI.md")
    assert "(LISEZMOI.md)" in english
    assert "(README.md)" in french
    for pattern in (r"^## ", r"^\d\. ", r"^- "):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, french, re.M)), pattern
    targets = [set(re.findall(r"\]\(([^)]+)\)", page)) - {"README.md", "LISEZMOI.md"} for page in (english, french)]
    assert targets[0] == targets[1]
    commands = [re.findall(r"^\./run \w+", "\n".join(blocks(name)), re.M) for name in ("README.md", "LISEZMOI.md")]
    assert commands[0] == commands[1] == ["./run demo", "./run test"]


def test_every_command_of_the_texts_exists() -> None:
    known = subprocess.run([ROOT / "run"], capture_output=True, text=True, check=True).stdout
    pages = [ROOT / "README.md", ROOT / "LISEZMOI.md", ROOT / "CONTRIBUTING.md"]
    pages += [path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "reference"]
    verbs = {verb for path in pages for verb in re.findall(r"`?\./run ([a-z]+)", path.read_text("utf-8"))}
    assert verbs
    assert {verb for verb in verbs if f"  {verb} " not in known} == set()


def test_the_drawing_has_the_line_of_the_contract() -> None:
    layers = next(c for c in project()["tool"]["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    line = " > ".join(re.sub(r"[()\s]", "", layer).replace("|", "·") for layer in layers)

    def sorted_rooms(said: str) -> list[list[str]]:
        return [sorted(layer.split("·")) for layer in said.split(" > ")]

    for name in ("README.md", "LISEZMOI.md", "docs/explications/maison.md"):
        said = [row for block in blocks(name) for row in block.splitlines() if row.startswith("server·portal >")]
        assert [sorted_rooms(row) for row in said] == [sorted_rooms(line)], name


def test_publiccode_has_what_version_0_4_demands() -> None:
    card = publiccode()
    assert card["publiccodeYmlVersion"] == "0.4"
    assert card["softwareVersion"] == project()["project"]["version"]
    assert card["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert card["softwareType"].startswith("standalone/")
    assert card["platforms"]
    assert card["categories"]
    assert card["maintenance"]["type"] == "community"
    assert all(contact["name"] for contact in card["maintenance"]["contacts"])
    assert card["localisation"]["localisationReady"] is True
    assert card["localisation"]["availableLanguages"] == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_publiccode_describes_within_its_bounds(language: str) -> None:
    described = publiccode()["description"][language]
    assert len(described["shortDescription"]) <= 150
    assert 150 <= len(described["longDescription"]) <= 10_000
    assert all(len(feature) <= 100 for feature in described["features"])


def test_the_changelog_knows_the_version() -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[([^\]]+)\]", text("CHANGELOG.md"), re.M)
    assert headings[0] == "Unreleased" or headings[0] == version
