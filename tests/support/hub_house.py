"""A node that hears the 15-18-112 hub over HTTP, attached to an actual situation and to an exercise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from support.hub import FIRE
from support.running_node import RunningNode, carry_out, opened_node

from garance.kernel.identity import new_id

TOKEN = "un jeton de seize lettres"
HUB: dict[str, Any] = {"connector": "hub-15-18", "title": "Hub", "token": TOKEN, "client": FIRE}


@dataclass
class HubHouse:
    """A node, its first administrator's client, an actual situation beside the exercise of the node."""

    node: RunningNode
    web: httpx2.AsyncClient
    actual: str
    feeds: dict[str, str] = field(default_factory=dict)

    async def push(self, frame: bytes, *, connection: str = "hub") -> httpx2.Response:
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        return await self.web.post(f"/api/v1/connections/{connection}/frames", content=frame, headers=headers)

    async def command(self, name: str, body: dict[str, Any], *, situation: str | None = None) -> httpx2.Response:
        asked = {"id": new_id(), "situation": situation or self.actual, "role": self.node.grant, "body": body}
        return await self.web.post(f"/api/v1/commands/{name}", json=asked, headers=self.node.headers)

    async def done(self, name: str, body: dict[str, Any], *, situation: str | None = None) -> None:
        answer = await self.command(name, body, situation=situation)
        assert answer.status_code == 200, answer.text

    async def attach(self, situation: str, connection: str = "hub", **said: Any) -> str:
        feed = self.feeds[situation] = new_id()
        body = {"feed": feed, "connection": connection, "name": "Hub du SAMU", **said}
        await self.done("feeds.attach", body, situation=situation)
        return feed

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.web.get(path, params=query, headers=self.node.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def things(self, situation: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """The things of the board, by kind."""
        page = await self.get(f"/api/v1/situations/{situation or self.actual}/board", limit=500)
        found: dict[str, list[dict[str, Any]]] = {}
        for one in page["items"]:
            found.setdefault(one["kind"], []).append(one)
        return found

    async def incident(self, situation: str | None = None) -> dict[str, Any]:
        """What holds of the only incident, by aspect; nothing when there is none."""
        incidents = (await self.things(situation)).get("incident", [])
        assert len(incidents) <= 1
        return {name: one["value"] for name, one in incidents[0]["said"].items()} if incidents else {}

    async def means(self, situation: str | None = None) -> dict[str, dict[str, Any]]:
        """The means on the map, by name."""
        shown = await self.get(f"/api/v1/situations/{situation or self.actual}/picture")
        return {one["name"]: one for one in shown["resources"]}

    async def lines(self, situation: str | None = None) -> list[str]:
        """The words of the logbook."""
        shown = await self.get(f"/api/v1/situations/{situation or self.actual}/logbook")
        return [one["text"] for one in shown["items"]]

    async def names(self, situation: str | None = None) -> list[str]:
        """The name of each fact, in order."""
        page = await self.get(f"/api/v1/situations/{situation or self.actual}/facts", limit=500)
        return [one["name"] for one in page["facts"]]

    async def aside(self, situation: str | None = None) -> list[dict[str, Any]]:
        """What was set aside, the newest first."""
        place = situation or self.actual
        page = await self.get(f"/api/v1/situations/{place}/feeds/{self.feeds[place]}/aside", limit=200)
        items: list[dict[str, Any]] = page["items"]
        return items

    async def counts(self, connection: str = "hub") -> dict[str, Any]:
        """How the connection fares, and what was set aside of it."""
        shown = await self.get("/api/v1/connections")
        found: dict[str, Any] = next(one for one in shown["items"] if one["name"] == connection)
        return found

    async def sorted(self, count: int, connection: str = "hub") -> None:
        """Wait until so many observations are kept or set aside."""

        async def enough() -> bool:
            shown = await self.counts(connection)
            return bool(shown["health"]["kept"] + sum(shown["aside"].values()) >= count)

        await until(enough)


async def until(look: Callable[[], Awaitable[Any]], *, timeout_s: float = 10.0) -> Any:
    """What that look gives, as soon as it gives something."""
    async with asyncio.timeout(timeout_s):
        while not (found := await look()):  # noqa: ASYNC110 - the node is looked at from outside
            await asyncio.sleep(0.05)
    return found


@asynccontextmanager
async def hub_house(folder: Path, connections: Mapping[str, Any] | None = None) -> AsyncIterator[HubHouse]:
    """That node, listening; nothing is attached yet."""
    settings = {"hub": HUB} if connections is None else connections
    async with opened_node(folder, connections=settings) as node, httpx2.AsyncClient(base_url=node.url) as web:
        web.cookies["garance"] = node.session
        actual = new_id()
        body = {"situation": actual, "title": "Incendie", "kind": "fire", "mode": "actual"}
        await carry_out(web, node, "situation.open", body)
        yield HubHouse(node, web, actual)
