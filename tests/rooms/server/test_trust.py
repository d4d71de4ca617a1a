"""Facts that came in a file are shown, and obeyed only from writers that this node trusts."""

from __future__ import annotations

from pathlib import Path

import pytest

from garance.domain.keeping.facts import BodyRedacted
from garance.domain.logbook.facts import Category, EntryWritten
from garance.domain.people.facts import Level, OrganisationRegistered, PersonEnrolled, Role, RoleGranted
from garance.domain.vocabulary import Body
from garance.journal.files import export_file, import_file
from garance.kernel.clock import SystemClock
from garance.kernel.identity import new_id
from garance.kernel.label import Audience, Label
from garance.kernel.refusal import Refused
from garance.server.node import Node
from garance.server.settings import Node as NodeSettings
from garance.server.settings import Settings
from garance.server.trust import trust_writers, trusted_writers

OPEN = Label(audience=Audience.PARTNERS)


def node_in(folder: Path) -> Node:
    """A node on that folder."""
    return Node(Settings(node=NodeSettings(data_folder=str(folder))), SystemClock())


async def stranger(folder: Path, *bodies: Body) -> tuple[str, tuple[str, ...], Path]:
    """Another node that says all this; its writer, its facts, and the file that carries them."""
    node = node_in(folder)
    await node.start()
    answer = await node.scribe.record(lambda: list(bodies), label=OPEN)
    await node.stop()
    carried = folder.parent / f"{folder.name}.garance"
    export_file(folder / "journal.sqlite", carried, clock=SystemClock())
    return node.writer.name, answer.receipt.facts, carried


def an_administrator() -> tuple[str, list[Body]]:
    person, organisation = new_id(), new_id()
    return person, [
        OrganisationRegistered(organisation=organisation, name="Ailleurs", level=Level.COMMUNE),
        PersonEnrolled(person=person, display_name="Inconnu"),
        RoleGranted(grant=new_id(), person=person, organisation=organisation, role=Role.ADMINISTRATOR),
    ]


async def opened_after(folder: Path) -> Node:
    node = node_in(folder)
    await node.start()
    return node


async def test_an_imported_chain_makes_nobody_an_administrator_here(tmp_path: Path) -> None:
    person, bodies = an_administrator()
    writer, _, carried = await stranger(tmp_path / "there", *bodies)
    ours = await opened_after(tmp_path / "here")
    await ours.stop()
    import_file(carried, tmp_path / "here" / "journal.sqlite")
    node = await opened_after(tmp_path / "here")
    assert node.store.tail(writer).seq > 0, "the chain is here"
    assert node.follower.state.people.grants_of(person) == []
    assert node.follower.state.people.administrators(SystemClock().now()) == []
    await node.stop()
    trust_writers(tmp_path / "here", [writer])
    node = await opened_after(tmp_path / "here")
    assert len(node.follower.state.people.grants_of(person)) == 1
    await node.stop()


async def test_a_stranger_redacts_its_own_words_and_nobody_elses(tmp_path: Path) -> None:
    ours = await opened_after(tmp_path / "here")
    said = await ours.scribe.record(
        lambda: [EntryWritten(text="La digue tient.", category=Category.REPORT)], label=OPEN
    )
    (entry,) = said.receipt.facts
    await ours.stop()
    other = node_in(tmp_path / "there")
    await other.start()
    own = await other.scribe.record(lambda: [EntryWritten(text="À taire.", category=Category.REPORT)], label=OPEN)
    both: list[Body] = [BodyRedacted(fact=fact, reason="x") for fact in (entry, own.receipt.facts[0])]
    await other.scribe.record(lambda: both, label=OPEN)
    await other.stop()
    carried = tmp_path / "there.garance"
    export_file(tmp_path / "there" / "journal.sqlite", carried, clock=SystemClock())
    import_file(carried, tmp_path / "here" / "journal.sqlite")
    node = await opened_after(tmp_path / "here")
    lines = {line.id: line for line in node.store.read(0, 100)}
    assert lines[entry].record.body is not None
    assert lines[own.receipt.facts[0]].record.body is None
    assert entry not in node.follower.state.keeping.redacted
    await node.stop()


def test_the_list_of_trusted_writers_is_checked(tmp_path: Path) -> None:
    assert trusted_writers(tmp_path) == frozenset()
    with pytest.raises(Refused, match="writer-malformed"):
        trust_writers(tmp_path, ["someone"])
    trust_writers(tmp_path, ["w" + "0" * 20])
    trust_writers(tmp_path, ["w" + "1" * 20])
    assert trusted_writers(tmp_path) == {"w" + "0" * 20, "w" + "1" * 20}
    (tmp_path / "trusted-writers").write_bytes(b"\xff")
    with pytest.raises(Refused, match="trusted-writers-malformed"):
        trusted_writers(tmp_path)
