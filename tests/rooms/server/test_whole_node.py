"""The shell around a whole node: what it counts, and that a backup taken while it runs is a node again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
from support.running_node import PASSWORD, carry_out, opened_node, settings_for
from support.serving import served

from garance.kernel.identity import new_id
from garance.server.app import open_app
from garance.server.cli import main


async def test_a_command_is_counted_from_its_arrival_to_the_disk(tmp_path: Path) -> None:
    async with opened_node(tmp_path / "data") as node, httpx2.AsyncClient(base_url=node.url) as web:
        web.cookies.set("garance", node.session)
        written = {"text": "L'eau monte", "category": "information"}
        asked = {"id": new_id(), "situation": node.situation, "role": node.grant, "body": written}
        headers = {"x-garance-csrf": node.csrf}
        before = (await web.get("/metrics")).text
        done = await web.post("/api/v1/commands/logbook.write", json=asked, headers=headers)
        assert done.status_code == 200, done.text
        refused = await web.post("/api/v1/commands/logbook.write", json={**asked, "id": new_id(), "role": new_id()},
                                 headers=headers)  # fmt: skip
        assert refused.json()["code"] == "not-allowed"
        after = (await web.get("/metrics")).text
        assert count(after, "garance_facts_appended_total") >= count(before, "garance_facts_appended_total") + 1
        flushes = "garance_journal_flush_seconds_count"
        assert count(after, flushes) > count(before, flushes)
        assert count(after, 'garance_command_seconds_count{command="logbook.write"}') == 1
        assert count(after, 'garance_refusals_total{code="not-allowed"}') == 1
        assert (await web.get("/ready")).status_code == 200


def count(exposed: str, name: str) -> float:
    """The value of that metric; 0 while it was never counted."""
    return next((float(line.rpartition(" ")[2]) for line in exposed.splitlines() if line.startswith(f"{name} ")), 0)


async def test_a_backup_of_a_running_node_is_a_node_again(tmp_path: Path) -> None:
    out, again = tmp_path / "out.tar", tmp_path / "again"
    async with opened_node(tmp_path / "data") as node:
        assert await asyncio.to_thread(main, ["backup", str(out), "--data", str(tmp_path / "data")], {}) == 0
        async with httpx2.AsyncClient(base_url=node.url) as web:
            web.cookies.set("garance", node.session)
            late = {"situation": new_id(), "title": "Après la sauvegarde", "kind": "flood", "mode": "exercise"}
            await carry_out(web, node, "situation.open", late)
    assert await asyncio.to_thread(main, ["restore", str(out), str(again)], {}) == 0
    settings = settings_for(again)
    async with (
        open_app(settings) as opened,
        served(opened.app, settings) as running,
        httpx2.AsyncClient(base_url=running.url) as web,
    ):
        signed_in = await web.post("/api/v1/session", json={"login": "claire", "password": PASSWORD})
        assert signed_in.status_code == 200, signed_in.text
        assert signed_in.json()["person"]["display_name"] == "Claire", "her name was sealed: its key came back too"
        listed = (await web.get("/api/v1/situations")).json()["items"]
        assert [each["title"] for each in listed] == ["Crue d'essai"]
        assert len(opened.node.store.writers()) == 2, "the restored node signs a chain of its own"
