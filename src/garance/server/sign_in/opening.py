"""Sign-in put together for one node: its file, its doors, its addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import httpx2
from starlette.routing import Route

from garance.kernel.clock import Clock
from garance.server.data_folder import DataFolder
from garance.server.http import Endpoint
from garance.server.settings import Settings
from garance.server.sign_in.accounts_file import open_accounts
from garance.server.sign_in.cookie import Cookies
from garance.server.sign_in.crossing import CALLBACK, Crossings, crossing_routes
from garance.server.sign_in.entrance import Entrance
from garance.server.sign_in.house import DemoPerson, House
from garance.server.sign_in.oidc import TIMEOUT_S, OidcSettings, Service
from garance.server.sign_in.own_account import own_account_endpoints
from garance.server.sign_in.passwords import Passwords
from garance.server.sign_in.session_endpoints import FileLimits, OidcShown, Porch, session_endpoints
from garance.server.sign_in.sessions import Lifetimes, Sessions


class SignIn:
    """Everything about who is at the door of one node. The file closes with it."""

    def __init__(
        self,
        settings: Settings,
        folder: DataFolder,
        clock: Clock,
        house: House,
        *,
        demo: Sequence[DemoPerson] = (),
        outside: httpx2.AsyncClient | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._file = open_accounts(folder.path)
        lifetimes = Lifetimes(
            idle=timedelta(minutes=settings.session.idle_minutes),
            longest=timedelta(hours=settings.session.longest_hours),
            wall=timedelta(days=settings.session.wall_days),
        )
        self.sessions = Sessions(self._file, clock, lifetimes)
        self.passwords = Passwords()
        self.entrance = Entrance(self._file, clock, house, passwords=self.passwords, sessions=self.sessions, demo=demo)
        oidc = settings.oidc
        shown = OidcShown(oidc.title_fr, oidc.title_en) if oidc.issuer and oidc.client_id else None
        self.porch = Porch(
            self.entrance,
            Cookies(https=settings.https),
            oidc=shown,
            time_zone=settings.node.time_zone,
            files=FileLimits(settings.files.max_bytes, settings.files.types),
        )
        # The only client that ever calls out, and only the service that a setting names.
        self._outside = outside or httpx2.AsyncClient(timeout=TIMEOUT_S)

    def endpoints(self) -> list[Endpoint]:
        """The addresses of sessions, and of everyone's own account."""
        return [*session_endpoints(self.porch), *own_account_endpoints(self.entrance)]

    def routes(self, origin: str, charge: Callable[[str], None]) -> list[Route]:
        """The addresses of the crossing to another service, when the settings name one. `origin` is ours."""
        oidc = self._settings.oidc
        if oidc.issuer is None or oidc.client_id is None:
            return []
        wanted = OidcSettings(
            issuer=oidc.issuer,
            client_id=oidc.client_id,
            client_secret=oidc.client_secret,
            redirect_uri=f"{origin}{CALLBACK}",
            link_by_email=oidc.link_by_email,
        )
        service = Service(wanted, self._outside, self._clock)
        return crossing_routes(self.porch, service, Crossings(self._file, self._clock), charge=charge)

    async def close(self) -> None:
        """Let go of threads, connections and the file."""
        await self._outside.aclose()
        self.passwords.close()
        self._file.close()
