"""A node that really listens, on a thread of its own, with its first administrator signed in and a situation open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from support.serving import on_a_thread, served

from garance.domain.people import rules
from garance.domain.people.facts import Role, RoleGranted
from garance.domain.vocabulary import Body
from garance.kernel.identity import new_id
from garance.server.app import Opened, open_app
from garance.server.settings import Limits, Listen, Node, Settings
from garance.server.sign_in.house import operator

PASSWORD = "correct horse battery staple"
MANY = 1_000_000


@dataclass
class RunningNode:
    """Where it listens; the cookie and token of someone signed in who may do everything; a situation they opened."""

    url: str
    session: str
    csrf: str
    grant: str
    situation: str
    inside: Opened
    """What runs behind the address, for what no request can bring about."""

    @property
    def headers(self) -> dict[str, str]:
        """What makes a request come from that person."""
        return {"cookie": f"garance={self.session}", "x-garance-csrf": self.csrf}


Connections = Mapping[str, Mapping[str, Any]]


def settings_for(folder: Path, territory: Path | None = None, connections: Connections | None = None) -> Settings:
    """A node in that folder, on a free port, patient with a test that asks a lot."""
    return Settings(
        node=Node(name="Commune d'essai", data_folder=str(folder), territory=str(territory) if territory else None),
        listen=Listen(port=0, stop_s=2),
        limits=Limits(anonymous_per_minute=MANY),
        connections=connections or {},
    )


@asynccontextmanager
async def opened_node(
    folder: Path, territory: Path | None = None, connections: Connections | None = None
) -> AsyncIterator[RunningNode]:
    """Open and serve a new node in that folder, with a first administrator who has opened a situation."""
    settings = settings_for(folder, territory, connections)
    async with (
        open_app(settings) as opened,
        served(opened.app, settings, stopping=opened.stopping, websocket_protocol=opened.websocket_protocol) as running,
        httpx2.AsyncClient(base_url=running.url) as web,
    ):
        address = next(iter(opened.lines(running.listening)))[0]
        token = address.rpartition("#")[2]
        person = {"token": token, "login": "claire", "display_name": "Claire", "password": PASSWORD}
        shown = (await web.post("/api/v1/first-administrator", json=person)).raise_for_status().json()
        node = RunningNode(
            running.url, web.cookies["garance"], shown["csrf"], shown["grants"][0]["id"], new_id(), opened
        )
        await _let_conduct(opened, node, shown)
        body = {"situation": node.situation, "title": "Crue d'essai", "kind": "flood", "mode": "exercise"}
        await carry_out(web, node, "situation.open", body)
        yield node


async def _let_conduct(opened: Opened, node: RunningNode, shown: dict[str, Any]) -> None:
    """The operator of the machine also gives the administrator the role of someone who conducts."""
    house, organisation = opened.node.house, shown["grants"][0]["organisation"]
    node.grant = new_id()
    role = RoleGranted(grant=node.grant, person=shown["person"]["id"], organisation=organisation, role=Role.DOS)

    def granted() -> Sequence[Body]:
        return [rules.grant_role(house.people, role, now=opened.node.clock.now())]

    await house.record(operator(house), granted)


async def carry_out(web: httpx2.AsyncClient, node: RunningNode, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Give a command as that person; a refusal fails the test with its words."""
    asked = {"id": new_id(), "situation": None, "role": node.grant, "body": body}
    answer = await web.post(f"/api/v1/commands/{name}", json=asked, headers={"x-garance-csrf": node.csrf})
    if answer.status_code != 200:
        raise AssertionError(f"{name}: {answer.status_code} {answer.text}")
    done: dict[str, Any] = answer.json()
    return done


@contextmanager
def running_node(
    folder: Path, territory: Path | None = None, connections: Connections | None = None
) -> Iterator[RunningNode]:
    """The same, for a test that is not asynchronous: the node runs on a thread while the block runs."""
    with on_a_thread(opened_node(folder, territory, connections)) as node:
        yield node
