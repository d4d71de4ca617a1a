"""Files of exchange asked of a node that really listens, and files of the field given to it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from support.running_node import RunningNode, running_node
from support.source import ROOT

from garance.connectors.exchange_files.decode import read
from garance.connectors.exchange_files.reading import MAX_FILE_BYTES
from garance.connectors.tak.decode import observations
from garance.connectors.tak.package import messages, read_package
from garance.kernel.identity import new_id
from garance.kernel.label import Mode
from garance.kernel.place import Point
from garance.ports.observation import Drawn, Located
from garance.server.api.exchange import GIVEN
from garance.territory import Pack

FRAMES = ROOT / "tests" / "frames" / "exchange_files"


@pytest.fixture(scope="module")
def node(fictional: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node") / "data", fictional.folder) as running:
        yield running


@pytest.fixture
def web(node: RunningNode) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, headers=node.headers, timeout=60) as client:
        yield client


def tell(web: httpx2.Client, node: RunningNode, command: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    asked = {"id": new_id(), "situation": node.situation, "role": node.grant, "body": body, **more}
    answer = web.post(f"/api/v1/commands/{command}", json=asked)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


def path(node: RunningNode, rest: str = "") -> str:
    return f"/api/v1/situations/{node.situation}/{rest}"


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def give(web: httpx2.Client, node: RunningNode, raw: bytes, **query: str) -> httpx2.Response:
    headers = {"content-type": "application/octet-stream"}
    return web.post(path(node, "files/read"), content=raw, params=query, headers=headers)


def draw(web: httpx2.Client, node: RunningNode, name: str, **more: Any) -> None:
    line = {"type": "LineString", "coordinates": [[-1.0, 45.9], [-0.9, 45.95]]}
    body = {"shape": new_id(), "geometry": line, "kind": "road-cut", "name": name, "state": "engaged"}
    tell(web, node, "drawings.draw", body, **more)


def test_every_kind_is_offered_and_given_as_an_attachment(node: RunningNode, web: httpx2.Client) -> None:
    draw(web, node, "Rue du Port")
    offered = {one["kind"]: one for one in web.get(path(node, "exchange")).json()["items"]}
    assert offered.keys() == GIVEN.keys()
    for kind, one in offered.items():
        answer = web.get(path(node, f"exchange/{kind}"))
        assert answer.status_code == 200, (kind, answer.text)
        assert answer.headers["content-type"].partition(";")[0] == one["media_type"].partition(";")[0]
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-disposition"].endswith(f'.{one["suffix"]}"')
        assert answer.headers["content-disposition"].startswith('attachment; filename="exercice-crue-d-essai-')
        if kind not in ("csv", "gpx", "tak"):
            assert "Rue du Port" in {each.name or each.details.get("nom") for each in read(answer.content, "x").drawn}


def test_the_package_for_tak_says_each_thing_and_that_it_is_an_exercise(node: RunningNode, web: httpx2.Client) -> None:
    draw(web, node, "Avenue du Pont")
    unit = {"resource": new_id(), "name": "VSAV 9", "kind": "ambulance"}
    tell(web, node, "resources.declare", unit)
    place = {"type": "Point", "coordinates": [-0.96, 45.94]}
    tell(web, node, "resources.move", {"resource": unit["resource"], "geometry": place})
    package = read_package(web.get(path(node, "exchange/tak")).content)
    cots, aside = messages(package)
    assert (package.set_aside, aside, package.unlisted) == ((), (), ())
    seen = {one.name: one for cot in cots for one in observations(cot) if isinstance(one, Located | Drawn)}
    assert {"EXERCICE Avenue du Pont", "EXERCICE VSAV 9"} <= {" ".join((name or "").split()) for name in seen}, seen
    vehicle = next(one for name, one in seen.items() if name and name.endswith("VSAV 9"))
    assert isinstance(vehicle, Drawn), "placed by hand: nobody vouches that it is still there"
    assert vehicle.geometry == Point((-0.96, 45.94))
    assert vehicle.mode is Mode.EXERCISE


def test_the_picture_of_a_past_moment_and_another_language(node: RunningNode, web: httpx2.Client) -> None:
    draw(web, node, "Bien plus tard")
    early = web.get(path(node, "exchange/geojson"), params={"at": "2020-01-01T00:00:00Z", "by": "recorded"}).json()
    assert early["features"] == []
    assert early["garance"]["at"] == "2020-01-01T00:00:00Z"
    assert early["name"].startswith("EXERCICE – "), "even before the situation was known"
    english = web.get(path(node, "exchange/geojson"), params={"language": "en"}).json()
    assert english["name"].startswith("EXERCISE – ")
    assert {one["properties"]["layer"] for one in english["features"]} >= {"Drawings"}


@pytest.mark.parametrize(
    ("kind", "query", "expected"),
    [
        ("shapefile", {}, (404, "unknown")),
        ("kml", {"language": "de"}, (422, "value-wrong")),
        ("kml", {"at": "hier"}, (422, "value-wrong")),
        ("kml", {"margin": 3}, (422, "field-unknown")),
    ],
)
def test_what_is_refused_says_why(
    kind: str, query: dict[str, Any], expected: tuple[int, str], node: RunningNode, web: httpx2.Client
) -> None:
    assert refusal(web.get(path(node, f"exchange/{kind}"), params=query)) == expected


def test_a_stranger_has_nothing(node: RunningNode, web: httpx2.Client) -> None:
    with httpx2.Client(base_url=node.url) as stranger:
        assert refusal(stranger.get(path(node, "exchange/kml"))) == (401, "not-signed-in")
        assert refusal(give(stranger, node, b"{}")) == (401, "not-signed-in")
    ghost = f"/api/v1/situations/{new_id()}"
    assert web.get(f"{ghost}/exchange/kml").status_code == 404
    headers = {"content-type": "application/octet-stream"}
    assert web.post(f"{ghost}/files/read", content=b"{}", headers=headers).status_code == 404


def test_a_file_is_read_and_nothing_is_written(node: RunningNode, web: httpx2.Client) -> None:
    before = web.get(path(node, "facts"), params={"limit": 500}).json()["facts"]
    answer = give(web, node, (FRAMES / "plan.kml").read_bytes(), name="plan.kml")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    expected = json.loads((FRAMES / "plan.kml.expected.json").read_text(encoding="utf-8"))
    assert {**told["reading"], "tallies": []} == expected
    assert {one["weight"] for one in told["reading"]["tallies"]} == {"aside", "mended", "said"}
    assert told["mapping"]["name"] == "name"
    assert [one.get("kind", "note") for one in told["drawings"]] == ["road-cut", "note", "note", "note"]
    assert told["bounds"] == [-0.97, 45.9, -0.89, 45.945]
    assert web.get(path(node, "facts"), params={"limit": 500}).json()["facts"] == before


def test_a_chosen_mapping_is_applied(node: RunningNode, web: httpx2.Client) -> None:
    raw = (FRAMES / "points.csv").read_bytes()
    chosen = json.dumps({"name": "Observations", "point": "command-post"})
    told = give(web, node, raw, name="points.csv", mapping=chosen).json()
    assert [(one["name"], one["kind"]) for one in told["drawings"]] == [
        ("80 lits", "command-post"),
        ("points 2", "command-post"),
    ]
    for wrong in ("{", "[]", '{"colour": 3}', '{"point": 3}'):
        assert give(web, node, raw, mapping=wrong).status_code == 422, wrong


def test_files_that_cannot_be_read_say_why(node: RunningNode, web: httpx2.Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", b"\0" * (210 << 20))
    for raw, code in (
        (b"", "file-empty"), (b"bonjour", "table-without-position"), (b"<html/>", "format-unknown"),
        (b"<!DOCTYPE kml><kml/>", "xml-with-entities"), (packed.getvalue(), "archive-too-large"),
    ):  # fmt: skip
        assert refusal(give(web, node, raw)) == (422, code)
    assert refusal(give(web, node, b" " * (MAX_FILE_BYTES + 1)))[1] == "body-too-large"
    wrong = web.post(path(node, "files/read"), content=b"{}", headers={"content-type": "application/json"})
    assert refusal(wrong)[1] == "content-type-wrong"
