"""Whatever the bytes, the readers give findings or a refusal, in bounded time, and the process lives."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.reading import read
from support.reading_samples import damage, keeps_the_promise, samples
from support.source import ROOT

from garance.territory.reading.listing import MAIN


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return samples(tmp_path_factory.mktemp("sound"))


def test_the_samples_are_sound(sound: dict[str, bytes], tmp_path: Path) -> None:
    for name, raw in sound.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    found = read(tmp_path)
    assert found.unread == []
    assert len(found.grids) == 2
    assert len(found.clouds) == 2
    assert len(found.series) == 1
    assert {Path(name).suffix for name in sound} > MAIN - {".tiff", ".hgt"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.data())
def test_a_damaged_file_never_breaks_the_promise(
    sound: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, seed: int, data: st.DataObject
) -> None:
    loose = sorted(name for name in sound if "/" not in name)
    name, other = data.draw(st.sampled_from(loose)), data.draw(st.sampled_from(loose))
    folder = tmp_path_factory.mktemp("try")
    (folder / name).write_bytes(damage(sound[name], random.Random(seed), sound[other]))
    keeps_the_promise(folder)


ENDINGS = ("csv", "geojson", "json", "kml", "gml", "osm", "asc", "bdy", "zip", "ods", "las", "shp", "gpkg", "tif")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(ENDINGS), st.binary(max_size=400))
def test_bytes_without_any_sense_are_set_aside(
    tmp_path_factory: pytest.TempPathFactory, ending: str, raw: bytes
) -> None:
    folder = tmp_path_factory.mktemp("try")
    (folder / f"a.{ending}").write_bytes(raw)
    keeps_the_promise(folder)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [11, 12])
def test_long_damage_in_a_process_of_its_own(seed: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "support.reading_samples", str(seed), "60"],
        cwd=ROOT / "tests",
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6_000:]
