"""Every sample of the public repository is accepted, and written again whole: JSON, XML, and one through the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.territories import real_data

from garance.connectors.hub_15_18.decode import observations
from garance.connectors.hub_15_18.judging import faults
from garance.connectors.hub_15_18.message import Form, Message
from garance.connectors.hub_15_18.reading import canonical, read, write

pytestmark = pytest.mark.real_data
OLDER = {"EDXL-DE.xml", "RS-EDA.xml"}
"""Kept by the public repository as valid, but of an older version: read, and not exact."""


def samples() -> list[Path]:
    found = sorted(path for path in real_data("standards/samu_hub").rglob("*.*") if path.suffix in (".json", ".xml"))
    assert len(found) >= 95
    return found


def model_of(path: Path) -> str | None:
    return "TECHNICAL" if path.parent.name == "TECHNICAL" else None


def read_sample(path: Path) -> Message:
    return read(path.read_bytes(), model=model_of(path))


def test_every_sample_is_accepted_and_exact() -> None:
    for path in samples():
        message = read_sample(path)
        assert bool(faults(message)) is (path.name in OLDER), path.name
        assert observations(message), path.name


def test_every_sample_is_written_again_whole_in_both_forms() -> None:
    for path in samples():
        message = read_sample(path)
        for form in (message.form, *(other for other in Form if other != message.form), message.form):
            again = read(write(message, form), model=model_of(path))
            assert canonical(again.tree) == canonical(message.tree), (path.name, form)


def test_the_twins_of_the_repository_say_the_same() -> None:
    """A sample that exists in both forms decodes to the same observations from each."""
    told = 0
    for path in samples():
        twin = path.with_suffix(".xml")
        if path.suffix == ".json" and twin.is_file() and path.parent.parent.name == "examples":
            assert observations(read_sample(path)) == observations(read_sample(twin)), path.name
            told += 1
    assert told >= 45
