"""Where a mission may go: the browser offers what the rule grants, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from garance.domain.taskings.facts import MissionState
from garance.domain.taskings.rules import EXPLAINED, NEXT

DUE = Path(__file__).resolve().parents[4] / "web" / "packages" / "client" / "src" / "due.ts"


def words(text: str) -> list[str]:
    return re.findall(r"'([a-z-]+)'", text)


def test_the_browser_offers_the_ways_that_the_rule_grants() -> None:
    source = DUE.read_text("utf-8")
    table = re.search(r"MISSION_NEXT: .*?= \{(.*?)\n\};", source, re.DOTALL)
    assert table is not None
    rows = re.findall(r"^\s+'?([a-z-]+)'?: \[(.*?)\],$", table[1], re.MULTILINE)
    assert {MissionState(state): frozenset(map(MissionState, words(ways))) for state, ways in rows} == NEXT
    explained = re.search(r"MISSION_EXPLAINED: .*?= \[(.*?)\];", source)
    assert explained is not None
    assert frozenset(map(MissionState, words(explained[1]))) == EXPLAINED
