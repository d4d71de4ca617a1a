"""Every kind of reader beside every label, in the past and live: who sees what is written here, not computed."""

from __future__ import annotations

from contextlib import AsyncExitStack

from support.live import COMMUNE, FIRE_SERVICE, Ground, author, ground, person

from garance.domain.logbook.facts import Category, EntryWritten
from garance.kernel.label import Audience, Author, Label, Sensitivity
from garance.server.live.pace import Pace

CELL = "relogement"
SPEAKER = Author(person("Speaker"), "cell-head", COMMUNE, CELL)

READERS: dict[str, tuple[int, set[Sensitivity]]] = {
    "Head": (0, {Sensitivity.PERSONAL}),
    "Mayor": (1, {Sensitivity.PERSONAL, Sensitivity.RESTRICTED}),
    "Onlooker": (1, set()),
    "Officer": (2, {Sensitivity.PERSONAL, Sensitivity.HEALTH, Sensitivity.RESTRICTED}),
    "Partner": (2, set()),
    "Zoe": (3, set()),
}
"""How near each stands to someone of the cell (0: same cell … 3: level above), and what care they may read."""

REACH = {
    Audience.CELL: 0,
    Audience.ORGANISATION: 1,
    Audience.PARTNERS: 2,
    Audience.LEVEL_ABOVE: 3,
    Audience.PUBLIC: 4,
}


def labels() -> list[Label]:
    """Every audience with every sensitivity."""
    return [
        Label(audience, sensitivity, CELL if audience is Audience.CELL else None)
        for audience in Audience
        for sensitivity in Sensitivity
    ]


def name_of(label: Label) -> str:
    """The words of the entry under that label."""
    return f"{label.audience} {label.sensitivity}"


def expected(reader: str) -> list[str]:
    """What that reader is to see, in order."""
    near, care = READERS[reader]
    return [
        name_of(label)
        for label in labels()
        if near <= REACH[label.audience] and (label.sensitivity is Sensitivity.ORDINARY or label.sensitivity in care)
    ]


async def settle(place: Ground) -> None:
    """The readers' roles."""
    await place.grant("Head", COMMUNE, "cell-head", cell=CELL)
    await place.grant("Mayor", COMMUNE, "dos")
    await place.grant("Onlooker", COMMUNE, "observer")
    await place.grant("Officer", FIRE_SERVICE, "sdis-officer")
    await place.grant("Partner", FIRE_SERVICE, "partner")
    await place.above_the_commune("Zoe")


async def say_all(place: Ground) -> None:
    """One entry under each label, each its own command."""
    for label in labels():
        await place.say(EntryWritten(text=name_of(label), category=Category.INFORMATION), by=SPEAKER, label=label)


async def test_each_reader_sees_what_is_theirs_and_nothing_else() -> None:
    async with ground(pace=Pace(page_lines=3)) as place, AsyncExitStack() as stack:
        await settle(place)
        await say_all(place)
        clients = {name: await stack.enter_async_context(place.reader(name)) for name in READERS}
        for name, client in clients.items():
            await client.until("live")
            assert client.all_texts() == expected(name), f"{name}, the past"
        await say_all(place)
        await place.jot("the end", by=author("Jeanne"), label=Label(Audience.PUBLIC))
        for name, client in clients.items():
            while "the end" not in client.all_texts():
                await client.next()
            assert client.all_texts() == [*expected(name), *expected(name), "the end"], f"{name}, live"
            shown = str(client.frames)
            hidden = [name_of(label) for label in labels() if name_of(label) not in expected(name)]
            assert not [words for words in hidden if f"'{words}'" in shown]
            for frame in client.frames:
                assert not {"position", "subject", "seq"} & set(frame)
                for said in frame.get("facts", []):
                    assert not {"position", "subject"} & set(said)
