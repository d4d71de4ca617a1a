"""A node offers the charter that comes with Garance and those of its operator, and says which files it set aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from support.running_node import running_node

from garance.server.data_folder import SYMBOLS
from garance.symbols.reading import FRENCH, french_set

PATH = "/api/v1/symbol-sets"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    data: Path = tmp_path_factory.mktemp("node") / "data"
    (data / SYMBOLS).mkdir(parents=True)
    other = {**json.loads(french_set().content), "id": "vaud", "version": "2"}
    (data / SYMBOLS / "vaud.json").write_text(json.dumps(other))
    (data / SYMBOLS / "broken.json").write_text('{"id": "Not A Slug"}')
    with running_node(data) as node, httpx2.Client(base_url=node.url, headers=node.headers) as client:
        yield client


def test_the_sets_and_what_was_set_aside(web: httpx2.Client) -> None:
    shown = web.get(PATH).json()
    assert [(one["id"], one["version"]) for one in shown["items"]] == [(FRENCH, "1.0.0"), ("vaud", "2")]
    assert shown["items"][0]["digest"] == french_set().digest
    assert shown["refused"] == [{"file": "broken.json", "code": "symbol-set-malformed", "field": "id"}]


def test_a_set_is_given_once(web: httpx2.Client) -> None:
    first = web.get(f"{PATH}/{FRENCH}")
    assert first.content == french_set().content
    again = web.get(f"{PATH}/{FRENCH}", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert web.get(f"{PATH}/vaud").json()["id"] == "vaud"


def test_a_set_that_is_not_there_is_refused(web: httpx2.Client) -> None:
    answer = web.get(f"{PATH}/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown")
