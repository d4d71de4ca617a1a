"""What lines are called on paper is what they are called on the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from support import papers

from garance.exports.naming import number_of
from garance.kernel.label import Label

FILE = Path(papers.__file__).with_name("number_cases.json")
CASES = msgspec.json.decode(FILE.read_bytes(), type=list[dict[str, Any]])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_line_is_called_what_was_written_by_hand(case: dict[str, Any]) -> None:
    label = msgspec.convert({"audience": case["audience"], "sensitivity": case["sensitivity"]}, Label)
    told = number_of(case["number"], case["provisional"], case["organisation"], label, case["own"])
    assert msgspec.to_builtins(told) == case["expect"]
