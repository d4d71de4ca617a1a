"""Reading the action sheets: page by page, of one hazard or all, for whoever came in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.running_node import RunningNode, running_node

from garance.domain.taskings.models import sheet_models

PATH = "/api/v1/sheet-models"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(Path(tmp_path_factory.mktemp("sheets")) / "data") as running:
        yield running


@pytest.fixture(scope="module")
def web(node: RunningNode) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, headers=node.headers) as client:
        yield client


def page(web: httpx2.Client, **asked: Any) -> dict[str, Any]:
    answer: dict[str, Any] = web.get(PATH, params=asked).raise_for_status().json()
    return answer


def test_pages_hold_every_sheet_once(web: httpx2.Client) -> None:
    shown = page(web, limit=5)
    seen = [one["id"] for one in shown["items"]]
    while shown["next"] is not None:
        shown = page(web, limit=5, after=shown["next"])
        seen += [one["id"] for one in shown["items"]]
    assert seen == [one.id for one in sheet_models()]


def test_one_hazard_has_its_own_sheets(web: httpx2.Client) -> None:
    shown = page(web, hazard="flood")
    assert {one["hazard"] for one in shown["items"]} == {"flood"}
    assert all(one["title"]["fr"] and one["title"]["en"] and len(one["steps"]) >= 8 for one in shown["items"])
    assert page(web, hazard="no-such-hazard") == {"items": [], "next": None}


def test_a_cursor_that_is_no_sheet_is_refused(web: httpx2.Client) -> None:
    answer = web.get(PATH, params={"after": "no-such-sheet"})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor-unknown")


def test_a_stranger_reads_nothing(node: RunningNode) -> None:
    assert httpx2.get(node.url + PATH).status_code == 401
