"""What a connection brings is said once and whole, whatever the disk, the rules or a neighbour do meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rooms.server.connections.test_connections import House, house, until

from garance.domain.observations.facts import SeriesKind
from garance.intake.meaning import Feed, Meant, meaning
from garance.kernel.place import Position
from garance.kernel.refusal import Refused
from garance.ports.connector import Sender
from garance.ports.observation import Located, Measured, Observation, Said
from garance.server.connections import connection as waiting
from garance.server.connections import gateway as at_work
from garance.server.connections.connection import Connection

PHONE = Sender(name="vsav-1", proven=True)
NOW = datetime.now(UTC)  # noqa: TID251 - sources read their own clocks


def connection(one: House) -> Connection:
    return one.node.inside.node.gateway.connections["telephones"]


def fix(uid: str, after_s: float = 0.0) -> Located:
    return Located(uid=uid, at=NOW + timedelta(seconds=after_s), position=Position(-0.96, 45.94))


async def give(one: House, *observations: Observation) -> None:
    taken = connection(one)
    taken.take(observations, PHONE)
    await taken.settled()


async def series(one: House) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await one.picture())["series"]
    return found


async def samples(one: House, identifier: str) -> list[Any]:
    path = f"/api/v1/situations/{one.node.situation}/samples"
    found: list[Any] = (await one.get(path, series=identifier))["samples"]
    return found


async def why_aside(one: House, feed: str) -> list[tuple[str, str]]:
    path = f"/api/v1/situations/{one.node.situation}/feeds/{feed}/aside"
    return sorted((item["why"], item["source"]) for item in (await one.get(path))["items"])


async def test_what_was_answered_well_can_be_read_at_once(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        await one.attach()
        assert (await one.push()).status_code == 200
        [known] = await series(one)
        assert len(await samples(one, known["id"])) == 1


async def test_a_source_that_refuses_its_samples_takes_no_other_with_it(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        feed = await one.attach()
        await give(one, fix("a"), fix("b"))
        depth = Measured(uid="a", at=NOW, kind=SeriesKind.WATER_LEVEL, value=float("nan"), unit="m")
        await give(one, depth, fix("a", 10), fix("b", 10))
        found = {
            one_["name"]: await samples(one, one_["id"]) for one_ in await series(one) if one_["kind"] == "position"
        }
        assert {name: len(rows) for name, rows in found.items()} == {"a": 2, "b": 2}
        assert [source for _, source in await why_aside(one, feed)] == ["a"]


async def test_words_that_no_person_could_have_written_are_set_aside(tmp_path: Path) -> None:
    async with house(tmp_path) as one:
        feed = await one.attach()
        await give(one, Said(uid="m", at=NOW, text="x" * 100_000, sender="vsav-1"), fix("a"))
        assert await why_aside(one, feed) == [("value-wrong", "m")]
        assert len(await series(one)) == 1


async def test_a_full_disk_loses_nothing_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_work, "FIRST_PAUSE_S", 0.01)
    async with house(tmp_path) as one:
        await one.attach()
        scribe, said = one.node.inside.node.scribe, list[str]()
        truly = scribe.say_for

        async def full(feed: Feed, wanted: Any) -> Any:
            said.append(wanted.key)
            if len(said) <= 3:
                raise Refused("storage-full")
            return await truly(feed, wanted)

        monkeypatch.setattr(scribe, "say_for", full)
        await give(one, fix("a"), Said(uid="m", at=NOW, text="Route coupée", sender="vsav-1"))
        assert len(said) > 3
        [known] = await series(one)
        assert len(await samples(one, known["id"])) == 1

        async def lines() -> Any:
            shown = await one.get(f"/api/v1/situations/{one.node.situation}/logbook")
            return [line for line in shown["items"] if line["text"] == "Route coupée"]

        assert len(await until(lines)) == 1


async def test_a_fault_met_by_one_observation_stops_none_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def faulty(state: Any, feed: Feed, arrived: Any, at: datetime, signs: Any) -> Meant:
        if arrived.observation.uid == "bad":
            raise ZeroDivisionError
        return meaning(state, feed, arrived, at, signs)

    monkeypatch.setattr(at_work, "meaning", faulty)
    async with house(tmp_path) as one:
        feed = await one.attach()
        await give(one, fix("bad"), fix("good"))
        assert [known["name"] for known in await series(one)] == ["good"]
        assert await why_aside(one, feed) == [("internal-fault", "bad")]


async def test_a_sender_is_told_to_wait_rather_than_push_out_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as one:
        await one.attach()
        with monkeypatch.context() as patched:
            patched.setattr(waiting, "WAITING", 0)
            answer = await one.push()
        assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
        assert (await one.push()).status_code == 200
        assert connection(one).health.let_go == 0


async def test_what_is_pushed_out_is_counted_and_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITING", 3)
    async with house(tmp_path) as one:
        await one.attach()
        await give(one, *(fix(f"u{number}") for number in range(5)))
        assert {known["name"] for known in await series(one)} == {"u2", "u3", "u4"}
        assert connection(one).health.let_go == 2
