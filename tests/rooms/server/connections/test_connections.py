"""A connection from a phone to the map: pushed, sorted, said; refused, set aside, let in; seen by who may."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.running_node import RunningNode, opened_node, settings_for
from support.serving import served

from garance.kernel.identity import new_id
from garance.server.app import open_app

TOKEN = "un jeton de seize lettres"
CONNECTIONS: dict[str, dict[str, Any]] = {
    "telephones": {"connector": "owntracks", "title": "Téléphones", "token": TOKEN, "fastest_mps": 60},
    "fautive": {"connector": "osmand", "speeds": "parsecs"},
}
HERE, FAR = (45.94, -0.96), (48.85, 2.35)


@dataclass
class House:
    """A node, its first administrator's client, and what a phone does."""

    node: RunningNode
    web: httpx2.AsyncClient

    async def push(self, where: tuple[float, float] = HERE, *, token: str = TOKEN, **said: Any) -> httpx2.Response:
        message = {"_type": "location", "lat": where[0], "lon": where[1], "tst": int(now_s()), "tid": "v1", **said}
        secret = base64.b64encode(f"vsav-1:{token}".encode()).decode()
        headers = {"authorization": f"Basic {secret}", "x-limit-u": "vsav-1", "x-limit-d": "phone"}
        return await self.web.post("/api/v1/connections/telephones/frames", json=message, headers=headers)

    async def attach(self, **said: Any) -> str:
        feed = new_id()
        body = {"feed": feed, "connection": "telephones", "name": "Téléphones des équipes", **said}
        await self.command("feeds.attach", body)
        return feed

    async def command(self, name: str, body: dict[str, Any]) -> None:
        asked = {"id": new_id(), "situation": self.node.situation, "role": self.node.grant, "body": body}
        answer = await self.web.post(f"/api/v1/commands/{name}", json=asked, headers=self.node.headers)
        assert answer.status_code == 200, answer.text

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.web.get(path, params=query, headers=self.node.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def health(self) -> dict[str, Any]:
        shown = await self.get("/api/v1/connections")
        return {one["name"]: one for one in shown["items"]}

    async def picture(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/api/v1/situations/{self.node.situation}/picture")
        return found


def now_s() -> float:
    return datetime.now(UTC).timestamp()  # noqa: TID251 - a phone reads its own clock


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with opened_node(folder, connections=CONNECTIONS) as node, httpx2.AsyncClient(base_url=node.url) as web:
        yield House(node, web)


async def until(look: Callable[[], Awaitable[Any]], *, timeout_s: float = 10.0) -> Any:
    """What that look gives, as soon as it gives something."""
    async with asyncio.timeout(timeout_s):
        while not (found := await look()):  # noqa: ASYNC110 - the node is looked at from outside
            await asyncio.sleep(0.05)
    return found


async def test_a_phone_is_a_means_of_the_situation_and_moves(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        await one.attach()
        answer = await one.push(vel=36, cog=90)
        assert (answer.status_code, answer.json()) == (200, [])

        async def tracked() -> Any:
            return (await one.picture())["series"]

        series = (await until(tracked))[0]
        shown = await one.picture()
        assert [unit["id"] for unit in shown["resources"]] == [series["resource"]]
        path = f"/api/v1/situations/{one.node.situation}/samples"

        async def measured() -> Any:
            return (await one.get(path, series=series["id"]))["samples"]

        samples = await until(measured)
        assert [row[1:3] for row in samples] == [[HERE[1], HERE[0]]]
        assert samples[0][4:] == pytest.approx([10.0, 90.0])
        health = (await one.health())["telephones"]
        assert (health["health"]["state"], health["health"]["kept"]) == ("up", 1)


async def test_a_means_known_by_that_call_sign_is_the_one_that_moves(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        unit = new_id()
        declared = {"resource": unit, "name": "VSAV 1", "kind": "ambulance"}
        await one.command("resources.declare", declared)
        await one.attach()
        card: dict[str, Any] = {"_type": "card", "name": "vsav 1"}
        await one.push(**card)
        await one.push(topic="owntracks/vsav-1/phone")

        async def tracked() -> Any:
            return (await one.picture())["series"]

        series = (await until(tracked))[0]
        assert series["resource"] == unit
        assert len((await one.picture())["resources"]) == 1


async def test_a_jump_is_set_aside_and_a_person_lets_it_in(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        feed = await one.attach()
        await one.push()
        await one.push(FAR, tst=int(now_s()) + 1)
        path = f"/api/v1/situations/{one.node.situation}/feeds/{feed}/aside"

        async def aside() -> Any:
            return (await one.get(path))["items"]

        item = (await until(aside))[0]
        assert (item["why"], item["released"]) == ("jump-implausible", False)
        body = {"feed": feed, "aside": item["number"], "source": item["source"], "why": item["why"]}
        body |= {"heard_at": item["heard_at"], "reason": "Il a pris l'hélicoptère."}
        await one.command("feeds.release", body)

        async def two() -> Any:
            series = (await one.picture())["series"]
            found = await one.get(f"/api/v1/situations/{one.node.situation}/samples", series=series[0]["id"])
            return len(found["samples"]) == 2

        await until(two)
        assert (await aside())[0]["released"]


async def test_nobody_comes_in_without_the_token_and_bad_words_are_kept_with_the_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        feed = await one.attach()
        assert (await one.push(token="un autre jeton tout aussi long")).json()["code"] == "token-wrong"
        wrong = await one.push((145.0, 0.0))
        assert wrong.status_code >= 400
        assert wrong.json()["code"]

        async def kept() -> Any:
            return (await one.get(f"/api/v1/situations/{one.node.situation}/feeds/{feed}/aside"))["items"]

        item = (await until(kept))[0]
        assert item["why"] == wrong.json()["code"]
        assert item["observation"] is None
        shown = (await one.health())["telephones"]
        assert shown["aside"] == {item["why"]: 1}
        assert TOKEN not in str(shown)


async def test_what_comes_to_no_situation_is_said_nowhere(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        await one.push()

        async def heard() -> Any:
            return (await one.health())["telephones"]["health"]["kept"]

        await until(heard)
        assert (await one.picture())["series"] == []


async def test_a_feed_is_attached_once_and_detached(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        feed = await one.attach()
        with pytest.raises(AssertionError, match="already-attached"):
            await one.attach()
        await one.command("feeds.detach", {"feed": feed, "reason": "Fin de l'exercice."})
        await one.push()

        async def heard() -> Any:
            return (await one.health())["telephones"]["health"]["kept"]

        await until(heard)
        assert (await one.picture())["series"] == []
        await one.attach()


async def test_a_connection_badly_set_says_so_and_stops_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        shown = await one.health()
        assert shown["fautive"]["health"]["state"] == "wrong"
        assert "connector-setting" in shown["fautive"]["health"]["why"]
        assert shown["telephones"]["health"]["state"] == "waiting"


async def test_the_same_again_after_a_restart_changes_nothing(tmp_path: Path) -> None:
    said: dict[str, Any] = {"tst": int(now_s())}
    async with house(tmp_path) as one:
        await one.attach()
        await one.push(**said)

        async def tracked() -> Any:
            return (await one.picture())["series"]

        await until(tracked)
    settings = settings_for(tmp_path, connections=CONNECTIONS)
    async with (
        open_app(settings) as opened,
        served(opened.app, settings, stopping=opened.stopping) as running,
        httpx2.AsyncClient(base_url=running.url) as web,
    ):
        again = House(RunningNode(running.url, "", "", "", "", opened), web)
        await again.push(**said)

        async def sorted_again() -> Any:
            return opened.node.gateway.connections["telephones"].health.kept

        await until(sorted_again)
        names = [line.header.name for line in opened.node.store.read(0, 10_000)]
    assert names.count("resource.declared.v1") == names.count("series.declared.v2") == 1
