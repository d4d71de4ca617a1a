"""What every journey shares: a real Chromium, nodes that are processes, a place for the pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser
from support.chromium import chromium_path, open_chromium, visiting
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

from garance.territory import Pack

Visit = Callable[..., DeskPage]
"""`visit(url, **options)`: somebody else's browser, not yet on any page."""

StartNode = Callable[..., NodeProcess]
"""`start_node(verb, *arguments)`: a process of its own, listening."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser, and may wait for a territory to be read: more where it says so."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, for one module."""
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens browsers of different people; each one's witness is checked at the end of the test."""
    with ExitStack() as opened:

        def come(url: str, **options: Any) -> DeskPage:
            page, witness = opened.enter_context(visiting(chromium, url, **options))
            return DeskPage(page, witness)

        yield come


@pytest.fixture(scope="module")
def start_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartNode]:
    """Starts nodes that stop with the module. Without a browser nothing is worth starting."""
    chromium_path()
    with ExitStack() as started:

        def start(verb: str, *arguments: str) -> NodeProcess:
            node = NodeProcess(verb, tmp_path_factory.mktemp(verb), arguments)
            started.callback(node.stop)
            node.start()
            if verb == "demo":
                wait_until_told(node)
            return node

        yield start


def wait_until_told(node: NodeProcess) -> None:
    """Wait until the night is told up to the hour it begins at: the node listens before."""
    with httpx2.Client(base_url=node.url) as web:
        web.post("/api/v1/session/demo", json={"role": "dos"}).raise_for_status()
        situation = web.get("/api/v1/situations").raise_for_status().json()["items"][0]["id"]
        lines = 0
        for _ in range(60):
            page = web.get(f"/api/v1/situations/{situation}/logbook", params={"limit": 200}).raise_for_status().json()
            before, lines = lines, len(page["items"])
            if before == lines > 0:
                return
            time.sleep(0.7)


@pytest.fixture(scope="session")
def town_pack(fictional: Pack) -> Path:
    """The territory of the made-up town, as files."""
    return fictional.folder


@pytest.fixture(scope="module")
def town(start_node: StartNode, town_pack: Path) -> NodeProcess:
    """The made-up town, its night told until 04:20, at the pace of the world: every module begins at that hour."""
    return start_node("demo", "--territory", str(town_pack), "--at", "04:20", "--speed", "1")


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    """Where the pictures of the journeys go."""
    return Album(keep=bool(request.config.getoption("--keep-images")))
