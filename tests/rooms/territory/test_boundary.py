from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from support.territories import real_data

from garance.kernel.refusal import Refused
from garance.territory import read_boundary_series


def test_reads_level_then_time_in_the_unit_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "tide.bdy"
    path.write_text("A comment\nWest\n3 hours\n-0.5\t0\n1.25  0.5\n3.96 1.0\n")
    assert read_boundary_series(path) == [(0, -0.5), (1800, 1.25), (3600, 3.96)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A\nWest\n3 fortnights\n0 0\n0 1\n0 2\n",
        "A\nWest\nmany seconds\n0 0\n",
        "A\nWest\n0 seconds\n",
        "A\nWest\n3 seconds\n0 0\n0 600\n",
        "A\nWest\n2 seconds\n0 0\nnan 600\n",
        "A\nWest\n2 seconds\n0 0\n1 2 3\n",
        "A\nWest\n2 seconds\n0 600\n1 600\n",
        "A\nWest\n99999999 seconds\n0 0\n",
    ],
)
def test_refuses_what_is_not_a_series(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tide.bdy"
    path.write_text(text)
    with pytest.raises(Refused) as refusal:
        read_boundary_series(path)
    assert refusal.value.code == "boundary-series-malformed"


def test_refuses_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "tide.bdy"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(Refused, match="boundary-series-malformed"):
        read_boundary_series(path)


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "peak_m"), [("Low", 3.96), ("Medium", 4.46), ("High", 4.66)])
def test_the_sea_at_the_mouth_of_the_charente(name: str, peak_m: float) -> None:
    series = read_boundary_series(real_data("rochefort") / "hydraulic" / f"estuary_coast_{name}.bdy")
    assert len(series) == 433
    assert {later[0] - earlier[0] for earlier, later in itertools.pairwise(series)} == {600.0}
    when, peak = max(series, key=lambda value: value[1])
    assert peak == pytest.approx(peak_m, abs=0.005)
    if name == "Low":
        assert when == 183_000
