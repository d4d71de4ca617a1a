"""axe-core in the page: what people who do not see or do not point would stumble on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const runOnly = { type: 'tag', values: tags };
  const { violations, passes } = await axe.run(document, { runOnly, resultTypes: ['violations', 'passes'] });
  const place = ({ target, failureSummary }) => `${target.join(' ')} :: ${failureSummary}`;
  const told = ({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 5).map(place) });
  return { passes: passes.length, violations: violations.map(told) };
}"""
LEAST_PASSES = 12
"""Fewer rules that found something to check means that the page was empty."""


def check_accessible(page: Page, state: str) -> None:
    """Fail on any violation, contrast included; `state` says which state of the page it is."""
    if not SOURCE.is_file():
        pytest.skip("AXE ABSENT (web/node_modules: ./run setup)")
    if not page.evaluate("() => typeof axe !== 'undefined'"):
        page.evaluate(SOURCE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(RUN, TAGS)
    assert found["passes"] >= LEAST_PASSES, f"{state}: only {found['passes']} rules had something to check"
    words = [f"{state}: {one['id']} ({one['help']})\n    " + "\n    ".join(one["nodes"]) for one in found["violations"]]
    assert not words, "\n".join(words)
