"""Documents asked of a node that really listens: who may have them, as what, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from PIL import Image
from support.pages import flowing, pages_of
from support.running_node import RunningNode, running_node

from garance.exports.registry import DOCUMENTS
from garance.kernel.identity import new_id
from garance.territory import Pack


@pytest.fixture(scope="module")
def node(fictional: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with running_node(tmp_path_factory.mktemp("node") / "data", fictional.folder) as running:
        yield running


@pytest.fixture
def web(node: RunningNode) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, headers=node.headers, timeout=30) as client:
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


def test_every_kind_of_document_is_offered_and_made(node: RunningNode, web: httpx2.Client) -> None:
    entry = tell(web, node, "logbook.write", {"text": "Le pont est coupé", "category": "report"})["facts"][0]
    offered = {one["kind"]: one["formats"] for one in web.get(path(node, "documents")).json()["items"]}
    assert offered.keys() == DOCUMENTS.keys()
    for kind in offered:
        query = {"blank": 1} if kind == "census" else {"entry": entry} if kind == "message" else {}
        answer = web.get(path(node, f"documents/{kind}"), params=query)
        assert answer.status_code == 200, (kind, answer.text)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'inline; filename="{kind}.pdf"'
        assert answer.headers["cache-control"] == "private, no-store"
        said = pages_of(answer.content)
        assert all("EXERCICE" in page and "Claire" in page for page in said), kind
        seen = web.get(path(node, f"documents/{kind}"), params={**query, "format": "png"})
        assert seen.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(seen.content)).width > 400, kind
        text = web.get(path(node, f"documents/{kind}"), params={**query, "format": "text", "language": "en"})
        assert text.status_code == (200 if "text" in offered[kind] else 422), (kind, text.text)


def test_a_sheet_proves_the_last_fact_printed_on_it_and_leads_back_to_the_desk(
    node: RunningNode, web: httpx2.Client
) -> None:
    entry = tell(web, node, "logbook.write", {"text": "Preuve", "category": "report"})["facts"][0]
    said = flowing(web.get(path(node, "documents/logbook")).content)
    assert f"{entry} " in said, "the fact is named whole, with the digest of its header"
    hidden = tell(web, node, "logbook.write", {"text": "Au-delà", "category": "report"})["facts"][0]
    message = flowing(web.get(path(node, "documents/message"), params={"entry": entry}).content)
    assert entry in message
    assert hidden not in message, "a sheet does not tell how much was written besides"


def test_the_past_is_printed_as_it_was(node: RunningNode, web: httpx2.Client) -> None:
    tell(web, node, "logbook.write", {"text": "Bien plus tard", "category": "report"})
    query = {"at": "2020-01-01T00:00:00Z", "format": "text"}
    assert "Bien plus tard" not in web.get(path(node, "documents/logbook"), params=query).text
    early = web.get(path(node, "documents/logbook"), params={"at": "2020-01-01T00:00:00Z", "by": "recorded"})
    assert all("EXERCICE" in page for page in pages_of(early.content)), "even before the situation was known"


@pytest.mark.parametrize(
    ("kind", "query", "expected"),
    [
        ("novel", {}, (404, "unknown")),
        ("logbook", {"paper": "a9"}, (422, "value-wrong")),
        ("logbook", {"blank": 51}, (422, "value-wrong")),
        ("logbook", {"margin": 3}, (422, "field-unknown")),
        ("map", {"box": "1,2,3"}, (422, "value-wrong")),
        ("map", {"box": "1,45,0,46"}, (422, "box-wrong")),
        ("map", {"box": "-1.0,45.9,-0.9,46.0", "scale": 1000}, (422, "sheet-too-small")),
        ("map", {"scale": 3}, (422, "value-wrong")),
        ("map", {"format": "text"}, (422, "format-not-offered")),
        ("message", {}, (422, "entry-needed")),
        ("message", {"entry": "w" + "0" * 20 + "-4"}, (422, "entry-unknown")),
        ("situation-report", {"report": new_id()}, (422, "report-unknown")),
        ("census", {}, (422, "only-blank")),
        ("mission", {"thing": new_id()}, (404, "unknown")),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(
    kind: str, query: dict[str, Any], expected: tuple[int, str], node: RunningNode, web: httpx2.Client
) -> None:
    assert refusal(web.get(path(node, f"documents/{kind}"), params=query)) == expected


def test_a_stranger_has_nothing(node: RunningNode) -> None:
    with httpx2.Client(base_url=node.url) as stranger:
        assert refusal(stranger.get(path(node, "documents/logbook"))) == (401, "not-signed-in")


def test_a_report_goes_from_proposal_to_paper(node: RunningNode, web: httpx2.Client) -> None:
    tell(web, node, "logbook.write", {"text": "Quai inondé", "category": "report"})
    proposal = web.get(path(node, "report-proposal")).json()
    assert "Quai inondé" in next(one["text"] for one in proposal["sections"] if one["heading"] == "evolution")
    draft = {
        "report": new_id(),
        "at": proposal["at"],
        "sections": [{"heading": one["heading"], "text": one["text"]} for one in proposal["sections"] if one["text"]],
        "figures": [
            {key: one[key] for key in ("figure", "value", "facts", "name", "unit") if key in one}
            for one in proposal["figures"]
        ],
        "next_point_at": "2026-11-28T06:00:00Z",
    }
    said = tell(web, node, "reports.draft", draft)["facts"][0]
    sheet = {"report": draft["report"]}
    assert "PROJET NON VALIDÉ" in flowing(web.get(path(node, "documents/situation-report"), params=sheet).content)
    tell(web, node, "reports.validate", {"report": draft["report"], "draft": said})
    (shown,) = web.get(path(node, "reports")).json()["items"]
    assert (shown["number"], shown["draft"]) == (1, said)
    printed = flowing(web.get(path(node, "documents/situation-report"), params=sheet).content)
    for words in ("Point de situation n° 1", "Validé par Claire", "Quai inondé", "Prochain point : samedi 28 novembre"):
        assert words in printed, words
    tell(web, node, "logbook.write", {"text": "La digue cède", "category": "report"})
    again = web.get(path(node, "documents/situation-report"), params=sheet)
    assert "La digue cède" not in flowing(again.content), "what was validated does not change"
    text = web.get(path(node, "documents/situation-report"), params={"format": "text"}).text
    assert "La digue cède" in text, "the next proposal tells what is new"
    assert "Quai inondé" not in text
