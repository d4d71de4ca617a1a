"""The QR code of a link: an image and nothing else, of an address and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest
import segno
from support.running_node import RunningNode, running_node

ADDRESS = "https://garance.example/?situation=0190&axis=watch&camera=-0.96,45.93,13,0,0"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    folder: Path = tmp_path_factory.mktemp("links") / "data"
    with running_node(folder) as running:
        yield running


@pytest.fixture(scope="module")
def web(node: RunningNode) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, headers=node.headers) as client:
        yield client


def test_a_link_is_drawn_as_its_qr_code(web: httpx2.Client) -> None:
    image = web.post("/api/v1/qr-code", json={"address": ADDRESS}).raise_for_status().json()["image"]
    drawn = ElementTree.fromstring(image)
    assert drawn.tag.endswith("svg")
    assert {each.tag.rpartition("}")[2] for each in drawn.iter()} == {"svg", "path"}
    side = segno.make(ADDRESS, error="m", micro=False).symbol_size(border=4)[0]
    assert drawn.get("viewBox") == f"0 0 {side} {side}"
    other = web.post("/api/v1/qr-code", json={"address": ADDRESS + "1"}).json()["image"]
    assert other != image


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "https://", "http://a b", "ftp://a/b", "https://" + "a" * 1500]
)
def test_nothing_but_an_address_is_drawn(web: httpx2.Client, address: str) -> None:
    assert web.post("/api/v1/qr-code", json={"address": address}).status_code == 422


def test_a_stranger_draws_nothing(node: RunningNode) -> None:
    answer = httpx2.post(f"{node.url}/api/v1/qr-code", json={"address": ADDRESS})
    assert answer.status_code == 401
