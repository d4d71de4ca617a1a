"""The demonstration put together: its people before the node opens, its teller once it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from garance.kernel.clock import Clock
from garance.kernel.identity import derived_id
from garance.server.demo.feeds import Feed, flight_feed, quay_feed, sea_feed
from garance.server.demo.films import film_steps
from garance.server.demo.kept import staged
from garance.server.demo.sea import MADE_UP_PEAK_M, sea_of
from garance.server.demo.story import Script, read_story
from garance.server.demo.telling import Teller, person_id
from garance.server.node import Node
from garance.server.sign_in.house import DemoPerson
from garance.territory.pack import Pack


@dataclass(frozen=True)
class Performance:
    """A story in one territory, ready to be told: what is said, and what the gauges and units give."""

    script: Script
    feeds: list[Feed]


def performance_of(pack: Pack, source: Path | None = None, *, folder: Path | None = None) -> Performance:
    """The story in that territory. The same territory and the same story give the same situation: a restart goes on.

    `source` is the folder the territory was imported from, if any: a recorded flight may lie beside it, a model's
    parameters within. `folder` is that of the node, where what is worked out is kept. Refuses `story-needs`.
    """
    story, sea = read_story(), sea_of(pack)
    found = staged(story, pack, peak_m=sea.peak if sea is not None else MADE_UP_PEAK_M, folder=folder)
    script = Script(
        story,
        situation=derived_id("story", f"{pack.manifest.id} {story.digest}"),
        places=found.places,
        words=found.words,
        has=frozenset(found.has),
        more=[*found.steps, *film_steps(story, pack, source)],
    )
    water = sea_feed(script, pack)
    return Performance(script, [water, quay_feed(script, pack, water), flight_feed(script, source), *found.feeds()])


def demo_people(script: Script) -> list[DemoPerson]:
    """Those whom anybody may be."""
    organisations = {one.id: script.say(one.name) for one in script.story.organisation}
    return [
        DemoPerson(
            role=person.id,
            person=person_id(script, person),
            display_name=person.name,
            title_fr=person.title_fr,
            title_en=person.title_en,
            does_fr=person.does_fr,
            does_en=person.does_en,
            organisation_name=organisations[person.organisation],
        )
        for person in script.story.person
    ]


def teller_of(performance: Performance, node: Node, clock: Clock) -> Teller:
    """Who will tell the story on that node."""
    return Teller(
        performance.script,
        performance.feeds,
        scribe=node.scribe,
        follower=node.follower,
        writer=node.writer,
        clock=clock,
        observe=node.measures.observe_all,
    )


def begin_at(text: str | None, script: Script) -> datetime | None:
    """The instant to begin at: an hour of the night (`04:30`), `end`, or nothing for the beginning.

    An hour before the story's first one is of the next day.
    """
    story = script.story
    if text is None:
        return None
    if text == "end":
        return story.ends_at
    hour, _, minute = text.partition(":")
    wanted = story.starts_at.replace(hour=int(hour), minute=int(minute or 0), second=0)
    return wanted if wanted >= story.starts_at else wanted.replace(day=story.ends_at.day, month=story.ends_at.month)
