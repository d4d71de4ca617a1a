"""A real node with its people: organisations, accounts, roles, one situation, a browser for each who conducts it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playwright.sync_api import APIResponse
from support.desk import DeskPage
from support.node_process import NodeProcess

PASSWORD = "une pluie fine sur le port"
NO_TERRITORY = r"console error: Failed to load resource: .* 404 .*/api/v1/territory\b"
Visit = Callable[..., DeskPage]


@dataclass(frozen=True)
class Member:
    """Somebody: a login, a name, an organisation of the cast, a role, a cell."""

    login: str
    name: str
    organisation: str
    role: str
    cell: str | None = None
    everywhere: bool = False
    """A standing role, as whoever opens a situation needs."""


class CommandPost:
    """A node that its administrator makes ready, then the desks of those who work there."""

    def __init__(self, node: NodeProcess, visit: Visit) -> None:
        self.node = node
        self._visit = visit
        self.desks: dict[str, DeskPage] = {}
        self.organisations: dict[str, str] = {}
        self.situation = str(uuid4())
        self._keeper = visit(node.url)
        self._become_keeper()

    def _become_keeper(self) -> None:
        found = re.search(r"/premier-acces#(\S+)", self.node.said)
        assert found, self.node.said
        account = {"login": "admin", "password": PASSWORD}
        self._post("first-administrator", {"token": found[1], "display_name": "Administration", **account})
        self._post("session", account)
        own = self._keeper.session()["grants"][0]
        self.organisations["own"] = own["organisation"]

    def _post(self, path: str, body: dict[str, Any]) -> APIResponse:
        request = self._keeper.page.request
        known = request.get("/api/v1/session")
        headers = {"x-garance-csrf": known.json().get("csrf") or ""} if known.ok else {}
        answer = request.post(f"/api/v1/{path}", data=body, headers=headers)
        assert answer.ok, f"{path}: {answer.text()}"
        return answer

    def keep(self, command: str, body: dict[str, Any]) -> None:
        """Give a command of the administrator."""
        role = self._keeper.session()["grants"][0]["id"]
        self._post(f"commands/{command}", {"id": str(uuid4()), "situation": None, "role": role, "body": body})

    def register(self, key: str, name: str, level: str, above: str | None = None) -> None:
        """Make an organisation known."""
        self.organisations[key] = str(uuid4())
        over = {"above": self.organisations[above]} if above else {}
        body = {"organisation": self.organisations[key], "name": name, "level": level, **over}
        self.keep("people.register-organisation", body)

    def enrol(self, member: Member) -> None:
        """Give somebody an account and a role, in the situation unless it is a standing one."""
        person = str(uuid4())
        self.keep("people.enrol", {"person": person, "display_name": member.name})
        grant = {"grant": str(uuid4()), "person": person, "role": member.role}
        cell = {"cell": member.cell} if member.cell else {}
        place = {} if member.everywhere else {"situation": self.situation}
        organisation = self.organisations[member.organisation]
        self.keep("people.grant-role", {**grant, **place, "organisation": organisation, **cell})
        address: str = self._post("invitations", {"person": person}).json()["address"]
        chosen = {"token": address.partition("#")[2], "login": member.login, "password": PASSWORD}
        self._post("invitations/accept", chosen)

    def open(self, by: str, title: str, kind: str, mode: str = "exercise") -> None:
        """Open the situation, by somebody who may."""
        desk = self.come(by)
        session = desk.session()
        body = {"situation": self.situation, "title": title, "kind": kind, "mode": mode}
        asked = {"id": str(uuid4()), "situation": None, "role": session["grants"][0]["id"], "body": body}
        headers = {"x-garance-csrf": session["csrf"]}
        answer = desk.page.request.post("/api/v1/commands/situation.open", data=asked, headers=headers)
        assert answer.ok, answer.text()

    def come(self, login: str, **options: Any) -> DeskPage:
        """Somebody's browser, signed in."""
        if login not in self.desks:
            desk = self._visit(self.node.url, **options)
            answer = desk.page.request.post("/api/v1/session", data={"login": login, "password": PASSWORD})
            assert answer.ok, answer.text()
            self.desks[login] = desk
        return self.desks[login]

    def sit(self, login: str, **options: Any) -> DeskPage:
        """Somebody at their desk, on the situation."""
        desk = self.come(login, **options)
        desk.page.goto(f"/?test&situation={self.situation}")
        return desk.wait_ready()
