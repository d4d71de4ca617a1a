"""A node that TAK clients connect to: the port, an open situation, and what its first administrator does there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from support.running_node import RunningNode, carry_out, opened_node
from support.tak import Phone, connect

from garance.connectors.tak.cot import Cot, read_xml, write_instant
from garance.connectors.tak.protobuf import read_protobuf
from garance.kernel.identity import new_id

HERE = (45.94, -0.96)
WAIT_S = 10.0
TOKEN = "un jeton de seize lettres"


@dataclass
class TakHouse:
    """A node with a connection `tak`, and its first administrator's client."""

    node: RunningNode
    web: httpx2.AsyncClient
    port: int
    tls_port: int
    situation: str
    authority: Path
    connections: dict[str, dict[str, Any]]
    phones: list[Phone] = field(default_factory=list)

    async def command(self, name: str, body: dict[str, Any], *, label: dict[str, str] | None = None) -> str:
        """Give a command in the situation; the first fact that it made."""
        asked: dict[str, Any] = {"id": new_id(), "situation": self.situation, "role": self.node.grant, "body": body}
        if label is not None:
            asked["label"] = label
        answer = await self.web.post(f"/api/v1/commands/{name}", json=asked, headers=self.node.headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["facts"][0])

    async def attach(self, *, label: dict[str, str] | None = None, **said: Any) -> str:
        """Attach the connection to the situation; the feed."""
        feed = new_id()
        body = {"feed": feed, "connection": "tak", "name": "Terrain", **said}  # said may name another connection
        await self.command("feeds.attach", body, label=label)
        return feed

    async def draw(self, name: str, *, label: dict[str, str] | None = None, **said: Any) -> str:
        """Draw a line, or what is said; the shape."""
        shape = new_id()
        line = {"type": "LineString", "coordinates": [[-0.96, 45.94], [-0.95, 45.95]]}
        body = {"shape": shape, "geometry": line, "kind": "hazard-zone", "name": name, "state": "engaged", **said}
        await self.command("drawings.draw", body, label=label)
        return shape

    async def track(self, who: str, lat_deg: float, *, course_deg: float) -> None:
        """A tracker says where it is, by another connection."""
        asked: dict[str, str | float] = {
            "id": who,
            "lat": lat_deg,
            "lon": HERE[1],
            "timestamp": int(now().timestamp()),
            "bearing": course_deg,
        }
        answer = await self.web.get("/api/v1/connections/trackers/frames", params={**asked, "token": TOKEN})
        assert answer.status_code == 200, answer.text

    async def get(self, path: str, **query: Any) -> Any:
        """What the node answers."""
        answer = await self.web.get(path, params=query, headers=self.node.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def picture(self) -> dict[str, Any]:
        """What the situation shows."""
        found: dict[str, Any] = await self.get(f"/api/v1/situations/{self.situation}/picture")
        return found

    async def lines(self) -> list[dict[str, Any]]:
        """The logbook."""
        found = await self.get(f"/api/v1/situations/{self.situation}/logbook")
        items: list[dict[str, Any]] = found["items"]
        return items

    async def health(self) -> dict[str, Any]:
        """How the connection fares."""
        shown = await self.get("/api/v1/connections")
        found: dict[str, Any] = next(one for one in shown["items"] if one["name"] == "tak")
        return found

    async def listens(self) -> bool:
        """Whether its ports are open, and its authority is made."""
        return bool((await self.health())["health"]["state"] == "up")

    async def phone(self) -> Phone:
        """A client on the plain port, as soon as it is open."""

        async def there() -> Phone | None:
            try:
                return await connect(self.port)
            except ConnectionRefusedError:
                return None

        found: Phone = await until(there)
        self.phones.append(found)
        return found


@asynccontextmanager
async def tak_house(folder: Path, *, mode: str = "actual", **settings: Any) -> AsyncIterator[TakHouse]:
    """A new node in that folder, listening to TAK clients in clear and, with `tls=True`, encrypted."""
    port, tls_port = free_port(), free_port()
    tls = settings.pop("tls", False)
    authority = folder / "authority"
    own = {"tls_port": tls_port, "authority": str(authority), "names": ["localhost"]} if tls else {}
    connections: dict[str, dict[str, Any]] = {
        "tak": {"connector": "tak", "title": "Terrain TAK", "port": port, **own, **settings}
    }
    connections["trackers"] = {"connector": "osmand", "title": "Balises", "token": TOKEN}
    async with opened_node(folder, connections=connections) as node, httpx2.AsyncClient(base_url=node.url) as web:
        situation = new_id()
        web.cookies.set("garance", node.session)
        body = {"situation": situation, "title": "Crue", "kind": "flood", "mode": mode}
        await carry_out(web, node, "situation.open", body)
        house = TakHouse(node, web, port, tls_port, situation, authority, connections)
        try:
            await until(house.listens, timeout_s=30)
            yield house
        finally:
            for phone in house.phones:
                phone.close()
            await asyncio.sleep(0.01)


def free_port() -> int:
    """A port of this machine that nobody listens to."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def now() -> datetime:
    """What a client's own clock says."""
    return datetime.now(UTC)  # noqa: TID251 - a client reads its own clock


def message(
    uid: str,
    kind: str = "a-f-G-U-C",
    *,
    how: str = "m-g",
    where: tuple[float, float] = HERE,
    detail: str = "",
    stale_s: float = 300.0,
) -> bytes:
    """A message said now."""
    at = now()
    said, stale = write_instant(at), write_instant(at + timedelta(seconds=stale_s))
    return (
        f'<event version="2.0" uid="{uid}" type="{kind}" how="{how}" time="{said}" start="{said}" stale="{stale}">'
        f'<point lat="{where[0]}" lon="{where[1]}" hae="9.0" ce="9.9" le="9.9"/><detail>{detail}</detail></event>'
    ).encode()


def presence(uid: str, callsign: str, **said: Any) -> bytes:
    """A client says who and where it is."""
    contact = f'<contact endpoint="*:-1:stcp" callsign="{callsign}"/><__group name="Cyan" role="Team Member"/>'
    return message(uid, detail=contact + said.pop("detail", ""), **said)


def said_of(cot: Cot, part: str, attribute: str) -> str | None:
    """That attribute of that part of its detail."""
    found = cot.part(part)
    return found.get(attribute) if found is not None else None


async def heard(phone: Phone, wanted: Callable[[Cot], object], *, wait_s: float = WAIT_S) -> Cot:
    """The first message that is wanted; the others are passed over."""
    async with asyncio.timeout(wait_s):
        while True:
            piece = await phone.hear(wait_s)
            cot = read_protobuf(piece.body) if piece.is_frame else read_xml(piece.body)
            if cot is not None and wanted(cot):
                return cot


async def hears_none(phone: Phone, wanted: Callable[[Cot], object], *, wait_s: float = 1.0) -> bool:
    """Whether nothing wanted comes for that long."""
    try:
        await heard(phone, wanted, wait_s=wait_s)
    except TimeoutError:
        return True
    return False


async def until(look: Callable[[], Awaitable[Any]], *, timeout_s: float = WAIT_S) -> Any:
    """What that look gives, as soon as it gives something."""
    async with asyncio.timeout(timeout_s):
        while not (found := await look()):  # noqa: ASYNC110 - the node is looked at from outside
            await asyncio.sleep(0.03)
    return found
