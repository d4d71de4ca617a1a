"""The storm night from journal to paper: the situation report, validated, with its map, on the real Rochefort."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.pages import flowing, is_tagged, pages_of
from support.serving import served
from support.territories import real_data

from garance.kernel.identity import new_id
from garance.server.app import open_app
from garance.server.demo.story import read_story
from garance.server.settings import Demo, Limits, Listen, Node, Settings
from garance.territory.pack import Pack


@pytest.mark.real_data
@pytest.mark.slow
async def test_the_report_of_the_storm_is_drafted_from_the_journal_validated_and_printed(
    tmp_path: Path, rochefort: Pack
) -> None:
    settings = Settings(
        node=Node(data_folder=str(tmp_path), territory=str(rochefort.folder)),
        listen=Listen(port=0, stop_s=2),
        limits=Limits(anonymous_per_minute=1_000_000),
        demo=Demo(enabled=True, begin_at="end", source=str(real_data("rochefort"))),
    )
    async with (
        open_app(settings) as opened,
        served(opened.app, settings, stopping=opened.stopping, websocket_protocol=opened.websocket_protocol) as running,
        httpx2.AsyncClient(base_url=running.url, timeout=30) as web,
    ):
        await asyncio.shield(next(task for task in asyncio.all_tasks() if task.get_name() == "story"))
        shown = (await web.post("/api/v1/session/demo", json={"role": "dos"})).raise_for_status().json()
        web.headers["x-garance-csrf"] = shown["csrf"]
        (situation,) = (await web.get("/api/v1/situations")).json()["items"]
        base, peak = f"/api/v1/situations/{situation['id']}", read_story().sea_peak_at.isoformat()
        proposal = (await web.get(f"{base}/report-proposal", params={"at": peak})).raise_for_status().json()
        report = await write(web, situation["id"], shown["grants"][0]["id"], proposal)
        sheet = {"report": report}
        content = (await web.get(f"{base}/documents/situation-report", params=sheet)).raise_for_status().content
        later = (await web.get(f"{base}/report-proposal")).raise_for_status().json()
    check_pages(content)
    assert later["after"] == report
    assert any(line["is_new"] for section in later["sections"] for line in section["lines"])
    level = next(one for one in later["figures"] if one["figure"] == "level")
    assert (level["before"], level["is_new"]) == (4, True), "the night is over"


async def write(web: httpx2.AsyncClient, situation: str, role: str, proposal: dict[str, Any]) -> str:
    """The mayor keeps what the journal proposes, adds the balance of people, and answers for it."""
    report, kept = new_id(), ("figure", "value", "high", "facts", "name", "unit")
    sections = [{"heading": one["heading"], "text": one["text"]} for one in proposal["sections"] if one["text"]]
    offered = [one for one in proposal["figures"] if one["figure"] != "evacuated"]
    figures = [{key: one[key] for key in kept if key in one} for one in offered]
    body = {
        "report": report,
        "at": proposal["at"],
        "sections": sections,
        "figures": [*figures, {"figure": "evacuated", "value": 112}],
    }

    async def tell(command: str, said: dict[str, Any]) -> str:
        asked = {"id": new_id(), "situation": situation, "role": role, "body": said}
        answer = await web.post(f"/api/v1/commands/{command}", json=asked)
        assert answer.status_code == 200, answer.text
        fact: str = answer.json()["facts"][0]
        return fact

    draft = await tell("reports.draft", body)
    await tell("reports.validate", {"report": report, "draft": draft})
    return report


def check_pages(content: bytes) -> None:
    """Its words, its figures, its map, and the mark of an exercise on every page."""
    assert is_tagged(content)
    pages = pages_of(content)
    assert all("EXERCICE" in page for page in pages)
    said = flowing(content)
    for words in (
        "Point de situation n° 1", "Validé par", "dimanche 28 février 2010, 04:30", "Niveau d'activation : 4",
        "Zone inondée constatée", "Évacués", "112", "Pleine mer",
    ):  # fmt: skip
        assert words in said, words
    assert "1 : " in pages[-1], "the map is to scale"
    assert "Saint-Laurent-de-la-Prée" in pages[-1]
    assert "UTM 30N" in pages[-1]
