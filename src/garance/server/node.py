"""A node: one installation, everything it keeps opened and tied together, in the order that makes it safe.

Nothing here decides anything: rooms decide, the node holds them. Open it on the running loop, `start` it, `stop` it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from garance.domain.keeping.facts import TerritoryAdopted, WriterOpened
from garance.domain.keeping.rules import adopt_territory
from garance.domain.people.facts import Level, OrganisationRegistered
from garance.domain.people.state import People
from garance.domain.vocabulary import Body
from garance.journal.keys import SqliteKeyRing, open_signer
from garance.journal.snapshots import SqliteSnapshots
from garance.journal.tracks.sqlite import SqliteTracks
from garance.journal.writer import Writer
from garance.kernel.clock import Clock
from garance.kernel.identity import derived_id, new_id
from garance.kernel.label import Audience, Author, Label
from garance.server.aftermath import Aftermath
from garance.server.connections.gateway import Gateway
from garance.server.data_folder import DataFolder
from garance.server.files import FolderFiles
from garance.server.follower import Follower
from garance.server.labels import Labels
from garance.server.live.cursor import open_cursors
from garance.server.live.hub import Hub
from garance.server.live.pace import Pace
from garance.server.live.wire import Sample
from garance.server.measures import Measures
from garance.server.observe import MeasuredJournal, Metrics, Readiness
from garance.server.scribe import Scribe
from garance.server.seating import Seating
from garance.server.settings import Settings
from garance.server.sign_in.house import DemoPerson
from garance.server.sign_in.opening import SignIn
from garance.server.tak.sites import TakSites
from garance.server.territory_files import open_files
from garance.server.trust import TrustingReader, trusted_writers
from garance.territory.pack import Pack
from garance.views.cabinet import Cabinet

PEOPLE_LABEL = Label(audience=Audience.PARTNERS)
"""Who acts here, and as what, is known to those they act with."""


class NodeHouse:
    """What sign-in may ask of the node (see `sign_in.house.House`)."""

    def __init__(self, scribe: Scribe, follower: Follower, keys: SqliteKeyRing, *, name: str) -> None:
        self._scribe = scribe
        self._follower = follower
        self._keys = keys
        self.home = OrganisationRegistered(organisation=scribe.node_author.organisation, name=name, level=Level.COMMUNE)

    @property
    def people(self) -> People:
        """Everyone known, as of the last fact decided."""
        return self._follower.state.people

    async def record(self, author: Author, decide: Callable[[], Sequence[Body]]) -> None:
        """Have facts about people recorded."""
        await self._scribe.record(decide, author=author, label=PEOPLE_LABEL)

    def destroy_key(self, person: str) -> None:
        """Destroy a person's key for ever."""
        self._keys.destroy(person)


class Node:
    """One installation, open."""

    def __init__(
        self, settings: Settings, clock: Clock, *, pack: Pack | None = None, demo: Sequence[DemoPerson] = ()
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.pack, self.pack_files = pack, open_files(pack)
        self.folder = DataFolder(settings.data).prepare()
        signer = open_signer(self.folder.path)
        self.metrics = Metrics()
        self.store = MeasuredJournal(self.folder.journal, self.metrics)
        self.keys = SqliteKeyRing(self.folder.keys)
        self.tracks = SqliteTracks(self.folder.tracks)
        self.writer = Writer(self.store, signer, clock)
        self.reader = TrustingReader(self.keys, {signer.writer, *trusted_writers(self.folder.path)})
        self.labels = Labels(self.store)
        self.follower = Follower(self.store, self.reader)
        self.writer.listen(self.follower)
        self.scribe = Scribe(self.writer, self.follower, self.keys, clock)
        self.cursors = open_cursors(self.folder.cursor_secret)
        self.files = FolderFiles(self.folder.files, kinds=settings.files.types, quota_bytes=settings.files.quota_bytes)
        self.house = NodeHouse(self.scribe, self.follower, self.keys, name=settings.node.name)
        self.sign_in = SignIn(settings, self.folder, clock, self.house, demo=demo)
        self.seating = Seating(self.follower, self.scribe, self.sign_in.porch, self.sign_in.sessions, clock)
        self.hub = Hub(
            self.writer,
            read=self.reader.read,
            gate=self.seating,
            declared=lambda series: self.measures.declaration(series),
            cursors=self.cursors,
            about=self.labels.find,
            clock=clock,
            pace=Pace(max_streams=settings.limits.streams, max_streams_per_person=settings.limits.streams_per_person),
        )
        self.measures = Measures(
            self.tracks,
            self.follower,
            self.scribe,
            clock,
            show=self._show_samples,
            kept=timedelta(days=settings.retention.tracks_days),
        )
        self.readiness = Readiness()
        self.snapshots = SqliteSnapshots(self.folder.views)
        self.cabinet = Cabinet(self.store, self.reader.read, self.snapshots)
        self.run = new_id()
        """Names this run of the node: counts that begin anew with it are told apart by it."""
        self.aftermath, self.gateway, self.tak = Aftermath(self), Gateway(self), TakSites(self)
        self._public_key = signer.public_key.hex()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to write, to share out, and to finish what an earlier run began."""
        self.writer.start()
        opening = WriterOpened(public_key=self._public_key, node=self.settings.node.name)
        await self.scribe.record(lambda: [opening], command=derived_id("writer", self.writer.name), label=PEOPLE_LABEL)
        await self._name_territory()
        await self.aftermath.finish()
        self.hub.start()
        loop = asyncio.get_running_loop()

        def session_ended(session: str) -> None:
            loop.call_soon_threadsafe(self.hub.end_session, session)

        self.sign_in.sessions.when_ended(session_ended)
        following = (self.aftermath.follow(), self.seating.follow(), self.measures.follow())
        self._tasks = [loop.create_task(one) for one in following]
        self.gateway.start()
        self.tak.start()

    def _show_samples(self, series: str, samples: Sequence[Sample]) -> None:
        """Samples were kept: to who follows them here, and to those outside."""
        self.hub.observe(series, samples)
        self.gateway.outgoing.measured(series, samples)

    async def _name_territory(self) -> None:
        """Have the journal say which territory is shown from now on, unless it is the one said last."""
        if self.pack is None:
            return
        card = self.pack.manifest
        adopted = TerritoryAdopted(
            territory=card.id,
            name=card.name,
            version=card.version,
            source_digest=card.source_digest,
            fictitious=card.fictitious,
            attribution=card.attribution,
        )

        said = adopt_territory(self.follower.state, adopted, writer=self.writer.name)
        if said is not None:
            body = said.body
            await self.scribe.record(lambda: [body], label=PEOPLE_LABEL)

    async def stop(self) -> None:
        """Finish what waits, tell the readers, close every file."""
        await self.tak.stop()
        await self.gateway.stop()
        await self.hub.stop()
        await self.seating.flush()
        await self.writer.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sign_in.close()
        for kept in (self.store, self.tracks, self.keys, self.snapshots):
            await asyncio.to_thread(kept.close)
        self.pack_files.close()

    def situations(self) -> list[str]:
        """Every situation ever opened."""
        return [one for one, known in self.follower.state.situations.known.items() if known.opened]
