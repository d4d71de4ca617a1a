"""A node that shows a territory: its card, tiles, tokens for map programs, and the fact that names its version."""

from __future__ import annotations

import base64
import gzip
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import tomli_w
from support.running_node import RunningNode, running_node
from support.tiles import open_tiles, terrarium_heights_m, tile_at

from garance.domain.keeping.facts import TerritoryAdopted
from garance.journal.sqlite import SqliteStore
from garance.server.app import open_app
from garance.server.data_folder import DataFolder
from garance.server.settings import Listen, Node, Settings
from garance.territory import Pack
from garance.territory.manifest import BASEMAP, MANIFEST
from garance.territory.search_words import key_of


@pytest.fixture(scope="module")
def node(tiny: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node") / "data", tiny.folder) as running:
        yield running


@pytest.fixture
def web(node: RunningNode) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, headers=node.headers) as client:
        yield client


@pytest.fixture(scope="module")
def wall(node: RunningNode) -> dict[str, Any]:
    """A wall screen's token."""
    with httpx2.Client(base_url=node.url, headers=node.headers) as client:
        organisation = client.get("/api/v1/session").json()["grants"][0]["organisation"]
        body = {"situation": node.situation, "organisation": organisation, "title": "QGIS"}
        made: dict[str, Any] = client.post("/api/v1/walls", json=body).raise_for_status().json()
        return made


def test_the_card_tells_whose_data_it_is(web: httpx2.Client, tiny: Pack) -> None:
    card = web.get("/api/v1/territory").json()
    assert card["version"] == tiny.manifest.version
    assert card["source_digest"] == tiny.manifest.source_digest
    assert card["bytes"] == sum(one["bytes"] for one in card["files"]) == sum(f.bytes for f in tiny.manifest.files)
    assert {(one["name"], one["sha256"]) for one in card["files"]} == {(f.name, f.sha256) for f in tiny.manifest.files}
    assert all({"source", "licence", "attribution"} <= set(layer) for layer in card["layers"])
    assert card["report"]
    assert card["missing"]
    assert card["tiles"]["terrain"] == f"/territory/{tiny.manifest.version}/terrain/{{z}}/{{x}}/{{y}}.png"


def test_tiles_one_by_one_are_those_of_the_archive(web: httpx2.Client, tiny: Pack) -> None:
    archive = open_tiles(tiny.folder / BASEMAP)
    lon_deg, lat_deg = tiny.manifest.centre
    seen = 0
    for zoom in range(6, 15):
        x, y, _, _ = tile_at(lon_deg, lat_deg, zoom)
        kept = archive.get(zoom, x, y)
        answer = web.get(f"/territory/{tiny.manifest.version}/basemap/{zoom}/{x}/{y}.mvt")
        if kept is None:
            assert answer.status_code == 204
            continue
        seen += 1
        assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == gzip.decompress(kept)
        plain = web.get(answer.request.url, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content
        assert web.get(answer.request.url, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert seen >= 5
    root = f"/territory/{tiny.manifest.version}"
    assert web.get(f"{root}/basemap/3/0/0.mvt").status_code == 204
    for wrong in (f"{root}/basemap/3/8/0.mvt", f"{root}/basemap/99/0/0.mvt", f"{root}/basemap/3/a/0.mvt"):
        assert (web.get(wrong).status_code, web.get(wrong).json()["code"]) == (404, "unknown"), wrong


def test_relief_tiles_tell_the_height_of_the_ground(web: httpx2.Client, tiny: Pack) -> None:
    lon_deg, lat_deg = tiny.manifest.centre
    x, y, column, row = tile_at(lon_deg, lat_deg, 14)
    answer = web.get(f"/territory/{tiny.manifest.version}/terrain/14/{x}/{y}.png")
    assert answer.headers["content-type"] == "image/png"
    height_m = tiny.elevation_m(lon_deg, lat_deg)
    assert terrarium_heights_m(answer.content)[row, column] == pytest.approx(height_m, abs=0.3)
    assert web.get(f"/territory/{tiny.manifest.version}/terrain/3/0/0.png").status_code == 204


def test_every_name_is_given_as_a_search_compares_it(web: httpx2.Client, tiny: Pack) -> None:
    address = f"/territory/{tiny.manifest.version}/names"
    answer = web.get(address)
    assert answer.headers["content-encoding"] == "gzip"
    plain = web.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()
    assert web.get(address, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    given = answer.json()
    assert given["long_forms"]["av"] == "avenue"
    assert "de" in given["articles"]
    importances = [importance for *_, importance, _ in given["names"]]
    assert importances == sorted(importances, reverse=True)
    for kind, name, context, lon_deg, lat_deg, detail, _, words in given["names"][:40]:
        assert words == key_of(name)
        found = tiny.gazetteer.search(f"{name} {context}", near=(lon_deg, lat_deg), limit=50)
        assert (kind, name, context, detail) in {(one.kind, one.name, one.context, one.detail) for one in found}


def test_another_version_is_told_which_one_is_shown(web: httpx2.Client, tiny: Pack) -> None:
    for path in (BASEMAP, "basemap/6/31/22.mvt", "names"):
        answer = web.get(f"/territory/0123456789abcdef/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown")
        assert answer.json()["detail"] == {"version": tiny.manifest.version}


def test_a_token_reads_the_territory_and_nothing_else(node: RunningNode, wall: dict[str, Any], tiny: Pack) -> None:
    token = wall["token"]
    basic = base64.b64encode(f"qgis:{token}".encode()).decode()
    with httpx2.Client(base_url=node.url) as web:
        for said in (f"Bearer {token}", f"Basic {basic}"):
            headers = {"authorization": said}
            assert web.get("/api/v1/territory", headers=headers).status_code == 200
            assert web.get(f"/territory/{tiny.manifest.version}/{BASEMAP}", headers=headers).status_code == 200
            for closed in ("/api/v1/situations", f"/api/v1/situations/{node.situation}/picture", "/api/v1/walls"):
                assert web.get(closed, headers=headers).status_code == 401, closed
        for said in ("Bearer", "Bearer x", "Basic !", "Basic " + base64.b64encode(b"x").decode(), token, "Bearer é"):
            answer = web.get("/api/v1/territory", headers={b"authorization": said.encode()})
            assert answer.status_code == 401, said


def test_a_token_taken_back_is_worth_nothing(node: RunningNode, web: httpx2.Client) -> None:
    organisation = web.get("/api/v1/session").json()["grants"][0]["organisation"]
    body = {"situation": node.situation, "organisation": organisation, "title": "SIG"}
    made = web.post("/api/v1/walls", json=body).json()
    headers = {"authorization": f"Bearer {made['token']}"}
    assert httpx2.get(f"{node.url}/api/v1/territory", headers=headers).status_code == 200
    assert web.delete(f"/api/v1/walls/{made['id']}").status_code == 204
    assert httpx2.get(f"{node.url}/api/v1/territory", headers=headers).status_code == 401


# -- the fact that names the version ----------------------------------------------------------------------------------


def named(folder: Path) -> list[TerritoryAdopted]:
    """Every territory that the journal of that data folder names."""
    with closing(SqliteStore(DataFolder(folder).journal, read_only=True)) as store:
        return [
            msgspec.json.decode(line.record.body or b"", type=TerritoryAdopted)
            for line in store.read(0, 1_000)
            if line.header.name == "territory.adopted.v1"
        ]


async def run_once(data: Path, territory: Path | None) -> None:
    shown = Node(data_folder=str(data), territory=str(territory) if territory else None)
    async with open_app(Settings(node=shown, listen=Listen(port=0))):
        pass


def another_version(pack: Path, version: str) -> None:
    card = tomllib.loads((pack / MANIFEST).read_text("utf-8"))
    (pack / MANIFEST).write_text(tomli_w.dumps({**card, "version": version}), "utf-8")


async def test_the_version_shown_is_named_once_in_the_journal(tiny: Pack, tmp_path: Path) -> None:
    data, pack = tmp_path / "data", Path(shutil.copytree(tiny.folder, tmp_path / "pack"))
    await run_once(data, None)
    assert named(data) == []
    for _ in range(2):
        await run_once(data, pack)
    (said,) = named(data)
    card = tiny.manifest
    assert said == TerritoryAdopted(territory=card.id, name=card.name, version=card.version,
                                    source_digest=card.source_digest, fictitious=False,
                                    attribution="Ville de test CC BY-SA 4.0")  # fmt: skip
    another_version(pack, "0123456789abcdef")
    await run_once(data, pack)
    another_version(pack, card.version)
    await run_once(data, None)
    for _ in range(2):
        await run_once(data, pack)
    assert [one.version for one in named(data)] == [card.version, "0123456789abcdef", card.version]


async def test_a_pack_replaced_while_a_node_runs_is_given_as_it_was(tiny: Pack, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(tiny.folder, tmp_path / "pack"))
    content = (pack / BASEMAP).read_bytes()
    async with open_app(Settings(node=Node(data_folder=str(tmp_path / "data"), territory=str(pack)))) as opened:
        shutil.move(pack, tmp_path / "former")
        shutil.copytree(tmp_path / "former", pack)
        (pack / BASEMAP).write_bytes(b"another")
        shutil.rmtree(tmp_path / "former")
        file = opened.node.pack_files.file(tiny.manifest.version, BASEMAP)
        assert file.read(0, file.size) == content
