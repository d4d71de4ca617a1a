"""Files of the field and what each must say, kept beside them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import msgspec
import pytest
from support.source import ROOT, SOURCE

from garance.connectors.exchange_files.connector import open_connector
from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.reading import problem_words
from garance.ports.connector import Arrival, Frame, Manifest, Reach

FRAMES = ROOT / "tests" / "frames" / "exchange_files"
FOLDER = SOURCE / "connectors" / "exchange_files"
FILES = sorted(path.name for path in FRAMES.iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_is_written_beside_it(name: str) -> None:
    reading = read((FRAMES / name).read_bytes(), name)
    said = json.loads(msgspec.json.encode(msgspec.structs.replace(reading, tallies=())))
    assert said == json.loads((FRAMES / f"{name}.expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_the_content_tells_the_format_and_not_the_name(name: str) -> None:
    raw = (FRAMES / name).read_bytes()
    assert read(raw, "photo.jpg").format == read(raw, name).format
    assert open_connector({}).decode(Frame(data=raw, name="photo.jpg")) == read(raw, name).observations


def test_every_problem_is_counted_and_has_its_words() -> None:
    reading = read((FRAMES / "zones.geojson").read_bytes(), "zones.geojson")
    assert {one.code for one in reading.problems} == {one.code for one in reading.tallies}
    assert [one.weight for one in reading.tallies] == sorted(
        (one.weight for one in reading.tallies), key=["aside", "mended", "said"].index
    )
    for code, words in problem_words().items():
        assert words.fr.endswith("."), code
        assert words.en.endswith("."), code


def test_every_problem_that_the_code_names_has_words_and_every_word_is_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    doubts = {"axes-swapped", "crs-unnamed", "crs-ambiguous"}  # said by `territory.projection`
    assert {code for code in problem_words() if f'"{code}"' not in text} <= doubts


def test_the_manifest_is_that_of_files_given_by_a_person() -> None:
    manifest = msgspec.convert(tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8")), Manifest)
    assert (manifest.name, manifest.arrival, manifest.network) == ("exchange-files", Arrival.FILE, Reach.NONE)
    module, _, name = manifest.entry.partition(":")
    assert name == "open_connector"
    assert (SOURCE.parent / Path(*module.split("."))).with_suffix(".py").exists()
