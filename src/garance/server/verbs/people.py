"""`garance user …`: accounts, from the machine itself. What each verb does is in `sign_in.commands`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing

from garance.domain.people.state import People
from garance.journal.sealing import MemoryKeyRing
from garance.journal.sqlite import SqliteStore
from garance.kernel.clock import SystemClock
from garance.server.console import Console, Parser, Verbs
from garance.server.data_folder import DataFolder
from garance.server.follower import Follower
from garance.server.settings import Settings
from garance.server.sign_in import commands
from garance.server.sign_in.commands import Place
from garance.server.sign_in.house import House
from garance.server.trust import TrustingReader, own_writers
from garance.server.verbs.options import add_settings, chosen_settings


def register(verbs: Verbs) -> None:
    """Add the verb; sign-in adds its own verbs."""
    commands.register(verbs, _place_of)
    user = verbs.subparsers.choices["user"]
    assert isinstance(user, Parser)  # noqa: S101 - made by our own parser class
    add_settings(user)


def _place_of(args: Namespace) -> Place:
    console: Console = args.console
    settings = chosen_settings(args, console)
    folder = DataFolder(settings.data).prepare()
    listen = settings.listen
    return Place(
        folder=folder.path,
        clock=SystemClock(),
        origin=listen.public_url or f"http://{listen.host}:{listen.port}",
        people=lambda: _people(folder),
        house=lambda: _house(settings),
        oidc_issuer=settings.oidc.issuer,
    )


def _people(folder: DataFolder) -> People:
    """Everyone the journal knows, by number only: names need keys, which the running server holds."""
    if not folder.journal.is_file():
        return People()
    with closing(SqliteStore(folder.journal, read_only=True)) as store:
        return Follower(store, TrustingReader(MemoryKeyRing(), own_writers(folder.path))).state.people


def _house(settings: Settings) -> AbstractAsyncContextManager[House]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[House]:
        from garance.server.node import Node  # the whole node: not for verbs that only read

        node = Node(settings, SystemClock())
        await node.start()
        try:
            yield node.house
        finally:
            await node.stop()

    return opened()
