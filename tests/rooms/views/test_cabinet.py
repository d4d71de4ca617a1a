"""The cabinet gives the same views as folding everything, after restarts, redactions and with different readers."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator

import pytest
from support.law_of_views import VIEWS, folded
from support.nodes import Node
from support.story import START, entry, oid, person, shape

from garance.domain.moment import By, Moment
from garance.domain.vocabulary import Body
from garance.journal.snapshots import MemorySnapshots, Picture
from garance.kernel.fact import Fact
from garance.views.cabinet import Audience, Cabinet
from garance.views.logbook import Logbook

SITUATION = oid("situation")
ALL = Audience("all", lambda fact: fact)


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    node = Node(1, START)
    node.writer.start()
    body = {"situation": SITUATION, "title": "Crue", "kind": "flood", "mode": "exercise"}
    await node.say("situation.open", body, by=person(), situation=None)
    await node.say("drawings.draw", shape(), by=person(), situation=SITUATION)
    await write(node, 6)
    yield node
    await node.writer.stop()


async def write(node: Node, count: int, *, by: str = "maire") -> None:
    for number in range(count):
        await node.say("logbook.write", entry(f"ligne {number}"), by=person(by), situation=SITUATION)


def cabinet(node: Node, snapshots: MemorySnapshots | None = None, *, every: int = 4) -> Cabinet:
    return Cabinet(node.store, node.reader.read, snapshots, snapshot_every=every)


async def test_every_view_is_that_of_the_whole_journal_also_as_it_grows(node: Node) -> None:
    kept = cabinet(node, MemorySnapshots())
    for _ in range(3):
        for make in VIEWS:
            shown, position = kept.look(make, SITUATION, ALL, None)
            assert shown == folded(make, node.facts()).at(None)
            assert position == node.store.last_position()
        await write(node, 3)


async def test_a_restart_begins_from_the_snapshot(node: Node) -> None:
    snapshots = MemorySnapshots()
    cabinet(node, snapshots).look(Logbook, SITUATION, ALL, None)
    at = snapshots.newest(Picture("logbook", Logbook.version, SITUATION, "all"))
    assert at is not None
    await write(node, 2)
    with cabinet(node, snapshots).opened(Logbook, SITUATION, ALL) as drawer:
        assert drawer.folded == 2
        assert drawer.view.at(None) == folded(Logbook, node.facts()).at(None)


async def test_a_snapshot_from_beyond_the_journal_is_not_used(node: Node) -> None:
    snapshots = MemorySnapshots()
    cabinet(node, snapshots).look(Logbook, SITUATION, ALL, None)
    older = Node(2, START)
    older.writer.start()
    await older.hear_of(node, limit=3)
    await older.writer.stop()
    assert len(cabinet(older, snapshots).look(Logbook, SITUATION, ALL, None)[0].items) == 1


async def test_a_past_moment(node: Node) -> None:
    facts = node.facts()
    moment = Moment(facts[4].recorded_at, By.RECORDED)
    shown, _ = cabinet(node).look(Logbook, SITUATION, ALL, moment)
    assert [item.entry for item in shown.items] == [fact.id for fact in facts[2:5]]


async def test_each_audience_has_its_own_view(node: Node) -> None:
    def own(fact: Fact[Body]) -> Fact[Body] | None:
        return fact if fact.author.person == person("rac").person else None

    await write(node, 2, by="rac")
    kept = cabinet(node, MemorySnapshots(), every=1)
    for _ in range(2):
        assert len(kept.look(Logbook, SITUATION, Audience("own", own), None)[0].items) == 2
        assert len(kept.look(Logbook, SITUATION, ALL, None)[0].items) == 8
        kept = cabinet(node, MemorySnapshots(), every=1)


async def test_no_snapshot_keeps_what_was_destroyed(node: Node) -> None:
    snapshots = MemorySnapshots()
    await node.say("logbook.write", entry("Madame Durand"), by=person(), situation=SITUATION)
    kept, label = cabinet(node, snapshots, every=1), Picture("logbook", Logbook.version, SITUATION, "all")
    kept.look(Logbook, SITUATION, ALL, None)
    before = snapshots.newest(label)
    assert before is not None
    assert b"Durand" in before.data
    await node.redact(node.facts()[-1], by=person(), destroy=True)
    shown, position = kept.look(Logbook, SITUATION, ALL, None)
    assert shown.items[-1].text is None
    after = snapshots.newest(label)
    assert after is not None
    assert b"Durand" not in after.data
    kept.destroyed(SITUATION, position + 1)
    assert snapshots.newest(label) is None
    await write(node, 1)
    kept.destroyed(SITUATION, position + 9)
    kept.look(Logbook, SITUATION, ALL, None)
    assert snapshots.newest(label) is None, "a snapshot from before a redaction was saved after it"


async def test_forgotten_views_are_made_again_and_few_are_kept(node: Node) -> None:
    kept = Cabinet(node.store, node.reader.read, MemorySnapshots(), kept=2, snapshot_every=1)
    for name in ("a", "b", "c", "a"):
        assert len(kept.look(Logbook, SITUATION, Audience(name, lambda fact: fact), None)[0].items) == 6
    kept.forget()
    assert len(kept.look(Logbook, SITUATION, ALL, None)[0].items) == 6


async def test_readers_in_many_threads_see_whole_views(node: Node) -> None:
    kept = cabinet(node, MemorySnapshots(), every=2)
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(len(kept.look(Logbook, SITUATION, ALL, None)[0].items)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [6] * 8


async def test_what_is_redacted_is_withheld_from_those_too_who_may_not_see_the_redaction(node: Node) -> None:
    """Who keeps the machine redacts for everybody, and says so among their own."""
    kept, own = cabinet(node, MemorySnapshots()), person("maire")
    some = Audience("some", lambda fact: fact if fact.author == own else None)
    before = kept.look(Logbook, SITUATION, some, None)[0]
    with kept.opened(Logbook, SITUATION, some) as drawer:
        tag = (drawer.begun, drawer.folded)
    await node.redact(node.facts()[-1], by=person("exploitant"), destroy=False)
    for one in (kept, cabinet(node, MemorySnapshots()), kept):
        with one.opened(Logbook, SITUATION, some) as drawer:
            after = drawer.view.at(None)
            assert (drawer.begun, drawer.folded) != tag, "a browser must not keep what it was shown before"
        assert after.items[:-1] == before.items[:-1]
        assert (after.items[-1].text, after.items[-1].withheld) == (None, "redacted")
    await write(node, 1)
    assert len(kept.look(Logbook, SITUATION, some, None)[0].items) == len(before.items) + 1


async def test_a_snapshot_does_not_bring_back_what_was_redacted_out_of_sight(node: Node) -> None:
    snapshots, own = MemorySnapshots(), person("maire")
    some = Audience("some", lambda fact: fact if fact.author == own else None)
    cabinet(node, snapshots).look(Logbook, SITUATION, some, None)
    assert snapshots.newest(Picture("logbook", Logbook.version, SITUATION, "some")) is not None
    await node.redact(node.facts()[-1], by=person("exploitant"), destroy=True)
    shown = cabinet(node, snapshots).look(Logbook, SITUATION, some, None)[0]
    assert (shown.items[-1].text, shown.items[-1].withheld) == (None, "redacted")
