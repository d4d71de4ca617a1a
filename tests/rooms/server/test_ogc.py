"""OGC API Features from a node that really listens: read by GDAL's own driver, and strict with what is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pyogrio
import pytest
import shapely
from support.gdal_reading import read_with_gdal
from support.running_node import RunningNode, running_node

from garance.server.ogc import endpoints
from garance.server.ogc.endpoints import preferred
from garance.territory import Pack
from garance.territory.manifest import GEOPACKAGE


@pytest.fixture(scope="module")
def node(tiny: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node") / "data", tiny.folder) as running:
        yield running


@pytest.fixture(scope="module")
def web(node: RunningNode) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, headers=node.headers) as client:
        yield client


@pytest.fixture(scope="module")
def token(web: httpx2.Client, node: RunningNode) -> str:
    """A wall's token, as QGIS carries it."""
    organisation = web.get("/api/v1/session").json()["grants"][0]["organisation"]
    body = {"situation": node.situation, "organisation": organisation, "title": "QGIS"}
    return str(web.post("/api/v1/walls", json=body).raise_for_status().json()["token"])


def test_gdal_reads_every_layer_as_the_card_says(node: RunningNode, token: str, tiny: Pack) -> None:
    read = read_with_gdal(f"OAPIF:{node.url}/ogc", token)
    assert set(read) == {layer.name for layer in tiny.manifest.layers}
    for layer in tiny.manifest.layers:
        found = read[layer.name]
        ours, _, kept, _ = pyogrio.raw.read(tiny.folder / GEOPACKAGE, layer=layer.name)
        assert len(found["shapes"]) == layer.count == len(kept), layer.name
        assert set(layer.attributes) <= set(found["fields"]), layer.name
        assert found["type"] == ours["geometry_type"], layer.name
        shapes = shapely.from_wkb(found["shapes"])
        assert shapely.equals_exact(shapes, shapely.from_wkb(kept), tolerance=1e-9).all(), layer.name
        assert 1 <= found["near"] <= layer.count


def test_without_a_token_nothing_is_read(node: RunningNode) -> None:
    for path in ("/ogc", "/ogc/collections", "/ogc/collections/roads/items"):
        assert httpx2.get(f"{node.url}{path}").status_code == 401


def test_links_lead_somewhere(web: httpx2.Client, node: RunningNode) -> None:
    seen, waiting = set[str](), [f"{node.url}/ogc"]
    while waiting:
        href = waiting.pop()
        if href in seen or not href.startswith(f"{node.url}/ogc"):
            continue
        seen.add(href)
        answer = web.get(href)
        assert answer.status_code == 200, (href, answer.text)
        said = answer.json()
        if "openapi" in said:
            continue
        documents = [said, *said.get("collections", []), *said.get("features", [])]
        waiting += [link["href"] for one in documents for link in one.get("links", [])]
    assert any(href.endswith("/ogc/api") for href in seen)
    assert any("/items" in href for href in seen)


def test_pages_follow_one_another_to_the_end(web: httpx2.Client, tiny: Pack) -> None:
    roads = next(layer for layer in tiny.manifest.layers if layer.name == "roads")
    address: str | None = "/ogc/collections/roads/items?limit=2"
    found: list[dict[str, Any]] = []
    while address is not None:
        page = web.get(address).json()
        assert page["numberMatched"] == roads.count
        assert page["numberReturned"] == len(page["features"]) <= 2
        found += page["features"]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert [one["id"] for one in found] == list(range(1, roads.count + 1))
    assert all(set(one["properties"]) == set(roads.attributes) for one in found)
    alone = web.get(f"/ogc/collections/roads/items/{found[0]['id']}").json()
    assert alone["properties"] == found[0]["properties"]
    assert alone["geometry"] == found[0]["geometry"]
    past = web.get("/ogc/collections/roads/items?offset=100").json()
    assert (past["features"], past["numberReturned"]) == ([], 0)
    many = web.get("/ogc/collections/roads/items?limit=999999")
    assert many.status_code == 200


def test_objects_are_asked_by_place_and_by_attribute(web: httpx2.Client, tiny: Pack) -> None:
    communes = web.get("/ogc/collections/communes/items").json()["features"]
    west, south, _, north = shapely.from_geojson(json.dumps(communes[0]["geometry"])).bounds
    near = f"{west},{south},{west + 1e-4},{north}"
    path = "/ogc/collections/communes/items"
    found = web.get(path, params={"bbox": near}).json()
    assert [one["id"] for one in found["features"]] == [communes[0]["id"]]
    high = web.get(path, params={"bbox": f"{west},{south},0,{west + 1e-4},{north},100"}).json()
    assert high["features"] == found["features"]
    assert web.get(path, params={"bbox": "10,10,11,11"}).json()["numberMatched"] == 0
    for name, value in (("name", "Moëze"), ("population", 553)):
        asked = web.get(path, params={name: value}).json()
        assert [one["properties"]["name"] for one in asked["features"]] == ["Moëze"], name
    bridges = web.get("/ogc/collections/roads/items", params={"bridge": "true"}).json()
    assert [one["properties"]["bridge"] for one in bridges["features"]] == [True]


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "query-malformed", "limit"),
        ("limit=two", "query-malformed", "limit"),
        ("offset=-1", "query-malformed", "offset"),
        ("bbox=1,2,3", "query-malformed", "bbox"),
        ("bbox=1,2,nan,4", "query-malformed", "bbox"),
        ("bbox=0,50,1,40", "query-malformed", "bbox"),
        ("bbox=0,0,1,91", "query-malformed", "bbox"),
        ("bbox=170,-10,-170,10", "bbox-across-antimeridian", "bbox"),
        ("datetime=yesterday", "query-malformed", "datetime"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/2154", "query-malformed", "crs"),
        ("f=html", "query-malformed", "f"),
        ("population=many", "query-malformed", "population"),
        ("colour=red", "query-malformed", "colour"),
        ("name=a&name=b", "query-malformed", "name"),
        ("geom=x", "query-malformed", "geom"),
    ],
)
def test_what_is_badly_asked_is_said(web: httpx2.Client, query: str, code: str, field: str) -> None:
    answer = web.get(f"/ogc/collections/communes/items?{query}")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, code, field)


@pytest.mark.parametrize("path", ["collections/none", "collections/roads/items/999", "collections/roads/items/0",
                                  "collections/none/items", "collections/..%2f/schema", "nothing"])  # fmt: skip
def test_what_does_not_exist_is_unknown(web: httpx2.Client, path: str) -> None:
    answer = web.get(f"/ogc/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


def test_titles_are_in_the_language_asked(web: httpx2.Client, tiny: Pack) -> None:
    layer = next(layer for layer in tiny.manifest.layers if layer.name == "roads")
    for asked, title in (("fr", layer.title_fr), ("en-GB, fr;q=0.5", layer.title_en), ("de", layer.title_fr)):
        answer = web.get("/ogc/collections/roads", headers={"accept-language": asked})
        assert answer.json()["title"] == title
        assert answer.headers["vary"] == "Accept-Language"
        again = {"accept-language": asked, "if-none-match": answer.headers["etag"]}
        assert web.get("/ogc/collections/roads", headers=again).status_code == 304
    licences = [one for one in web.get("/ogc/collections/roads").json()["links"] if one["rel"] == "license"]
    assert [one["title"] for one in licences] == ["CC BY-SA 4.0"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "fr"), ("en", "en"), ("fr;q=0.4, en;q=0.6", "en"), ("en;q=0", "fr"), ("en;q=9", "fr"), ("*", "fr")],
)
def test_french_unless_english_is_preferred(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_the_service_describes_itself_as_map_programs_read_it(web: httpx2.Client, tiny: Pack) -> None:
    said = web.get("/ogc/api").json()
    assert said["openapi"].startswith("3.0.")
    for layer in tiny.manifest.layers:
        asked = said["paths"][f"/collections/{layer.name}/items"]["get"]["parameters"]
        assert {one["name"] for one in asked} == {"limit", "offset", "bbox", "datetime", "f", *layer.attributes}


def test_a_long_answer_is_given_in_pieces_and_whole(
    web: httpx2.Client, tiny: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = web.get("/ogc/collections/roads/items?offset=1")
    assert "content-length" in whole.headers
    monkeypatch.setattr(endpoints, "ROWS_AT_ONCE", 1)
    pieces = web.get("/ogc/collections/roads/items?offset=1")
    assert "content-length" not in pieces.headers
    assert pieces.json() == whole.json()
    assert len(pieces.json()["features"]) == 2
