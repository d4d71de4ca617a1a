"""The demonstration put together: its people before the node opens, its teller once it runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from garance.kernel.clock import Clock
from garance.kernel.identity import derived_id
from garance.server.demo.feeds import flight_feed, sea_feed
from garance.server.demo.places import choose_places
from garance.server.demo.story import Script, read_story
from garance.server.demo.telling import Teller, person_id
from garance.server.node import Node
from garance.server.sign_in.house import DemoPerson
from garance.territory.pack import Pack


def script_of(pack: Pack, source: Path | None) -> Script:
    """The story in that territory. The same territory gives the same situation: a restart goes on with it."""
    places, words = choose_places(pack, source)
    return Script(read_story(), situation=derived_id("story", pack.manifest.id), places=places, words=words)


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
            organisation_name=organisations[person.organisation],
        )
        for person in script.story.person
    ]


def teller_of(script: Script, node: Node, source: Path | None, clock: Clock) -> Teller:
    """Who will tell the story on that node."""
    feeds = [sea_feed(script, source), flight_feed(script, source)]
    return Teller(
        script,
        feeds,
        scribe=node.scribe,
        follower=node.follower,
        writer=node.writer,
        clock=clock,
        observe=node.measures.observe,
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
